"""Keys, steps, address, mouse and touch, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from driver import Presented, page, slide

from celldeck.model import Page

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

LIST = (
    '<h1 id="list">List</h1><ul><li data-marpit-fragment="1">one</li>'
    '<li data-marpit-fragment="2" id="second">two</li></ul>'
)
DECK = ("<h1>First</h1>", LIST, '<h1 id="third">Third</h1><p><a href="#2">back</a></p>', "<h1>Last</h1>")


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize("key", ["ArrowRight", "ArrowDown", "PageDown", " "])
def test_keys_go_forward_by_steps(present: Present, key: str) -> None:
    deck = present(page(*DECK))
    places = [deck.place]
    for _ in range(6):
        deck.press(key)
        places.append(deck.place)
    assert places == [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (3, 0), (3, 0)]


@pytest.mark.parametrize("key", ["ArrowLeft", "ArrowUp", "PageUp", "Shift+ "])
def test_keys_go_back_by_steps_and_find_a_slide_as_it_was_left(present: Present, key: str) -> None:
    deck = present(page(*DECK), "#3")
    places = [deck.place]
    for _ in range(5):
        deck.press(key)
        places.append(deck.place)
    assert places == [(2, 0), (1, 2), (1, 1), (1, 0), (0, 0), (0, 0)]


def test_shift_skips_fragments_both_ways(present: Present) -> None:
    deck = present(page(LIST, LIST, "<p>x</p>"))
    places = []
    for key in ("ArrowRight", "PageDown", "ArrowDown", "ArrowRight", "ArrowLeft", "PageUp"):
        deck.press(f"Shift+{key}")
        places.append(deck.place)
    assert places == [(0, 2), (1, 2), (2, 0), (2, 0), (1, 2), (0, 2)]


def test_home_and_end_go_to_the_ends_and_end_shows_all(present: Present) -> None:
    deck = present(page("<p>x</p>", "<p>y</p>", LIST))
    deck.press("End")
    assert deck.place == (2, 2)
    deck.press("Home")
    assert deck.place == (0, 0)


def test_keys_with_control_or_alt_are_the_browsers(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("Control+ArrowRight", "Alt+ArrowRight", "Meta+ArrowRight")
    assert deck.place == (0, 0)


@pytest.mark.parametrize(
    "field", ["<input>", "<textarea></textarea>", "<p contenteditable>x</p>", "<button>b</button>"]
)
def test_keys_in_a_field_stay_there(present: Present, field: str) -> None:
    deck = present(page(f"<div id=field>{field}</div>", "<p>x</p>"))
    deck.evaluate("document.querySelector('#field > *').focus()")
    deck.press("ArrowRight", "PageDown", "End")
    assert deck.place == (0, 0)
    deck.evaluate("document.activeElement.blur()")
    deck.press("ArrowRight")
    assert deck.place == (1, 0)


def test_f_asks_for_the_whole_screen_also_with_caps_lock_and_other_alphabets(present: Present) -> None:
    deck = present(page(*DECK))
    deck.evaluate(
        "globalThis.asked = 0; document.documentElement.requestFullscreen = () => { asked += 1; }; null"
    )
    deck.press("f", "F", "F11")
    deck.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'а', code: 'KeyF'}))")
    assert deck.evaluate("asked") == 4


def test_full_screen_is_entered_and_left(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("f")
    deck.frames()
    assert deck.evaluate("document.fullscreenElement === document.documentElement")
    assert deck.evaluate("document.querySelector('[data-bespoke-marp-osc=fullscreen]').className") == "exit"
    deck.press("f")
    deck.frames()
    assert deck.evaluate("document.fullscreenElement === null")


# ---------------------------------------------------------------- fragments and looks


def test_fragments_show_one_by_one(present: Present) -> None:
    deck = present(page(LIST))
    seen = []
    for _ in range(3):
        seen.append(
            deck.evaluate(
                "[...document.querySelectorAll('li')].map((li) => [getComputedStyle(li).visibility,"
                " li.dataset.bespokeMarpFragment, 'bespokeMarpCurrentFragment' in li.dataset])"
            )
        )
        deck.press(" ")
    hidden = ["hidden", "inactive", False]
    assert seen == [
        [hidden, hidden],
        [["visible", "active", True], hidden],
        [["visible", "active", False], ["visible", "active", True]],
    ]


def test_one_slide_shows_as_large_as_the_window_allows(present: Present) -> None:
    deck = present(page(*DECK), "#2", size=(1000, 900))
    state = deck.evaluate(
        "celldeck.slides.map((s) =>"
        " [getComputedStyle(s).opacity, s.getAttribute('aria-hidden'), [...s.classList]])"
    )
    inactive = ["0", "true", ["bespoke-marp-slide"]]
    active = ["1", None, ["bespoke-marp-slide", "bespoke-marp-active"]]
    assert state == [inactive, active, inactive, inactive]
    box = deck.evaluate(
        "(({x, y, width, height}) => [x, y, width, height])"
        "(document.getElementById('2').getBoundingClientRect())"
    )
    assert box == pytest.approx([0, (900 - 562.5) / 2, 1000, 562.5], abs=1)
    assert deck.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    assert deck.evaluate("document.getElementById(':$p').className") == "bespoke-marp-parent"


def test_animations_of_a_slide_start_when_it_shows(present: Present) -> None:
    css = "@keyframes grow { to { width: 9px } } .moves { animation: grow 100s linear }"
    deck = present(page("<p>x</p>", '<p class="moves">y</p>', css=css))
    deck.evaluate("new Promise((done) => setTimeout(done, 600))")
    deck.press("ArrowRight")
    deck.frames()
    running = deck.evaluate("document.querySelector('.moves').getAnimations().map((a) => a.currentTime)")
    assert len(running) == 1
    assert running[0] < 500


def test_the_progress_bar_and_page_number_follow(present: Present) -> None:
    deck = present(page(*DECK))
    told = []
    for _ in range(2):
        told.append(
            deck.evaluate(
                "[document.querySelector('.bespoke-progress-bar').style.flexBasis,"
                " document.querySelector('[data-bespoke-marp-osc=page]').textContent]"
            )
        )
        deck.press("End")
    assert told == [["0%", "Page 1 of 4"], ["100%", "Page 4 of 4"]]


def test_osc_and_progress_can_be_left_out(present: Present) -> None:
    deck = present(page(*DECK), osc=False, progress=False)
    assert (
        deck.evaluate("document.querySelectorAll('.bespoke-marp-osc, .bespoke-progress-parent').length") == 0
    )
    deck.press("ArrowRight")
    assert deck.place == (1, 0)


def test_controls_turn_slides_hide_when_idle_and_end_at_the_ends(present: Present) -> None:
    deck = present(page(*DECK))
    assert deck.evaluate("document.querySelector('[data-bespoke-marp-osc=prev]').disabled")
    where = (
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(document.querySelector('[data-bespoke-marp-osc=next]').getBoundingClientRect())"
    )
    deck.click(*deck.evaluate(where))
    assert deck.place == (1, 0)
    deck.press("ArrowRight")  # the button has not taken the focus
    assert deck.place == (1, 1)
    deck.click(*deck.evaluate(where), modifiers=8)
    assert deck.place == (1, 2)
    deck.press("End")
    assert deck.evaluate("document.querySelector('[data-bespoke-marp-osc=next]').disabled")
    deck.evaluate("new Promise((done) => setTimeout(done, 2500))")
    shown = (
        "[celldeck.parent.classList.contains('bespoke-marp-inactive'),"
        " getComputedStyle(celldeck.parent).cursor]"
    )
    assert deck.evaluate(shown) == [True, "none"]
    deck.mouse("mouseMoved", 300, 300)
    assert deck.evaluate(shown) == [False, "auto"]


def test_notes_are_kept_and_not_shown(present: Present) -> None:
    deck = present(page("<p>x</p>", "<p>y</p>", notes=((), ("a < b", "**c**"))))
    notes = deck.evaluate(
        "[...document.querySelectorAll('.bespoke-marp-note')].map((n) =>"
        " [n.dataset.index, [...n.children].map((p) => p.textContent), getComputedStyle(n).display])"
    )
    assert notes == [["1", ["a < b", "**c**"], "none"]]


def test_printed_from_the_browser_there_are_neither_controls_nor_notes(present: Present) -> None:
    deck = present(page("<p>x</p>", "<p>y</p>", notes=(("said",), ("more",))))
    deck.tab.call("Emulation.setEmulatedMedia", {"media": "print"})
    printed = deck.evaluate(
        "['.bespoke-marp-osc', '.bespoke-progress-parent', '.bespoke-marp-note', '.bespoke-marp-slide'].map("
        "(part) => [...document.querySelectorAll(part)].filter((each) => each.checkVisibility()).length)"
    )
    assert printed == [0, 0, 0, 2]


# ---------------------------------------------------------------- the address


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("", (0, 0)),
        ("#2", (1, 0)),
        ("?f=1#2", (1, 1)),
        ("?f=9#2", (1, 2)),
        ("#99", (3, 0)),
        ("#third", (2, 0)),
        ("#second", (1, 2)),
        ("#nothing", (0, 0)),
        ("#%E0%A4%A", (0, 0)),
        ("#2:~:text=one", (1, 0)),
    ],
)
def test_an_address_opens_its_place(present: Present, at: str, place: tuple[int, int]) -> None:
    assert present(page(*DECK), at).place == place


def test_the_address_follows_without_filling_the_history(present: Present) -> None:
    deck = present(page(*DECK))
    before = deck.evaluate("history.length")
    addresses = []
    for _ in range(4):
        deck.press("ArrowRight")
        addresses.append(deck.address)
    assert addresses == ["#2", "?f=1#2", "?f=2#2", "#3"]
    assert deck.evaluate("history.length") == before


def test_a_link_inside_the_deck_goes_to_its_slide_and_back_leads_back(present: Present) -> None:
    deck = present(page(*DECK), "?f=1#3")
    deck.evaluate("document.querySelector('a').click()")
    deck.frames()
    assert deck.place == (1, 0)
    deck.evaluate("history.back()")
    deck.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert deck.place == (2, 0)


def test_a_link_into_the_slide_that_shows_hides_nothing(present: Present) -> None:
    deck = present(page(LIST + '<a href="#list">up</a>'), "?f=2#1")
    deck.evaluate("document.querySelector('a').click()")
    deck.frames()
    assert (deck.place, deck.address) == ((0, 2), "?f=2#list")


# ---------------------------------------------------------------- wheel, touch, click


def test_the_wheel_goes_one_step_a_gesture(present: Present) -> None:
    deck = present(page(*DECK))
    for strength in (120, 110, 60, 20, 5):
        deck.wheel(0, strength)
    places = [deck.place]
    for move in ((0, -120), (120, 0), (0, 120), (-120, 0)):
        deck.evaluate("new Promise((done) => setTimeout(done, 350))")
        deck.wheel(*move)
        places.append(deck.place)
    assert places == [(1, 0), (0, 0), (1, 0), (1, 1), (1, 0)]


def test_the_wheel_over_code_that_scrolls_scrolls_the_code(present: Present) -> None:
    box = '<div id="box" style="height:200px;overflow:auto"><div style="height:2000px">x</div></div>'
    deck = present(page(box, "<p>x</p>"))
    deck.wheel(0, 120, at=(200, 150))
    deck.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert deck.place == (0, 0)
    assert deck.evaluate("document.getElementById('box').scrollTop") > 0


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        ((600, 300), (400, 300), (2, 0)),
        ((600, 300), (600, 100), (2, 0)),
        ((600, 300), (450, 400), (2, 0)),
        ((400, 300), (600, 300), (1, 2)),
        ((600, 300), (600, 500), (1, 2)),
        ((600, 300), (580, 300), (1, 2)),
    ],
    ids=["left", "up", "left and down", "right", "down", "too short"],
)
def test_swipes(
    present: Present, start: tuple[int, int], end: tuple[int, int], place: tuple[int, int]
) -> None:
    # Back from the third slide, so that a step to either side can be told from none.
    deck = present(page(*DECK), "#3" if place == (1, 2) and end != (580, 300) else "?f=2#2", touch=True)
    deck.swipe(start, end)
    assert deck.place == place


def test_clicks_go_on_and_in_the_left_quarter_back(present: Present) -> None:
    deck = present(page(*DECK))
    deck.click(640, 360)
    assert deck.place == (1, 0)
    deck.click(1200, 100)
    assert deck.place == (1, 1)
    deck.click(100, 360)
    assert deck.place == (1, 0)


def test_a_tap_goes_on(present: Present) -> None:
    deck = present(page(*DECK), touch=True)
    deck.swipe((700, 300), (700, 300))
    deck.frames()
    assert deck.place == (1, 0)


def test_clicks_on_what_reacts_and_drags_over_text_turn_nothing(present: Present) -> None:
    html = (
        '<div style="position:absolute;left:600px;top:100px">'
        "<button>b</button> <details><summary>more</summary>x</details>"
        '<span style="cursor:pointer">plot</span>'
        '<p id="text">text to select with the mouse</p></div>'
    )
    deck = present(page(html, "<p>x</p>"))
    for selector in ("button", "summary", "span"):
        box = deck.evaluate(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector('{selector}').getBoundingClientRect())"
        )
        deck.click(*box)
    x, y = deck.evaluate(
        "(({x, y, height}) => [x + 5, y + height / 2])"
        "(document.getElementById('text').getBoundingClientRect())"
    )
    deck.drag((x, y), (x + 150, y))
    assert deck.evaluate("String(getSelection())") != ""
    assert deck.place == (0, 0)
    deck.click(900, 600)  # lets the selection go
    assert deck.place == (0, 0)
    deck.click(900, 600)
    assert deck.place == (1, 0)


# ---------------------------------------------------------------- while it is being written


def test_replaced_slides_keep_the_place_and_the_nodes_that_stay(present: Present) -> None:
    deck = present(page(*DECK), "?f=1#2")
    deck.evaluate("globalThis.list = celldeck.current; null")
    new = json.dumps(slide("<h1>New</h1><script>globalThis.ran = true</script>"))
    deck.evaluate("celldeck.restyle('section { color: rgb(1, 2, 3) }')")
    deck.evaluate(f"celldeck.replaceSlides([0, {new}, 1, 3])")
    assert deck.place == (2, 1)
    assert deck.evaluate("celldeck.current === list && celldeck.slides[2] === list")
    assert deck.evaluate(
        "[...celldeck.parent.children].map((c) => c.querySelector('h1')?.textContent ?? c.className)"
    ) == [
        "First",
        "New",
        "List",
        "Last",
        "bespoke-marp-osc",
    ]
    assert deck.evaluate("getComputedStyle(list.querySelector('li')).color") == "rgb(1, 2, 3)"
    assert deck.evaluate("globalThis.ran")
    assert (
        deck.evaluate("document.querySelector('[data-bespoke-marp-osc=page]').textContent") == "Page 3 of 4"
    )


def test_the_slide_that_shows_is_replaced_where_it_stands(present: Present) -> None:
    deck = present(page(*DECK), "?f=2#2")
    new = json.dumps(slide('<h1>List</h1><ul><li data-marpit-fragment="1">only</li></ul>', 2))
    deck.evaluate(f"celldeck.replaceSlides([0, {new}, 2, 3])")
    assert deck.place == (1, 1)
    assert deck.evaluate("document.querySelectorAll('.bespoke-marp-active').length") == 1
    assert (
        deck.evaluate("getComputedStyle(document.querySelector('.bespoke-marp-active li')).visibility")
        == "visible"
    )


def test_fewer_slides_leave_the_last_one_showing(present: Present) -> None:
    deck = present(page(*DECK), "#4")
    deck.evaluate("celldeck.replaceSlides([0, 1])")
    assert deck.place == (1, 0)
    assert deck.address == "#2"


# ---------------------------------------------------------------- alone on a stick


def test_the_file_needs_no_network_and_no_other_file_and_raises_nothing(present: Present) -> None:
    deck = present(page(*DECK, '<h1 is="marp-h1" data-auto-scaling>Fit</h1>'))
    deck.press(*["ArrowRight"] * 8)
    deck.frames()
    assert [url for url in deck.requests if not url.endswith("/deck.html")] == []
    assert deck.errors == []


# ---------------------------------------------------------------- looks of steps

ITEMS = "".join(f'<li data-marpit-fragment="{n}" id="item{n}">item</li>' for n in (1, 2, 3))
STATES = """
[...celldeck.current.querySelectorAll("[data-marpit-fragment]")]
  .map((part) => part.getAttribute("data-bespoke-marp-fragment")[0]
    + (part.hasAttribute("data-bespoke-marp-current-fragment") ? "!" : ""))
  .join(" ")"""


def looking(look: str, *before: str) -> Page:
    """Return a page whose last slide has three items and a look."""
    one = page(*before, "")
    last = slide(f"<ul>{ITEMS}</ul>", len(before) + 1, f' class="{look}"')
    return replace(one, slides=(*one.slides[:-1], last))


@pytest.mark.parametrize("look", ["dim", "spotlight", "invert dim"])
def test_a_look_opens_with_its_first_item_and_has_as_many_states_as_items(
    present: Present, look: str
) -> None:
    deck = present(looking(look))
    seen = [deck.evaluate(STATES)]
    for _ in range(4):
        deck.press("ArrowRight")
        seen.append(deck.evaluate(STATES))
    assert seen == ["a! i i", "a a! i", "a a a!", "a a a!", "a a a!"]
    assert deck.place == (0, 2)


def test_without_a_look_a_list_opens_with_nothing_reached(present: Present) -> None:
    deck = present(looking("invert"))
    assert (deck.evaluate(STATES), deck.evaluate("celldeck.lastStep(celldeck.current)")) == ("i i i", 3)


def test_going_back_visits_the_same_states(present: Present) -> None:
    deck = present(looking("dim", "<p>x</p>", LIST))
    forward = [(deck.place, deck.evaluate(STATES))]
    while deck.evaluate("celldeck.next()"):
        forward.append((deck.place, deck.evaluate(STATES)))
    back = [(deck.place, deck.evaluate(STATES))]
    while deck.evaluate("celldeck.prev()"):
        back.append((deck.place, deck.evaluate(STATES)))
    assert len(forward) == 1 + 3 + 3
    assert back == forward[::-1]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("#2.1", (1, 0)),
        ("#2.3", (1, 2)),
        ("#2.9", (1, 2)),
        ("#2.0", (1, 0)),
        ("#2", (1, 0)),
        ("#item2", (1, 1)),
    ],
)
def test_an_address_names_a_slide_and_its_state(
    present: Present, address: str, place: tuple[int, int]
) -> None:
    assert present(looking("dim", "<p>x</p>"), address).place == place
