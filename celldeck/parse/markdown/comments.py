"""Where an HTML comment begins and ends, by the rule that Marp has for blocks and for lines of text."""

from __future__ import annotations

from typing import NamedTuple

from celldeck.js import trim


class FoundComment(NamedTuple):
    """A comment in a text."""

    start: int
    end: int
    text: str
    """What it says, trimmed."""


def find_comment(text: str, at: int) -> FoundComment | None:
    """Return the first comment from `at` on.

    More dashes may stand beside the two of `<!--` and `-->`. Those at the start take what looks like an end:
    `<!---->` is a comment by itself only if no `-->` follows anywhere.
    """
    start = text.find("<!--", at)
    while start >= 0:
        inside = start + 4
        while text.startswith("-", inside):
            inside += 1
        end = text.find("-->", inside)
        if end >= 0:
            closing = end
            while closing > inside and text[closing - 1] == "-":
                closing -= 1
            return FoundComment(start, end + 3, trim(text[inside:closing]))
        if text.startswith(">", inside) and inside - start >= 6:
            return FoundComment(start, inside + 1, "")
        start = text.find("<!--", start + 4)
    return None
