"""remark.js's classes as blocks: `.center[ … ]` over several lines. celldeck's own; not in Marp.

remark: https://github.com/gnab/remark/wiki/Markdown#content-classes
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, NamedTuple

from marko.block import BlockElement

from celldeck.parse.markdown.blocks.ruler import ThematicBreak
from celldeck.parse.markdown.brackets import CLASSES, WORD_CHARACTERS, names
from celldeck.parse.markdown.lines import MAX_NESTING, Lines
from celldeck.parse.markdown.parser import BlockParser, LineElement

_INDENTED_START = re.compile(r"(?:[ \t]*\n)+(?: {4}|\t)")


class ClassBlock(LineElement, BlockElement):
    """From classes and `[` to the `]` that closes it, on a later line of the same slide."""

    opens = "."
    ends = frozenset({"paragraph", "quote"})

    def __init__(self, line: int, classes: tuple[str, ...]) -> None:
        self.line = line
        self.classes = classes
        self.children = []
        self.references: dict[str, tuple[str, str]] = {}

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return _read(lines, line, lines.first[line]) is not None

    @classmethod
    def parse(cls, source: Any) -> ClassBlock:
        lines: Lines = source
        read = _read(lines, lines.line, lines.first[lines.line])
        assert read
        for label, target in read.block.references.items():
            lines.references.setdefault(label, target)
        rest = lines.texts[read.end_line][read.end_column :].lstrip(" \t")
        lines.line = read.end_line + (not rest)
        if rest:
            begin_at(lines, read.end_line, len(lines.texts[read.end_line]) - len(rest))
        return read.block


def begin_at(lines: Lines, line: int, column: int) -> None:
    """Let what stands from `column` on be read as if it began a line."""
    lines.begin[line] = lines.first[line] = column
    lines.indent[line] = lines.base


def find_inside(lines: Lines, line: int) -> int | None:
    """Return the column at which a block begins behind other text of a line; None: none does."""
    text = lines.texts[line]
    if "." not in text or "[" not in text:
        return None
    for opening in CLASSES.finditer(text, lines.first[line] + 1):
        at = opening.start()
        before = text[:at]
        is_escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        if before[-1] not in WORD_CHARACTERS and not is_escaped and _read(lines, line, at):
            return at
    return None


class _Read(NamedTuple):
    """A block, and the place behind it."""

    block: ClassBlock
    end_line: int
    end_column: int


def _read(lines: Lines, line: int, column: int) -> _Read | None:
    """Return the block that begins at a place, if one does and no slide ends in it."""
    text = lines.texts[line]
    opening = CLASSES.match(text, column)
    if not opening or lines.is_code(line) or lines.level + 1 >= MAX_NESTING:
        return None
    end = _closing_place(lines, line, opening.end() - 1)
    if not end:
        return None
    last = lines.texts[end[0]]
    lines.texts[end[0]] = last[: end[1]]
    body = text[opening.end() :] + "\n" + lines.cut(line + 1, end[0] + 1, lines.base, last_newline=False)
    lines.texts[end[0]] = last
    body = _outdented(body)
    # Others ask before it is read, and those in it ask again: once is enough.
    key = (line, body)
    if key not in lines.class_blocks:
        lines.class_blocks[key] = _read_body(lines, ClassBlock(line, names(opening)), body)
    block = lines.class_blocks[key]
    return _Read(block, end[0], end[1] + 1) if block else None


def _outdented(body: str) -> str:
    """Return what stands in a block without what indents it, where its first line would be code.

    remark takes off the white space that a block begins with, and decks rely on it.
    """
    found = _INDENTED_START.match(body)
    if not found:
        return body
    lines = body.split("\n")
    by = min(len(line) - len(line.lstrip(" ")) for line in lines[found[0].count("\n") :] if line.strip(" \t"))
    first = found[0].count("\n")
    return "\n".join(
        line.lstrip(" \t") if at <= first else line[min(by, len(line) - len(line.lstrip(" "))) :]
        for at, line in enumerate(lines)
    )


def _closing_place(lines: Lines, line: int, column: int) -> tuple[int, int] | None:
    """Return line and column of the bracket that closes another one, if it is on a later line of the
    container."""
    closing = lines.brackets.closing(lines.offsets[line] + column)
    if closing < 0:
        return None
    end = bisect_right(lines.offsets, closing) - 1
    if end == line or end >= lines.end:
        return None
    ruler = bisect_right(lines.rulers, line)
    if ruler < len(lines.rulers) and lines.rulers[ruler] <= end:
        return None
    is_inside = all(lines.indent[at] >= lines.base or lines.is_empty(at) for at in range(line + 1, end + 1))
    return (end, closing - lines.offsets[end]) if is_inside else None


def _read_body(lines: Lines, block: ClassBlock, body: str) -> ClassBlock | None:
    parser = lines.parser
    assert isinstance(parser, BlockParser)
    inside = Lines(body, level=lines.level + 1)
    inside.parser = parser
    block.children = parser.parse_source(inside)
    block.references = inside.references
    # A ruler ends the slide first, as in remark.
    rulers = {block.line + child.line for child in block.children if isinstance(child, ThematicBreak)}
    lines.rulers = sorted(rulers.union(lines.rulers))
    return None if rulers else block
