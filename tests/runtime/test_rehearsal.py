"""Rehearsals in a real browser: times that match the keys, through reloads and a browser that dies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from driver import Presented, page

from celldeck.errors import DeckError
from celldeck.export.browser import Browser
from celldeck.export.find_browser import find_browser
from celldeck.rehearsal import read_rehearsal
from celldeck.render.page import document

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

LIST = '<h1>List</h1><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>'
DECK = ("<h1>First</h1>", LIST, "<h1>Last</h1>")
# When keys came in, by the browser's own clock, before anything of ours hears of them.
STAMPS = (
    "globalThis.stamps = []; addEventListener('keydown', ({timeStamp}) => stamps.push(timeStamp), true); null"
)


def visited(deck: Presented) -> list[tuple[int, int]]:
    return [(time["slide"], time["step"]) for time in deck.evaluate("celldeck.rehearsal()")]


def test_times_are_those_between_the_keys_to_20_ms(present: Present, tmp_path: Path) -> None:
    deck = present(page(*DECK))
    deck.evaluate(STAMPS)
    deck.evaluate("globalThis.files = []; celldeck.save = (...file) => files.push(file); null")
    deck.press("r")
    for pause, key in (
        (0.2, "ArrowRight"),
        (0.35, " "),
        (0.1, "ArrowRight"),
        (0.25, "PageDown"),
        (0.15, "Home"),
    ):
        time.sleep(pause)
        deck.press(key)
    time.sleep(0.2)
    deck.press("r", "Shift+R")
    stamps = deck.evaluate("stamps")
    spans = [(after - before) / 1000 for before, after in pairwise(stamps)]
    [[ending, text]] = deck.evaluate("files")
    assert ending == "rehearsal.json"
    (tmp_path / "deck.rehearsal.json").write_text(text, "utf-8")
    times = {(t.slide, t.step): t.seconds for t in read_rehearsal(tmp_path / "deck.rehearsal.json")}
    expected = {
        (1, 0): spans[0] + spans[5],  # it was come back to
        (2, 0): spans[1],
        (2, 1): spans[2],
        (2, 2): spans[3],
        (3, 0): spans[4],
    }
    assert times == pytest.approx(expected, abs=0.020)
    assert list(times) == sorted(times)


def test_a_reload_loses_nothing_and_adds_no_visit(present: Present) -> None:
    deck = present(page(*DECK))
    deck.press("r", "ArrowRight")
    time.sleep(0.2)
    deck.tab.call("Page.reload")
    deck.wait_for("globalThis.celldeck?.current")
    assert deck.evaluate("document.body.classList.contains('celldeck-rehearsing')")
    time.sleep(0.2)
    deck.press("ArrowRight", "r")
    [_, second, third] = deck.evaluate("celldeck.rehearsal()")
    assert (second["slide"], second["step"]) == (2, 0)
    assert second["seconds"] > 0.4
    assert (third["slide"], third["step"]) == (2, 1)


def test_a_browser_that_dies_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        program = find_browser()
    except DeckError as error:
        pytest.skip(f"needs a browser: {error.message}")
    file = tmp_path / "deck.html"
    file.write_text(document(page(*DECK)), "utf-8")
    # Both browsers have one profile, as a lecturer's has; closing kills, which is as sudden as a crash.
    folders = iter(
        [str(tmp_path / "browser"), str(tmp_path / "tab"), str(tmp_path / "browser"), str(tmp_path / "tab")]
    )
    monkeypatch.setattr("celldeck.export.browser.tempfile.mkdtemp", lambda **_: next(folders))
    monkeypatch.setattr("celldeck.export.browser.shutil.rmtree", lambda *_, **__: None)
    monkeypatch.setattr("celldeck.export.browser.time.sleep", lambda _: None)
    for folder in ("browser", "tab"):
        (tmp_path / folder).mkdir()
    with Browser(program) as browser, browser.tab() as tab:
        deck = Presented(tab)
        tab.call("Page.bringToFront")
        tab.open(file.as_uri())
        deck.press("r", "ArrowRight", "ArrowRight")
        deck.evaluate("new Promise((done) => setTimeout(done, 300))")
        browser.close()
    with Browser(program) as browser, browser.tab() as tab:
        deck = Presented(tab)
        tab.call("Page.bringToFront")
        tab.open(file.as_uri())
        deck.wait_for("document.body.classList.contains('celldeck-rehearsing')")
        assert [(t["slide"], t["step"]) for t in deck.evaluate("celldeck.rehearsal()")] == [
            (1, 0),
            (2, 0),
            (2, 1),
        ]


def test_windows_of_a_talk_rehearse_together(present: Present) -> None:
    room = present(page(*DECK), "?sync=r")
    presenter = present(page(*DECK), "?view=presenter&sync=r")
    presenter.press("r")
    room.wait_for("document.body.classList.contains('celldeck-rehearsing')")
    presenter.press("ArrowRight", "ArrowRight")
    room.wait_for("celldeck.step === 1")
    presenter.press("r")
    room.wait_for("!document.body.classList.contains('celldeck-rehearsing')")
    assert [(t["slide"], t["step"]) for t in room.evaluate("celldeck.rehearsal()")] == [
        (1, 0),
        (2, 0),
        (2, 1),
    ]
    assert json.dumps(room.evaluate("celldeck.rehearsal()")) == json.dumps(
        presenter.evaluate("celldeck.rehearsal()")
    )


def test_the_run_times_of_cells_are_written_down_too(present: Present) -> None:
    deck = present(page(*DECK))
    deck.evaluate(
        "globalThis.files = []; celldeck.save = (...file) => files.push(file);"
        " celldeck.options.cells = [{ cell: 1, slide: 1, seconds: 2.5 }, { cell: 2, slide: 2, seconds: 7 },"
        " { cell: 3, slide: 2, seconds: null }]; celldeck.cells = { all: new Map() }; null"
    )
    run = (
        "((cell, elapsed, seconds) => { celldeck.cells.all.set(cell, { cell, elapsed, seconds });"
        " celldeck.emit('cells', [cell]); })"
    )
    # What ran before the rehearsal is none of it.
    deck.evaluate(f"{run}(0, null, 9)")
    deck.press("r")
    deck.evaluate(f"{run}(1, 0.5, null)")
    deck.evaluate(f"{run}(1, null, 3.25)")
    deck.tab.call("Page.reload")
    deck.wait_for("globalThis.celldeck?.current")
    deck.evaluate(
        "globalThis.files = []; celldeck.save = (...file) => files.push(file);"
        " celldeck.options.cells = [{ cell: 1, slide: 1, seconds: 2.5 }, { cell: 2, slide: 2, seconds: 7 },"
        " { cell: 3, slide: 2, seconds: null }]; null"
    )
    deck.press("r", "Shift+R")
    [[_, text]] = deck.evaluate("files")
    assert json.loads(text)["cells"] == [
        {"cell": 1, "slide": 1, "seconds": 2.5},
        {"cell": 2, "slide": 2, "seconds": 3.25},
    ]
