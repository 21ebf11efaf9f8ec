"""A deck that is built and served, with a live kernel: what a page says to it, and what it hears."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attacker import TOKEN, Served
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from celldeck import pipeline
from celldeck.serve.guard import Guard
from celldeck.serve.live import Lives
from celldeck.serve.live.deck import LiveDeck
from celldeck.serve.site import Site
from celldeck.session import Session
from celldeck.settings import Settings
from celldeck.tools import Tools

SOON_S = 30.0


def deck_of(*cells: str, head: str = "kernel: python3") -> str:
    """Return a deck with a slide for each cell."""
    slides = "\n\n---\n\n".join(f"# Slide\n\n```python\n{cell}\n```" for cell in cells)
    return f"---\n{head}\n---\n\n{slides}\n"


class LiveSite:
    """One deck `talk.md` in the working directory, built and served."""

    def __init__(self, text: str, *, standby: bool = False) -> None:
        self.path = Path("talk.md")
        self.path.write_bytes(text.encode())
        settings = Settings()
        self.site = Site([self.path], guard=Guard(TOKEN))
        self.tools = Tools(settings, standby=standby, frames=self.site.frames)
        self.site.lives = Lives(
            self.tools.kernels.start,
            lambda: Tools(settings, frames=self.site.frames),
            Path(".celldeck/edits"),
        )
        self.session = Session(self.path, tools=self.tools)
        self.build()
        self.served = Served(self.site)

    def build(self) -> None:
        """Build the deck as it is now, as the builder does."""
        build = self.session.build()
        built = pipeline.self_contained(
            pipeline.finish(build.deck, self.tools), self.tools, Path("talk.html")
        )
        self.site.publish("talk", built.page)
        assert self.site.lives
        self.site.lives.built("talk", build.deck, build.provisional)

    @property
    def live(self) -> LiveDeck:
        assert self.site.lives
        live = self.site.lives.get("talk")
        assert live
        return live

    @property
    def address(self) -> str:
        """Of the page, with the token."""
        return f"{self.served.address}talk.html?token={TOKEN}"

    def close(self) -> None:
        assert self.site.lives
        self.site.lives.close()
        self.session.close()
        self.served.close()
        self.tools.kernels.close()
        self.tools.close()


@contextmanager
def live_site(*cells: str, head: str = "kernel: python3", standby: bool = False) -> Iterator[LiveSite]:
    """Serve a deck of these cells."""
    site = LiveSite(deck_of(*cells, head=head), standby=standby)
    try:
        yield site
    finally:
        site.close()


class Client:
    """A page, as far as the socket shows it. `cells` and `kernel` are what it would show now."""

    def __init__(self, site: LiveSite) -> None:
        self._site = site
        self._loop = asyncio.new_event_loop()
        self.cells: dict[int, dict[str, Any]] = {}
        self.kernel: dict[str, Any] = {}
        self.replies: list[dict[str, Any]] = []
        self.heard: list[tuple[float, dict[str, Any]]] = []
        """Every message, and when it came."""
        self._waiting: asyncio.Future[str | bytes | None] | None = None
        self.socket = self._loop.run_until_complete(self._connect())
        self.until(lambda: bool(self.cells))

    async def _connect(self) -> WebSocketClientConnection:
        served = self._site.served
        name, _, value = served.cookie.partition(": ")
        address = f"ws://localhost:{served.port}/~run/talk"
        return await websocket_connect(HTTPRequest(address, headers={name: value}))

    def say(self, kind: str, **more: Any) -> None:
        """Send a message."""
        self._loop.run_until_complete(self._say(json.dumps({"kind": kind, **more})))

    async def _say(self, text: str) -> None:
        await self.socket.write_message(text)

    def ask(self, kind: str, **more: Any) -> dict[str, Any]:
        """Send a message and return the reply."""
        number = len(self.replies) + 1000
        self.say(kind, id=number, **more)
        self.until(lambda: any(reply["id"] == number for reply in self.replies))
        return next(reply for reply in self.replies if reply["id"] == number)

    def until(self, holds: Callable[[], bool], timeout_s: float = SOON_S) -> float:
        """Take messages until something holds; return how long that took, in seconds."""
        began = time.monotonic()
        while not holds():
            left = began + timeout_s - time.monotonic()
            assert left > 0, f"never; {self.kernel}, {self.cells}"
            self._loop.run_until_complete(self._take(left))
        return time.monotonic() - began

    async def _take(self, timeout_s: float) -> None:
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(self._read())
        done, _ = await asyncio.wait({self._waiting}, timeout=min(timeout_s, 0.2))
        if not done:
            return
        message, self._waiting = self._waiting.result(), None
        assert message is not None, "the connection has ended"
        news = json.loads(message)
        self.heard.append((time.time(), news))
        if news["kind"] == "reply":
            self.replies.append(news)
            return
        if news.get("anew"):
            self.cells.clear()
        self.kernel = news.get("kernel", self.kernel)
        for cell in news.get("cells", ()):
            self._cell(dict(cell))

    async def _read(self) -> str | bytes | None:
        return await self.socket.read_message()

    def _cell(self, cell: dict[str, Any]) -> None:
        outputs = cell.pop("outputs", False)
        parts = self.cells.get(cell["cell"], {}).get("parts")
        if outputs is None:
            parts = None
        elif outputs:
            parts = list(parts or [])[: outputs["count"]]
            for at, html in outputs["parts"]:
                parts[at:] = [html, *parts[at + 1 :]]
        self.cells[cell["cell"]] = {**cell, "parts": parts}

    def text(self, cell: int) -> str:
        """What a cell shows of a run here; empty if it was not run here."""
        return "".join(self.cells[cell]["parts"] or ())

    def run(self, cell: int, source: str | None = None) -> str:
        """Run a cell to its end and return what it shows."""
        more = {} if source is None else {"source": source}
        before = self.cells[cell]["runs"]
        self.say("run", cell=cell, **more)

        def has_run() -> bool:
            ran = self.cells[cell]["runs"] > before and self.cells[cell]["elapsed"] is None
            return (ran and self.kernel.get("state") != "busy") or self.kernel.get("state") == "dead"

        self.until(has_run)
        return self.text(cell)

    def close(self) -> None:
        async def end() -> None:
            self.socket.close()
            await asyncio.sleep(0.05)

        self._loop.run_until_complete(end())
        self._loop.close()
