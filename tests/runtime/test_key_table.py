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

EFFECTS_TESTED_BY: dict[str, tuple[str, ...]] = {
    "next": ("test_presenting.test_keys_go_forward_by_steps",),
    "previous": ("test_presenting.test_keys_go_back_by_steps_and_find_a_slide_as_it_was_left",),
    "next-slide": ("test_presenting.test_shift_skips_fragments_both_ways",),
    "previous-slide": ("test_presenting.test_shift_skips_fragments_both_ways",),
    "first": ("test_presenting.test_home_and_end_go_to_the_ends_and_end_shows_all",),
    "last": ("test_presenting.test_home_and_end_go_to_the_ends_and_end_shows_all",),
    "go": ("test_tools.test_g_goes_to_a_number_or_a_title",),
    "search": ("test_tools.test_search_finds_words_of_slides_and_notes_whatever_their_accents",),
    "back": ("test_tools.test_backspace_leads_back_to_where_a_jump_began",),
    "overview": ("test_overview.test_it_opens_and_closes_by_key_and_nothing_has_moved",),
    "presenter": ("test_presenter.test_p_opens_the_presenter_view_which_is_in_sync",),
    "audience": ("test_following.test_the_presenter_leads_phones_and_the_clicker_leads_the_presenter",),
    "fullscreen": (
        "test_presenting.test_f_asks_for_the_whole_screen_also_with_caps_lock_and_other_alphabets",
        "test_tools.test_f5_of_a_clicker_fills_the_screen_and_loads_nothing_anew",
    ),
    "help": ("test_tools.test_the_help_lists_every_key_that_does_something_here",),
    "blackout": ("test_tools.test_a_black_screen_until_the_next_step",),
    "hold": ("test_presenter.test_hold_keeps_the_room_and_letting_go_brings_it_along",),
    "laser": ("test_tools.test_the_laser_follows_the_mouse_and_a_click_does_not_turn",),
    "pen": ("test_tools.test_strokes_are_drawn_kept_with_their_slide_and_step_taken_back_and_cleared",),
    "undo": ("test_tools.test_strokes_are_drawn_kept_with_their_slide_and_step_taken_back_and_cleared",),
    "clear": ("test_tools.test_strokes_are_drawn_kept_with_their_slide_and_step_taken_back_and_cleared",),
    "save-drawings": ("test_tools.test_drawings_are_saved_as_a_file",),
    "zoom": ("test_tools.test_zoom_brings_the_spot_nearer_and_another_slide_ends_it",),
    "timer": ("test_presenter.test_the_timer_starts_with_the_talk_pauses_and_is_set_to_zero",),
    "reset-timer": ("test_presenter.test_the_timer_starts_with_the_talk_pauses_and_is_set_to_zero",),
    "larger-notes": ("test_presenter.test_notes_have_a_size_that_is_remembered_and_scroll_by_key",),
    "smaller-notes": ("test_presenter.test_notes_have_a_size_that_is_remembered_and_scroll_by_key",),
    "scroll-notes": ("test_presenter.test_notes_have_a_size_that_is_remembered_and_scroll_by_key",),
    "scroll-notes-back": ("test_presenter.test_notes_have_a_size_that_is_remembered_and_scroll_by_key",),
    "rehearse": ("test_rehearsal.test_times_are_those_between_the_keys_to_20_ms",),
    "save-rehearsal": ("test_rehearsal.test_times_are_those_between_the_keys_to_20_ms",),
}
"""The actions of the first table, and the tests that hold what their keys lead to."""

TESTED_BY: dict[str, tuple[str, ...]] = {
    "fields": ("test_presenting.test_keys_in_a_field_stay_there",),
    "fragments": (
        "test_presenting.test_fragments_show_one_by_one",
        "test_presenting.test_keys_go_back_by_steps_and_find_a_slide_as_it_was_left",
    ),
    "wheel": (
        "test_presenting.test_the_wheel_goes_one_step_a_gesture",
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
    "presenter view": (
        "test_presenter.test_the_next_step_is_shown_not_only_the_next_slide",
        "test_presenter.test_notes_are_typeset_and_follow_the_steps",
        "test_presenter.test_the_timer_starts_with_the_talk_pauses_and_is_set_to_zero",
        "test_presenter.test_the_borders_move_by_mouse_and_keys_and_are_remembered",
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
    "animations": ("test_presenting.test_animations_of_a_slide_start_when_it_shows",),
    "less motion": (
        "test_transitions.test_less_motion_makes_every_transition_a_fade",
        "test_still.test_animated_pictures_show_their_first_picture_where_less_motion_is_wanted",
    ),
    "paper": (
        "test_steps.test_printed_from_the_browser_all_slides_are_as_they_end",
        "test_presenting.test_printed_from_the_browser_there_are_neither_controls_nor_notes",
    ),
    "screen readers": (
        "test_announce.test_each_slide_and_each_step_is_told_once",
        "test_announce.test_the_tree_has_the_slide_that_shows_and_nothing_of_others_or_of_later_steps",
    ),
}
"""The behaviours of the second table, and the tests that hold them."""


def test_every_row_of_the_tables_has_its_tests() -> None:
    section = DOCS.partition("## Beside the keyboard")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)[1:]
    rows = [row for row in rows if row.strip("-")]
    assert rows == list(TESTED_BY)
    assert [action.name for action in ACTIONS] == list(EFFECTS_TESTED_BY)
    for tests in (*TESTED_BY.values(), *EFFECTS_TESTED_BY.values()):
        for test in tests:
            module, _, name = test.partition(".")
            texts = [file.read_text("utf-8") for file in (ROOT / "tests").rglob(f"{module}.py")]
            assert any(re.search(rf"^def {name}\(", text, re.MULTILINE) for text in texts), test


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
