"""Runs of slides that are copies of one another: one slide in steps, made by hand.

A slide is read as a row of tokens, its characters among them, without lines and without grey and red.
Pictures that stand alone, with their captions, and those behind or beside the text are set aside. Two
neighbours are then compared:

- *grey*: the same tokens, and less is grey on the second, or the light moves on from one item to a later one,
  be it what is not grey or what is red;
- *append*: the second has all of the first, and goes on;
- *figure*: the same tokens, and another picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from celldeck.frozen import frozen
from celldeck.model import Cell, Slide
from celldeck.nodes import (
    Block,
    CellPlace,
    CellValue,
    ClassBlock,
    ClassSpan,
    Comment,
    Emphasis,
    HardBreak,
    Heading,
    HtmlBlock,
    HtmlInline,
    Image,
    Inline,
    InlineComment,
    List,
    ListItem,
    Paragraph,
    SoftBreak,
    Text,
)
from celldeck.patterns import late

Kind = Literal["grey", "append", "figure"]

_GREY = frozenset(
    {"grey", "gray", "lightgrey", "lightgray", "silver", "dim", "dimmed", "muted", "faded", "faint"}
    | {"greyed", "grayed", "greyed-out", "grayed-out"}
)
_RED = frozenset({"red", "blue", "green", "orange", "yellow", "alert", "highlight", "hl"})
"""Classes of what stands in the light, all of them red for short."""
_MARKS = "|".join(sorted(_GREY | _RED, key=len, reverse=True))
_CLASS_OF_SPAN = late(r"<span\s+class=[\"']?([\w-]+)[\"']?\s*>", re.IGNORECASE)
_HAS_GREY = late(rf"\.(?:{_MARKS})[.\[]|class=[\"']?(?:{_MARKS})\b", re.IGNORECASE)
_SPAN = late(r"<(/?)span\b", re.IGNORECASE)
_IMAGE_HTML = late(
    r"\s*(?:<(?:img\b[^>]*|/?(?:center|br)\s*/?)>\s*|<small\s*>[^<]*</small\s*>\s*)+", re.IGNORECASE
)
_UNSEEN = frozenset({"line", "end_line", "source", "slug", "fragment", "marker", "tight", "closed"})
_FRAMES = frozenset(
    {"SoftBreak", "HardBreak", "Emphasis", "Strong", "Strikethrough", "Link", "ClassSpan", "HtmlInline"}
)
"""Kinds of nodes that show nothing themselves."""
_CLOSE = "close"
_ITEM = "ListItem("


@frozen
class CopiedRun:
    """Slides that follow each other and are one slide in steps."""

    kind: Kind
    first: int
    """Number of the first slide, from 1."""
    last: int

    @property
    def steps(self) -> int:
        """How many slides they are."""
        return self.last - self.first + 1


@frozen
class _Reading:
    tokens: tuple[object, ...]
    grey: frozenset[int]
    """Places of the characters in `tokens` that are grey."""
    red: frozenset[int]
    """Places of those that are red."""
    figures: tuple[object, ...]
    outer: tuple[int, ...]
    """For each token, which item it is part of, those in others left out, or which block outside of lists."""
    items: tuple[int, ...]
    """For each token, which item of a list or which block it is part of."""


def may_have_grey_runs(text: str) -> bool:
    """Say whether a deck's text has what a run of grey needs; that is found far sooner than the runs are."""
    return _HAS_GREY.search(text) is not None


def find_copied_runs(slides: Sequence[Slide], cells: Sequence[Cell] = ()) -> tuple[CopiedRun, ...]:
    """Return the runs among the slides of a deck, in order; no slide is in two.

    Args:
        slides: as they are once their directives, pictures and notes have been read.
        cells: those of the deck, so that slides with a copy of the same cell are copies, too.
    """

    @cache
    def read(at: int) -> _Reading:
        return _read(slides[at], cells)

    kinds = [
        _kind(read(at), read(at + 1)) if _same_frame(one, other) else None
        for at, (one, other) in enumerate(pairwise(slides))
    ]
    return tuple(_join(kinds, slides))


def _join(kinds: Sequence[Kind | None], slides: Sequence[Slide]) -> Iterator[CopiedRun]:
    at = 0
    while at < len(kinds):
        kind, start = kinds[at], at
        at += 1
        if kind is None:
            continue
        while at < len(kinds) and kinds[at] == kind:
            at += 1
        yield CopiedRun(kind, slides[start].number, slides[at].number)
        at += 1  # the last slide of a run opens no other


def _same_frame(one: Slide, other: Slide) -> bool:
    """Say whether two slides have the same look around their text, and notes that at most grow."""
    looks = [({**s.directives, "paginate": None}, s.header, s.footer, s.scope is None) for s in (one, other)]
    # With `hold` an author keeps the number for the copies.
    pages = (one.directives.get("paginate"), other.directives.get("paginate"))
    same_number = pages[0] == pages[1] or (pages[1] == "hold" and pages[0] is True)
    grows = not one.notes or not other.notes or other.notes[: len(one.notes)] == one.notes
    return looks[0] == looks[1] and same_number and grows


