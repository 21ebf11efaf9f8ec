"""What stands beside the HTML of a deck, as a user asks for it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from celldeck import pipeline
from celldeck.cli import main
from celldeck.export.browser import Browser
from celldeck.settings import read_settings
from celldeck.tools import Tools

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


@pytest.mark.browser
def test_of_a_deck_that_is_printed_only_what_is_on_disk_is_kept(
    deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = Tools(replace(read_settings(deck.parent), pdf=True))
    html = Path("out/deck.html")
    try:
        built = pipeline.finish(pipeline.load(deck, tools), tools)
        pipeline.write(built, tools, html)
        assert not tools.shelf(html.with_suffix(".pdf")).known
        content = html.with_suffix(".pdf").read_bytes()
        # From there the second one comes.
        monkeypatch.setattr(Browser, "tab", None)
        pipeline.write(built, tools, html)
        assert html.with_suffix(".pdf").read_bytes() == content
    finally:
        tools.close()
