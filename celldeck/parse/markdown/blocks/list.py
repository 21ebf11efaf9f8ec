"""Lists: `- text`, `1. text`."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.blocks.paragraph import Paragraph
from celldeck.parse.markdown.lines import Lines, skip_indent
from celldeck.parse.markdown.parser import BlockParser, LineElement
from celldeck.patterns import late

_MARKER = late(r"(?:([0-9]{1,9})[.)]|[-+*])(?=[ \t]|$)")


class ListItem(block.ListItem):
    """One item; lists make it."""

    def __init__(self, line: int, marker: str) -> None:
        self.line = line
        self.marker = marker
        self.children = []


class List(LineElement, block.List):
    """Items with the same kind of marker."""

    opens = "-+*0123456789"
    ends = frozenset({"paragraph", "quote"})

    def __init__(self, line: int, *, ordered: bool, start: int) -> None:
        self.line = line
        self.ordered = ordered
        self.start = start
        self.children: list[ListItem] = []

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        if lines.is_code(line) or not _MARKER.match(lines.texts[line], lines.first[line]):
            return False
        # A line under an item that is indented too far for its list continues the item's paragraph.
        return not (lines.list_base >= 0 and lines.list_base + 4 <= lines.indent[line] < lines.base)

    @classmethod
    def ends_at(cls, lines: Lines, line: int, end: int) -> bool:
        if not cls.begins(lines, line):
            return False
        if not lines.in_paragraph or lines.indent[line] < lines.base:
            return True
        text = lines.texts[line]
        marker = _MARKER.match(text, lines.first[line])
        assert marker
        # Only a list that starts with 1 and says something ends a paragraph.
        starts_with_one = marker[1] is None or int(marker[1]) == 1
        return starts_with_one and bool(text[marker.end() :].strip(" \t"))

    @classmethod
    def parse(cls, source: Any) -> List:
        lines: Lines = source
        parser = lines.parser
        assert isinstance(parser, BlockParser)
        marker = _MARKER.match(lines.texts[lines.line], lines.first[lines.line])
        assert marker
        kind = marker[0][-1]
        found = cls(lines.line, ordered=marker[1] is not None, start=int(marker[1] or 1))
        in_paragraph, lines.in_paragraph = lines.in_paragraph, False
        lines.level += 1
        tight = True
        ended_empty = False
        while True:
            start = lines.line
            item, is_tight = _read_item(lines, parser, marker.end(), kind)
            found.children.append(item)
            tight = tight and is_tight and not ended_empty
            line = lines.line
            ended_empty = line - start > 1 and lines.is_empty(line - 1)
            if line >= lines.end or lines.indent[line] < lines.base or lines.is_code(line):
                break
            if parser.is_ended("list", lines, line, lines.end):
                break
            marker = _MARKER.match(lines.texts[line], lines.first[line])
            if not marker or marker[0][-1] != kind:
                break
        lines.level -= 1
        lines.in_paragraph = in_paragraph
        if tight:
            for item in found.children:
                for child in item.children:
                    if isinstance(child, Paragraph):
                        child.tight = True
        return found


def _read_item(lines: Lines, parser: BlockParser, after_marker: int, kind: str) -> tuple[ListItem, bool]:
    """Read the item that begins on the next line; return it, and whether no blank line parts its blocks."""
    line = lines.line
    text = lines.texts[line]
    item = ListItem(line, kind)
    before = lines.first[line], lines.indent[line], lines.tight, lines.base, lines.list_base
    marker_end = lines.indent[line] + after_marker - lines.first[line]
    first, column = skip_indent(text, after_marker, marker_end, lines.shift[line])
    is_empty = first >= len(text)
    spaces = column - marker_end
    if is_empty or spaces > 4:
        # More than four columns are one and an indented block of code.
        spaces = 1
    lines.first[line], lines.indent[line] = first, column
    lines.list_base, lines.base = lines.base, marker_end + spaces
    lines.tight = True
    if is_empty and lines.is_empty(line + 1):
        # An item that begins with a blank line has no content below it.
        lines.line = min(line + 2, lines.end)
    else:
        lines.level += 1
        item.children = parser.parse_source(lines)
        lines.level -= 1
    is_tight = lines.tight
    lines.first[line], lines.indent[line], lines.tight, lines.base, lines.list_base = before
    return item, is_tight
