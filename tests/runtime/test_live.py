"""A page that follows its deck while it is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest
from driver import Presented, page
from served import Served

from celldeck.export.browser import Browser
from celldeck.export.devtools import ProtocolError
from celldeck.model import Metadata, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.stop()


@pytest.fixture
def open_deck(browser: Browser, served: Served) -> Iterator[Callable[[str], Presented]]:
    """Open the deck as an author has it open: a function of what follows its address."""
    with ExitStack() as tabs:

        def show(at: str = "") -> Presented:
            deck = Presented(tabs.enter_context(browser.tab()))
            deck.tab.open(f"{served.address}talk.html{at}")
            deck.evaluate("globalThis.stayed = true")
            settled(deck, lambda: len(served.site.decks["talk"].listeners) > 0)
            return deck

        yield show


def settled(deck: Presented, until: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        # A page that is being loaded answers nothing.
        with suppress(ProtocolError):
            if until():
                return
        deck.tab.wait(lambda: False, 0.02)
    raise AssertionError("nothing happened")


def shows(deck: Presented, text: str) -> bool:
    found = deck.evaluate(
        f"globalThis.celldeck?.slides.some((slide) => slide.textContent.includes({text!r}))"
    )
    return bool(found)


def test_changes_arrive_without_the_page_being_loaded_again(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    served.show(page("<h1>One</h1>", "<h1>Two</h1>", notes=(("old",), ())))
    deck = open_deck("#2")
    served.show(
        page(
            "<h1>New</h1>",
            "<h1>One</h1>",
            "<h1>Two</h1>",
            notes=(("new",), (), ()),
            metadata=Metadata(title="Other"),
        )
    )
    settled(deck, lambda: shows(deck, "New"))
    assert deck.place == (2, 0)
    assert deck.evaluate("document.title") == "Other"
    assert deck.evaluate(
        "[...document.querySelectorAll('.bespoke-marp-note')].map((n) => n.textContent)"
    ) == ["new"]
    served.show(page("<h1>Two, edited</h1>", "<h1>New</h1>", "<h1>One</h1>"))
    settled(deck, lambda: shows(deck, "Two, edited"))
    served.show(page("<h1>New</h1>", "<h1>One</h1>"))
    settled(deck, lambda: not shows(deck, "Two, edited"))
    assert deck.place[0] in (0, 1)
    assert (deck.evaluate("globalThis.stayed"), deck.errors) == (True, [])


def test_another_style_changes_nothing_but_the_style(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    served.show(page("<h1>One</h1>", css="h1 { color: rgb(1, 2, 3) }"))
    deck = open_deck()
    deck.evaluate("globalThis.heading = document.querySelector('h1')")
    served.show(page("<h1>One</h1>", css="h1 { color: rgb(4, 5, 6) }"))
    settled(deck, lambda: deck.evaluate("getComputedStyle(heading).color") == "rgb(4, 5, 6)")
    assert deck.evaluate("heading.isConnected && stayed") is True


def test_what_a_slide_keeps_stays_as_it_is(served: Served, open_deck: Callable[..., Presented]) -> None:
    def slides(text: str, items: str = "<li>a</li><li>b</li>") -> Page:
        rest = (
            '<input value="x"><div id="long" style="height: 60px; overflow: auto">'
            '<p style="height: 900px">y</p></div>'
            '<audio id="sound" controls src="data:audio/wav;base64,'
            f'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="></audio><ul>{items}</ul>'
        )
        return page(f"<h1>{text}</h1>{rest}", "<h1>Two</h1>")

    served.show(slides("One"))
    deck = open_deck()
    deck.evaluate(
        "globalThis.kept = [...document.querySelectorAll('section > :not(h1), li')];"
        "document.querySelector('input').focus(); document.querySelector('input').value = 'typed';"
        "document.getElementById('long').scrollTop = 300; null"
    )
    served.show(slides("One, edited", "<li>a</li><li>new</li><li>b</li>"))
    settled(deck, lambda: shows(deck, "One, edited"))
    assert deck.evaluate("[...document.querySelectorAll('li')].map((li) => li.textContent)") == [
        "a",
        "new",
        "b",
    ]
    assert deck.evaluate("kept.every((node) => node.isConnected)") is True
    assert deck.evaluate("document.activeElement.value") == "typed"
    assert deck.evaluate("document.getElementById('long').scrollTop") == 300
    served.show(slides("One, edited", "<li>b</li>"))
    settled(deck, lambda: not shows(deck, "new"))
    assert deck.evaluate("[...document.querySelectorAll('li')].map((li) => li.textContent)") == ["b"]
    assert (deck.evaluate("stayed"), deck.errors) == (True, [])


def test_a_slide_becomes_what_its_html_says_however_it_is_edited(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    downscaled = 'data-auto-scaling="downscale-only"'
    states = [
        f'<h1 is="marp-h1" data-auto-scaling="">Fit</h1><pre is="marp-pre" {downscaled}>a</pre>',
        f'<h1 is="marp-h1" data-auto-scaling="">Fit it</h1><pre is="marp-pre" {downscaled}>b</pre>',
        '<h1 id="x">Plain</h1><p class="a b">one <strong>two</strong></p>',
        '<p class="b c" title="t">one <em>two</em> three</p><h1 id="x">Plain</h1>',
        '<ul><li data-marpit-fragment="1">a</li><li data-marpit-fragment="2">b</li></ul>',
        '<ul><li data-marpit-fragment="1">b</li><li data-marpit-fragment="2">a</li><li>c</li></ul>tail',
        "tail<!-- a comment --><table><tr><td>1</td><td>2</td></tr></table>",
        "<table><tr><td>2</td></tr></table>",
        "<p>x</p><script>globalThis.ran = (globalThis.ran ?? 0) + 1</script>",
        "<p>x</p><script>globalThis.ran = (globalThis.ran ?? 0) + 10</script>",
        "",
        "<p>end</p>",
    ]
    served.show(page(states[0], "<h1>Two</h1>"))
    deck = open_deck()
    for state in states[1:]:
        served.show(page(state, "<h1>Two</h1>"))
        version = served.site.decks["talk"].version
        settled(deck, lambda version=version: deck.evaluate("celldeck.served.version") == version)
        # As the page has it when it is loaded with that slide.
        expected = deck.evaluate(
            "((html) => { const made = document.createElement('section'); made.innerHTML = html; "
            "for (const pre of made.querySelectorAll('pre[is]')) { "
            "const other = document.createElement('marp-pre'); "
            "for (const { name, value } of pre.attributes) other.setAttribute(name, value); "
            "other.append(...pre.childNodes); pre.replaceWith(other); } return made.innerHTML; })"
            f"({state!r})"
        )
        shown = deck.evaluate(
            "(() => { const copy = celldeck.slides[0].querySelector('section').cloneNode(true); "
            "const marks = ['fragment', 'current-fragment'].map((name) => `data-bespoke-marp-${name}`); "
            "const parts = copy.querySelectorAll('*'); "
            "for (const part of parts) for (const mark of marks) part.removeAttribute(mark); "
            "return copy.innerHTML; })()"
        )
        assert shown == expected
    assert deck.evaluate("globalThis.ran") == 11
    assert (deck.evaluate("stayed"), deck.errors) == (True, [])


def test_the_presenters_window_follows_and_keeps_its_place(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    served.show(page("<h1>One</h1>", "<h1>Two</h1>", "<h1>Three</h1>"))
    deck = open_deck("#2")
    other = open_deck("?view=presenter#2")
    served.show(page("<h1>One</h1>", "<h1>Two, edited</h1>", "<h1>Three</h1>"))
    settled(other, lambda: shows(other, "edited"))
    settled(deck, lambda: shows(deck, "edited"))
    assert (deck.place, other.place) == ((1, 0), (1, 0))
    assert other.evaluate("stayed") is True


def test_a_page_finds_its_way_back_when_the_server_was_away(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    served.show(page("<h1>One</h1>", "<h1>Two</h1>"))
    deck = open_deck("#2")
    served.stop()
    settled(deck, lambda: deck.evaluate("!document.querySelector('.celldeck-away').hidden"))
    served.start(anew=True)
    served.show(page("<h1>One</h1>", "<h1>Two</h1>", "<h1>Three</h1>"))
    settled(deck, lambda: shows(deck, "Three"))
    assert (deck.place, deck.evaluate("stayed")) == ((1, 0), True)
    settled(deck, lambda: deck.evaluate("document.querySelector('.celldeck-away').hidden"))
    # An equal build is no news, whoever made it.
    deck.evaluate("celldeck.on('slides', () => { globalThis.replaced = true; })")
    served.stop()
    served.start(anew=True)
    served.show(page("<h1>One</h1>", "<h1>Two</h1>", "<h1>Three</h1>"))
    settled(deck, lambda: len(served.site.decks["talk"].listeners) > 0)
    deck.frames()
    assert deck.evaluate("globalThis.replaced ?? false") is False


def test_another_size_loads_the_page_anew_and_keeps_its_place(
    served: Served, open_deck: Callable[..., Presented]
) -> None:
    served.show(page("<h1>One</h1>", "<h1>Two</h1>"))
    deck = open_deck()
    deck.press("ArrowRight")
    served.show(replace(page("<h1>One</h1>", "<h1>Small</h1>"), size_px=(960, 720)))
    settled(deck, lambda: shows(deck, "Small"))
    assert (deck.place, deck.evaluate("globalThis.stayed ?? null")) == ((1, 0), None)
