"""The two tables of docs/presenting.md: every key does what its row says, and every row has its test."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from driver import Presented, page

from celldeck.keymap import ACTIONS

Present = Callable[..., Presented]
ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "presenting.md").read_text("utf-8")

TESTED_BY: dict[str, tuple[str, ...]] = {
    "wheel": (
        "test_presenting.test_the_wheel_turns_one_slide_a_gesture",
        "test_presenting.test_the_wheel_over_code_that_scrolls_scrolls_the_code",
    ),
    "swipe": ("test_presenting.test_swipes",),
    "click": (
        "test_presenting.test_clicks_go_on_and_in_the_left_quarter_back",
        "test_presenting.test_a_tap_goes_on",
        "test_presenting.test_clicks_on_what_reacts_and_drags_over_text_turn_nothing",
    ),
    "Alt and click": ("test_tools.test_zoom_brings_the_spot_nearer_and_another_slide_ends_it",),
    "buttons": (
        "test_presenting.test_controls_turn_slides_hide_when_idle_and_end_at_the_ends",
        "test_overview.test_the_button_opens_it",
        "test_key_table.test_shift_and_a_button_skip_fragments_and_the_button_opens_the_presenter_view",
    ),
    "progress": ("test_presenting.test_the_progress_bar_and_page_number_follow",),
    "address": (
        "test_presenting.test_an_address_opens_its_place",
        "test_presenting.test_an_address_names_a_slide_and_its_state",
        "test_presenting.test_a_link_inside_the_deck_goes_to_its_slide_and_back_leads_back",
    ),
    "windows": (
        "test_presenter.test_windows_go_together_both_ways",
        "test_presenter.test_a_window_that_is_loaded_anew_comes_to_where_the_talk_is",
    ),
    "overview": (
        "test_overview.test_arrows_move_and_enter_chooses_with_all_of_the_slide",
        "test_overview.test_a_click_chooses_and_does_not_turn_further",
    ),
    "screen": ("test_key_table.test_the_screen_stays_on_while_the_deck_is_in_sight",),
    "transitions": (
        "test_transitions.test_each_of_them_plays_on_and_back",
        "test_transitions.test_keyframes_of_an_author_are_found_by_marps_names",
        "test_transitions.test_elements_of_one_name_on_both_slides_morph",
    ),
    "less motion": (
        "test_transitions.test_less_motion_makes_every_transition_a_fade",
        "test_still.test_animated_pictures_show_their_first_picture_where_less_motion_is_wanted",
    ),
    "screen readers": (
        "test_announce.test_each_slide_and_each_step_is_told_once",
        "test_announce.test_the_tree_has_the_slide_that_shows_and_nothing_of_others_or_of_later_steps",
    ),
}
"""The behaviours of the second table, and the tests that hold them."""


def test_every_behaviour_of_the_table_has_its_tests() -> None:
    section = DOCS.partition("## Beside the keyboard")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)[1:]
    rows = [row for row in rows if row.strip("-")]
    assert rows == list(TESTED_BY)
    for tests in TESTED_BY.values():
        for test in tests:
            module, _, name = test.partition(".")
            text = (Path(__file__).parent / f"{module}.py").read_text("utf-8")
            assert re.search(rf"^def {name}\(", text, re.MULTILINE), test


@pytest.mark.browser
@pytest.mark.parametrize("view", ["", "?view=presenter"])
def test_every_key_of_the_table_does_its_action_and_no_other(present: Present, view: str) -> None:
    deck = present(page("<h1>One</h1>", "<h1>Two</h1>"), view, stage="/none")
    deck.evaluate(
        "globalThis.done = [];"
        " for (const name of celldeck.actions.keys()) celldeck.actions.set(name, () => done.push(name)); null"
    )
    known = set(deck.evaluate("[...celldeck.actions.keys()]"))
    pressed = [(key, action.name) for action in ACTIONS for key in action.keys if action.name in known]
    for key, _ in pressed:
        deck.press(key.replace("Space", " "))
    assert deck.evaluate("done") == [name for _, name in pressed]
    assert len(pressed) == sum(len(action.keys) for action in ACTIONS if action.name in known) > 30


@pytest.mark.browser
def test_shift_and_a_button_skip_fragments_and_the_button_opens_the_presenter_view(present: Present) -> None:
    items = '<ul><li data-marpit-fragment="1">a</li><li data-marpit-fragment="2">b</li></ul>'
    deck = present(page(items, items, "<p>x</p>"))

    def middle(name: str) -> tuple[float, float]:
        x, y = deck.evaluate(
            "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector('[data-bespoke-marp-osc={name}]').getBoundingClientRect())"
        )
        return x, y

    places = []
    for name, modifiers in (("next", 8), ("next", 8), ("next", 0), ("prev", 8), ("prev", 0)):
        deck.click(*middle(name), modifiers=modifiers)
        places.append(deck.place)
    assert places == [(0, 2), (1, 2), (2, 0), (1, 2), (1, 1)]
    deck.evaluate("globalThis.opened = []; globalThis.open = (url) => { opened.push(String(url)); }; null")
    deck.click(*middle("presenter"))
    (address,) = deck.evaluate("opened")
    assert "view=presenter" in address


@pytest.mark.browser
def test_the_screen_stays_on_while_the_deck_is_in_sight(present: Present) -> None:
    deck = present(page("<p>x</p>"))
    deck.tab.call(
        "Page.addScriptToEvaluateOnNewDocument",
        {
            "source": "globalThis.asked = []; Object.defineProperty(navigator, 'wakeLock',"
            " { value: { request: async (kind) => { asked.push(kind); } } });"
            " Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden ?? false });"
        },
    )
    deck.tab.call("Page.reload")
    deck.wait_for("globalThis.celldeck?.current")
    assert deck.evaluate("asked") == ["screen"]
    # Out of sight the system takes it away; in sight it is asked for again.
    change = "document.dispatchEvent(new Event('visibilitychange')); null"
    deck.evaluate("globalThis.isHidden = true;" + change)
    assert deck.evaluate("asked") == ["screen"]
    deck.evaluate("globalThis.isHidden = false;" + change)
    assert deck.evaluate("asked") == ["screen", "screen"]
