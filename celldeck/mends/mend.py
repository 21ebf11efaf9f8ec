"""Mend: lines of a deck, and what should stand in their place."""

from __future__ import annotations

from collections.abc import Sequence

from celldeck.frozen import frozen


@frozen
class Mend:
    """A change of a deck's text that keeps what its author meant."""

    first: int
    """1-based line that it begins with."""
    end: int
    """1-based line after its last one; `first`: the lines are put in before that one."""
    lines: tuple[str, ...]
    """What stands there then."""
    why: str
    """What it mends, in a few words."""

    @property
    def place(self) -> range:
        """The lines that no other mend may touch."""
        return range(self.first, max(self.end, self.first + 1))


def mended(lines: Sequence[str], mends: Sequence[Mend]) -> tuple[tuple[str, ...], tuple[Mend, ...]]:
    """Return the lines with the mends made, and those that were; of two at one place the first is."""
    taken: set[int] = set()
    made: list[Mend] = []
    for mend in mends:
        if taken.isdisjoint(mend.place):
            taken.update(mend.place)
            made.append(mend)
    changed = list(lines)
    for mend in sorted(made, key=lambda mend: mend.first, reverse=True):
        changed[mend.first - 1 : mend.end - 1] = mend.lines
    return tuple(changed), tuple(made)
