"""The PDF of a deck that is served follows its edits."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from celldeck.cli import main
from celldeck.execute import Silent
from celldeck.export.local_files import LocalFiles
from celldeck.export.pdf import shelf
from celldeck.serve import printer
from celldeck.serve.builder import Builder
from celldeck.serve.site import Site
from celldeck.settings import Settings
from celldeck.tools import Tools

pytestmark = pytest.mark.browser

DECK = "---\nmarp: true\ntitle: A deck\nlang: en\n---\n\n" + "\n\n---\n\n".join(
    f"# Slide {n}\n\n* one\n* two\n\n[to 2](#2) $a_{n}$ ![A line w:50](a.svg)" for n in range(1, 9)
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><path d="M0 0h{}" stroke="red"/></svg>'


class Told(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def result(self, line: str) -> None:
        self.lines.append(line)

    problem = result


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Serve a deck whose PDF is written to `out`; what is told of it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.svg").write_text(SVG.format(9))
    (tmp_path / "deck.md").write_text(DECK)
    told = Told()
    path = Path("deck.md")
    tools = Tools(Settings(pdf=True))
    builder = Builder(Site([path]), tools, told, outputs=lambda deck: Path("out") / f"{deck.stem}.html")
    builder.start()
    yield told
    builder.stop()
    assert not builder.is_alive()


def wait_for(happens: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def printed(told: Told) -> int:
    return sum(bool(re.match(r"deck\.md → out/deck\.pdf: ", line)) for line in told.lines)


def contents(path: str) -> list[bytes]:
    with pikepdf.open(io.BytesIO(Path(path).read_bytes())) as pdf:
        return [page.Contents.read_bytes() for page in pdf.pages]


def test_one_slide_edited_gives_the_pdf_of_a_whole_build(told: Told) -> None:
    wait_for(lambda: printed(told) == 1)
    before = contents("out/deck.pdf")
    Path("deck.md").write_text(DECK.replace("# Slide 4", "# A wholly *new* title"))
    wait_for(lambda: printed(told) == 2)
    after = contents("out/deck.pdf")
    assert [number for number, content in enumerate(after) if content != before[number]] == [3]
    # Only that one was printed: each print has a file.
    assert len(list(Path(".celldeck/printed").glob("*.pdf"))) == 2
    assert main(["deck.md", "--pdf", "-o", "whole/deck.html"]) == 0
    assert after == contents("whole/deck.pdf")


def test_many_edits_are_printed_one_by_one_and_the_whole_anew_in_a_pause(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MOST_PRINTS", 2)
    wait_for(lambda: printed(told) == 1)
    sheets = Path(".celldeck/printed")
    text = DECK
    for edit in range(1, 4):
        # A pause between these edits would be one to print the whole in.
        monkeypatch.setattr(printer, "_PAUSE_S", 60.0 if edit < 3 else 0.1)
        text = text.replace(f"# Slide {edit}", f"# Edit {edit}")
        Path("deck.md").write_text(text)
        wait_for(lambda edit=edit: printed(told) == edit + 1)
    in_parts = contents("out/deck.pdf")
    wait_for(lambda: len(list(sheets.glob("*.pdf"))) == 1)
    assert contents("out/deck.pdf") == in_parts
    assert printed(told) == 4


def test_a_pdf_that_is_written_beside_the_decks_is_no_change(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for(lambda: printed(told) == 1)
    time.sleep(1.0)
    # The folder is new, which may matter, once.
    Path("deck.md").write_text(DECK.replace("# Slide 3", "# Another title"))
    wait_for(lambda: printed(told) == 2)
    time.sleep(1.0)
    looks: list[LocalFiles] = []
    monkeypatch.setattr(LocalFiles, "look_anew", lambda files: looks.append(files))
    Path("deck.md").write_text(DECK.replace("# Slide 4", "# Another title"))
    wait_for(lambda: printed(told) == 3)
    time.sleep(1.0)
    assert looks == []
    Path("other.txt").write_text("A file of the author's.")
    wait_for(lambda: looks)


def test_another_picture_in_a_file_is_in_the_pdf(told: Told) -> None:
    wait_for(lambda: printed(told) == 1)
    first = Path("out/deck.pdf").read_bytes()
    Path("a.svg").write_text(SVG.format(80))
    wait_for(lambda: printed(told) == 2)
    assert Path("out/deck.pdf").read_bytes() != first


def test_a_pdf_that_cannot_be_written_is_told_and_watching_goes_on(told: Told) -> None:
    wait_for(lambda: printed(told) == 1)
    Path("out/deck.pdf").unlink()
    Path("out/deck.pdf").mkdir()
    Path("deck.md").write_text(DECK + "\n\nmore\n")
    wait_for(lambda: any("out/deck.pdf cannot be written: it is a folder" in line for line in told.lines))
    Path("out/deck.pdf").rmdir()
    Path("deck.md").write_text(DECK + "\n\nmore and more\n")
    wait_for(lambda: printed(told) == 2)
