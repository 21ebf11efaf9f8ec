"""RunSocket: `/~run/NAME`, the WebSocket over which a page has cells run.

Only who holds the token gets one. Messages are JSON objects with a `kind`; `RECEIVERS` is the table of what a
page may say. It hears `cells`, what it has not been told of the cells and the kernel, as often as it can take
it: a slow page hears less often, and always of what is so now. And it hears `reply`s to what has an `id`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from celldeck.errors import DeckError
from celldeck.serve.bounds import LARGEST_MESSAGE, MOST_CONNECTIONS, MOST_WAITING, Rate
from celldeck.serve.handler import NEEDS_TOKEN, Handler
from celldeck.serve.live.deck import LiveDeck
from celldeck.serve.live.state import Shown

NONSENSE = 1008
"""The close code of what is no message of ours, or comes too often (RFC 6455: policy violation)."""
LONGEST_CODE = 200_000
"""Characters of a cell's code."""


class RunSocket(Handler, WebSocketHandler):
    """One page that may run cells."""

    _count = 0
    live: LiveDeck
    _stop: Callable[[], object] | None = None

    async def get(self, *arguments: Any, **named: Any) -> None:
        """Connect, if whoever asks holds the token, and there are cells."""
        if not self.holds_token:
            raise HTTPError(403, reason=NEEDS_TOKEN)
        live = self.site.lives.get(self.known(arguments[0])) if self.site.lives else None
        if live is None:
            raise HTTPError(404)
        if RunSocket._count >= MOST_CONNECTIONS:
            raise HTTPError(503)
        self.live = live
        await super().get(*arguments, **named)

    def open(self, *_: str, **__: str) -> None:
        """Tell the page what there is."""
        RunSocket._count += 1
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        self._rate = Rate()
        self._shown = Shown()
        self._news = asyncio.Event()
        self._replies: list[str] = []
        self._stop = self.live.listen(self._wake_from_anywhere)
        self._news.set()
        self._sending = asyncio.ensure_future(self._send())

    def on_message(self, message: str | bytes) -> None:
        """Take a message of the page."""
        if not self._rate.allows() or len(message) > LARGEST_MESSAGE:
            self.close(NONSENSE, "too many messages, or too large ones")
            return
        said: Any = None
        try:
            said = json.loads(message)
            RECEIVERS[said["kind"]](self, said)
        except DeckError as error:
            self.reply(said, {"error": error.message, "hint": error.hint})
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            self.close(NONSENSE, "this is no message of a page")

    def on_close(self) -> None:
        """Note that the page has gone."""
        if self._stop:
            self._stop()
            self._stop = None
            self._sending.cancel()
            RunSocket._count -= 1

    def reply(self, said: Any, answer: dict[str, Any]) -> None:
        """Answer a message, from any thread."""
        number = said.get("id") if isinstance(said, dict) else None
        text = json.dumps({"kind": "reply", "id": number, **answer})
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._put, text)

    def in_background(self, work: Callable[[], object]) -> None:
        """Do something that may take a moment, without delaying other pages."""
        self._loop.run_in_executor(None, work)

    def _put(self, text: str) -> None:
        if len(self._replies) >= MOST_WAITING:
            self.close(NONSENSE, "too slow")
            return
        self._replies.append(text)
        self._news.set()

    def _wake_from_anywhere(self) -> None:
        # While the server ends, cells may still have something to say.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._news.set)

    async def _send(self) -> None:
        """Send what there is, and wait until it has gone before anything else is made."""
        with suppress(WebSocketClosedError, asyncio.CancelledError):
            while True:
                await self._news.wait()
                self._news.clear()
                replies, self._replies = self._replies, []
                for text in replies:
                    await self.write_message(text)
                if news := self.live.news(self._shown):
                    await self.write_message(json.dumps(news))


def _index(said: dict[str, Any]) -> int:
    index = said["cell"]
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError
    return index


def _text(said: dict[str, Any], name: str) -> str:
    text = said[name]
    if not isinstance(text, str) or len(text) > LONGEST_CODE:
        raise TypeError
    # Lone surrogates are no text that a kernel or a file could take.
    text.encode()
    return text


def _cursor(said: dict[str, Any]) -> int:
    return max(0, min(int(said["cursor"]), LONGEST_CODE))


def _run(socket: RunSocket, said: dict[str, Any]) -> None:
    """`run`: run a cell, with other code if that is given."""
    if "source" in said:
        socket.live.edit(_index(said), _text(said, "source"))
    socket.live.run([_index(said)])


def _answer(socket: RunSocket, said: dict[str, Any]) -> None:
    """`answer`: to what a cell asks."""
    text = _text(said, "text")
    socket.in_background(lambda: socket.live.answer(text))


def _keep(socket: RunSocket, said: dict[str, Any]) -> None:
    """`keep`: write a cell's code into the deck's file, as the diff says that was shown."""
    socket.live.keep(_index(said), str(said["diff"]))
    socket.reply(said, {"kept": True})


def _diff(socket: RunSocket, said: dict[str, Any]) -> None:
    """`diff`: what was changed here, in one cell or in all."""
    index = _index(said) if said.get("cell") is not None else None
    socket.reply(said, {"diff": socket.live.diff(index)})


RECEIVERS: dict[str, Callable[[RunSocket, dict[str, Any]], None]] = {
    "run": _run,
    "run-from": lambda socket, said: socket.live.run_from(_index(said)),
    "run-all": lambda socket, said: socket.live.run_all(),
    "edit": lambda socket, said: socket.live.edit(_index(said), _text(said, "source")),
    "near": lambda socket, said: socket.live.near(_index(said)),
    "interrupt": lambda socket, said: socket.in_background(socket.live.interrupt),
    "restart": lambda socket, said: socket.live.restart(),
    "reset": lambda socket, said: socket.live.reset(),
    "answer": _answer,
    "complete": lambda socket, said: socket.live.complete(
        _index(said), _text(said, "code"), _cursor(said), lambda answer: socket.reply(said, answer)
    ),
    "inspect": lambda socket, said: socket.live.inspect(
        _index(said), _text(said, "code"), _cursor(said), lambda answer: socket.reply(said, answer)
    ),
    "diff": _diff,
    "keep": _keep,
}
"""What pages say, by kind, and what is done with it. What cannot be read raises and ends the connection."""
