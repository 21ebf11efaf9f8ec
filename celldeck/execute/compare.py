"""Whether cells of two runs of a deck give the same, apart from what no two runs have in common."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator

from celldeck.frozen import frozen
from celldeck.model import Cell, Deck

_CHANCE = re.compile(
    r"0x[0-9a-fA-F]{6,}"  # addresses
    r"|\b\d+(?:[.:]\d+)*(?:e[+-]?\d+)?\s?(?:ns|[uµμ]s|ms|s|min|h)(?:/\w+)?\b"  # times, as in `3ms/step`
    r"|\b\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\b"  # clocks
    r"|\d+(?:\.\d+)?\s?(?:it|step|epoch)s?/s"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # random UUIDs
    r"|\bT_[0-9a-f]{5}(?=[_\"\s])"  # ids that pandas gives to styled tables
    # Ids that matplotlib gives to parts of drawings: by chance, or by places of which the last digits differ.
    r"|(?:(?<=\bid=\")|(?<=\burl\(#)|(?<=\bhref=\"#))(?:[phm]|image|C[0-9a-f]+_[0-9a-f]+_)[0-9a-f]{10}(?=[\")])"
)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_MARK = "…"


@frozen
class Difference:
    """A cell that gives something else than it did."""

    cell: Cell
    """As it is now."""
    text: str
    """What was there and what is there now, lines with `-` and `+` before them."""


def differences(before: Deck, after: Deck) -> Iterator[Difference]:
    """Give the cells that differ.

    Args:
        before: with outputs.
        after: the same deck with the outputs of another run. Addresses and times do not count.
    """
    for one, other in zip(before.cells, after.cells, strict=True):
        if _shown(one) != _shown(other):
            yield Difference(other, _text(one, other))


def _shown(cell: Cell) -> list[tuple[object, ...]] | None:
    if cell.outputs is None:
        return None
    return [
        (output.kind, output.stream, sorted((mime, masked(text)) for mime, text in output.data.items()))
        for output in cell.outputs
    ]


def masked(text: str) -> str:
    """Return a text without colours, and with a mark in the place of addresses and times."""
    return _CHANCE.sub(_MARK, _COLOURS.sub("", text))


def _text(one: Cell, other: Cell) -> str:
    lines = list(difflib.unified_diff(_lines(one), _lines(other), lineterm="", n=0))[2:]
    told = [line for line in lines if not line.startswith("@@")]
    if len(told) > 12:
        told = [*told[:6], "⋮", *told[-5:]]
    return "\n".join(line if len(line) < 110 else f"{line[:109]}…" for line in told)


def _lines(cell: Cell) -> list[str]:
    lines: list[str] = []
    for output in cell.outputs or ():
        pictures = [mime for mime in output.data if mime.startswith(("image/", "audio/", "video/"))]
        for mime in pictures:
            content = output.data[mime]
            lines.append(f"{mime}, {len(content):,} characters, {_digest(content)}")
        if not pictures:
            lines += masked(output.data.get("text/plain", "")).splitlines()
    return lines


def _digest(content: str) -> str:
    return hashlib.sha1(content.encode("utf-8", "surrogatepass")).hexdigest()[:8]
