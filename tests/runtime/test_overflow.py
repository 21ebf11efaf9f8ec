"""What does not fit is measured: in every way in which it can leave, at every step, and nothing that fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driver import Presented, page

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).parents[2] / "celldeck/runtime/overflow.js").read_text("utf-8")
TALL = "<div style='height: {}px'></div>"


@pytest.fixture
def measure(present: Callable[..., Presented]) -> Callable[..., list[list[dict[str, Any]]]]:
    """Measure slides that are given as what stands on them."""

    def run(*slides: str, css: str = "") -> list[list[dict[str, Any]]]:
        deck = present(page(*slides, css=css))
        deck.evaluate(f"({SCRIPT.replace('export default ', '')})(celldeck)")
        return list(deck.evaluate("celldeck.measure(celldeck.slides)"))

    return run


def told(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["how"], one["side"], one["what"]) for one in found]


@pytest.mark.parametrize(
    "slide",
    [
        "<h1>Title</h1><p>Text</p>",
        # As much as there is room for: 720 less two paddings of 70.
        f"{TALL.format(540)}<p style='margin: 0; line-height: 40px'>last line</p>",
        # Fonts are higher than lines that are set tight; that is no fault.
        f"{TALL.format(540)}<p style='margin: 0; line-height: 38px; font-size: 40px'>tight</p>",
        # What does not show cannot stand out.
        f"{TALL.format(700)}<p style='visibility: hidden'>x</p><p style='display: none'>x</p>",
        "<p style='position: absolute; width: 1px; height: 1px; overflow: hidden'>for readers only</p>",
        "<footer style='position: absolute; bottom: 10px'>footer</footer>",
        "<p style='position: absolute; top: 5px; left: 5px'>placed there</p>",
        # An author who pulls something into the padding wants it there.
        "<p style='margin: 0 -50px'>" + "word " * 60 + "</p>",
        '<pre is="marp-pre" data-auto-scaling="downscale-only">' + "x" * 200 + "</pre>",
        "<div style='overflow: auto; height: 200px'><p>fits</p></div>",
    ],
)
def test_what_fits_is_not_named(measure: Callable[..., Any], slide: str) -> None:
    assert measure(slide) == [[]]


@pytest.mark.parametrize(
    ("slide", "expected"),
    [
        (f"{TALL.format(640)}<p>below</p>", ("slide", "bottom", "text")),
        (
            f"{TALL.format(560)}<p style='margin: 0; line-height: 40px'>in it</p>",
            ("padding", "bottom", "text"),
        ),
        ("<p style='white-space: nowrap'>" + "long " * 60 + "</p>", ("slide", "right", "text")),
        ("<pre>" + "x" * 400 + "</pre>", ("slide", "right", "code")),
        (
            "<img src='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%22900%22"
            " height=%22900%22/%3E'>",
            ("slide", "bottom", "picture"),
        ),
        (
            "<p style='position: absolute; left: -200px; width: 400px'>placed outside of it</p>",
            ("slide", "left", "text"),
        ),
        (
            "<p style='transform: translateX(900px)'>moved over there, over there</p>",
            ("slide", "right", "text"),
        ),
        ("<pre style='overflow: auto; height: 100px'>" + "line\n" * 20 + "</pre>", ("box", "bottom", "code")),
        (
            "<div data-cell='3'><div class='cell-outputs'><pre>" + "line\n" * 40 + "</pre></div></div>",
            ("slide", "bottom", "output"),
        ),
        (f"{TALL.format(640)}<table><tr><td>in a table</td></tr></table>", ("slide", "bottom", "table")),
        (
            f"{TALL.format(560)}<pre style='margin: 0; background: #eee; padding: 60px 0 0'> </pre>",
            ("padding", "bottom", "code"),
        ),
    ],
)
def test_what_does_not_fit_is_named(
    measure: Callable[..., Any], slide: str, expected: tuple[str, str, str]
) -> None:
    (found,) = measure(slide)
    assert expected in told(found)
    assert all(one["px"] > 0 for one in found)


def test_centred_text_stands_out_above_and_below(measure: Callable[..., Any]) -> None:
    css = "div#\\:\\$p section { display: flex; flex-flow: column nowrap; justify-content: center }"
    (found,) = measure("".join(f"<p>line {n}</p>" for n in range(20)), css=css)
    assert {("slide", "top", "text"), ("slide", "bottom", "text")} <= set(told(found))
    assert next(one for one in found if one["side"] == "top")["text"] == "line 0"


def test_the_first_part_that_leaves_names_the_place_and_the_furthest_says_by_how_much(
    measure: Callable[..., Any],
) -> None:
    lines = "".join(f"<p style='margin: 0; height: 100px'>line {n}</p>" for n in range(9))
    (found,) = measure(lines)
    (one,) = (one for one in found if one["how"] == "slide")
    assert one["text"] == "line 7"
    assert 150 < one["px"] < 300


def test_every_step_is_measured_and_the_slide_stays_in_its_own(present: Callable[..., Presented]) -> None:
    css = "[data-bespoke-marp-fragment='inactive'] { display: none }"
    items = "".join(
        f"<p data-marpit-fragment='{n}' style='margin: 0; height: 220px'>step {n}</p>" for n in (1, 2, 3, 4)
    )
    deck = present(page(items, "<p>other</p>" + items, css=css))
    deck.evaluate(f"({SCRIPT.replace('export default ', '')})(celldeck)")
    deck.press("ArrowRight")
    found = deck.evaluate("celldeck.measure(celldeck.slides)")
    assert [one["step"] for one in found[0] if one["how"] == "slide"] == [4]
    assert any(one["how"] == "slide" for one in found[1])
    assert deck.place == (0, 1)
    shown = "[...celldeck.current.querySelectorAll('[data-bespoke-marp-fragment=active]')].length"
    assert deck.evaluate(shown) == 1
    assert deck.evaluate("document.querySelectorAll('.celldeck-measured').length") == 0


def test_the_size_of_the_window_does_not_count(present: Callable[..., Presented]) -> None:
    measured = []
    for size in ((1280, 720), (500, 700), (1900, 1000)):
        deck = present(page(f"{TALL.format(640)}<p>below</p>"), size=size)
        deck.evaluate(f"({SCRIPT.replace('export default ', '')})(celldeck)")
        (found,) = deck.evaluate("celldeck.measure(celldeck.slides)")
        measured.append(next(one["px"] for one in found if one["how"] == "slide"))
    assert max(measured) - min(measured) < 3
