"""Thematic breaks: `---`, `***`, `___`. At the top level they start a slide."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement


class ThematicBreak(LineElement, block.ThematicBreak):
    """Three or more of one mark, with spaces between them or not."""

    opens = "-*_"
    ends = frozenset({"paragraph", "quote", "list"})

    def __init__(self, line: int, markup: str) -> None:
        self.line = line
        self.markup = markup

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        # Behind one of remark.js's classes that ends on this line: a slide starts with a line of its own.
        is_inside_line = lines.begin[line] > 0 and lines.level == 0
        if is_inside_line or lines.is_code(line):
            return False
        content = lines.content(line)
        mark = content[:1]
        return mark in ("-", "*", "_") and content.count(mark) >= 3 and not content.strip(mark + " \t")

    @classmethod
    def parse(cls, source: Any) -> ThematicBreak:
        lines: Lines = source
        content = lines.content(lines.line)
        if lines.level == 0:
            # A slide starts: brackets left open before it must not matter in it.
            lines.brackets.start_at(lines.offsets[lines.line])
        lines.line += 1
        return cls(lines.line - 1, content[0] * content.count(content[0]))
