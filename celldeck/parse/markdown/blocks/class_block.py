"""remark.js's classes as blocks: `.center[ … ]` over several lines. celldeck's own; not in Marp.

remark: https://github.com/gnab/remark/wiki/Markdown#content-classes
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Any

from marko.block import BlockElement

from celldeck.parse.markdown.brackets import CLASSES, match_brackets, names
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import BlockParser, LineElement


class ClassBlock(LineElement, BlockElement):
    """From a line that begins with classes and `[` to the `]` that closes it, on a later line."""

    opens = "."
    ends = frozenset({"paragraph", "quote"})

    def __init__(self, line: int, classes: tuple[str, ...]) -> None:
        self.line = line
        self.classes = classes
        self.children = []

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return _end(lines, line) is not None

    @classmethod
    def parse(cls, source: Any) -> ClassBlock:
        lines: Lines = source
        parser = lines.parser
        assert isinstance(parser, BlockParser)
        start = lines.line
        opening = CLASSES.match(lines.texts[start], lines.first[start])
        end = _end(lines, start)
        assert opening
        assert end
        end_line, column = end
        found = cls(start, names(opening))
        last = lines.texts[end_line]
        lines.texts[end_line] = last[:column]
        inside = lines.cut(start + 1, end_line + 1, lines.base, last_newline=False)
        lines.texts[end_line] = last
        body = Lines(lines.texts[start][opening.end() :] + "\n" + inside, level=lines.level + 1)
        body.parser = parser
        body.references = lines.references
        found.children = parser.parse_source(body)
        _go_on_behind(lines, end_line, column + 1)
        return found


def _go_on_behind(lines: Lines, line: int, column: int) -> None:
    """Let what stands behind the closing bracket be read as if it began a line."""
    rest = lines.texts[line][column:].lstrip(" \t")
    lines.line = line + (not rest)
    if rest:
        lines.begin[line] = lines.first[line] = len(lines.texts[line]) - len(rest)
        lines.indent[line] = lines.base


def _end(lines: Lines, line: int) -> tuple[int, int] | None:
    """Return line and column of the closing bracket of the block that begins on `line`, if one does."""
    opening = CLASSES.match(lines.texts[line], lines.first[line])
    if not opening or lines.is_code(line):
        return None
    if lines.brackets is None:
        lines.brackets = match_brackets(lines.text)
        lines.offsets = [0, *accumulate(len(text) + 1 for text in lines.texts)]
    closing = lines.brackets.get(lines.offsets[line] + opening.end() - 1)
    if closing is None:
        return None
    end = bisect_right(lines.offsets, closing) - 1
    if end == line or end >= lines.end:
        return None
    is_inside = all(lines.indent[at] >= lines.base or lines.is_empty(at) for at in range(line + 1, end + 1))
    return (end, closing - lines.offsets[end]) if is_inside else None
