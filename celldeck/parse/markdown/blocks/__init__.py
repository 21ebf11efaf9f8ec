"""The blocks of Markdown and of Marp, one kind a file, and the order in which they are tried."""

from __future__ import annotations

from functools import lru_cache

from celldeck.parse.markdown.blocks.class_block import ClassBlock
from celldeck.parse.markdown.blocks.code import CodeBlock, FencedCode
from celldeck.parse.markdown.blocks.comment import Comment
from celldeck.parse.markdown.blocks.heading import Heading
from celldeck.parse.markdown.blocks.html import HTMLBlock
from celldeck.parse.markdown.blocks.list import List
from celldeck.parse.markdown.blocks.math import MathBlock
from celldeck.parse.markdown.blocks.paragraph import Paragraph
from celldeck.parse.markdown.blocks.quote import Quote
from celldeck.parse.markdown.blocks.reference import LinkRefDef
from celldeck.parse.markdown.blocks.ruler import ThematicBreak
from celldeck.parse.markdown.blocks.style import Style
from celldeck.parse.markdown.blocks.table import Table
from celldeck.parse.markdown.parser import BlockParser, LineElement


@lru_cache(maxsize=16)
def block_parser(*, html: bool, math: bool, classes: bool) -> BlockParser:
    """Return the parser for these options.

    Args:
        html: raw HTML is read.
        math: formulas are read.
        classes: remark.js's classes are read.
    """
    elements: list[type[LineElement] | None] = [
        Table,
        CodeBlock,
        FencedCode,
        Quote,
        MathBlock if math else None,
        ThematicBreak,  # before lists: `* * *` is no list
        List,
        LinkRefDef,
        ClassBlock if classes else None,
        Comment,  # before raw HTML, whose comments and styles are none of Marp's
        Style,
        HTMLBlock if html else None,
        Heading,
        Paragraph,  # takes any line; makes setext headings too
    ]
    return BlockParser(element for element in elements if element)
