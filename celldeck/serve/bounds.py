"""What one visitor may take from the others: connections, sizes, rates; and queues that do not grow."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

MOST_CONNECTIONS = 400
"""At a time; a browser holds six, a room of students with the audience's page one or two each."""
LARGEST_MESSAGE = 1 << 20
"""Bytes of what a page sends at once; the code of a cell is the longest."""
MESSAGES_PER_S = 50.0
MESSAGES_AT_ONCE = 200
"""A page may send these at once, and then `MESSAGES_PER_S`."""
MOST_WAITING = 64
"""Messages that wait for a client which does not read."""
MOST_WAITING_SIZE = 1 << 25
"""Their characters."""

LIMITS: dict[str, Any] = {
    "idle_connection_timeout": 30.0,
    "body_timeout": 10.0,
    "max_header_size": 1 << 14,
    "max_body_size": 1 << 16,
}
"""Of an HTTPServer: nothing is ever posted here, and who says nothing is not waited for."""


class BoundedServer(HTTPServer):
    """An HTTP server that closes connections beyond a number of them."""

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Take a connection, or close it."""
        if len(self._connections) >= MOST_CONNECTIONS:
            stream.close()
            return
        super().handle_stream(stream, address)


class Rate:
    """How often something may happen: a bucket that fills with time."""

    def __init__(self, per_s: float = MESSAGES_PER_S, at_once: int = MESSAGES_AT_ONCE) -> None:
        self._per_s = per_s
        self._most = float(at_once)
        self._left = self._most
        self._last = time.monotonic()

    def allows(self) -> bool:
        """Count one, and say whether it may happen."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._last) * self._per_s)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Outbox:
    """Messages for one client, in order; one that falls too far behind is given up."""

    def __init__(self, give_up: Callable[[], None], most: int = MOST_WAITING) -> None:
        """Take what is called when the client has fallen too far behind: it ends the connection."""
        self._give_up = give_up
        self._most = most
        self._waiting: deque[str] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._is_over = False

    def put(self, message: str) -> None:
        """Add a message, from the loop's own thread."""
        if self._is_over:
            return
        self._waiting.append(message)
        self._size += len(message)
        # One alone may be as large as it likes: the client has read everything else.
        if len(self._waiting) > 1 and (len(self._waiting) > self._most or self._size > MOST_WAITING_SIZE):
            self.close()
            self._give_up()
        self._news.set()

    def close(self) -> None:
        """Say that nothing more is to be sent."""
        self._is_over = True
        self._waiting.clear()
        self._news.set()

    async def get(self, timeout_s: float) -> str | None:
        """Return the next message, None when it is over.

        Raises:
            TimeoutError: none came in time.
        """
        while not self._waiting:
            if self._is_over:
                return None
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), timeout_s)
        message = self._waiting.popleft()
        self._size -= len(message)
        return message
