"""All slides at once, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driver import Presented, page

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

LIST = '<h1>List</h1><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>'
SLIDES = [LIST if number == 7 else f'<h1>Slide {number}</h1><a href="#1">x</a>' for number in range(1, 21)]
FOCUSED = "document.activeElement.getAttribute('aria-label')"


@pytest.mark.parametrize("key", ["o", "Escape"])
def test_it_opens_and_closes_by_key_and_nothing_has_moved(present: Present, key: str) -> None:
    deck = present(page(*SLIDES), "#3")
    boxes = (
        "celldeck.slides.map((s) => s.getBoundingClientRect())"
        ".map(({x, y, width, height}) => [x, y, width, height])"
    )
    before = deck.evaluate(boxes)
    deck.press(key)
    assert deck.evaluate("celldeck.isOverview")
    shown = deck.evaluate(boxes)
    assert [round(x) for x, y, _, _ in shown[:4]] == [16, 332, 648, 964]
    assert all(
        width == pytest.approx(300) and height == pytest.approx(168.75) for _, _, width, height in shown
    )
    assert len({(round(x), round(y)) for x, y, _, _ in shown}) == 20
    deck.press(key)
    assert not deck.evaluate("celldeck.isOverview")
    assert deck.evaluate(boxes) == before
    assert deck.place == (2, 0)


def test_all_of_a_slide_shows_also_what_comes_later(present: Present) -> None:
    deck = present(page(*SLIDES), "#7")
    deck.press("o")
    assert deck.evaluate("getComputedStyle(document.querySelector('li')).visibility") == "visible"
    deck.press("o")
    assert deck.evaluate("getComputedStyle(document.querySelector('li')).visibility") == "hidden"


def test_arrows_move_and_enter_chooses_with_all_of_the_slide(present: Present) -> None:
    deck = present(page(*SLIDES), "#3")
    deck.press("o")
    focused = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "ArrowRight", "Home"):
        deck.press(key)
        focused.append(deck.evaluate(FOCUSED))
    assert focused == [
        "Slide 4: Slide 4",
        "Slide 8: Slide 8",
        "Slide 7: List",
        "Slide 3: Slide 3",
        "Slide 20: Slide 20",
        "Slide 20: Slide 20",
        "Slide 1: Slide 1",
    ]
    deck.press(*["ArrowRight"] * 6, "Enter")
    assert deck.place == (6, 2)
    assert not deck.evaluate("celldeck.isOverview")


def test_a_click_chooses_and_does_not_turn_further(present: Present) -> None:
    deck = present(page(*SLIDES))
    deck.press("o")
    deck.click(480, 100)
    assert deck.place == (1, 0)
    deck.press("o")
    deck.wheel(0, 500)
    assert deck.place == (1, 0)


def test_links_on_slides_are_out_of_reach_while_it_shows(present: Present) -> None:
    deck = present(page(*SLIDES))
    deck.press("o", "Tab")
    assert deck.evaluate("document.activeElement.localName") != "a"
    deck.press("o")


def test_the_button_opens_it(present: Present) -> None:
    deck = present(page(*SLIDES))
    deck.mouse("mouseMoved", 300, 300)
    x, y, width, height = deck.evaluate(
        "(({x, y, width, height}) => [x, y, width, height])"
        "(document.querySelector('[data-bespoke-marp-osc=overview]').getBoundingClientRect())"
    )
    deck.click(x + width / 2, y + height / 2)
    assert deck.evaluate("celldeck.isOverview")


def test_it_follows_an_edit(present: Present) -> None:
    deck = present(page(*SLIDES), "#3")
    deck.press("o")
    deck.evaluate("celldeck.replaceSlides([0, 2, 3])")
    assert deck.evaluate("document.querySelectorAll('.celldeck-grid > button').length") == 3
    assert deck.evaluate("celldeck.isOverview")
    deck.press("Home", "Enter")
    assert deck.place == (0, 0)
