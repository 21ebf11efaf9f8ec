"""The presenter view, and what the windows of one talk do together, from `file://`, in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from driver import Presented, page

from celldeck.export.browser import Tab
from celldeck.model import Page

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

LIST = '<h1>List</h1><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>'
DECK = ("<h1>First</h1>", LIST, "<h1>Third</h1>", "<h1>Fourth</h1>", "<h1>Last</h1>")


def talk(**more: object) -> Page:
    notes = ((), ("Before",), (), (), ())
    typeset = (
        "",
        '<p>Before</p><div data-step="1"><p>about <b>one</b></p></div>'
        '<div data-step="2"><p>about two</p></div>',
        "",
        "",
        "",
    )
    return replace(page(*DECK, notes=notes), typeset_notes=typeset, **more)  # type: ignore[arg-type]


@pytest.fixture
def windows(present: Present) -> Callable[..., tuple[Presented, Presented]]:
    """Give the window for the room and the presenter's, of one talk."""

    def show(at: str = "#1", made: Page | None = None) -> tuple[Presented, Presented]:
        made = made or talk()
        room = present(made, f"?sync=t{at}")
        presenter = present(made, f"?view=presenter&sync=t{at}", size=(1440, 810))
        presenter.evaluate("localStorage.clear()")
        return room, presenter

    return show


Windows = Callable[..., tuple[Presented, Presented]]


def at(index: int, step: int) -> str:
    return f"celldeck.index === {index} && celldeck.step === {step}"


# ---------------------------------------------------------------- windows together


def test_windows_go_together_both_ways(windows: Windows) -> None:
    room, presenter = windows()
    presenter.press("PageDown", "PageDown")
    room.wait_for(at(1, 1))
    room.tab.call("Page.bringToFront")
    room.press("ArrowRight")
    presenter.wait_for(at(1, 2))
    assert (room.errors, presenter.errors) == ([], [])


def test_a_window_that_is_loaded_anew_comes_to_where_the_talk_is(windows: Windows) -> None:
    room, presenter = windows()
    presenter.press("End")
    room.wait_for(at(4, 0))
    address = re.sub(r"\?.*", "?sync=t#1", room.evaluate("location.href"))
    room.tab.open("about:blank")
    room.tab.open(address)
    room.wait_for(at(4, 0))


def test_an_answer_that_comes_late_calls_nobody_back(windows: Windows) -> None:
    room, presenter = windows()
    presenter.press("End")
    room.wait_for(at(4, 0))
    room.evaluate("celldeck.send('place', { index: 0, step: 0, isAnswer: true })")
    room.evaluate("celldeck.send('black', true)")
    presenter.wait_for("document.body.classList.contains('celldeck-black')")
    assert presenter.place == (4, 0)


def test_talks_with_another_key_stay_apart(present: Present, windows: Windows) -> None:
    _, presenter = windows()
    other = present(talk(), "?sync=other#1")
    presenter.press("End")
    time.sleep(0.3)
    assert other.place == (0, 0)


def test_p_opens_the_presenter_view_which_is_in_sync(present: Present) -> None:
    room = present(talk(), "#2")
    room.evaluate(
        "globalThis.asked = [];"
        " globalThis.open = (address, _, size) => { asked.push(String(address), size); }; null"
    )
    room.press("p")
    address, size = room.evaluate("asked")
    assert re.search(r"deck\.html\?view=presenter&sync=\w+#2$", address)
    assert re.fullmatch(r"width=\d+,height=\d+", size)
    assert f"sync={room.evaluate('celldeck.key')}" in address


@pytest.mark.parametrize("channel", ["", "delete globalThis.BroadcastChannel;"])
def test_an_opened_window_follows_also_without_a_broadcast_channel(present: Present, channel: str) -> None:
    room = present(talk())
    room.tab.call("Page.addScriptToEvaluateOnNewDocument", {"source": channel})
    room.tab.call("Page.reload")
    room.wait_for("globalThis.celldeck?.current")
    room.evaluate(
        "globalThis.greeted = 0; celldeck.hear('hello', () => { greeted += 1; });"
        " globalThis.second = celldeck.open('presenter'); null"
    )
    room.wait_for("greeted")
    room.press("ArrowRight")
    # Asked where it is, the other window tells; from a file its inside cannot be read.
    room.evaluate("celldeck.hear('place', (place) => { globalThis.told = place; }); celldeck.send('hello')")
    room.wait_for("globalThis.told?.index === 1")
    room.evaluate("second.close()")


