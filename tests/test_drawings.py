"""Drawings that go into the PDF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from driver import page

from celldeck.drawings import read_drawings, with_drawings
from celldeck.errors import DeckError
from celldeck.pipeline import build, write
from celldeck.settings import Settings
from celldeck.tools import Tools

STROKE = {"slide": 2, "step": 0, "color": "#e5383b", "width": 5, "points": [[10, 20], [30, 40.5]]}


def saved(path: Path, *strokes: object) -> Path:
    path.write_text(json.dumps({"celldeck": "drawings", "strokes": strokes}), "utf-8")
    return path


def test_strokes_become_paths_over_their_slide(tmp_path: Path) -> None:
    dot = {**STROKE, "points": [[1, 2]]}
    drawn = read_drawings(saved(tmp_path / "a.json", STROKE, dot))
    assert [path.split('"')[1] for path in drawn[2]] == ["M10 20L30 40.5", "M1 2L1 2"]
    first, second = with_drawings(page("x", "y"), drawn).slides
    assert first == page("x", "y").slides[0]
    assert second.endswith(f'</foreignObject><g aria-hidden="true">{"".join(drawn[2])}</g></svg>')


@pytest.mark.parametrize(
    "broken",
    [
        {**STROKE, "color": 'red" onload="x'},
        {**STROKE, "points": []},
        {**STROKE, "points": [[1]]},
        {**STROKE, "points": [["1", 2]]},
        {**STROKE, "slide": 0},
        {**STROKE, "width": "5"},
        "stroke",
    ],
)
def test_what_is_no_stroke_is_told(tmp_path: Path, broken: object) -> None:
    with pytest.raises(DeckError, match="is no stroke"):
        read_drawings(saved(tmp_path / "a.json", broken))


def test_drawings_on_slides_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(DeckError, match="drawings on slide 2, but the deck has 1 slides"):
        with_drawings(page("x"), read_drawings(saved(tmp_path / "a.json", STROKE)))


@pytest.mark.browser
@pytest.mark.parametrize("asked", [True, False])
def test_the_pdf_has_them_when_they_are_asked_for(tmp_path: Path, browser: object, asked: bool) -> None:
    deck = tmp_path / "talk.md"
    deck.write_text("# One\n\n---\n\n# Two\n", "utf-8")
    saved(tmp_path / "talk.drawings.json", {**STROKE, "points": [[100, 600], [1100, 600]], "width": 40})
    tools = Tools(Settings(root=tmp_path, pdf=True, drawings=asked))
    try:
        write(build(deck, tools), tools, tmp_path / "talk.html")
    finally:
        tools.browser.close()
    import pikepdf

    # The red of the stroke is a colour of lines that nothing else on these pages has.
    red = pytest.approx([0xE5 / 255, 0x38 / 255, 0x3B / 255], abs=0.01)
    with pikepdf.open(tmp_path / "talk.pdf") as pdf:
        found = [
            [float(part) for part in step.operands] == red
            for step in pikepdf.parse_content_stream(pdf.pages[1])
            if str(step.operator) == "RG"
        ]
    assert any(found) is asked
    assert "<g aria-hidden" not in (tmp_path / "talk.html").read_text("utf-8")
