"""What does not fit on a slide, as the page has measured it, told with its place and a mend.

`runtime/overflow.js` measures, in the page that follows its author and in `check` alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from celldeck.errors import Notice
from celldeck.frozen import frozen
from celldeck.model import Cell, Deck, Slide
from celldeck.source import Span

How = Literal["slide", "padding", "box"]
Side = Literal["top", "right", "bottom", "left"]
What = Literal["text", "code", "table", "formula", "picture", "output", "box"]

KINDS: dict[How, str] = {"slide": "overflow", "box": "overflow", "padding": "tight"}
"""The kinds of notices: what is cut off, and what is too near to the edge."""

_MOST = 100
"""Findings of one slide that are taken."""
_SMALLEST_PICTURE_PX = 60


@frozen
class Overflow:
    """One part of a slide that does not fit; lengths are in pixels of the slide."""

    how: How
    """It leaves the slide, runs into its padding, or is cut off in a box of its own."""
    side: Side
    px: float
    what: What
    step: int = 0
    """The first state in which it is so, from 0."""
    text: str = ""
    """How the text begins that leaves first."""
    src: str | None = None
    tex: str | None = None
    cell: int | None = None
    """Index of the cell whose code or output it is."""
    line_height: float = 0.0
    width: float = 0.0
    height: float = 0.0

    @classmethod
    def read(cls, found: Any) -> Overflow:
        """Return a finding of the page.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        how, side, what = found["how"], found["side"], found["what"]
        if how not in get_args(How) or side not in get_args(Side) or what not in get_args(What):
            raise ValueError(f"this is no way not to fit: {how} {side} {what}")
        cell = found.get("cell")
        return cls(
            how,
            side,
            float(found["px"]),
            what,
            int(found["step"]),
            str(found.get("text") or ""),
            _text(found.get("src")),
            _text(found.get("tex")),
            None if cell is None else int(cell),
            float(found.get("lineHeight") or 0),
            float(found.get("width") or 0),
            float(found.get("height") or 0),
        )


def read_all(found: Any) -> tuple[Overflow, ...]:
    """Return the findings of the page for one slide; errors as `Overflow.read`."""
    if not isinstance(found, list):
        raise TypeError("findings are a list")
    return tuple(Overflow.read(one) for one in found[:_MOST])


def overflow_notices(deck: Deck, slide: Slide, found: Sequence[Overflow]) -> tuple[Notice, ...]:
    """Return what is to be told of a slide, the worst first; what leaves the slide also fills its padding."""
    left = {one.side for one in found if one.how == "slide"}
    told = [one for one in found if one.how != "padding" or one.side not in left]
    told.sort(key=lambda one: (one.how != "slide", one.how != "box", -one.px))
    return tuple(_notice(deck, slide, one) for one in _merged(told))


def _merged(found: Sequence[Overflow]) -> Iterator[Overflow]:
    """Give the findings, one a part: what is too high stands out above and below where it is centred."""
    seen: set[tuple[How, bool, int | None]] = set()
    for one in found:
        upright = one.side in {"top", "bottom"}
        key = (one.how, upright, one.cell)
        if key not in seen:
            seen.add(key)
            yield one


def _notice(deck: Deck, slide: Slide, one: Overflow) -> Notice:
    px = f"{max(1, round(one.px))} px"
    where = {
        "slide": f"leaves the slide by {px} at the {one.side}",
        "padding": f"runs {px} into the padding at the {one.side}",
        "box": f"is cut off in its box by {px} at the {one.side}",
    }[one.how]
    state = f", from state {one.step + 1} on" if one.step else ""
    told = f"slide {slide.number}: {_name(deck, one)} {where}{state}"
    return Notice(KINDS[one.how], told, _place(deck, slide, one), _mend(one))


def _name(deck: Deck, one: Overflow) -> str:
    cell = _cell(deck, one)
    if one.what == "output" and cell is not None:
        return f"the output of cell {cell.label or cell.index + 1}"
    if one.what == "picture" and (name := _file_name(one)):
        return f"the picture {name}"
    return {"box": "an element", "output": "an output"}.get(one.what, f"the {one.what}")


def _mend(one: Overflow) -> str:
    upright = one.side in {"top", "bottom"}
    fit_px = (one.height if upright else one.width) - one.px
    if one.what == "picture" and fit_px >= _SMALLEST_PICTURE_PX:
        return f"give it a size: ![{'h' if upright else 'w'}:{math.floor(fit_px)}px](…)"
    if one.what == "picture":
        return "make it smaller, ![h:300px](…), or give it a slide of its own"
    if one.what == "output":
        if not upright:
            return "shorten its lines, or make it smaller: {output-size=80%}"
        return (
            "cut it, {max-lines=10}, make it smaller, {output-size=80%}, or its figure lower, {fig-height=3}"
        )
    if one.what == "formula":
        return "break it into lines with \\\\ in an aligned environment" if not upright else "split the slide"
    if one.what == "code":
        return "leave lines out, or split the slide with ---" if upright else "break its longest line"
    if upright and one.line_height:
        lines = max(1, math.ceil(one.px / one.line_height))
        much = f"about {lines} line{'s' * (lines != 1)} too many"
        return f"{much}: leave some out, or split the slide with ---"
    return "make it smaller, or split the slide with ---" if upright else "fewer columns, or shorter words"


# ---------------------------------------------------------------- where it stands in the text


def _place(deck: Deck, slide: Slide, one: Overflow) -> Span:
    cell = _cell(deck, one)
    if cell is not None and one.what == "output":
        return deck.source.span(cell.span.line)
    lines = range(slide.line, max(slide.line + 1, min(slide.end_line, len(deck.source.lines) + 1)))
    for wanted in _wanted(one):
        for number in lines:
            if wanted in _plain(deck.source.lines[number - 1]):
                return deck.source.span(number)
    if cell is not None:
        return deck.source.span(cell.span.line)
    # A slide starts at its ruler, which says nothing of it.
    texts = (n for n in lines if deck.source.lines[n - 1].strip() and not _is_ruler(deck.source.lines[n - 1]))
    return deck.source.span(next(texts, slide.line))


def _wanted(one: Overflow) -> Iterator[str]:
    """Give what to look for in the lines of the slide, the surest first."""
    if name := _file_name(one):
        yield _plain(name)
    if one.tex:
        yield from filter(None, map(_plain, one.tex.splitlines()))
    text = _plain(one.text)
    for length in (40, 20, 10):
        if text[:length]:
            yield text[:length]


def _plain(text: str) -> str:
    """Return the letters and digits of a text, which are the same in Markdown and in the page."""
    return "".join(character for character in unquote(text).casefold() if character.isalnum())


def _is_ruler(line: str) -> bool:
    return set(line.replace(" ", "")) <= set("-_*")


def _file_name(one: Overflow) -> str | None:
    if not one.src or one.src.startswith(("data:", "blob:")):
        return None
    return unquote(urlsplit(one.src).path).rpartition("/")[2] or None


def _cell(deck: Deck, one: Overflow) -> Cell | None:
    return deck.cells[one.cell] if one.cell is not None and 0 <= one.cell < len(deck.cells) else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
