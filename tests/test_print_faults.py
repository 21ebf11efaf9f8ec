"""What goes wrong while a deck is printed: it is told, nothing is lost, no process of the browser is left."""

from __future__ import annotations

import errno
import io
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from celldeck.cli import main
from celldeck.export.pdf import drawings, packed, prints, shelf

pytestmark = pytest.mark.browser

DECK = "---\nmarp: true\nlang: en\n---\n\n# One\n\n---\n\n# Two\n"


@pytest.fixture(autouse=True)
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deck in a folder of its own, where the browser has its profile, too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    Path("pyproject.toml").write_text("[tool.celldeck]\n")
    path = Path("deck.md")
    path.write_text(DECK)
    return path


def build(*arguments: str) -> int:
    return main(["deck.md", "--pdf", "-o", "out", *arguments])


def browsers(folder: Path) -> list[str]:
    """Return the processes, zombies among them, that a browser with a profile in `folder` has."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if str(folder) in command or (state == "Z" and int(parent) == os.getpid()):
            found.append(f"{process.name} {state} {command[:80]}")
    return found


@pytest.fixture(autouse=True)
def _no_browser_is_left(deck: Path, tmp_path: Path) -> Any:
    yield
    if Path("/proc").is_dir():
        end = time.monotonic() + 5
        while left := browsers(tmp_path):
            assert time.monotonic() < end, left
            time.sleep(0.05)
    assert list((tmp_path / "temporary").glob("celldeck-browser-*")) == []


def pages() -> int:
    with pikepdf.open(io.BytesIO(Path("out/deck.pdf").read_bytes())) as pdf:
        return len(pdf.pages)


def test_a_build_leaves_no_process(deck: Path) -> None:
    assert build() == 0
    assert pages() == 2


def kill_the_browser(folder: Path) -> None:
    for line in browsers(folder):
        number, _, command = line.split(" ", 2)
        # The first process, which has no `--type`: as the system does when memory is short.
        if "--type=" not in command:
            os.kill(int(number), signal.SIGKILL)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found in /proc")
def test_a_browser_that_is_killed_in_mid_print_is_told_and_leaves_the_old_pdf(
    deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build() == 0
    before = Path("out/deck.pdf").read_bytes()
    deck.write_text(DECK + "\n---\n\n# Three\n")
    surveyed = prints._surveyed

    def killed(*given: Any) -> Any:
        found = surveyed(*given)
        threading.Timer(0.01, kill_the_browser, (tmp_path,)).start()
        time.sleep(0.2)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(prints, "_surveyed", killed)
        assert build() == 1
    told = capsys.readouterr()
    assert "stopped: it was killed\n  hint: a system does so when its memory is short" in told.err
    assert "out/deck.html is built" in told.out + told.err
    assert Path("out/deck.pdf").read_bytes() == before
    assert list(Path("out").glob(".celldeck-*")) == []
    assert build() == 0
    assert pages() == 3


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_told_and_leaves_the_old_pdf(
    deck: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build() == 0
    before = Path("out/deck.pdf").read_bytes()
    deck.write_text(DECK + "\nmore\n")
    with monkeypatch.context() as patch:
        patch.setattr("celldeck.export.pdf.write_atomically", full)
        assert build() == 1
    assert "out/deck.pdf cannot be written: No space left on device" in capsys.readouterr().err
    assert Path("out/deck.pdf").read_bytes() == before
    assert build() == 0


def test_a_disk_that_has_no_room_for_a_cache_is_no_matter(
    deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (shelf, packed, drawings):
        monkeypatch.setattr(module, "write_atomically", full)
    assert build() == 0
    assert pages() == 2


def test_a_picture_that_is_none_is_told_and_the_rest_is_printed(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.png").write_bytes(b"this is no picture")
    Path("b.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more than this")
    deck.write_text(DECK + "\n![A](a.png) ![B](b.png)\n")
    assert build("--pptx", "--images", "png", "--thumbnail") == 0
    assert pages() == 2
    told = capsys.readouterr().err
    assert "deck.md:12:6: warning: the picture a.png cannot be shown" in told
    assert "deck.md:12:18: warning: the picture b.png cannot be shown" in told
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "deck",
        "deck.html",
        "deck.pdf",
        "deck.png",
        "deck.pptx",
    ]


def test_a_photograph_of_20000_pixels_is_made_as_small_as_it_is_shown(deck: Path) -> None:
    Image.effect_noise((500, 40), 90).resize((20_000, 1_600)).convert("RGB").save("a.jpg", quality=80)
    deck.write_text(DECK + "\n![w:800 A photograph](a.jpg)\n")
    assert build() == 0
    with pikepdf.open(io.BytesIO(Path("out/deck.pdf").read_bytes())) as pdf:
        images = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
        assert [(int(i.Width), int(i.Height)) for i in images] == [(1600, 128)]


def test_who_interrupts_a_print_is_told_and_leaves_nothing(
    deck: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    surveyed = prints._surveyed

    def interrupted(*given: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        return surveyed(*given)

    monkeypatch.setattr(prints, "_surveyed", interrupted)
    assert build() == 130
    assert "stopped" in capsys.readouterr().err
    assert not Path("out/deck.pdf").exists()
