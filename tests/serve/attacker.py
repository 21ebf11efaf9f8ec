"""A server to attack, in this process, and raw requests to it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from celldeck.serve.app import application
from celldeck.serve.bounds import LIMITS, BoundedServer
from celldeck.serve.guard import Guard
from celldeck.serve.site import Site

TOKEN = "a-token-that-nobody-guesses-0123456789"


class Served:
    """A site that is served from a thread of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.frames = site.frames
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()
        self._thread.start()
        assert self._started.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)

        async def start() -> None:
            self.server = BoundedServer(application(self.site), **LIMITS)
            self.server.listen(0, address="127.0.0.1")
            self.port = next(iter(self.server._sockets.values())).getsockname()[1]

        self.loop.run_until_complete(start())
        self._started.set()
        self.loop.run_forever()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}/"

    @property
    def cookie(self) -> str:
        """The header of someone who holds the token."""
        return f"Cookie: celldeck-{self.port}={TOKEN}"

    def close(self) -> None:
        async def end() -> None:
            self.server.stop()
            await self.server.close_all_connections()

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    def ask(
        self, path: str, *headers: str, host: str | None = None, method: str = "GET"
    ) -> tuple[int, str, str]:
        """Return status, head and text of what is answered to a request sent byte for byte."""
        hosts = [f"Host: {host if host is not None else f'localhost:{self.port}'}"] if host != "" else []
        lines = [f"{method} {path} HTTP/1.1", *hosts, *headers, "Connection: close", "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            answer = b""
            # Whoever is refused may hear of it by the connection's end.
            with suppress(ConnectionError):
                connection.sendall("\r\n".join(lines).encode())
                while data := connection.recv(1 << 16):
                    answer += data
        head, _, text = answer.decode("utf-8", "replace").partition("\r\n\r\n")
        return (int(head.split()[1]) if head else 0), head, text


@contextmanager
def served(*paths: str, host: str | None = None) -> Iterator[Served]:
    """Serve decks of these paths, which need not be there."""
    one = Served(Site([Path(path) for path in paths], guard=Guard(TOKEN, host)))
    try:
        yield one
    finally:
        one.close()
