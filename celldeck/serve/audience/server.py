"""The audience's server: a listener of its own, in a thread of its own, that hands out one published talk.

What it sends waits at most once for each follower and part of the talk, so that a phone that is slow gets the
newest state when it can, and keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from functools import partial
from typing import Any

from celldeck.serve.audience.app import application
from celldeck.serve.audience.codes import Codes, Kind
from celldeck.serve.audience.follower import Follower
from celldeck.serve.audience.guests import GuestServer
from celldeck.serve.audience.published import Asset
from celldeck.serve.audience.stage import Part, Stage

LARGEST_OUTPUT = 256 * 1024
"""Characters of what a cell shows; pictures are sent apart and do not count."""
LIVE_ASSETS_BYTES = 64_000_000
"""Pictures of live outputs that are kept: a slow phone may ask for one that has been replaced already."""
OUTPUTS_EVERY_S = 0.04
"""The same cell is sent no more often; the first time after a pause it is sent at once."""
BYTES_A_SECOND = 4_000_000
"""What streaming outputs may take of the network in all."""
_TOO_LARGE = (
    '<div class="cell-output cell-output-stream"><pre><samp>'
    "(This output is too large to be sent on.)</samp></pre></div>"
)


class Audience:
    """Serves one stage, from `start` to `stop`."""

    def __init__(self, stage: Stage, address: str, port: int | None, codes: Codes | None = None) -> None:
        """Take what is followed, and where to listen.

        Args:
            address: of this machine in the network that the phones are in.
            port: None: the first free one from 8800.
        """
        self.stage = stage
        self.codes = codes or Codes.new()
        self.address = address
        self.port = port or 0
        self._wanted_port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._news: set[Part] = set()
        self._news_lock = threading.Lock()
        self.followers: set[Follower] = set()
        self.clickers: set[Follower] = set()
        self._sent_at: dict[int, float] = {}
        self._sending: set[int] = set()
        self._cells: dict[int, bytes] = {}
        """The newest message of each cell that is not as the page has it."""
        self._live_assets: OrderedDict[str, Asset] = OrderedDict()
        self._told_number: int | None = None

    # ---- life

    @property
    def hosts(self) -> frozenset[str]:
        """What a request may call this server."""
        names = {self.address} | ({"localhost"} if self.address.startswith("127.") else set())
        return frozenset(f"{name}:{self.port}" for name in names)

    def url(self, kind: Kind = "audience") -> str:
        """Return the address that a phone opens."""
        return f"http://{self.address}:{self.port}/{getattr(self.codes, kind)}/"

    def start(self) -> None:
        """Listen, in a thread of its own.

        Raises:
            OSError: the address or the port cannot be had.
        """
        begun: list[OSError | None] = []
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(begun, ready)), name="audience", daemon=True
        )
        self._thread.start()
        ready.wait()
        if begun[0] is not None:
            raise begun[0]

    def stop(self) -> None:
        """End all streams and the thread."""
        loop, stopped = self._loop, self._stopped
        if loop is not None and stopped is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stopped.set)
        if self._thread is not None:
            self._thread.join(5.0)

    async def _serve(self, begun: list[OSError | None], ready: threading.Event) -> None:
        server = GuestServer(application(self))
        try:
            self.port = server.listen_at(self.address, self._wanted_port)
        except OSError as error:
            begun.append(error)
            ready.set()
            return
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        begun.append(None)
        stop_listening = self.stage.listen(self._hear)
        ready.set()
        await self._stopped.wait()
        stop_listening()
        server.stop()
        await server.close_all_connections()

    # ---- from the stage to the followers

    def _hear(self, part: Part) -> None:
        """Take news, in any thread; many of one part that come in one turn of the loop are one."""
        assert self._loop
        with self._news_lock:
            is_first = not self._news
            self._news.add(part)
        if is_first:
            # Once the server has ended, what is told has no listener.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._pass_on)

    def _pass_on(self) -> None:
        with self._news_lock:
            news, self._news = self._news, set()
        if "place" in news:
            self._send("place", self.place_message(), self.followers)
        if "page" in news:
            self._cells.clear()
            self._send("page", self.page_message(), self.followers)
        if news & {"place", "page"}:
            self._send("place", self.clicker_message(), self.clickers)
        for part in news:
            if isinstance(part, int) and part not in self._sending:
                self._sending.add(part)
                self._send_when_due(part)

    def _send_when_due(self, cell: int) -> None:
        assert self._loop
        size = len(self._cells.get(cell, b""))
        pause = max(OUTPUTS_EVERY_S, size * len(self.followers) / BYTES_A_SECOND)
        due = self._sent_at.get(cell, 0.0) + pause
        self._loop.call_at(due, partial(self._send_cell, cell))

    def _send_cell(self, cell: int) -> None:
        assert self._loop
        self._sending.discard(cell)
        self._sent_at[cell] = self._loop.time()
        shown = self.stage.cells.get(cell)
        if shown is None:
            self._cells.pop(cell, None)
            message = _event({"cell": cell, "parts": None, "code": None})
        else:
            parts = None if shown.parts is None else self._fit_to_send(shown.parts)
            code = shown.code and self.stage.publisher.taken_apart(shown.code)[0]
            message = self._cells[cell] = _event({"cell": cell, "parts": parts, "code": code})
        self._send(cell, message, self.followers)

    def _fit_to_send(self, parts: tuple[str, ...]) -> list[str]:
        """Return what a cell shows as followers get it, and keep its pictures for when they ask for them."""
        fit = []
        for part in parts:
            html, assets = self.stage.publisher.taken_apart(part)
            fit.append(html)
            for name, asset in assets.items():
                self._live_assets[name] = asset
                self._live_assets.move_to_end(name)
        while sum(len(asset.data) for asset in self._live_assets.values()) > LIVE_ASSETS_BYTES:
            self._live_assets.popitem(last=False)
        return fit if sum(map(len, fit)) <= LARGEST_OUTPUT else [_TOO_LARGE]

    def _send(self, part: object, message: bytes, to: set[Follower]) -> None:
        for follower in to:
            follower.put(part, message)

    # ---- what handlers ask for

    def place_message(self) -> bytes:
        """Return where the talk is, for followers."""
        place = self.stage.place
        shown = place and {"slide": place.slide, "step": place.step, "black": place.black}
        return _event({"place": shown})

    def page_message(self) -> bytes:
        """Return which document there is now."""
        published = self.stage.published
        return _event({"version": published.version if published else None})

    def clicker_message(self) -> bytes:
        """Return all that a clicker shows."""
        place, published = self.stage.place, self.stage.published
        if published is None or place is None or place.slide >= len(published.titles):
            return _event({"place": None})
        elapsed = place.elapsed_ms
        if place.runs:
            elapsed += round((time.monotonic() - self.stage.place_since) * 1000)
        titles = published.titles[place.slide : place.slide + 2]
        return _event(
            {
                "place": {"slide": place.slide, "step": place.step, "last": place.last, "black": place.black},
                "slides": len(published.titles),
                "title": titles[0],
                "next": titles[1] if len(titles) > 1 else None,
                "notes": published.notes[place.slide],
                "elapsed": elapsed,
                "runs": place.runs,
            }
        )

    def first_messages(self) -> list[bytes]:
        """Return what brings a new follower to where the talk is."""
        return [self.page_message(), self.place_message(), *self._cells.values()]

    def asset(self, name: str) -> Asset | None:
        """Return what stands behind an asset's name; None: nothing does."""
        published = self.stage.published
        found = published.assets.get(name) if published else None
        return found or self._live_assets.get(name)

    def came_or_went(self) -> None:
        """Let the presenter know how many follow, not more often than it can be read."""
        assert self._loop
        if self._told_number is None:
            self._told_number = -1
            self._loop.call_later(0.5, self._tell_number)

    def _tell_number(self) -> None:
        self._told_number = None
        self.stage.tell_presenter({"kind": "followers", "number": len(self.followers)})


def _event(message: dict[str, Any]) -> bytes:
    """Return a message as an event stream has it."""
    return b"data: " + json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
