"""The tools in the hand: black screen, laser, pen, zoom, search, going to a slide and back, help."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from driver import Presented, page

from celldeck.keymap import ACTIONS, with_keys
from celldeck.model import Page

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

LIST = '<h1>List</h1><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>'
DECK = (
    "<h1>First</h1>",
    LIST,
    "<h1>Training a network</h1><p>Gradient descent, größer</p>",
    "<h1>Fourth</h1>",
    "<h1>Last</h1>",
)


def with_notes() -> Page:
    return page(*DECK, notes=((), (), (), ("remember the *cookies*",), ()))


# ---------------------------------------------------------------- black screen, full screen


@pytest.mark.parametrize("key", ["b", "."])
def test_a_black_screen_until_the_next_step(present: Present, key: str) -> None:
    deck = present(page(*DECK))
    covered = "getComputedStyle(document.body, '::after').backgroundColor"
    assert deck.evaluate(covered) == "rgba(0, 0, 0, 0)"
    deck.press(key)
    assert deck.evaluate(covered) == "rgb(0, 0, 0)"
    deck.press(key)
    assert deck.evaluate(covered) == "rgba(0, 0, 0, 0)"
    deck.press(key, "PageDown")
    assert deck.evaluate(covered) == "rgba(0, 0, 0, 0)"
    assert deck.place == (1, 0)


def test_f5_of_a_clicker_fills_the_screen_and_loads_nothing_anew(present: Present) -> None:
    deck = present(page(*DECK))
    deck.evaluate("globalThis.same = true; null")
    deck.press("F5")
    deck.frames()
    assert deck.evaluate("same && document.fullscreenElement === document.documentElement")


# ---------------------------------------------------------------- search, go, back


def test_g_goes_to_a_number_or_a_title(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("g", "4", "Enter")
    assert deck.place == (3, 0)
    deck.press("g", *"train", "Enter")
    assert deck.place == (2, 0)
    deck.press("g", *"2.2", "Enter")
    assert deck.place == (1, 1)
    deck.press("g", *"99", "Enter")
    assert deck.place == (4, 0)


def test_search_finds_words_of_slides_and_notes_whatever_their_accents(present: Present) -> None:
    deck = present(with_notes())
    rows = "[...document.querySelectorAll('[role=option]')].map((r) => r.querySelector('b').textContent)"
    deck.press("/", *"nobody")
    assert deck.evaluate(rows) == []
    assert "no slide" in deck.evaluate("document.querySelector('dialog').textContent")
    deck.press("Escape", "/", *"GRO")
    assert deck.evaluate(rows) == ["3"]
    deck.press("Escape", "/", *"descent")
    assert deck.evaluate(rows) == ["3"]
    deck.press("Escape", "/", *"cookies", "Enter")
    assert deck.place == (3, 0)
    deck.press("/", "ArrowDown", "ArrowDown", "Enter")
    assert deck.place == (2, 0)


def test_typing_in_the_dialog_turns_nothing_and_escape_closes_only_it(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("/", "b", " ", "o", "ArrowRight", "Escape")
    assert deck.place == (0, 0)
    assert deck.evaluate("document.querySelectorAll('dialog').length") == 0
    assert not deck.evaluate("celldeck.isOverview")
    deck.press("ArrowRight")
    assert deck.place == (1, 0)


def test_backspace_leads_back_to_where_a_jump_began(present: Present) -> None:
    deck = present(page(*DECK), "?f=1#2")
    deck.press("End", "Backspace")
    assert deck.place == (1, 1)
    deck.press("g", "5", "Enter", "Home", "Backspace", "Backspace")
    assert deck.place == (1, 1)
    deck.press("Backspace")
    assert deck.place == (1, 1)


# ---------------------------------------------------------------- laser and zoom


def test_the_laser_follows_the_mouse_and_a_click_does_not_turn(present: Present) -> None:
    deck = present(page(*DECK))
    dot = (
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(document.querySelector('.celldeck-laser').getBoundingClientRect())"
    )
    deck.press("l")
    deck.mouse("mouseMoved", 400, 250)
    deck.frames()
    assert deck.evaluate(dot) == pytest.approx([400, 250], abs=1)
    deck.click(500, 300)
    assert deck.place == (0, 0)
    deck.press("l")
    deck.frames()
    assert deck.evaluate("document.querySelector('.celldeck-laser').hidden")


@pytest.mark.parametrize("way", ["key", "alt and click"])
def test_zoom_brings_the_spot_nearer_and_another_slide_ends_it(present: Present, way: str) -> None:
    deck = present(
        page('<div id="spot" style="position:absolute;left:900px;top:500px;width:20px;height:20px">', *DECK)
    )
    box = (
        "(({x, y, width, height}) => [x + width / 2, y + height / 2, width])"
        "(document.getElementById('spot').getBoundingClientRect())"
    )
    before = deck.evaluate(box)
    deck.mouse("mouseMoved", 910, 510)
    if way == "key":
        deck.press("z")
    else:
        deck.click(910, 510, modifiers=1)
    deck.frames()
    x, y, width = deck.evaluate(box)
    assert (x, y) == pytest.approx((640, 360), abs=2)
    assert width == pytest.approx(50, abs=0.5)
    deck.press("z")
    assert deck.evaluate(box) == before
    deck.press("z", "ArrowRight", "ArrowLeft")
    assert deck.evaluate(box) == before


def test_zoom_at_an_edge_stays_inside_the_slide(present: Present) -> None:
    deck = present(page(*DECK))
    deck.mouse("mouseMoved", 5, 5)
    deck.press("z")
    x, y, width, height = deck.evaluate(
        "(({x, y, width, height}) => [x, y, width, height])(celldeck.current.getBoundingClientRect())"
    )
    assert max(x, y) <= 1
    assert x + width >= 1279
    assert y + height >= 719


# ---------------------------------------------------------------- the pen

INK = "[...document.querySelectorAll('.bespoke-marp-active > .celldeck-ink > path')]"
SHOWN = f"{INK}.filter((p) => p.style.display !== 'none').length"


def stroke(deck: Presented, *, y: float) -> None:
    deck.drag((300, y), (600, y + 40))
    deck.frames()


def test_strokes_are_drawn_kept_with_their_slide_and_step_taken_back_and_cleared(present: Present) -> None:
    deck = present(page(*DECK), "#2")
    deck.press("d")
    stroke(deck, y=200)
    assert deck.evaluate(f"{INK}[0].getBBox().x") == pytest.approx(300, abs=1)
    deck.press("ArrowRight")
    stroke(deck, y=300)
    stroke(deck, y=400)
    shown = [deck.evaluate(SHOWN)]
    for key in ("ArrowLeft", "ArrowRight", "u", "End", "Home", "ArrowRight", "c"):
        deck.press(key)
        shown.append(deck.evaluate(SHOWN))
    assert shown == [3, 1, 3, 2, 0, 0, 1, 0]
    deck.press("d")
    deck.click(640, 360)
    assert deck.place == (1, 1)


def test_the_pen_draws_over_players_and_frames_and_the_laser_points_into_frames(present: Present) -> None:
    there = "position:absolute;left:200px;width:600px;height:100px"
    deck = present(
        page(
            f'<audio controls style="{there};top:150px" src="data:audio/wav;base64,"></audio>'
            f'<iframe style="{there};top:350px" srcdoc="<p>x"></iframe>'
        )
    )
    deck.press("d")
    stroke(deck, y=180)
    stroke(deck, y=380)
    assert deck.evaluate(SHOWN) == 2
    deck.press("d", "l")
    for x in (300, 500):
        deck.mouse("mouseMoved", x, 400)
    deck.wait_for(
        "(({x, width}) => Math.abs(x + width / 2 - 500) < 2)"
        "(document.querySelector('.celldeck-laser').getBoundingClientRect())"
    )


def test_drawings_outlive_a_reload(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("d")
    stroke(deck, y=200)
    address = deck.evaluate("location.href")
    deck.tab.call("Page.reload")
    deck.wait_for("globalThis.celldeck?.current")
    assert deck.evaluate("location.href") == address
    assert deck.evaluate(SHOWN) == 1


def test_drawings_are_saved_as_a_file(present: Present) -> None:
    deck = present(page(*DECK), "?f=1#2")
    deck.evaluate("globalThis.files = []; celldeck.save = (...file) => files.push(file); null")
    deck.press("d")
    stroke(deck, y=200)
    deck.press("Shift+D")
    [[ending, text]] = deck.evaluate("files")
    saved = json.loads(text)
    assert ending == "drawings.json"
    assert [(s["slide"], s["step"], s["points"][0]) for s in saved["strokes"]] == [(2, 1, [300, 200])]


def test_a_finger_draws_where_the_pen_is_taken(present: Present) -> None:
    deck = present(page(*DECK), touch=True)
    deck.press("d")
    deck.swipe((600, 300), (300, 320))
    deck.frames()
    assert deck.place == (0, 0)
    assert deck.evaluate(SHOWN) == 1


# ---------------------------------------------------------------- keys


def test_the_help_lists_every_key_that_does_something_here(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("?")
    listed = deck.evaluate("[...document.querySelectorAll('dialog dd')].map((d) => d.textContent)")
    only_presenter = {
        "hold",
        "larger-notes",
        "smaller-notes",
        "scroll-notes",
        "scroll-notes-back",
        "timer",
        "reset-timer",
    }
    # With a server alone: see tests/serve/audience.
    only_presenter |= {"audience"}
    assert sorted(listed) == sorted(a.help for a in ACTIONS if a.name not in only_presenter)
    deck.press("?")
    assert deck.evaluate("document.querySelectorAll('dialog').length") == 0


def test_the_help_begins_at_its_top_on_a_small_screen(present: Present) -> None:
    deck = present(page(*DECK), size=(390, 600))
    deck.press("?")
    assert deck.evaluate(
        "(({ scrollTop, scrollHeight, clientHeight }) => [scrollTop, scrollHeight > clientHeight])"
        "(document.querySelector('dialog'))"
    ) == [0, True]


def test_keys_of_the_settings_replace_ours(present: Present) -> None:
    made = replace(page(*DECK), keys=with_keys(["blackout = x Shift+ArrowRight", "next = n", "help ="]))
    deck = present(made)
    deck.press("ArrowRight", "?")
    assert deck.place == (0, 0)
    assert deck.evaluate("document.querySelectorAll('dialog').length") == 0
    deck.press("n", "N")
    assert deck.place == (1, 1)
    deck.press("Shift+ArrowRight")
    assert deck.evaluate("document.body.classList.contains('celldeck-black')")
    assert deck.place == (1, 1)


def test_every_action_is_known_to_the_page(present: Present) -> None:
    known = set()
    for view in ("", "?view=presenter"):
        known |= set(present(page(*DECK), view, stage="/none").evaluate("[...celldeck.actions.keys()]"))
    assert known == {action.name for action in ACTIONS}
