"""Lives: the live decks of a server, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from celldeck.model import Deck
from celldeck.serve.live.deck import LiveDeck, Start
from celldeck.tools import Tools


class Lives:
    """Makes live decks of those that have cells, and ends them."""

    def __init__(
        self,
        start: Start,
        make_tools: Callable[[], Tools],
        folder: Path,
        made: Callable[[str, LiveDeck], object] = lambda name, live: None,
    ) -> None:
        """Take who starts kernels, what rendering needs, and the folder that edits are kept in.

        Args:
            made: hears of each live deck that is made, before it has any cells.
        """
        self._made = made
        self._start = start
        self._make_tools = make_tools
        self._folder = folder
        self._lock = threading.Lock()
        self._decks: dict[str, LiveDeck] = {}
        self._closed = False

    def built(
        self, name: str, deck: Deck, provisional: Iterable[int] = (), *, verified: bool = False
    ) -> None:
        """Take a build of a deck."""
        with self._lock:
            if self._closed or (name not in self._decks and not (deck.kernel and deck.cells)):
                return
            live = self._decks.get(name)
            if live is None:
                live = self._decks[name] = LiveDeck(self._start, self._make_tools, self._folder)
                self._made(name, live)
        live.built(deck, provisional, verified=verified)

    def get(self, name: str) -> LiveDeck | None:
        """Return the live deck of a name; None: it has no cells that run."""
        return self._decks.get(name)

    @property
    def is_running(self) -> bool:
        """Cells run in some deck, so files may be written that are none of the author's doing."""
        return any(live.is_running for live in tuple(self._decks.values()))

    def close(self) -> None:
        """End all kernels."""
        with self._lock:
            self._closed = True
            lives = list(self._decks.values())
        for live in lives:
            live.close()
