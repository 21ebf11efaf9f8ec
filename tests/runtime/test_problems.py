"""What the author of a deck is told in its page, and how the page goes along with what is written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from driver import Presented, page
from served import Served

from celldeck.export.browser import Browser
from celldeck.parse import parse
from celldeck.serve.problems import Problem
from celldeck.source import Source

pytestmark = pytest.mark.browser


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.stop()


@pytest.fixture
def open_deck(browser: Browser, served: Served) -> Iterator[Callable[..., Presented]]:
    """Open the deck: a function of what follows its address."""
    with ExitStack() as tabs:

        def show(at: str = "") -> Presented:
            deck = Presented(tabs.enter_context(browser.tab()))
            deck.tab.call("Page.bringToFront")
            deck.tab.open(f"{served.address}talk.html{at}")
            deck.wait_for("globalThis.celldeck?.served", 20)
            end = time.monotonic() + 20
            while not served.site.decks["talk"].listeners:
                assert time.monotonic() < end
                time.sleep(0.02)
            return deck

        yield show


def show(served: Served, *slides: str, problems: tuple[Problem, ...] = (), edited: bool = True) -> None:
    """Publish a deck of Markdown, each slide shown as one paragraph a line."""
    deck = parse(Source.of("\n\n---\n\n".join(slides), "talk.md"))
    made = page(*("".join(f"<p>{line}</p>" for line in slide.splitlines() if line) for slide in slides))
    served.show(replace(made, source=deck.source), deck, problems, edited=edited)


def until(happens: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_error_stands_over_the_last_good_deck_until_a_build_is_good(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    show(served, "one", "two")
    deck = open_deck("#2")
    shown = "!document.querySelector('.celldeck-failure').hidden"
    served.site.fail("talk", "talk.md:3:1: broken <b>\n  3 | x\n  hint: mend it")
    deck.wait_for(shown)
    assert "talk.md:3:1: broken <b>" in deck.evaluate("document.querySelector('.celldeck-failure').innerText")
    assert deck.evaluate("celldeck.current.textContent") == "two"
    deck.evaluate("document.querySelector('.celldeck-failure button').click()")
    assert deck.evaluate(f"!({shown})")
    served.site.fail("talk", "something else")
    deck.wait_for(shown)
    show(served, "one", "two, better")
    deck.wait_for(f"!({shown}) && celldeck.current.textContent === 'two, better'")
    # A page that is opened while a build fails says so, too.
    served.site.fail("talk", "again")
    other = open_deck()
    other.wait_for(shown)
    assert other.evaluate("celldeck.slides.length") == 2


def test_warnings_stand_in_a_list_in_the_corner_and_lead_to_their_slide(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    problem = Problem("odd", "this is odd", "talk.md", 5, "\tsome <text>", 2, 4, "write it otherwise", 1)
    show(served, "one", "two", problems=(problem, Problem("other", "no place")))
    deck = open_deck()
    deck.wait_for("!document.querySelector('.celldeck-problems').hidden")
    assert deck.evaluate("document.querySelector('.celldeck-problems > button').textContent") == "⚠ 2"
    deck.evaluate("document.querySelector('.celldeck-problems > button').click()")
    first = deck.evaluate("document.querySelector('.celldeck-problems li').innerText")
    for part in ("this is odd", "talk.md:5", "5 | \tsome <text>", "  | \t^^^^", "write it otherwise"):
        assert part in first
    deck.evaluate("document.querySelector('.celldeck-problems li button').click()")
    assert deck.place == (1, 0)
    show(served, "one", "two")
    deck.wait_for("document.querySelector('.celldeck-problems').hidden")


def test_nothing_of_it_shows_where_somebody_presents(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    show(served, "one", "two", problems=(Problem("odd", "this is odd"),))
    deck = open_deck()
    deck.wait_for("!document.querySelector('.celldeck-problems').hidden")
    visible = "getComputedStyle(document.querySelector('.celldeck-problems')).display"
    deck.wait_for(f"{visible} === 'block'")
    deck.evaluate("document.documentElement.requestFullscreen().then(() => null)")
    deck.wait_for(f"{visible} === 'none'")
    presenter = open_deck("?view=presenter")
    assert presenter.evaluate("document.querySelector('.celldeck-problems')") is None


def test_what_does_not_fit_is_told_soon_after_the_edit_and_goes_when_it_is_mended(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    show(served, "one", "two")
    deck = open_deck()
    problems = lambda: [problem.message for problem in served.site.decks["talk"].problems]  # noqa: E731
    began = time.monotonic()
    show(served, "one", "\n".join(f"line {n}" for n in range(20)))
    until(problems)
    took = time.monotonic() - began
    (message,) = problems()
    assert message.startswith("slide 2: the text leaves the slide by ")
    assert served.site.decks["talk"].problems[0].line is not None
    # On an idle machine it takes 60 ms; this one may be busy.
    assert took < 3
    deck.wait_for("document.querySelector('.celldeck-problems > button').textContent === '⚠ 1'")
    show(served, "one", "two")
    until(lambda: not problems())
    deck.wait_for("document.querySelector('.celldeck-problems').hidden")


def test_a_deck_that_is_opened_is_measured_as_a_whole(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    tall = "\n".join(f"line {n}" for n in range(20))
    show(served, *["fine"] * 9, tall, *["fine"] * 5, tall)
    open_deck()
    until(lambda: {problem.slide for problem in served.site.decks["talk"].problems} == {9, 15})


@pytest.mark.parametrize(
    "said", ["no JSON", "{}", '{"kind": "nothing"}', '{"kind": "where"}', "[]", "1", '"x"']
)
def test_what_is_no_message_of_a_page_ends_the_connection_and_nothing_else(
    served: Served, open_deck: Callable[..., Presented], said: str
) -> None:
    show(served, "one")
    deck = open_deck()
    assert (
        deck.evaluate(
            "new Promise((done) => { const socket = new WebSocket(`ws://${location.host}/~live/talk`);"
            f" socket.onopen = () => socket.send({json.dumps(said)});"
            " socket.onclose = ({ code }) => done(code); })"
        )
        == 1008
    )
    show(served, "two")
    deck.wait_for("celldeck.current.textContent === 'two'")


# ---------------------------------------------------------------- going along


def test_the_page_goes_where_the_author_writes(served: Served, open_deck: Callable[..., Presented]) -> None:
    show(served, "one", "two", "three")
    deck = open_deck()
    show(served, "one", "two", "three!")
    deck.wait_for("celldeck.index === 2")
    show(served, "one", "new", "two", "three!")
    deck.wait_for("celldeck.index === 1")
    show(served, "one", "new", "two", "three!!", edited=False)
    deck.wait_for("celldeck.slides[3].textContent === 'three!!'")
    assert deck.place == (1, 0)


def test_a_page_in_full_screen_stays_where_it_is(served: Served, open_deck: Callable[..., Presented]) -> None:
    show(served, "one", "two", "three")
    deck = open_deck()
    deck.evaluate("document.documentElement.requestFullscreen().then(() => null)")
    deck.wait_for("document.fullscreenElement")
    show(served, "one", "two", "three!")
    deck.wait_for("celldeck.slides[2].textContent === 'three!'")
    assert deck.place == (0, 0)


def test_pages_of_somebody_who_presents_stay_where_they_are(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    show(served, "one", "two", "three")
    asked, beside = open_deck("?follow=off"), open_deck("?sync=talk")
    presenter = open_deck("?view=presenter&sync=talk")
    beside.wait_for("!celldeck.followsEdits()")
    show(served, "one", "two", "three!")
    for deck in (asked, beside, presenter):
        deck.wait_for("celldeck.slides[2].textContent === 'three!'")
    assert [deck.place for deck in (asked, beside, presenter)] == [(0, 0)] * 3


def test_a_double_click_tells_where_the_slide_stands(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    show(served, "one", "two", "three")
    deck = open_deck("#2")
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            deck.mouse(kind, 900, 650, button="left", clickCount=count, buttons=1)
    deck.wait_for("!document.querySelector('.celldeck-where').hidden")
    link = "document.querySelector('.celldeck-where a')"
    assert deck.evaluate(f"{link}.textContent") == "talk.md:3"
    assert deck.evaluate(f"{link}.href").startswith("vscode://file/")
    assert deck.evaluate(f"{link}.href").endswith("/talk.md:3")
    # The click before it went on; the slide that was meant is back.
    assert deck.place == (1, 0)


# ---------------------------------------------------------------- the index


def test_the_index_follows_its_decks(served: Served, browser: Browser) -> None:
    with browser.tab() as tab:
        index = Presented(tab)
        tab.open(served.address)
        text = "document.querySelector('main').innerText"
        assert "building" in index.evaluate(text)
        index.evaluate("globalThis.stayed = true")
        until(lambda: served.site._observers)
        show(served, "one", "two", problems=(Problem("odd", "m"),))
        index.wait_for(f"{text}.includes('2 slides · 1 warning')")
        thumbnail = "document.querySelector('.picture > div').shadowRoot.textContent"
        assert "one" in index.evaluate(thumbnail)
        served.site.fail("talk", "broken <here>")
        index.wait_for(f"{text}.includes('broken <here>')")
        assert index.evaluate("document.querySelector('[data-state]').dataset.state") == "failed"
        links = index.evaluate("[...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))")
        assert links == ["/talk.html", "/talk.html?view=presenter"]
        assert (index.evaluate("stayed"), index.errors) == (True, [])
