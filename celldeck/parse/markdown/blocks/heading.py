"""ATX headings: `# text`."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement
from celldeck.patterns import late

_OPENING = late(r"(#{1,6})(?=[ \t]|$)")


class Heading(LineElement, block.Heading):
    """One to six `#`, then text, then `#` that are left out."""

    opens = "#"
    ends = frozenset({"paragraph", "quote"})

    def __init__(self, line: int, level: int, text: str) -> None:
        self.line = line
        self.level = level
        self.inline_body = text

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return not lines.is_code(line) and _OPENING.match(lines.texts[line], lines.first[line]) is not None

    @classmethod
    def parse(cls, source: Any) -> Any:
        lines: Lines = source
        text = lines.texts[lines.line]
        opening = _OPENING.match(text, lines.first[lines.line])
        assert opening
        body = text[opening.end() :].rstrip(" \t")
        lines.line += 1
        return cls(lines.line - 1, len(opening[1]), _without_closing(body).strip(" \t\r"))


def _without_closing(body: str) -> str:
    bare = body.rstrip("#")
    return bare if bare != body and bare[-1:] in (" ", "\t") else body


class SetextHeading(block.SetextHeading):
    """Text over a line of `=` or `-`; paragraphs turn into it."""

    def __init__(self, line: int, level: int, text: str) -> None:
        self.line = line
        self.level = level
        self.inline_body = text
