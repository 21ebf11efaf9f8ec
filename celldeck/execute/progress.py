"""Progress: what is told while cells run."""

from __future__ import annotations

from typing import Protocol

from celldeck.model import Cell, Deck


class Progress(Protocol):
    """Hears how a deck's run goes on. Its methods may be called from any thread, and return at once."""

    def starting(self, deck: Deck, count: int, reason: str) -> None:
        """A kernel starts, since `count` cells must run; `reason` says why in words."""

    def started(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        """The cell runs now, as `number` (from 1) of `count`."""

    def wrote(self, deck: Deck, cell: Cell, line: str) -> None:
        """The cell has printed; `line` is the last line that stands there, such as a progress bar."""

    def finished(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        """The cell has run, with `outputs` and `seconds`."""

    def ended(self, deck: Deck) -> None:
        """No cell of the deck runs any more, whether all have run or not."""


class Silent:
    """Tells nobody."""

    def starting(self, deck: Deck, count: int, reason: str) -> None:
        """Nothing."""

    def started(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        """Nothing."""

    def wrote(self, deck: Deck, cell: Cell, line: str) -> None:
        """Nothing."""

    def finished(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        """Nothing."""

    def ended(self, deck: Deck) -> None:
        """Nothing."""
