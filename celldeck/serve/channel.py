"""Channel: `/~live/NAME`, the WebSocket over which a deck and the pages that show it speak.

Messages are JSON objects with a `kind`. The page speaks first, and says what it has; then each side sends
what there is. `RECEIVERS` is the table of what a page may say.

tornado: https://www.tornadoweb.org/en/stable/websocket.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from celldeck.serve.bounds import MOST_WAITING, MOST_WAITING_SIZE, Rate
from celldeck.serve.handler import Handler
from celldeck.serve.overflow import read_overflow

PING_S = 15.0
"""A silent connection is closed by proxies; one that answers no ping is one whose laptop sleeps."""
NONSENSE = 1008
"""The close code for a message that is none of ours (RFC 6455: policy violation)."""


class Channel(Handler, WebSocketHandler):
    """One page that is connected."""

    name = ""
    _unsent = _unsent_size = 0
    _stop: Callable[[], object] | None = None

    async def get(self, *arguments: Any, **named: Any) -> None:
        """Connect, if there is such a deck."""
        self.known(arguments[0])
        await super().get(*arguments, **named)

    def open(self, *arguments: str, **_: str) -> None:
        """Wait for what the page has."""
        self.name = arguments[0]
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        self._rate = Rate()

    def on_message(self, message: str | bytes) -> None:
        """Take a message of the page."""
        if not self._rate.allows():
            self.close(NONSENSE, "this is too much")
            return
        try:
            said = json.loads(message)
            RECEIVERS[said["kind"]](self, said)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            self.close(NONSENSE, "this is no message of a page")

    def on_close(self) -> None:
        """Note that the page has gone."""
        if self._stop:
            self._stop()

    def send(self, message: str) -> None:
        """Send a message, from any thread."""
        # While the server ends, builds may still have something to say.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._send, message)

    def _send(self, message: str) -> None:
        # One alone may be as large as it likes: the page has read everything else.
        if self._unsent and (self._unsent >= MOST_WAITING or self._unsent_size > MOST_WAITING_SIZE):
            # It is connected anew, and asks for what it has missed.
            self.close()
            return
        with suppress(WebSocketClosedError):
            sent = self.write_message(message)
            self._unsent += 1
            self._unsent_size += len(message)
            sent.add_done_callback(partial(self._sent, len(message)))

    def _sent(self, size: int, sent: asyncio.Future[None]) -> None:
        self._unsent -= 1
        self._unsent_size -= size
        # Asked for, so that nobody complains that it was not: a page that has gone is no mistake.
        sent.cancelled() or sent.exception()


class DeckList(Handler, WebSocketHandler):
    """`/~decks`: tells the index that something has changed, and hears nothing."""

    _stop: Callable[[], object] | None = None

    def open(self, *_: str, **__: str) -> None:
        """Tell of every change from now on."""
        loop = asyncio.get_running_loop()

        def changed() -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._tell)

        self._stop = self.site.observe(changed)

    def _tell(self) -> None:
        with suppress(WebSocketClosedError):
            self.write_message('{"kind": "decks"}').add_done_callback(lambda sent: sent.exception())

    def on_message(self, message: str | bytes) -> None:
        """End a connection that says something."""
        self.close(NONSENSE, "nothing is asked here")

    def on_close(self) -> None:
        """Note that the page has gone."""
        if self._stop:
            self._stop()


def _has(channel: Channel, said: dict[str, Any]) -> None:
    """`have`: what the page shows. From now on it hears what changes."""
    version, slides = str(said["version"]), [str(key) for key in said["slides"]]
    if channel._stop is None:
        channel._stop = channel.site.listen(channel.name, channel.send, (version, slides))


def _where(channel: Channel, said: dict[str, Any]) -> None:
    """`where`: asks in which line of which file a slide stands."""
    deck = channel.site.decks[channel.name]
    if deck.shown and deck.shown.lines:
        line = deck.shown.lines[int(said["slide"])]
        path = deck.path.absolute()
        channel.send(
            json.dumps({"kind": "where", "file": str(deck.path), "path": path.as_posix(), "line": line})
        )


def _overflows(channel: Channel, said: dict[str, Any]) -> None:
    """`overflow`: what the page has found not to fit on slides."""
    shown = channel.site.decks[channel.name].shown
    if shown and shown.version == said["version"]:
        channel.site.measured(channel.name, shown.version, read_overflow(said["slides"], shown))


RECEIVERS: dict[str, Callable[[Channel, dict[str, Any]], None]] = {
    "have": _has,
    "where": _where,
    "overflow": _overflows,
}
"""What pages say, by kind, and what is done with it. What cannot be read raises and ends the connection."""