def _kind(one: _Reading, other: _Reading) -> Kind | None:
    if one.tokens == other.tokens:
        if (one.grey, one.red) != (other.grey, other.red):
            return "grey" if _light_moves(one, other) else None
        has_text = any(isinstance(token, str) and len(token) == 1 for token in one.tokens)
        if has_text and one.figures and other.figures and one.figures != other.figures:
            return "figure"
        return None
    return "append" if _goes_on(one, other) else None


def _light_moves(one: _Reading, other: _Reading) -> bool:
    if one.red != other.red and not _moves_down(one, one.red - other.red, other.red - one.red):
        return False
    lit, left = one.grey - other.grey, other.grey - one.grey
    if not lit:
        return not left  # more is grey than before: not a step on
    return not left or _moves_down(one, left, lit)


def _moves_down(reading: _Reading, before: frozenset[int], after: frozenset[int]) -> bool:
    """Say whether each is of one item, and `after` of a later one."""
    items = [{reading.outer[at] for at in part} for part in (before, after)]
    return all(len(found) == 1 for found in items) and min(before) < min(after)


def _goes_on(one: _Reading, other: _Reading) -> bool:
    end = len(one.tokens)
    while end and one.tokens[end - 1] == _CLOSE:
        end -= 1
    marks = ((one.grey, other.grey), (one.red, other.red))
    if any(before != {at for at in after if at < end} for before, after in marks):
        return False
    if len(set(one.items[:end])) < 2 or other.tokens[:end] != one.tokens[:end]:
        return False
    # What follows is something new, not the rest of a word.
    fresh = end < len(other.tokens) and other.tokens[end] == _CLOSE
    return fresh and other.figures[: len(one.figures)] == one.figures


# ---------------------------------------------------------------- reading


def _read(slide: Slide, cells: Sequence[Cell]) -> _Reading:
    reader = _Reader(cells)
    figures: list[object] = []
    if slide.backgrounds:
        figures.append((_plain(slide.backgrounds), _plain(slide.split), slide.vertical))
    for block in slide.blocks:
        if is_figure(block):
            figures.append(_plain(block))
        else:
            reader.block(block)
    marked = (frozenset(reader.grey), frozenset(reader.red))
    return _Reading(tuple(reader.tokens), *marked, tuple(figures), tuple(reader.outer), tuple(reader.items))


class _Reader:
    def __init__(self, cells: Sequence[Cell]) -> None:
        self.tokens: list[object] = []
        self.grey: set[int] = set()
        self.red: set[int] = set()
        self.outer: list[int] = []
        self.items: list[int] = []
        self._cells = cells
        self._item = 0
        self._outer = 0
        self._lists = 0
        """How many lists are open."""
        self._marks: list[set[int]] = []
        """Where what is read now is to be noted: once for each grey or red that is open."""
        self._spans: list[set[int] | None] = []
        """The raw `<span>`s that are open: which of the two each is, if any."""

    def block(self, block: Block | ListItem) -> None:
        if isinstance(block, Comment) or (isinstance(block, Paragraph) and not block.children):
            return
        self._outer += self._lists < (2 if isinstance(block, ListItem) else 1)
        if isinstance(block, ClassBlock) and (mark := self._mark(block.classes)) is not None:
            rest = _unmarked(block.classes)
            self._inside((replace(block, classes=rest),) if rest else block.children, mark)
            return
        if isinstance(block, (Paragraph, Heading, List, ListItem, ClassBlock)):
            if isinstance(block, List):
                self._add(f"List({block.ordered} {block.start}")
            elif isinstance(block, ClassBlock):
                self._add(f"ClassBlock({' '.join(block.classes)}")
            elif isinstance(block, ListItem):
                self._item += 1
                self._add(_ITEM)
            else:
                self._item += not isinstance(block, Paragraph) or not block.tight
                self._add(f"Heading({block.level}" if isinstance(block, Heading) else "Paragraph(")
            if isinstance(block, List):
                self._lists += 1
                for item in block.items:
                    self.block(item)
                self._lists -= 1
            elif isinstance(block, (Paragraph, Heading)):
                for inline in block.children:
                    self.inline(inline)
            else:
                for child in block.children:
                    self.block(child)
            self._add(_CLOSE)
            return
        self._item += 1
        self._add(self._cell(block) if isinstance(block, CellPlace) else _plain(block))

    def inline(self, inline: Inline) -> None:
        match inline:
            case Text(text=text):
                for character in text:
                    self._add(character)
            case ClassSpan(classes=classes) if (mark := self._mark(classes)) is not None:
                rest = _unmarked(classes)
                self._inside((replace(inline, classes=rest),) if rest else inline.children, mark)
            case HtmlInline(html=html) if found := _SPAN.match(html):
                self._span(html, closes=bool(found[1]))
            case InlineComment():
                pass
            case CellValue():
                self._add(self._cell(inline))
            case _ if children := getattr(inline, "children", ()):
                self._add(f"{type(inline).__name__}(")
                self._add(_plain(inline, without="children"))
                for child in children:
                    self.inline(child)
                self._add(_CLOSE)
            case _:
                self._add(_plain(inline))

    def _cell(self, place: CellPlace | CellValue) -> object:
        """Return what a cell runs and shows, other than its number and its name."""
        if place.index >= len(self._cells):
            return _plain(place)
        cell = self._cells[place.index]
        options = {**cell.options, "label": None}
        return type(place).__name__, cell.source, cell.shown, cell.language, tuple(options.items())

    def _span(self, html: str, *, closes: bool) -> None:
        if closes:
            mark = self._spans.pop() if self._spans else None
            if mark is not None:
                # The innermost one: the two sets may be equal, so it is not looked for with `remove`.
                self._marks.pop()
        else:
            found = _CLASS_OF_SPAN.fullmatch(html)
            mark = self._mark((found[1].lower(),)) if found else None
            self._spans.append(mark)
            if mark is not None:
                self._marks.append(mark)
        if mark is None:
            self._add(html)

    def _mark(self, classes: Sequence[str]) -> set[int] | None:
        if not _GREY.isdisjoint(classes):
            return self.grey
        return None if _RED.isdisjoint(classes) else self.red

    def _inside(self, children: Sequence[Block] | Sequence[Inline], mark: set[int]) -> None:
        self._marks.append(mark)
        for child in children:
            if isinstance(child, Inline):
                self.inline(child)
            else:
                self.block(child)
        self._marks.pop()

    def _add(self, token: object) -> None:
        if token != _CLOSE:
            for mark in self._marks:
                mark.add(len(self.tokens))
        self.tokens.append(token)
        self.outer.append(self._outer)
        self.items.append(self._item)


