"""Find a Chromium, Chrome, Edge or Brave on this machine."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from celldeck.errors import DeckError

_PROGRAMS = (
    # A headless shell starts in half the time of a whole browser, so it comes first.
    "chromium-headless-shell",
    "chrome-headless-shell",
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
    "brave-browser",
)
_APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser")
_WINDOWS_PROGRAMS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
    r"BraveSoftware\Brave-Browser\Application\brave.exe",
)
_CACHED = re.compile(
    r"(chrome|chrome-headless-shell|headless_shell|Google Chrome for Testing|Chromium)(\.exe)?", re.IGNORECASE
)

_HINTS = {
    "linux": "install one, for instance with `sudo apt install chromium` (Debian, Ubuntu), "
    "`sudo dnf install chromium` (Fedora) or `sudo pacman -S chromium` (Arch)",
    "darwin": "install one from https://www.google.com/chrome, or with `brew install --cask google-chrome`",
    "win32": "install one from https://www.google.com/chrome, or with `winget install Google.Chrome`",
}


def find_browser(explicit: str | Path | None = None) -> Path:
    """Return the program of a browser that can print.

    Looked for in this order: `explicit`, the environment variable `CHROME_PATH`, the programs that are
    installed, and those which Playwright or Puppeteer have downloaded.

    Args:
        explicit: a path, or the name of a command; None, empty or "auto": look for one.

    Raises:
        DeckError: there is none, or none where `explicit` or `CHROME_PATH` says.
    """
    for wanted, origin in ((explicit, "the browser setting"), (os.environ.get("CHROME_PATH"), "CHROME_PATH")):
        if not wanted or str(wanted) == "auto":
            continue
        found = shutil.which(Path(wanted).expanduser()) or _in_application(Path(wanted).expanduser())
        if not found:
            raise DeckError(
                f"{origin} names {wanted}, but there is no such program",
                hint="give the path of a Chrome, Chromium, Edge or Brave, or leave it out to look for one",
            )
        return Path(found)
    for candidate in candidates(sys.platform, os.environ, Path.home()):
        if found := shutil.which(candidate):
            return Path(found)
    raise DeckError(
        "no Chrome, Chromium, Edge or Brave was found, and PDF and pictures are printed through one",
        hint=f"{_HINTS.get(sys.platform, _HINTS['linux'])}; "
        "if it stands in an unusual place, say where with --browser PATH or CHROME_PATH",
    )


def candidates(platform: str, environment: Mapping[str, str], home: Path) -> Iterator[str]:
    """Yield names of commands and paths at which browsers usually are, best first.

    Args:
        platform: as `sys.platform` names it.
    """
    if platform == "win32":
        yield from _windows(environment)
    elif platform == "darwin":
        for folder in (Path("/Applications"), home / "Applications"):
            for name in _APPLICATIONS:
                yield str(folder / f"{name}.app" / "Contents" / "MacOS" / name)
    else:
        yield from _PROGRAMS
        yield "/opt/google/chrome/chrome"
        yield "/opt/microsoft/msedge/msedge"
        yield "/snap/bin/chromium"
    yield from _downloaded(platform, environment, home)


def is_confined(program: Path) -> bool:
    """Say whether a browser is a snap, which sees nothing of `/tmp` and of hidden folders."""
    if str(program).startswith("/snap/") or program.resolve().name == "snap":
        return True
    try:
        # Ubuntu's /usr/bin/chromium-browser is a script that starts the snap.
        with program.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    return head.startswith(b"#!") and b"/snap/bin/" in head


def _in_application(path: Path) -> str | None:
    """Return the program inside a macOS application, which is a folder."""
    return shutil.which(path / "Contents" / "MacOS" / path.stem) if path.suffix == ".app" else None


def _windows(environment: Mapping[str, str]) -> Iterator[str]:
    yield from _app_paths()
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if root := environment.get(variable):
            for program in _WINDOWS_PROGRAMS:
                yield rf"{root}\{program}"


def _app_paths() -> Iterator[str]:
    """Yield what Windows itself would start for `chrome.exe` and so on."""
    if sys.platform != "win32":
        return
    import winreg

    for name in ("chrome.exe", "msedge.exe", "brave.exe"):
        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                yield winreg.QueryValue(root, rf"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\{name}")
            except OSError:
                continue


def _downloaded(platform: str, environment: Mapping[str, str], home: Path) -> Iterator[str]:
    if platform == "win32":
        local = Path(environment.get("LOCALAPPDATA", home / "AppData" / "Local"))
    else:
        local = home / ("Library/Caches" if platform == "darwin" else ".cache")
    folders = (
        Path(environment.get("PLAYWRIGHT_BROWSERS_PATH") or local / "ms-playwright"),
        Path(environment.get("PUPPETEER_CACHE_DIR") or home / ".cache" / "puppeteer"),
    )
    for folder in folders:
        # <folder>/chromium-1234/chrome-linux/chrome, or a level more with Puppeteer: the newest first.
        builds = [path for depth in ("*/*/*", "*/*/*/*") for path in folder.glob(depth)]
        builds += folder.glob("*/*/*.app/Contents/MacOS/*")
        builds += folder.glob("*/*/*/*.app/Contents/MacOS/*")
        programs = [path for path in builds if _CACHED.fullmatch(path.name) and path.is_file()]
        yield from (str(path) for path in sorted(programs, key=_build_numbers, reverse=True))


def _build_numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]
