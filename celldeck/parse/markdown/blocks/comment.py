"""HTML comments as blocks: Marp's directives and notes.

Marp: https://marpit.marp.app/directives?id=html-comment
"""

from __future__ import annotations

from typing import Any

from marko.block import BlockElement

from celldeck.js import trim
from celldeck.parse.markdown.comments import find_comment
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement


class Comment(LineElement, BlockElement):
    """From a line that begins with `<!--` to the first that holds `-->`; the rest of that line is lost."""

    opens = "<"

    def __init__(self, line: int, text: str, lost: str) -> None:
        self.line = line
        self.text = text
        self.lost = lost

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return lines.texts[line].startswith("<!--", lines.first[line])

    @classmethod
    def parse(cls, source: Any) -> Comment:
        lines: Lines = source
        start = lines.line
        markup = read_to(lines, lambda content: "-->" in content)
        found = find_comment(markup, 0)
        if not found:
            return cls(start, "", "")
        return cls(start, found.text, trim(markup[found.end :]))


def read_to(lines: Lines, is_last: Any) -> str:
    """Read lines to the first that `is_last` says yes to, or to the end of the container, and return them."""
    start = lines.line
    line = start + 1
    if not is_last(lines.content(start)):
        while line < lines.end and lines.indent[line] >= lines.base:
            line += 1
            if is_last(lines.content(line - 1)):
                break
    lines.line = line
    return lines.cut(start, line, lines.base, last_newline=True)