@frozen
class Marks:
    """How much of some blocks is grey or red."""

    letters: int
    """What is seen of them: characters but for white space, formulas, code and the like."""
    grey_letters: int
    """Those of them that are grey."""
    grey: frozenset[int]
    """Places of the tokens that are grey, those that are no characters among them."""
    red: frozenset[int]
    """Places of those that are red."""
    text: str
    """The characters."""


def marks_of(blocks: Sequence[Block | ListItem], cells: Sequence[Cell] = ()) -> Marks:
    """Return what of some blocks is grey or red; pictures that stand alone count as text."""
    reader = _Reader(cells)
    for block in blocks:
        reader.block(block)
    places = [at for at, token in enumerate(reader.tokens) if _shows(token)]
    text = "".join(t if isinstance(t, str) and len(t) == 1 else " " for t in reader.tokens)
    grey = reader.grey.intersection(places)
    return Marks(len(places), len(grey), frozenset(reader.grey), frozenset(reader.red), text)


def _shows(token: object) -> bool:
    if isinstance(token, str):
        return len(token) == 1 and bool(token.strip())
    return isinstance(token, tuple) and token[0] not in _FRAMES


def is_figure(block: Block) -> bool:
    """Say whether a block is a picture, with or without its caption, or the caption of one."""
    match block:
        case Paragraph(children=children):
            return _is_picture_line(children)
        case ClassBlock(children=inner):
            return bool(inner) and all(map(is_figure, inner))
        case HtmlBlock(html=html):
            return bool(_IMAGE_HTML.fullmatch(html)) and "<img" in html.lower()
    return False


def _is_picture_line(children: Sequence[Inline]) -> bool:
    depth, pictures, captions = 0, 0, 0
    for child in children:
        if isinstance(child, HtmlInline):
            tag = child.html.lower()
            if tag.startswith(("<small", "</small")):
                depth += -1 if tag.startswith("</") else 1
                captions += 1
                continue
            if not tag.startswith(("<img", "<br", "<center", "</center")):
                return False
            pictures += tag.startswith("<img")
        elif isinstance(child, Image):
            pictures += 1
        elif isinstance(child, (SoftBreak, HardBreak)) or (
            isinstance(child, Text) and not child.text.strip()
        ):
            continue
        elif not depth and not (isinstance(child, Emphasis) and pictures):
            return False
    return bool(pictures or captions)


def _unmarked(classes: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in classes if name not in _GREY and name not in _RED)


def _plain(value: object, without: str = "") -> object:
    """Return a node as a value that does not depend on where it stands."""
    if isinstance(value, tuple):
        return tuple(_plain(entry) for entry in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value) if f.name not in _UNSEEN and f.name != without]
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in names))
    return value
