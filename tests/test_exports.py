"""What stands beside the HTML of a deck, as a user asks for it."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from celldeck.cli import main

DECK = "---\nmarp: true\n---\n\n# One\n\n![](a.svg)\n\n---\n\n# Two\n\n---\n\n# Three\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="9" height="9"/></svg>'


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.svg").write_text(SVG)
    path = tmp_path / "deck.md"
    path.write_text(DECK)
    return path


def test_notebook_and_script_stand_beside_the_html(deck: Path) -> None:
    assert main([str(deck), "--ipynb", "--py", "-o", "out"]) == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["deck.html", "deck.ipynb", "deck.py"]
    assert "data:image/svg+xml;base64," in Path("out/deck.ipynb").read_text("utf-8")


@pytest.mark.browser
def test_some_slides_are_printed_with_their_numbers(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(deck), "--pdf", "--pages", "3,1", "--images", "png", "-o", "out"]) == 0
    with pikepdf.open(io.BytesIO(Path("out/deck.pdf").read_bytes())) as pdf:
        assert [page.label for page in pdf.pages] == ["3", "1"]
    assert sorted(path.name for path in Path("out/deck").iterdir()) == ["001.png", "003.png"]
    assert "deck.md:7:5: warning: the picture a.svg has no alternative text" in capsys.readouterr().err


@pytest.mark.browser
def test_slides_that_there_are_not_leave_the_old_pdf(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    Path("out/deck.pdf").write_text("old")
    assert main([str(deck), "--pdf", "--pages", "2-9", "-o", "out"]) == 1
    assert Path("out/deck.pdf").read_text() == "old"
    assert "'2-9' are no slides of this deck, which has 3" in capsys.readouterr().err
