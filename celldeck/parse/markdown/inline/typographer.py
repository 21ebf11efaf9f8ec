"""Typographic marks, which Marp sets if the option `typographer` is on: quotes, dashes, `(c)` and the like.

markdown-it: https://github.com/markdown-it/markdown-it/blob/master/lib/rules_core/replacements.mjs and
https://github.com/markdown-it/markdown-it/blob/master/lib/rules_core/smartquotes.mjs
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from celldeck.js import SPACE
from celldeck.nodes import (
    ClassSpan,
    CodeSpan,
    Emphasis,
    HardBreak,
    HtmlInline,
    Image,
    Inline,
    InlineComment,
    InlineMath,
    Link,
    SoftBreak,
    Strikethrough,
    Strong,
    Text,
)
from celldeck.parse.markdown.inline.characters import kind_of
from celldeck.patterns import late

_SIGNS: Final = {"c": "©", "r": "®", "tm": "™"}
_SIGN = late(r"(?ai)\((c|r|tm)\)")
_REPLACEMENTS: Final = (
    (late(r"\+-"), "±"),
    (late(r"\.{2,}"), "…"),
    (late(r"([?!])…"), r"\1.."),
    (late(r"([?!]){4,}"), r"\1\1\1"),
    (late(r",{2,}"), ","),
    (late(r"(^|[^-])---(?=[^-]|$)", re.MULTILINE), r"\1—"),
    (late(rf"(^|[{SPACE}])--(?=[{SPACE}]|$)", re.MULTILINE), r"\1–"),
    (late(rf"(^|[^-{SPACE}])--(?=[^-{SPACE}]|$)", re.MULTILINE), r"\1–"),
)
_QUOTES: Final = {'"': ("“", "”"), "'": ("‘", "’")}
_APOSTROPHE: Final = "’"
_QUOTE = late("['\"]")
# As many quotes may be open at a time; a text with more is left as it is.
_OPEN_LIMIT: Final = 1000


def set_type(children: Sequence[Inline]) -> tuple[Inline, ...]:
    """Return `children` with typographic marks in their texts; what was escaped stays as it was written."""
    pieces = list(_pieces(children, 0))
    for piece in pieces:
        if piece.is_text and not piece.in_address:
            piece.text = _with_signs(piece.text)
    _set_quotes(pieces)
    return _rebuilt(children, iter(pieces))


@dataclass
class _Piece:
    """A leaf of the tree, as far as quotes beside it must see it."""

    text: str
    level: int
    is_text: bool = False
    is_break: bool = False
    in_address: bool = False
    marks: dict[int, str] = field(default_factory=dict)
    """Places in `text` with the mark to put there."""


@dataclass
class _OpenQuote:
    piece: _Piece
    at: int
    mark: str


def _pieces(children: Sequence[Inline], level: int, in_address: bool = False) -> Iterator[_Piece]:
    for child in children:
        match child:
            case Text():
                yield _Piece(child.text, level, not child.escaped, False, in_address)
            case SoftBreak() | HardBreak():
                yield _Piece("", level, is_break=True)
            case CodeSpan() | InlineComment():
                yield _Piece(child.text, level)
            case HtmlInline():
                yield _Piece(child.html, level)
            case Image():
                yield _Piece(child.content, level)
            case InlineMath():
                yield _Piece(child.tex, level)
            case Link() | Emphasis() | Strong() | Strikethrough() | ClassSpan():
                is_address = child.auto if isinstance(child, Link) else in_address
                # Its start and its end let go of quotes that are open in elements before it.
                yield _Piece("", level)
                yield from _pieces(child.children, level + 1, is_address)
                yield _Piece("", level)


def _with_signs(text: str) -> str:
    text = _SIGN.sub(lambda sign: _SIGNS[sign[1].lower()], text)
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text


def _set_quotes(pieces: list[_Piece]) -> None:
    """Find which quotes belong together, within one element each, and note their marks in the pieces."""
    opened: list[_OpenQuote] = []
    for index, piece in enumerate(pieces):
        while opened and opened[-1].piece.level > piece.level:
            opened.pop()
        if not piece.is_text:
            continue
        for quote in _QUOTE.finditer(piece.text):
            at, mark = quote.start(), quote[0]
            before = piece.text[at - 1] if at else _char_beside(pieces, index, -1)
            after = piece.text[at + 1] if at + 1 < len(piece.text) else _char_beside(pieces, index, 1)
            opens, closes = _sides(mark, before, after)
            if not opens and not closes:
                if mark == "'":
                    piece.marks[at] = _APOSTROPHE
                continue
            if closes and _close(opened, piece, at, mark):
                continue
            if opens:
                if len(opened) >= _OPEN_LIMIT:
                    return
                opened.append(_OpenQuote(piece, at, mark))
            elif mark == "'":
                piece.marks[at] = _APOSTROPHE


def _char_beside(pieces: list[_Piece], index: int, step: int) -> str:
    """Return the character that the line goes on with, before or behind a piece; a space at its end."""
    index += step
    while 0 <= index < len(pieces) and not pieces[index].is_break:
        if pieces[index].text:
            return pieces[index].text[-1 if step < 0 else 0]
        index += step
    return " "


def _sides(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Say whether a quote between two characters can open and can close."""
    space_before, punctuation_before = kind_of(before)
    space_after, punctuation_after = kind_of(after)
    opens = not space_after and (not punctuation_after or space_before or punctuation_before)
    closes = not space_before and (not punctuation_before or space_after or punctuation_after)
    if mark == after == '"' and "0" <= before <= "9":
        # The first of `1""` stands for inches.
        return False, False
    if opens and closes:
        return punctuation_before, punctuation_after
    return opens, closes


def _close(opened: list[_OpenQuote], piece: _Piece, at: int, mark: str) -> bool:
    """Close the last open quote with this mark, if it was opened in the same element; say whether it was."""
    for index in range(len(opened) - 1, -1, -1):
        quote = opened[index]
        if quote.mark == mark:
            if quote.piece.level != piece.level:
                return False
            opening, closing = _QUOTES[mark]
            quote.piece.marks[quote.at] = opening
            piece.marks[at] = closing
            del opened[index:]
            return True
    return False


def _rebuilt(children: Sequence[Inline], pieces: Iterator[_Piece]) -> tuple[Inline, ...]:
    rebuilt: list[Inline] = []
    for child in children:
        match child:
            case Link() | Emphasis() | Strong() | Strikethrough() | ClassSpan():
                next(pieces)
                rebuilt.append(replace(child, children=_rebuilt(child.children, pieces)))
                next(pieces)
            case _:
                piece = next(pieces)
                if isinstance(child, Text) and piece.is_text:
                    characters = list(piece.text)
                    for at, mark in piece.marks.items():
                        characters[at] = mark
                    child = Text("".join(characters))
                rebuilt.append(child)
    return tuple(rebuilt)
