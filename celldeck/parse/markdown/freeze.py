"""marko's elements, as they were read, to the frozen nodes that everything else works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from celldeck import nodes
from celldeck.js import trim
from celldeck.parse.markdown.blocks.class_block import ClassBlock
from celldeck.parse.markdown.blocks.code import CodeBlock, FencedCode
from celldeck.parse.markdown.blocks.comment import Comment
from celldeck.parse.markdown.blocks.heading import Heading, SetextHeading
from celldeck.parse.markdown.blocks.html import HTMLBlock
from celldeck.parse.markdown.blocks.list import List
from celldeck.parse.markdown.blocks.math import MathBlock
from celldeck.parse.markdown.blocks.paragraph import Paragraph
from celldeck.parse.markdown.blocks.quote import Quote
from celldeck.parse.markdown.blocks.ruler import ThematicBreak
from celldeck.parse.markdown.blocks.style import Style
from celldeck.parse.markdown.blocks.table import Table
from celldeck.parse.markdown.destinations import unescape

ReadInline = Callable[[str, int], tuple[nodes.Inline, ...]]
"""Text of a line or of a paragraph, and the line that it begins on, to what it says."""


def freeze(elements: Iterable[Any], offset: int, read_inline: ReadInline) -> tuple[nodes.Block, ...]:
    """Return the nodes of `elements`; what shows nothing and says nothing (link references) is left out.

    Args:
        elements: as the block parser gives them.
        offset: added to their lines.
        read_inline: reads the text in them.
    """
    return _Freezer(offset, read_inline).blocks(elements)


class _Freezer:
    def __init__(self, offset: int, read_inline: ReadInline) -> None:
        self.offset = offset
        self.read_inline = read_inline

    def blocks(self, elements: Iterable[Any]) -> tuple[nodes.Block, ...]:
        frozen: list[nodes.Block] = []
        for element in elements:
            make = _MAKERS.get(type(element))
            if make:
                frozen.append(make(self, element, element.line + self.offset))
        return tuple(frozen)

    def paragraph(self, element: Paragraph, line: int) -> nodes.Paragraph:
        return nodes.Paragraph(self.read_inline(element.inline_body, line), line, element.tight)

    def heading(self, element: Heading, line: int) -> nodes.Heading:
        text = element.inline_body
        return nodes.Heading(element.level, self.read_inline(text, line), line, source=text)

    def setext_heading(self, element: SetextHeading, line: int) -> nodes.Heading:
        text = element.inline_body
        return nodes.Heading(element.level, self.read_inline(text, line), line, setext=True, source=text)

    def quote(self, element: Quote, line: int) -> nodes.BlockQuote:
        return nodes.BlockQuote(self.blocks(element.children), line)

    def list(self, element: List, line: int) -> nodes.List:
        items = tuple(
            nodes.ListItem(self.blocks(item.children), item.line + self.offset, item.marker)
            for item in element.children
        )
        return nodes.List(items, element.ordered, line, element.start)

    def code(self, element: CodeBlock, line: int) -> nodes.CodeBlock:
        return nodes.CodeBlock(element.text, "", False, line, element.end + self.offset)

    def fence(self, element: FencedCode, line: int) -> nodes.CodeBlock:
        info = trim(unescape(element.info))
        return nodes.CodeBlock(element.text, info, True, line, element.end + self.offset, element.closed)

    def html(self, element: HTMLBlock, line: int) -> nodes.HtmlBlock:
        return nodes.HtmlBlock(element.body, line)

    def ruler(self, element: ThematicBreak, line: int) -> nodes.ThematicBreak:
        return nodes.ThematicBreak(element.markup, line)

    def table(self, element: Table, line: int) -> nodes.Table:
        return nodes.Table(
            self.cells(element, element.header, line),
            tuple(self.cells(element, row.cells, row.line + self.offset) for row in element.children),
            line,
        )

    def cells(self, table: Table, texts: Iterable[str], line: int) -> tuple[nodes.TableCell, ...]:
        return tuple(
            nodes.TableCell(self.read_inline(text, line) if text else (), align)
            for text, align in zip(texts, table.alignments, strict=True)
        )

    def math(self, element: MathBlock, line: int) -> nodes.MathBlock:
        return nodes.MathBlock(element.tex, line)

    def comment(self, element: Comment, line: int) -> nodes.Comment:
        return nodes.Comment(element.text, line, element.lost)

    def style(self, element: Style, line: int) -> nodes.StyleBlock:
        return nodes.StyleBlock(element.css, element.attributes, line, element.lost)

    def class_block(self, element: ClassBlock, line: int) -> nodes.ClassBlock:
        # What stands inside was read from a text of its own, which begins on this line.
        children = freeze(element.children, line, self.read_inline)
        return nodes.ClassBlock(element.classes, children, line)


_MAKERS: dict[type, Callable[[_Freezer, Any, int], nodes.Block]] = {
    Paragraph: _Freezer.paragraph,
    Heading: _Freezer.heading,
    SetextHeading: _Freezer.setext_heading,
    Quote: _Freezer.quote,
    List: _Freezer.list,
    CodeBlock: _Freezer.code,
    FencedCode: _Freezer.fence,
    HTMLBlock: _Freezer.html,
    ThematicBreak: _Freezer.ruler,
    Table: _Freezer.table,
    MathBlock: _Freezer.math,
    Comment: _Freezer.comment,
    Style: _Freezer.style,
    ClassBlock: _Freezer.class_block,
}
