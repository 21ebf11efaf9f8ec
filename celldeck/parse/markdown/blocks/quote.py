"""Quotes: `> text`."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.lines import Lines, Marks, skip_indent
from celldeck.parse.markdown.parser import BlockParser, LineElement


class Quote(LineElement, block.Quote):
    """Lines that begin with `>`, and those that continue a paragraph of it."""

    opens = ">"
    ends = frozenset({"paragraph", "quote", "list"})

    def __init__(self, line: int) -> None:
        self.line = line
        self.children = []

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return not lines.is_code(line) and lines.texts[line].startswith(">", lines.first[line])

    @classmethod
    def parse(cls, source: Any) -> Quote:
        lines: Lines = source
        parser = lines.parser
        assert isinstance(parser, BlockParser)
        quote = cls(lines.line)
        limit, end, base = lines.limit, lines.end, lines.base
        in_paragraph, lines.in_paragraph = lines.in_paragraph, False
        saved: list[Marks] = []
        lines.end = _mark_lines(lines, parser, saved)
        lines.base = 0
        lines.level += 1
        quote.children = parser.parse_source(lines)
        lines.level -= 1
        lines.limit, lines.end, lines.base, lines.in_paragraph = limit, end, base, in_paragraph
        lines.restore(saved)
        return quote


def _mark_lines(lines: Lines, parser: BlockParser, saved: list[Marks]) -> int:
    """Move the marks of the quote's lines behind their `>`; return the line after the last one."""
    last_is_empty = False
    line, end = lines.line, lines.end
    while line < end and not lines.is_empty(line):
        if lines.texts[line].startswith(">", lines.first[line]) and lines.indent[line] >= lines.base:
            saved.append(lines.marks(line))
            last_is_empty = _step_inside(lines, line)
        elif last_is_empty:
            break
        elif parser.is_ended("quote", lines, line, end):
            # Paragraphs inside must not look at this line either.
            lines.limit = line
            if lines.base:
                saved.append(lines.marks(line))
                lines.indent[line] -= lines.base
            break
        else:
            saved.append(lines.marks(line))
            lines.indent[line] = -1
        line += 1
    return line


def _step_inside(lines: Lines, line: int) -> bool:
    """Move the marks of one line behind its `>` and one space; say whether nothing is left of it."""
    text = lines.texts[line]
    indent, shift = lines.indent[line], lines.shift[line]
    at = lines.first[line] + 1
    column = indent + 1
    follower = text[at : at + 1]
    # A tab stands for the one space and, if it is wider, for some of the content's indent.
    is_wide_tab = follower == "\t" and (shift + column) % 4 != 3
    if follower == " " or (follower == "\t" and not is_wide_tab):
        at += 1
        column += 1
    lines.begin[line] = at
    first, reached = skip_indent(text, at, column, shift + is_wide_tab)
    lines.first[line] = first
    lines.indent[line] = reached - column
    lines.shift[line] = indent + 1 + (follower in (" ", "\t"))
    return first >= len(text)
