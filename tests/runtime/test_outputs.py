"""What cells give, as it stands on slides: its places, its size, and the colours of figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driver import Presented

from celldeck.model import Output
from celldeck.pipeline import finish, load
from celldeck.settings import Settings
from celldeck.tools import Tools

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]
THEMES = ["default", "gaia", "uncover", "dsi-certificates-theme"]

DRAWING = (
    '<svg width="576pt" height="324pt" viewBox="0 0 576 324"><g id="axes"><path id="line"'
    ' d="M 0 0 L 576 324" style="fill: none; stroke: #3a7fd0"/><rect width="576" height="324"'
    ' style="fill: none"/>'
    '<text x="9" y="40" style="font-size: 15px; fill: #23272e;'
    " font-family: 'DejaVu Sans', sans-serif;\">loss"
    "</text></g></svg>"
)
FIGURE = Output(
    "display",
    {"image/svg+xml": DRAWING},
    metadata={
        "image/svg+xml": {
            "width": 800,
            "ink": "#23272e",
            "ground": "#fdfdfc",
            "cycle": ["#3a7fd0", "#d9730d"],
        }
    },
)
BOXES = "(s) => { const { left, right, top, bottom } = document.querySelector(s).getBoundingClientRect();"


@pytest.fixture
def show(present: Present, tmp_path: Path) -> Iterator[Callable[..., Presented]]:
    tools = Tools(Settings(root=tmp_path))

    def shown(text: str, *outputs: Output, theme: str = "default", at: str = "") -> Presented:
        path = tmp_path / "talk.md"
        path.write_text(f"---\ntheme: {theme}\nkernel: python3\n---\n\n{text}", "utf-8")
        deck = load(path, tools)
        cells = tuple(replace(cell, outputs=outputs) for cell in deck.cells)
        built = finish(replace(deck, cells=cells), tools)
        assert [str(notice) for notice in built.notices] == []
        return present(built.page, at)

    yield shown
    tools.close()


def box(deck: Presented, selector: str) -> list[float]:
    """Return left, right, top and bottom in pixels of the window."""
    return list(deck.evaluate(f"({BOXES} return [left, right, top, bottom]; }})({selector!r})"))


def style(deck: Presented, selector: str, name: str) -> Any:
    return deck.evaluate(f"getComputedStyle(document.querySelector({selector!r}))[{name!r}]")


@pytest.mark.parametrize("theme", THEMES)
def test_a_figure_takes_the_colour_and_the_font_of_each_slide_that_shows_it(
    show: Callable[..., Presented], theme: str
) -> None:
    text = "# A\n\n```python {label=fit}\nx\n```\n\n---\n\n<!-- _class: invert -->\n\n<!-- output: fit -->\n"
    deck = show(text, FIGURE, theme=theme)
    colours = []
    for slide in ("1", "2"):
        section = f"section[id='{slide}']"
        fill = style(deck, f"{section} svg.figure text", "fill")
        assert fill == style(deck, section, "color")
        assert style(deck, f"{section} svg.figure text", "fontFamily") == style(deck, section, "fontFamily")
        colours.append(fill)
    assert colours[0] != colours[1]


@pytest.mark.parametrize("theme", THEMES)
def test_a_figure_fits_the_room_that_is_left(show: Callable[..., Presented], theme: str) -> None:
    code = "\n".join(["x = 1"] * 8)
    deck = show(f"# Title\n\n```python {{fig-cap=Below}}\n{code}\n```\n", FIGURE, theme=theme)
    left, right, top, bottom = box(deck, "svg.figure")
    caption = box(deck, ".cell-caption")
    assert top >= box(deck, "pre, marp-pre")[3]
    assert bottom - top > 60
    assert bottom <= caption[2] + 1
    assert caption[3] <= 720
    assert 0 <= left < right <= 1280


@pytest.mark.parametrize("theme", THEMES)
def test_an_output_stands_beside_its_code(show: Callable[..., Presented], theme: str) -> None:
    deck = show("# Title\n\n```python {output-location=beside}\nx = 1\n```\n", FIGURE, theme=theme)
    code, figure = box(deck, ".cell > :is(pre, marp-pre)"), box(deck, "svg.figure")
    assert code[1] <= figure[0]
    assert figure[2] < code[3] + 20
    assert figure[3] <= 720
    assert figure[1] <= 1280


def test_an_output_appears_in_its_step(show: Callable[..., Presented]) -> None:
    printed = Output("stream", {"text/plain": "printed"}, stream="stdout")
    text = "* one\n\n```python {output-location=fragment}\nx\n```\n\n- between\n* two\n"
    deck = show(text, printed)
    seen = []
    for _ in range(4):
        seen.append(style(deck, ".cell-outputs", "visibility"))
        deck.press("ArrowRight")
        deck.frames()
    assert seen == ["hidden", "hidden", "visible", "visible"]
    assert style(deck, ".cell pre, .cell marp-pre", "visibility") == "visible"


def test_an_output_is_on_the_next_slide(show: Callable[..., Presented]) -> None:
    deck = show("# Title\n\n```python {output-location=next-slide}\nx\n```\n\n---\n\n# Last\n", FIGURE)
    assert deck.evaluate("document.querySelectorAll('section').length") == 3
    assert deck.evaluate("document.querySelector('svg.figure').closest('section').id") == "2"
    deck.press("ArrowRight")
    assert deck.place == (1, 0)


def test_a_size_makes_all_of_an_output_smaller(show: Callable[..., Presented]) -> None:
    printed = Output("stream", {"text/plain": "printed"}, stream="stdout")
    heights = []
    for option in ("", " output-size=50%"):
        deck = show(f"```python {{echo=false{option}}}\nx\n```\n", printed)
        top, bottom = box(deck, "samp")[2:]
        heights.append(bottom - top)
    assert heights[1] == pytest.approx(heights[0] / 2, rel=0.1)