def test_hold_keeps_the_room_and_letting_go_brings_it_along(windows: Windows) -> None:
    room, presenter = windows()
    presenter.press("h", "End", "b")
    assert "held" in presenter.evaluate("getComputedStyle(celldeck.parent, '::after').content")
    time.sleep(0.3)
    assert room.place == (0, 0)
    assert not room.evaluate("document.body.classList.contains('celldeck-black')")
    presenter.press("h")
    room.wait_for(at(4, 0))
    room.wait_for("document.body.classList.contains('celldeck-black')")


def test_black_screen_laser_pen_and_zoom_reach_the_room(windows: Windows) -> None:
    room, presenter = windows()
    presenter.press("b")
    room.wait_for("document.body.classList.contains('celldeck-black')")
    presenter.press("b")
    room.wait_for("!document.body.classList.contains('celldeck-black')")
    x, y, width, height = presenter.evaluate(
        "(({x, y, width, height}) => [x, y, width, height])"
        "(document.getElementById('1').getBoundingClientRect())"
    )
    spot = (x + width / 4, y + height / 2)
    presenter.press("l")
    presenter.mouse("mouseMoved", *spot)
    room.wait_for("!document.querySelector('.celldeck-laser').hidden")
    dot = room.evaluate(
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(document.querySelector('.celldeck-laser').getBoundingClientRect())"
    )
    assert dot == pytest.approx([320, 360], abs=2)
    presenter.press("d")
    room.wait_for("document.querySelector('.celldeck-laser').hidden")
    presenter.drag(spot, (spot[0] + 50, spot[1]))
    room.wait_for("document.querySelectorAll('.celldeck-ink path').length === 1")
    presenter.press("u")
    room.wait_for("document.querySelectorAll('.celldeck-ink path').length === 0")
    presenter.press("z")
    room.wait_for("document.body.classList.contains('celldeck-zoomed')")
    presenter.press("z")
    room.wait_for("!document.body.classList.contains('celldeck-zoomed')")
    assert (room.errors, presenter.errors) == ([], [])


# ---------------------------------------------------------------- what it shows

NEXT = (
    "(() => { const root = document.querySelector('.celldeck-preview').shadowRoot;"
    " const title = document.querySelector('.celldeck-next h2').textContent;"
    " return [title, root.querySelector('h1')?.textContent ?? null,"
    " [...root.querySelectorAll('li')].map((li) => getComputedStyle(li).visibility)]; })()"
)


def test_the_next_step_is_shown_not_only_the_next_slide(windows: Windows) -> None:
    _, presenter = windows()
    seen = []
    for _ in range(4):
        presenter.frames()
        seen.append(presenter.evaluate(NEXT))
        presenter.press("ArrowRight")
    assert seen == [
        ["Next slide", "List", ["hidden", "hidden"]],
        ["Next step (1 of 2)", "List", ["visible", "hidden"]],
        ["Next step (2 of 2)", "List", ["visible", "visible"]],
        ["Next slide", "Third", []],
    ]
    presenter.press("End")
    presenter.frames()
    assert presenter.evaluate(NEXT) == ["End", None, []]


def test_the_preview_looks_as_the_slide_will(windows: Windows) -> None:
    made = replace(
        talk(), css=talk().css + "div#\\:\\$p > svg > foreignObject > section h1 { color: rgb(1, 2, 3) }"
    )
    _, presenter = windows(made=made)
    presenter.frames()
    assert presenter.evaluate(
        "(() => { const h = document.querySelector('.celldeck-preview').shadowRoot.querySelector('h1');"
        " const { width } = h.closest('svg').getBoundingClientRect();"
        " return [getComputedStyle(h).color, getComputedStyle(h).fontSize, width > 300]; })()"
    ) == ["rgb(1, 2, 3)", "60px", True]


def test_notes_are_typeset_and_follow_the_steps(windows: Windows) -> None:
    _, presenter = windows("#2")
    now = "[...document.querySelectorAll('.celldeck-notes [data-now]')].map((n) => n.textContent)"
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        seen.append(presenter.evaluate(now))
        presenter.press(key)
    assert [*seen, presenter.evaluate(now)] == [[], ["about one"], ["about two"], ["about one"]]
    assert presenter.evaluate("document.querySelector('.celldeck-notes b').textContent") == "one"
    presenter.press("End")
    assert "No notes" in presenter.evaluate("document.querySelector('.celldeck-notes').textContent")


