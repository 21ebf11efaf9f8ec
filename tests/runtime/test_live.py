"""A page that follows its deck while it is written."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from driver import Presented, page, slide

from celldeck.export.browser import Browser
from celldeck.export.devtools import ProtocolError
from celldeck.model import Page
from celldeck.render.page import document

pytestmark = pytest.mark.browser


class Site:
    """Serves one page and an event stream, and counts how often the page was asked for."""

    def __init__(self) -> None:
        self.html = ""
        self.loads = 0
        self.messages: queue.Queue[str | None] = queue.Queue()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/events":
                    self._stream()
                    return
                if self.path == "/favicon.ico":
                    self.send_response(204)
                    self.end_headers()
                    return
                site.loads += 1
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.html.encode())

            def _stream(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                while (message := site.messages.get()) is not None:
                    self.wfile.write(f"data: {message}\n\n".encode())
                    self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def show(self, deck: Page, version: str) -> None:
        self.html = document(deck, live="/events", version=version)

    def send(self, **message: object) -> None:
        self.messages.put(json.dumps(message))

    def close(self) -> None:
        self.messages.put(None)
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def settled(deck: Presented, until: Callable[[], bool]) -> None:
    for _ in range(100):
        # A page that is being loaded answers nothing.
        with suppress(ProtocolError):
            if until():
                return
        deck.tab.wait(lambda: False, 0.05)
    raise AssertionError("nothing happened")


def test_changes_arrive_without_the_page_being_loaded_again(browser: Browser, site: Site) -> None:
    site.show(page("<h1>One</h1>", "<h1>Two</h1>", notes=(("old",), ())), "1")
    with browser.tab() as tab:
        deck = Presented(tab)
        tab.open(site.address + "#2")
        site.send(version="1")
        notes = '<div class="bespoke-marp-note" data-index="0"><p>new</p></div>'
        new = slide("<h1>New</h1>")
        site.send(version="2", base="1", slides=[new, 0, 1], css=None, title="Other", notes=notes)
        settled(deck, lambda: deck.evaluate("celldeck.slides.length") == 3)
        assert deck.place == (2, 0)
        assert deck.evaluate("document.title") == "Other"
        assert deck.evaluate(
            "[...document.querySelectorAll('.bespoke-marp-note')].map((n) => n.textContent)"
        ) == ["new"]
        edited = slide("<h1>Two, edited</h1>", 1)
        site.send(version="3", base="2", slides=[[2, edited], 0, 1])
        settled(deck, lambda: deck.place == (0, 0))
        assert deck.evaluate("celldeck.current.textContent") == "Two, edited"
        site.send(version="4", base="3", slides=[0, 1, 2], show=1)
        settled(deck, lambda: deck.place == (1, 0))
        assert site.loads == 1
        assert deck.errors == []


@pytest.mark.parametrize("message", [{"version": "9"}, {"version": "9", "base": "8", "slides": [0]}])
def test_a_page_that_missed_a_build_loads_anew_and_keeps_its_place(
    browser: Browser, site: Site, message: dict[str, object]
) -> None:
    site.show(page("<h1>One</h1>", "<h1>Two</h1>"), "1")
    with browser.tab() as tab:
        deck = Presented(tab)
        tab.open(site.address)
        deck.press("ArrowRight")
        site.show(page("<h1>One</h1>", "<h1>Changed</h1>"), "9")
        site.send(**message)
        settled(deck, lambda: site.loads == 2)
        settled(deck, lambda: deck.evaluate("globalThis.celldeck?.current?.textContent") == "Changed")
        assert deck.place == (1, 0)
