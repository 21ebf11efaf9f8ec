"""Paragraphs, and the setext headings that they turn into."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.blocks.class_block import begin_at, find_inside
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
        reads_classes = "ClassBlock" in parser.block_elements
        if reads_classes and (column := find_inside(lines, start)) is not None:
            return cls._cut_off(lines, start, column)
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
                if reads_classes and (column := find_inside(lines, line)) is not None:
                    lines.in_paragraph = in_paragraph
                    return cls._cut_off(lines, line, column)
            line += 1
        lines.in_paragraph = in_paragraph
        text = lines.cut(start, line, base, last_newline=False).strip(" \t\r\n")
        if level:
            lines.line = line + 1
            return SetextHeading(start, level, text)
        lines.line = line
        return cls(start, text)

    @classmethod
    def _cut_off(cls, lines: Lines, line: int, column: int) -> Paragraph:
        """Return the paragraph up to where a block of remark.js's classes begins in a line of it."""
        text = lines.texts[line]
        lines.texts[line] = text[:column]
        before = lines.cut(lines.line, line + 1, lines.base, last_newline=False)
        lines.texts[line] = text
        paragraph = cls(lines.line, before.strip(" \t\r\n"))
        begin_at(lines, line, column)
        lines.line = line
        return paragraph


def _underline(content: str) -> int:
    """Return the level of the heading that a line underlines, or 0."""
    mark = content[0]
    if mark not in "-=" or content.lstrip(mark).strip(" \t"):
        return 0
    return 1 if mark == "=" else 2
