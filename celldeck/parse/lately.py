"""Lately: what was made of trees the last times, told by the very object, for decks that are read again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")

MOST = 1024
"""What is kept of one kind; beyond that all of it is made anew, so that old slides do not pile up."""


class Lately(Generic[Made]):
    """Keeps what was made of frozen values."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[object, object, Made]] = {}

    def get(self, value: object, rest: object, make: Callable[[], Made]) -> Made:
        """Return what is made of a value, which nobody changes any more, and of what else counts.

        Args:
            value: told by its identity, since comparing trees takes as long as making something of them.
            rest: compared.
        """
        known = self._made.get(id(value))
        if known is not None and known[0] is value and known[1] == rest:
            return known[2]
        made = make()
        if len(self._made) >= MOST:
            self._made.clear()
        self._made[id(value)] = (value, rest, made)
        return made