def test_notes_have_a_size_that_is_remembered_and_scroll_by_key(windows: Windows) -> None:
    long = replace(talk(), typeset_notes=("<p>word</p>" * 100, "", "", "", ""))
    _, presenter = windows(made=long)
    size = "document.querySelector('.celldeck-notes-text').style.fontSize"
    presenter.press("+", "+", "-", "+")
    assert presenter.evaluate(size) == "1.2em"
    scrolled = "document.querySelector('.celldeck-notes').scrollTop"
    presenter.press("n")
    down = presenter.evaluate(scrolled)
    assert down > 100
    presenter.press("Shift+N")
    assert presenter.evaluate(scrolled) == 0
    presenter.tab.call("Page.reload")
    presenter.wait_for("globalThis.celldeck?.current")
    assert presenter.evaluate(size) == "1.2em"


def test_notes_are_nowhere_in_the_rooms_window(windows: Windows) -> None:
    room, _ = windows("#2")
    assert "about one" not in room.evaluate("document.body.innerText")


def test_the_borders_move_by_mouse_and_keys_and_are_remembered(windows: Windows) -> None:
    _, presenter = windows()
    width = "celldeck.parent.getBoundingClientRect().width / innerWidth"
    before = presenter.evaluate(width)
    presenter.drag((1440 * 0.62, 400), (1440 * 0.5, 400))
    moved = presenter.evaluate(width)
    assert before - moved == pytest.approx(0.12, abs=0.01)
    presenter.evaluate("document.querySelector('.celldeck-split-column').focus()")
    presenter.press("ArrowLeft")
    assert presenter.evaluate(width) == pytest.approx(moved - 0.02, abs=0.005)
    assert presenter.place == (0, 0)
    presenter.tab.call("Page.reload")
    presenter.wait_for("globalThis.celldeck?.current")
    assert presenter.evaluate(width) == pytest.approx(moved - 0.02, abs=0.005)


@pytest.mark.parametrize("size", [(1440, 810), (1024, 768), (390, 844), (844, 390), (720, 405)])
def test_nothing_overlaps_or_is_cut_off_at_any_size(present: Present, size: tuple[int, int]) -> None:
    presenter = present(talk(), "?view=presenter#2", size=size)
    boxes = presenter.evaluate(
        "['.celldeck-bar', '.bespoke-marp-parent', '.celldeck-next', '.celldeck-notes', '.celldeck-buttons']"
        ".map((s) => {"
        " const { left, top, right, bottom } = document.querySelector(s).getBoundingClientRect();"
        " return [left, top, right, bottom]; })"
    )
    for left, top, right, bottom in boxes:
        assert min((right - left) / 100, (bottom - top) / 30) > 1
        assert min(left, top, size[0] + 1 - right, size[1] + 1 - bottom) >= 0
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert (
                left >= other[2] - 1 or other[0] >= right - 1 or top >= other[3] - 1 or other[1] >= bottom - 1
            )


