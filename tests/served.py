"""A site that is served without files: a test publishes pages, a browser shows what the author would see."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer

from celldeck.model import Deck, Page
from celldeck.serve.app import application
from celldeck.serve.problems import Problem
from celldeck.serve.site import Site


class Served:
    """A site with one deck, `talk`, and a server of its own that can be stopped and started again."""

    def __init__(self, root: Path = Path("nowhere")) -> None:
        self.root = root
        self.site = Site([Path("talk.md")], root=root)
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}/"

    def start(self, *, anew: bool = False) -> None:
        """Serve, at the same port as before; `anew`: as another process would."""
        if anew:
            self.site = Site([Path("talk.md")], root=self.root)
        ready = threading.Event()

        async def serve() -> None:
            server = HTTPServer(application(self.site))
            server.listen(self.port, address="127.0.0.1", reuse_port=False)
            self.port = next(iter(server._sockets.values())).getsockname()[1]
            self._loop = asyncio.get_running_loop()
            self._stop = asyncio.Event()
            ready.set()
            await self._stop.wait()
            server.stop()
            await server.close_all_connections()
            for deck in self.site.decks.values():
                for listener in tuple(deck.listeners):
                    listener.__self__.close()  # type: ignore[attr-defined]
            await asyncio.sleep(0.1)

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """End the server, and all that is connected to it."""
        assert self._loop
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def show(
        self,
        page: Page,
        deck: Deck | None = None,
        problems: tuple[Problem, ...] = (),
        *,
        edited: bool = False,
    ) -> None:
        self.site.publish("talk", page, own_scripts=True, deck=deck, problems=problems, edited=edited)

    def on_loop(self, run: Callable[[], Any]) -> None:
        """Call a function where the server runs."""
        assert self._loop
        self._loop.call_soon_threadsafe(run)
