"""Runs of slides that are copies of one another: one slide in steps, made by hand.

A slide is read as a row of tokens, its characters among them, without lines and without grey. Pictures that
stand alone, with their captions, are set aside. Two neighbours are then compared:

- *grey*: the same tokens, and less is grey on the second, or the light moves on from one item to a later one;
- *append*: the second has all of the first, and goes on;
- *figure*: the same tokens, and another picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Literal

from celldeck.model import Slide
from celldeck.nodes import (
    Block,
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

Kind = Literal["grey", "append", "figure"]

_GREY = frozenset({"grey", "gray", "dim"})
_GREY_SPAN = re.compile(r"<span\s+class=[\"']?(?:grey|gray|dim)[\"']?\s*>", re.IGNORECASE)
_SPAN = re.compile(r"<(/?)span\b", re.IGNORECASE)
_IMAGE_HTML = re.compile(r"\s*(?:<(?:img\b[^>]*|/?(?:center|small|br)\s*/?)>\s*)+", re.IGNORECASE)
_UNSEEN = frozenset({"line", "end_line", "source", "slug", "fragment", "marker", "tight", "closed"})
_CLOSE = "close"
_ITEM = "ListItem("


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class _Reading:
    tokens: tuple[object, ...]
    grey: frozenset[int]
    """Places of the characters in `tokens` that are grey."""
    figures: tuple[object, ...]
    items: tuple[int, ...]
    """For each token, which item of a list or which block it is part of."""


def find_copied_runs(slides: Sequence[Slide]) -> tuple[CopiedRun, ...]:
    """Return the runs among the slides of a deck, in order; no slide is in two."""
    readings = [_read(slide) for slide in slides]
    kinds = [
        _kind(readings[at], readings[at + 1]) if _same_frame(one, other) else None
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
    looks = [
        (dict(s.directives), s.backgrounds, s.split, s.header, s.footer, s.scope is None)
        for s in (one, other)
    ]
    grows = not one.notes or not other.notes or other.notes[: len(one.notes)] == one.notes
    return looks[0] == looks[1] and grows


def _kind(one: _Reading, other: _Reading) -> Kind | None:
    if one.tokens == other.tokens:
        if one.grey != other.grey:
            return "grey" if _light_moves(one, other) else None
        has_text = any(isinstance(token, str) and len(token) == 1 for token in one.tokens)
        if has_text and one.figures and other.figures and one.figures != other.figures:
            return "figure"
        return None
    return "append" if _goes_on(one, other) else None


def _light_moves(one: _Reading, other: _Reading) -> bool:
    lit, left = one.grey - other.grey, other.grey - one.grey
    if not lit:
        return False  # more is grey than before: not a step on
    if not left:
        return True
    items = [{one.items[at] for at in part} for part in (left, lit)]
    return all(len(found) == 1 for found in items) and min(left) < min(lit)


def _goes_on(one: _Reading, other: _Reading) -> bool:
    end = len(one.tokens)
    while end and one.tokens[end - 1] == _CLOSE:
        end -= 1
    if one.grey or other.grey or len(set(one.items[:end])) < 2 or other.tokens[:end] != one.tokens[:end]:
        return False
    # What follows is something new, not the rest of a word.
    fresh = end < len(other.tokens) and other.tokens[end] == _CLOSE
    return fresh and other.figures[: len(one.figures)] == one.figures


# ---------------------------------------------------------------- reading


def _read(slide: Slide) -> _Reading:
    reader = _Reader()
    figures = []
    for block in slide.blocks:
        if _is_figure(block):
            figures.append(_plain(block))
        else:
            reader.block(block)
    return _Reading(tuple(reader.tokens), frozenset(reader.grey), tuple(figures), tuple(reader.items))


class _Reader:
    def __init__(self) -> None:
        self.tokens: list[object] = []
        self.grey: set[int] = set()
        self.items: list[int] = []
        self._item = 0
        self._depth = 0
        """How many grey spans are open."""
        self._spans: list[bool] = []
        """The raw `<span>`s that are open: whether each is grey."""

    def block(self, block: Block | ListItem) -> None:
        if isinstance(block, Comment) or (isinstance(block, Paragraph) and not block.children):
            return
        if isinstance(block, ClassBlock) and _is_grey(block.classes):
            self._inside(block.children)
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
                for item in block.items:
                    self.block(item)
            elif isinstance(block, (Paragraph, Heading)):
                for inline in block.children:
                    self.inline(inline)
            else:
                for child in block.children:
                    self.block(child)
            self._add(_CLOSE)
            return
        self._item += 1
        self._add(_plain(block))

    def inline(self, inline: Inline) -> None:
        match inline:
            case Text(text=text):
                for character in text:
                    self._add(character)
            case ClassSpan(classes=classes) if _is_grey(classes):
                self._inside(inline.children)
            case HtmlInline(html=html) if found := _SPAN.match(html):
                self._span(html, closes=bool(found[1]))
            case InlineComment():
                pass
            case _ if children := getattr(inline, "children", ()):
                self._add(f"{type(inline).__name__}(")
                self._add(_plain(inline, without="children"))
                for child in children:
                    self.inline(child)
                self._add(_CLOSE)
            case _:
                self._add(_plain(inline))

    def _span(self, html: str, *, closes: bool) -> None:
        if not closes:
            self._spans.append(bool(_GREY_SPAN.fullmatch(html)))
            is_grey = self._spans[-1]
        else:
            is_grey = self._spans.pop() if self._spans else False
        if is_grey:
            self._depth += -1 if closes else 1
        else:
            self._add(html)

    def _inside(self, children: Sequence[Block] | Sequence[Inline]) -> None:
        self._depth += 1
        for child in children:
            if isinstance(child, Inline):
                self.inline(child)
            else:
                self.block(child)
        self._depth -= 1

    def _add(self, token: object) -> None:
        if self._depth and token != _CLOSE:
            self.grey.add(len(self.tokens))
        self.tokens.append(token)
        self.items.append(self._item)


def _is_grey(classes: Sequence[str]) -> bool:
    return len(classes) == 1 and classes[0] in _GREY


def _is_figure(block: Block) -> bool:
    """Say whether a block is a picture, with or without its caption, or the caption of one."""
    match block:
        case Paragraph(children=children):
            return _is_picture_line(children)
        case ClassBlock(classes=classes, children=inner):
            return "center" in classes and bool(inner) and all(map(_is_figure, inner))
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


def _plain(value: object, without: str = "") -> object:
    """Return a node as a value that does not depend on where it stands."""
    if isinstance(value, tuple):
        return tuple(_plain(entry) for entry in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value) if f.name not in _UNSEEN and f.name != without]
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in names))
    return value
