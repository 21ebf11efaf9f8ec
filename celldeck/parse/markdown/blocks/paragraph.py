"""Paragraphs, and the setext headings that they turn into."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.blocks.heading import SetextHeading
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import BlockParser, LineElement


class Paragraph(LineElement, block.Paragraph):
    """Lines of text up to a blank one or to another block."""

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.inline_body = text
        self.tight = False

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return True

    @classmethod
    def parse(cls, source: Any) -> Any:
        lines: Lines = source
        parser = lines.parser
        assert isinstance(parser, BlockParser)
        start, end = lines.line, lines.end
        first, indents, texts, base = lines.first, lines.indent, lines.texts, lines.base
        in_paragraph, lines.in_paragraph = lines.in_paragraph, True
        level = 0
        line = start + 1
        while line < end and first[line] < len(texts[line]):
            indent = indents[line]
            if indent - base <= 3:
                if indent >= base:
                    level = _underline(texts[line][first[line] :])
                    if level:
                        break
                if indent >= 0 and parser.is_ended("paragraph", lines, line, end):
                    break
            line += 1
        lines.in_paragraph = in_paragraph
        text = lines.cut(start, line, base, last_newline=False).strip(" \t\r\n")
        if level:
            lines.line = line + 1
            return SetextHeading(start, level, text)
        lines.line = line
        return cls(start, text)


def _underline(content: str) -> int:
    """Return the level of the heading that a line underlines, or 0."""
    mark = content[0]
    if mark not in "-=" or content.lstrip(mark).strip(" \t"):
        return 0
    return 1 if mark == "=" else 2
