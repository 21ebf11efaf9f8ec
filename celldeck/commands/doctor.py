"""`doctor`: what celldeck finds on this machine, and what to mend."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from celldeck.errors import DeckError
from celldeck.reporter import Reporter
from celldeck.settings import find_root, read_settings

State = Literal["good", "note", "bad"]
_SIGNS: dict[State, str] = {"good": "✓", "note": "·", "bad": "✗"}
_OLDEST = (3, 11)
_FIRST_PORT = 8000

_WANTED: tuple[tuple[str, str, str | None], ...] = (
    # What is asked for, what it is for, what to do without it; None: it is no part of celldeck itself.
    ("marko", "Markdown", ""),
    ("quickjs-ng", "formulas and coloured code", ""),
    ("ipykernel", "cells", ""),
    ("jupyter_client", "cells", ""),
    ("nbclient", "cells", ""),
    ("tornado", "--watch", ""),
    ("watchdog", "--watch", ""),
    ("django-static-ace-builds", "editing cells on stage", ""),
    ("pikepdf", "PDF", ""),
    ("numpy", "decks", None),
    ("matplotlib", "decks", None),
    ("tensorflow", "decks", None),
    ("keras", "decks", None),
    ("torch", "decks", None),
)

_FONTS = (
    ("Noto Color Emoji", "emoji outside of pictures", "fonts-noto-color-emoji"),
    ("Noto Sans CJK JP", "Chinese, Japanese and Korean", "fonts-noto-cjk"),
)

# Asked of a Python of its own: TensorFlow takes seconds to load, and may end its process.
_ASK_TENSORFLOW = """
import json, os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
build = tf.sysconfig.get_build_info()
print(json.dumps({
    "version": tf.__version__,
    "gpus": [tf.config.experimental.get_device_details(d).get("device_name", d.name)
             for d in tf.config.list_physical_devices("GPU")],
    "cuda": bool(build.get("is_cuda_build")),
    "wanted": [build.get("cuda_version"), build.get("cudnn_version")],
}))
"""
_ASK_S = 90.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    state: State
    about: str
    told: str
    mend: str | None = None
    """What to do; None: nothing is to be done."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--quick", action="store_true", help="do not load TensorFlow to ask for its devices")


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Tell what there is, and what to mend.

    Returns:
        1 if something is to be mended that celldeck cannot do without.
    """
    here = Path.cwd()
    root = find_root(here)
    root = Path() if root == here else root
    number = 0
    for finding in findings(root, quick=given.quick):
        mend = f"\n    mend: {finding.mend}" if finding.mend else ""
        reporter.result(f"{_SIGNS[finding.state]} {finding.about}: {finding.told}{mend}")
        number += finding.state == "bad"
    reporter.result("all is well" if not number else f"{number} thing{'s' * (number > 1)} to mend")
    return 1 if number else 0


def findings(root: Path, *, quick: bool = False) -> Iterator[Finding]:
    """Give everything that is looked at, in order; what takes long comes last."""
    yield _python()
    yield from _packages()
    yield from _kernels()
    yield _browser(root)
    yield from _fonts()
    yield _port(root)
    yield _cache(root)
    yield from _devices(quick)


def _python() -> Finding:
    told = f"{platform.python_version()}, {sys.executable}, on {platform.platform(terse=True)}"
    if sys.version_info[:2] < _OLDEST:
        return Finding("bad", "Python", told, f"install Python {_OLDEST[0]}.{_OLDEST[1]} or later")
    if sys.prefix == sys.base_prefix:
        told += ", no virtual environment"
    return Finding("good", "Python", told)


def _packages() -> Iterator[Finding]:
    found, missing = [], []
    for name, purpose, own in _WANTED:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            if own is not None:
                missing.append((name, purpose))
    yield Finding("good", "packages", ", ".join(found) or "none")
    for name, purpose in missing:
        yield Finding("bad", "package", f"{name} is missing ({purpose})", f"python -m pip install {name}")


def _kernels() -> Iterator[Finding]:
    if importlib.util.find_spec("ipykernel_launcher") is None:
        yield Finding("bad", "kernel python3", "not there", f"{sys.executable} -m pip install ipykernel")
    else:
        yield Finding("good", "kernel python3", "the Python that runs celldeck")
    others: list[str] = []
    for folder in _kernel_folders():
        for spec in sorted(folder.glob("*/kernel.json")):
            try:
                program = str(json.loads(spec.read_text("utf-8"))["argv"][0])
            except (OSError, ValueError, LookupError, TypeError):
                mend = f"mend or delete {spec}"
                yield Finding("note", f"kernel {spec.parent.name}", "its description cannot be read", mend)
                continue
            if shutil.which(program) is None:
                told = f"its program {program} is not there"
                yield Finding("note", f"kernel {spec.parent.name}", told, f"delete {spec.parent}")
            elif spec.parent.name not in ("python3", *others):
                others.append(spec.parent.name)
    if others:
        yield Finding("good", "other kernels", ", ".join(others))


def _kernel_folders() -> Iterator[Path]:
    try:
        from jupyter_core.paths import jupyter_path
    except ModuleNotFoundError:
        return
    for folder in jupyter_path("kernels"):
        yield Path(folder)


def _browser(root: Path) -> Finding:
    from celldeck.export.find_browser import find_browser

    try:
        program = find_browser(read_settings(root).browser)
    except DeckError as error:
        return Finding("note", "browser", f"{error.message}", error.hint)
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20)
        version = answer.stdout.strip().splitlines()
    except (OSError, subprocess.SubprocessError):
        version = []
    return Finding("good", "browser", f"{program}" + (f", {version[0]}" if version else ""))


def _fonts() -> Iterator[Finding]:
    program = shutil.which("fc-list")
    if program is None:
        yield Finding("note", "fonts", "the system does not tell which it has; decks bring theirs")
        return
    try:
        answer = subprocess.run([program, ":", "family"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return
    families = {name.strip() for line in answer.stdout.splitlines() for name in line.split(",")}
    yield Finding("good", "fonts", f"{len(families)} families; decks bring the fonts of their themes")
    for family, purpose, package in _FONTS:
        if family not in families:
            told = f"{family} is missing ({purpose})"
            yield Finding("note", "font", told, f"on Debian and Ubuntu: sudo apt install {package}")


def _port(root: Path) -> Finding:
    wanted = read_settings(root).port or _FIRST_PORT
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        told = f"{port} is free for --watch" + (f"; {wanted} is taken" if port != wanted else "")
        return Finding("good" if port == wanted else "note", "port", told)
    return Finding("bad", "port", f"none from {wanted} on is free", "end a program, or give --port")


def _cache(root: Path) -> Finding:
    folder = read_settings(root).cache
    place = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    told = f"{folder}, {free / 1e9:.1f} GB free on its disk"
    if not os.access(place, os.W_OK):
        return Finding("bad", "kept outputs", f"{folder} cannot be written", f"make {place} writable")
    if free < 500e6:
        return Finding("note", "kept outputs", told, "python build.py cache prune, or make room")
    return Finding("good", "kept outputs", told)


# ---------------------------------------------------------------- devices


def _devices(quick: bool) -> Iterator[Finding]:
    cards = list(graphics_cards())
    for card in cards:
        yield Finding("good", "graphics card", card)
    if importlib.util.find_spec("tensorflow") is None:
        if cards:
            told = "TensorFlow is not installed, so the graphics card is not used"
            yield Finding("note", "devices", told, "python -m pip install -e '.[gpu]'")
        else:
            yield Finding(
                "note", "devices", "TensorFlow is not installed; there is no graphics card it could use"
            )
        return
    if quick:
        yield Finding("note", "devices", "not asked for (--quick)")
        return
    yield tensorflow_finding(_ask_tensorflow(), bool(cards), os.environ.get("CUDA_VISIBLE_DEVICES"))


def graphics_cards() -> Iterator[str]:
    """Give the graphics cards that a library could compute on, as their driver names them."""
    program = shutil.which("nvidia-smi")
    if program:
        query = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
        try:
            answer = subprocess.run(query, capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.SubprocessError):
            answer = None
        if answer and answer.returncode == 0:
            yield from (line.strip() for line in answer.stdout.splitlines() if line.strip())
            return
    if Path("/dev/nvidiactl").exists() or Path("/proc/driver/nvidia/version").exists():
        yield "NVIDIA, which its driver does not describe"
    elif Path("/dev/kfd").exists():
        yield "AMD (ROCm)"
    elif Path("/dev/dxg").exists():
        yield "of Windows, as WSL shows it"
    elif sys.platform == "darwin" and platform.machine() == "arm64":
        yield "of this Apple chip"


def _ask_tensorflow() -> dict[str, object]:
    """Return what TensorFlow says of itself; with `error` where it cannot be loaded."""
    try:
        answer = subprocess.run(
            [sys.executable, "-c", _ASK_TENSORFLOW], capture_output=True, text=True, timeout=_ASK_S
        )
    except subprocess.TimeoutExpired:
        return {"error": f"it did not load in {_ASK_S:g} s"}
    lines = answer.stdout.strip().splitlines()
    try:
        told = json.loads(lines[-1])
    except (ValueError, IndexError):
        last = answer.stderr.strip().splitlines()
        return {"error": last[-1] if last else f"its process ended with status {answer.returncode}"}
    return dict(told)


def tensorflow_finding(told: dict[str, object], has_card: bool, visible: str | None) -> Finding:
    """Return what is told of TensorFlow's devices, with the reason where a graphics card is not used.

    Args:
        told: what `_ASK_TENSORFLOW` printed, or `error`.
        has_card: there is a graphics card.
        visible: the variable `CUDA_VISIBLE_DEVICES`.
    """
    if "error" in told:
        mend = "python -m pip install --force-reinstall tensorflow"
        return Finding("bad", "devices", f"TensorFlow cannot be loaded: {told['error']}", mend)
    version, gpus = told["version"], told["gpus"]
    assert isinstance(gpus, list)
    if gpus:
        return Finding("good", "devices", f"TensorFlow {version} computes on {', '.join(map(str, gpus))}")
    if not has_card:
        return Finding(
            "good", "devices", f"TensorFlow {version} computes on the CPU; there is no graphics card"
        )
    base = f"TensorFlow {version} computes on the CPU, though there is a graphics card"
    if visible is not None and visible.strip() in ("", "-1"):
        return Finding(
            "note", "devices", f"{base}: CUDA_VISIBLE_DEVICES hides it", "unset CUDA_VISIBLE_DEVICES"
        )
    if sys.platform == "win32":
        return Finding("note", "devices", f"{base}: since 2.11 it has no GPU on Windows", "use WSL 2")
    if sys.platform == "darwin":
        return Finding(
            "note", "devices", f"{base}: it needs a plug-in", "python -m pip install tensorflow-metal"
        )
    if not told["cuda"]:
        return Finding(
            "note",
            "devices",
            f"{base}: this TensorFlow was built without CUDA",
            "python -m pip install -e '.[gpu]'",
        )
    wanted = told["wanted"]
    assert isinstance(wanted, list)
    needs = " and ".join(
        f"{name} {number}" for name, number in zip(("CUDA", "cuDNN"), wanted, strict=True) if number
    )
    return Finding(
        "note",
        "devices",
        f"{base}: its libraries ({needs or 'CUDA, cuDNN'}) are not found, or the driver is too old for them",
        "python -m pip install -e '.[gpu]', and a new enough driver (nvidia-smi tells which CUDA it can)",
    )
