"""Deck → mends: what can be changed in its text so that it says better what its author meant.

Only what is sure is a mend. `mend_text` makes them all, one kind after another, until nothing is left.
"""

from __future__ import annotations

from dataclasses import replace

from celldeck.frozen import frozen
from celldeck.mends.copies import mends_of_copies
from celldeck.mends.mend import Mend, mended
from celldeck.mends.slips import mends_of_slips
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.source import Source

__all__ = ["Mend", "Mended", "mend_text"]

_MOST_ROUNDS = 100
"""A deck of more slides than this in copied runs is mended in several goes."""


@frozen
class Mended:
    """A deck's text after its mends."""

    text: str
    """With `\\n` as line ends."""
    mends: tuple[Mend, ...]
    """Those that were made, in the order in which they were; each counts lines as they were then."""
    left: tuple[str, ...]
    """Runs of copied slides that were left as they are: which, and why."""


def mend_text(source: Source, options: MarpOptions) -> Mended:
    """Return the text of a deck with everything mended that is sure.

    Args:
        source: the deck.
        options: how it is read; its copied runs are looked for unless its own front matter turns that off.
    """
    options = replace(options, collapse=False)
    text = source.text
    made: list[Mend] = []
    left: tuple[str, ...] = ()
    for _ in range(_MOST_ROUNDS):
        deck = parse(Source(source.path, text), options)
        found = list(mends_of_slips(deck))
        if not found and deck.settings.get("collapse") is not False:
            run = mends_of_copies(deck, options)
            found, left = list(run.mends), run.left
        lines, done = mended(deck.source.lines, found)
        if not done:
            break
        made += done
        text = "\n".join(lines)
    return Mended(text, tuple(made), left)
