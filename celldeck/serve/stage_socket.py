"""`/~stage/NAME`: the presenter's windows say over it where the talk is, and hear what a clicker asks for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from celldeck.serve.audience.stage import Place
from celldeck.serve.bounds import Rate
from celldeck.serve.handler import NEEDS_TOKEN, Handler

LARGEST_MESSAGE = 1024


class StageSocket(Handler, WebSocketHandler):
    """One window of the presenter's."""

    view = ""
    _leave: Callable[[], None] | None = None

    @property
    def max_message_size(self) -> int:
        """Bytes of one message."""
        return LARGEST_MESSAGE

    async def get(self, *arguments: str, **more: str) -> None:
        """Become a socket, where a stage is, for whoever holds the token."""
        if not self.holds_token:
            raise HTTPError(403, reason=NEEDS_TOKEN)
        if self.site.decks[self.known(arguments[0])].stage is None:
            raise HTTPError(404)
        await super().get(*arguments, **more)

    def open(self, *arguments: str, **more: str) -> None:
        """Count this window as the presenter's."""
        stage = self.site.decks[arguments[0]].stage
        assert stage
        self._stage = stage
        self._loop = asyncio.get_running_loop()
        self._rate = Rate()

    def on_message(self, message: str | bytes) -> None:
        """Take `{kind: "hello", view, …}` once, then `{kind: "place", …}`; anything else ends it."""
        if not self._rate.allows():
            self.close(1008)
            return
        try:
            said = json.loads(message)
            place = Place.of(said)
            kind, view = said["kind"], said.get("view", "")
        except (ValueError, KeyError, AttributeError, RecursionError):
            self.close(1007)
            return
        if kind == "hello" and self._leave is None and view in {"", "presenter"}:
            self.view = view
            self._leave = self._stage.attend(self)
            self.send(self._stage.greeting)
            # Where a window begins is where the talk is only if nobody has said so.
            if self._stage.place is None:
                self._stage.show(place)
        elif kind == "place" and self._leave is not None:
            self._stage.stepped_in(self)
            self._stage.show(place)
        else:
            self.close(1007)

    def send(self, message: dict[str, Any]) -> None:
        """Hand the window a message; may be called from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._send, json.dumps(message))

    def _send(self, text: str) -> None:
        with suppress(WebSocketClosedError):
            self.write_message(text)

    def on_close(self) -> None:
        """Forget the window."""
        if self._leave is not None:
            self._leave()
