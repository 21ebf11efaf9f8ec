"""The YAML at the head of a deck, between dashes.

Its bounds are those of https://github.com/ParkSB/markdown-it-front-matter, which Marp uses.
"""

from __future__ import annotations

from typing import NamedTuple

from celldeck.patterns import late

_OPENING = late(r"-{3,}")
_CLOSING = late(r" {0,3}(-{3,})[ \t]*")


class FrontMatter(NamedTuple):
    """The head of a deck."""

    yaml: str
    end_line: int
    """0-based line after it."""


def read_front_matter(text: str) -> FrontMatter | None:
    """Return the head of a deck; None: its first line is not one of three dashes or more.

    Without an end, all of the text is the head, its last line left out. What follows the dashes of the first
    line belongs to the YAML, but for one character.
    """
    opening = _OPENING.match(text)
    if not opening:
        return None
    dashes = len(opening[0])
    lines = text.split("\n")
    if not lines[-1].strip(" \t"):
        lines.pop()
    start = begin = 0
    for number, line in enumerate(lines):
        content = line.lstrip(" \t")
        start = begin + len(line) - len(content)
        begin += len(line) + 1
        closing = _CLOSING.fullmatch(line) if number else None
        if content == "..." or (closing and len(closing[1]) >= dashes):
            break
    # `start` belongs to the last line that was looked at; the line end before it is no content.
    return FrontMatter(text[dashes + 1 : start - 1], number + 1)
