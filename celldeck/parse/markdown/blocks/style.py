"""`<style>` as a block: CSS that a deck brings.

Marp: https://marpit.marp.app/theme-css?id=tweak-style-through-markdown
"""

from __future__ import annotations

from typing import Any

from marko.block import BlockElement

from celldeck.js import SPACE, trim
from celldeck.parse.markdown.blocks.comment import read_to
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement
from celldeck.patterns import late

_OPENING = late(rf"(?ai)<style(?=[{SPACE}>]|$)")
_CLOSING = late(r"(?ai)</style>")


class Style(LineElement, BlockElement):
    """From a line that begins with `<style` to the first that holds `</style>`; the rest of it is lost."""

    opens = "<"

    def __init__(self, line: int, css: str, attributes: str, lost: str) -> None:
        self.line = line
        self.css = css
        self.attributes = attributes
        self.lost = lost

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return _OPENING.match(lines.texts[line], lines.first[line]) is not None

    @classmethod
    def parse(cls, source: Any) -> Style:
        lines: Lines = source
        start = lines.line
        markup = read_to(lines, _CLOSING.search)
        opened = markup.find(">") + 1
        closing = _CLOSING.search(markup, opened) if opened else None
        if not closing:
            return cls(start, "", "", "")
        begin = markup.lower().find("<style") + len("<style")
        return cls(
            start,
            trim(markup[opened : closing.start()]),
            trim(markup[begin : opened - 1]),
            trim(markup[closing.end() :]),
        )
