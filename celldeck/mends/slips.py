"""Mends of slips that reading a deck tells of: each is a notice that says what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping

from celldeck.errors import Notice
from celldeck.mends.mend import Mend
from celldeck.model import Deck

_MEANT = re.compile(r"did you mean '([^']+)'\?")
_ALIKE = 0.8
"""How like two names have to be for one to be a slip of the other: `theem` and `theme` are 0.8."""
_SHORTHANDS = frozenset({"background", "bg"})
"""What these were meant as is a guess: CSS gives colours and pictures by one name."""


def mends_of_slips(deck: Deck) -> Iterator[Mend]:
    """Give a mend for each notice of the deck whose mend is sure."""
    for notice in deck.notices:
        mend = _MENDS.get(notice.kind)
        if mend is not None and notice.span is not None and notice.span.source == deck.source:
            yield from mend(notice, deck.source.lines[notice.span.line - 1])


def _line(notice: Notice, *lines: str, why: str) -> Mend:
    assert notice.span
    return Mend(notice.span.line, notice.span.line + 1, lines, why)


def _name(notice: Notice, line: str) -> Iterator[Mend]:
    """A name that differs from one there is by its case, its dashes, or a letter or two."""
    found = _MEANT.search(notice.hint or "")
    assert notice.span
    at = notice.span.column - 1
    name = line[at : at + notice.span.length]
    if not found or name in _SHORTHANDS or name.removeprefix("_") == found[1]:
        return
    folded = [re.sub(r"[-_ ]", "", text).lower() for text in (name, found[1])]
    if folded[0] == folded[1] or difflib.SequenceMatcher(None, folded[0], folded[1]).ratio() >= _ALIKE:
        fixed = line[:at] + found[1] + line[at + len(name) :]
        yield _line(notice, fixed, why=f"'{name}' is '{found[1]}'")


def _ruler(notice: Notice, line: str) -> Iterator[Mend]:
    assert notice.span
    at = notice.span.line
    yield Mend(at, at, ("",), "an empty line above --- makes it start a slide")


def _lost_text(notice: Notice, line: str) -> Iterator[Mend]:
    assert notice.span
    at = notice.span.column - 1
    if at > 0 and line[:at].rstrip().endswith((">",)):
        yield _line(notice, line[:at].rstrip(), line[at:], why="text on a line of its own is shown")


def _lost_note(notice: Notice, line: str) -> Iterator[Mend]:
    found = re.fullmatch(r"(.*?\S)?\s*(<!--.*?-->)\s*", line)
    if found and found[2].count("<!--") == 1 and found[1] and "<!--" not in found[1]:
        yield _line(notice, found[1], "", found[2], why="a note on a line of its own is kept")


def _price(notice: Notice, line: str) -> Iterator[Mend]:
    """Both dollar signs of what was read as a formula."""
    assert notice.span
    at = notice.span.column - 1
    close = line.find("$", at + 1)
    if line[at] == "$" and close > 0:
        yield _line(
            notice,
            f"{line[:at]}\\{line[at:close]}\\{line[close:]}",
            why="\\$ is a dollar sign, and no formula",
        )


_MENDS: Mapping[str, Callable[[Notice, str], Iterator[Mend]]] = {
    "unknown-directive": _name,
    "unknown-option": _name,
    "unknown-label": _name,
    "heading-by-ruler": _ruler,
    "text-lost": _lost_text,
    "note-lost": _lost_note,
    "price-as-formula": _price,
}
"""By the kinds of notices, what mends one: takes it and its line."""