@pytest.mark.parametrize("size", [(1440, 810), (390, 844), (844, 390)])
def test_what_is_said_about_the_projector_takes_one_line_of_the_slides_place(
    present: Present, size: tuple[int, int]
) -> None:
    presenter = present(talk(), "?view=presenter#2", size=size)
    said = []
    for key in ("b", "h"):
        presenter.press(key)
        said.append(
            presenter.evaluate(
                "(({ content, height, width }) =>"
                " [content, parseFloat(height), parseFloat(width) < celldeck.parent.clientWidth])"
                "(getComputedStyle(celldeck.parent, '::after'))"
            )
        )
    assert [(content, fits) for content, _, fits in said] == [
        ('"The projector is black"', True),
        ('"The projector is held"', True),
    ]
    assert all(height < 40 for _, height, _ in said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_behind_the_next_slide_is_what_stands_behind_this_one(
    present: Present, scheme: str
) -> None:
    presenter = present(talk(), "?view=presenter#2")
    presenter.tab.call(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    behind = presenter.evaluate(
        "[document.body, document.querySelector('.celldeck-preview')]"
        ".map((part) => getComputedStyle(part).backgroundColor)"
    )
    assert behind == ["rgb(228, 231, 235)" if scheme == "light" else "rgb(19, 21, 23)"] * 2


# ---------------------------------------------------------------- the cell that runs

RUN = "document.querySelector('.celldeck-run')"


def cell(deck: Presented, **told: object) -> None:
    """Let the server tell of cell 3."""
    state = {"cell": 2, "elapsed": None, "waitsFor": None, "seconds": None, "parts": None, **told}
    deck.evaluate(
        "celldeck.cells ??= { all: new Map() };"
        f" celldeck.cells.all.set(2, {{ ...{json.dumps(state)}, heard: performance.now() }});"
        " celldeck.emit('cells', [2]); null"
    )


def test_without_a_kernel_no_cell_is_shown(windows: Windows) -> None:
    _, presenter = windows()
    assert presenter.evaluate(f"getComputedStyle({RUN}).display") == "none"


def test_the_running_cell_shows_its_time_and_the_end_of_its_output(windows: Windows) -> None:
    _, presenter = windows()
    cell(presenter, waitsFor=2)
    assert presenter.evaluate(f"{RUN}.innerText") == "Cell 3 waits for cell 2"
    lines = "".join(f"Epoch {number}\n" for number in range(1, 9))
    text = f"<div class='cell-output'><pre><samp>{lines}</samp></pre></div>"
    cell(presenter, elapsed=4.2, parts=[text])
    told = presenter.evaluate(f"{RUN}.innerText")
    assert re.match(r"Cell 3 running, 4\.[2-9] s\n", told)
    assert told.split("\n")[-4:] == ["Epoch 5", "Epoch 6", "Epoch 7", "Epoch 8"]
    presenter.wait_for(f"{RUN}.innerText.includes('running, 4.') === false", 5)
    picture = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>"
    cell(presenter, seconds=12.0, parts=[text, picture])
    assert presenter.evaluate(f"{RUN}.innerText").startswith("Cell 3 has run, 12 s")
    assert presenter.evaluate(f"{RUN}.querySelector('img').checkVisibility()")
    # Nothing of the other panels is covered.
    boxes = presenter.evaluate(
        f"[{RUN}, document.querySelector('.celldeck-notes')].map((e) => e.getBoundingClientRect())"
        ".map(({top, bottom}) => [top, bottom])"
    )
    assert boxes[1][1] <= boxes[0][0] + 1
    assert boxes[0][1] <= 811
    presenter.press("End")
    presenter.frames()
    assert presenter.evaluate(f"getComputedStyle({RUN}).display") == "none"
    assert presenter.errors == []


# ---------------------------------------------------------------- clock, timer, pace

TIMER = "document.querySelector('.celldeck-elapsed').textContent"
PACE = "document.querySelector('.celldeck-pace').textContent"


def later(tab: Tab, seconds: float) -> None:
    """Let the page's clock be that much later."""
    tab.evaluate(
        "globalThis.real ??= Date.now.bind(Date); globalThis.ahead = (globalThis.ahead ?? 0) +"
        f" {seconds * 1000}; Date.now = () => real() + ahead; null"
    )
    tab.evaluate("new Promise((done) => setTimeout(done, 300))")


def test_the_timer_starts_with_the_talk_pauses_and_is_set_to_zero(windows: Windows) -> None:
    _, presenter = windows()
    later(presenter.tab, 60)
    assert presenter.evaluate(TIMER) == "0:00"
    presenter.press("ArrowRight")
    later(presenter.tab, 65)
    assert presenter.evaluate(TIMER) == "1:05"
    presenter.press("t")
    later(presenter.tab, 60)
    assert presenter.evaluate(TIMER) == "1:05"
    presenter.press("t")
    later(presenter.tab, 3600)
    assert presenter.evaluate(TIMER) == "1:01:05"
    presenter.press("Shift+T")
    presenter.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert presenter.evaluate(TIMER) == "0:00"


def test_the_timer_goes_on_through_a_reload(windows: Windows) -> None:
    _, presenter = windows()
    presenter.press("ArrowRight")
    presenter.tab.call("Page.reload")
    presenter.wait_for("globalThis.celldeck?.current")
    assert presenter.evaluate("celldeck.timer.isRunning")


def test_the_pace_is_told_against_the_plan(windows: Windows) -> None:
    _, presenter = windows(made=talk(plan=(60.0, 120.0, 60.0, 60.0, 60.0)))
    told = []
    for key, seconds in (("ArrowRight", 30), ("t", 0), ("t", 150), ("t", 100), ("End", 0)):
        presenter.press(key)
        later(presenter.tab, seconds)
        told.append(presenter.evaluate(PACE))
    # Slide 2 has its share from minute 1 to minute 3; the keys `t` stop the clock, let it run, stop it.
    assert told[:4] == ["0:30 ahead", "0:30 ahead", "on time", "on time"]
    assert told[4] in {"2:00 ahead", "1:59 ahead"}


def test_an_end_set_by_hand_is_divided_evenly_where_there_is_no_plan(windows: Windows) -> None:
    _, presenter = windows()
    presenter.evaluate("document.querySelector('.celldeck-bar input').focus()")
    presenter.press("1", "0", "Enter")
    presenter.press("ArrowRight")
    later(presenter.tab, 300)
    # Each of five slides has two minutes: slide 2 ends at minute 4.
    assert presenter.evaluate(PACE) == "1:00 behind"
