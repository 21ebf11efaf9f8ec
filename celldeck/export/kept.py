"""Kept: what was made of the texts of a deck, from one of its builds to the next.

An edit leaves most slides the very texts they were. With their pictures they are long: to look a text up by
what stands in it takes as long as making something of it, so it is told by its identity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")


class Kept:
    """Keeps what was asked for since the build before this one."""

    def __init__(self) -> None:
        self._old: dict[tuple[Any, ...], tuple[str, Any]] = {}
        self._new: dict[tuple[Any, ...], tuple[str, Any]] = {}

    def turn(self) -> None:
        """Begin a build: what the last one did not ask for is let go."""
        self._old, self._new = self._new, {}

    def __call__(self, make: Callable[..., Made], text: str, *rest: object) -> Made:
        """Return what `make` gives for a text and for what else it is given, which is compared."""
        # With the text a key holds what has its number, which so is nobody else's.
        key = (make, id(text), rest)
        found = self._new.get(key) or self._old.get(key)
        if found is None:
            found = (text, make(text, *rest))
        self._new[key] = found
        made: Made = found[1]
        return made
