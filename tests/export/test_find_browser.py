"""Where browsers are looked for, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.errors import DeckError
from celldeck.export import find_browser as module
from celldeck.export.find_browser import candidates, find_browser, is_confined


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def empty_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHROME_PATH", raising=False)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.delenv("PUPPETEER_CACHE_DIR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    absolute = (name for name in candidates("linux", {}, tmp_path) if name.startswith("/"))
    if any(Path(name).exists() for name in absolute):
        pytest.skip("a browser stands where every machine has it")


def test_the_one_that_is_named_comes_first_then_chrome_path_then_the_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, chrome_path = program(tmp_path / "named"), program(tmp_path / "chrome")
    whole, shell = (
        program(tmp_path / "bin" / "chromium"),
        program(tmp_path / "bin" / "chromium-headless-shell"),
    )
    monkeypatch.setenv("CHROME_PATH", str(chrome_path))
    assert find_browser(named) == named
    assert find_browser("chromium") == whole
    assert find_browser() == find_browser("auto") == chrome_path
    monkeypatch.delenv("CHROME_PATH")
    assert find_browser() == shell
    shell.unlink()
    assert find_browser() == whole


def test_downloads_of_playwright_and_puppeteer_are_used_the_newest_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    puppeteer = program(home / ".cache/puppeteer/chrome/linux-130.0.1/chrome-linux64/chrome")
    assert find_browser() == puppeteer
    program(home / ".cache/ms-playwright/chromium-999/chrome-linux/chrome")
    newer = program(home / ".cache/ms-playwright/chromium_headless_shell-1100/chrome-linux/headless_shell")
    assert find_browser() == newer


def test_a_wrong_name_is_told_with_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeckError) as error:
        find_browser("/no/such/chrome")
    assert str(error.value) == (
        "the browser setting names /no/such/chrome, but there is no such program\n"
        "  hint: give the path of a Chrome, Chromium, Edge or Brave, or leave it out to look for one"
    )
    monkeypatch.setenv("CHROME_PATH", "/nowhere")
    with pytest.raises(DeckError, match="CHROME_PATH names /nowhere"):
        find_browser()


@pytest.mark.parametrize(
    ("platform", "line"),
    [("linux", "sudo apt install chromium"), ("darwin", "brew install"), ("win32", "winget install")],
)
def test_without_any_browser_the_line_that_installs_one_is_given(
    monkeypatch: pytest.MonkeyPatch, platform: str, line: str
) -> None:
    monkeypatch.setattr(module.sys, "platform", platform)
    monkeypatch.setattr(module, "candidates", lambda *_: iter(()))
    with pytest.raises(DeckError) as error:
        find_browser()
    assert error.value.message.startswith("no Chrome, Chromium, Edge or Brave was found")
    assert error.value.hint
    assert line in error.value.hint
    assert "--browser PATH" in error.value.hint


def test_macs_and_windows_keep_browsers_in_their_own_places(tmp_path: Path) -> None:
    macs = list(candidates("darwin", {}, tmp_path))
    assert macs[0] == "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    assert str(tmp_path / "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge") in macs
    windows = list(candidates("win32", {"PROGRAMFILES": r"C:\Program Files"}, tmp_path))
    assert windows[0] == r"C:\Program Files\Google\Chrome\Application\chrome.exe"
    assert r"C:\Program Files\Microsoft\Edge\Application\msedge.exe" in windows


def test_an_application_of_a_mac_is_a_folder_with_the_program_in_it(tmp_path: Path) -> None:
    inner = program(tmp_path / "Some Browser.app" / "Contents" / "MacOS" / "Some Browser")
    assert find_browser(tmp_path / "Some Browser.app") == inner


def test_a_snap_is_known_also_by_the_script_that_starts_it(tmp_path: Path) -> None:
    assert is_confined(Path("/snap/bin/chromium"))
    assert is_confined(program(tmp_path / "chromium-browser", '#!/bin/sh\nexec /snap/bin/chromium "$@"\n'))
    assert not is_confined(program(tmp_path / "chromium"))
