"""Code: indented by four columns, or between fences."""

from __future__ import annotations

from typing import Any

from marko import block

from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement
from celldeck.patterns import late

_FENCE = late(r"(`{3,}(?!.*`)|~{3,})(.*)")


class CodeBlock(LineElement, block.CodeBlock):
    """Lines that are indented by four columns or more."""

    def __init__(self, line: int, end: int, text: str) -> None:
        self.line = line
        self.end = end
        self.text = text
        self.children = []

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return lines.is_code(line)

    @classmethod
    def parse(cls, source: Any) -> Any:
        lines: Lines = source
        start = lines.line
        end = line = start + 1
        while line < lines.end:
            if lines.is_empty(line):
                line += 1
            elif lines.is_code(line):
                line += 1
                end = line
            else:
                break
        lines.line = end
        return cls(start, end, lines.cut(start, end, 4 + lines.base, last_newline=False) + "\n")


class FencedCode(LineElement, block.FencedCode):
    """Lines between fences of backticks or tildes."""

    opens = "`~"
    ends = frozenset({"paragraph", "quote", "list"})

    def __init__(self, line: int, end: int, text: str, info: str, *, closed: bool) -> None:
        self.line = line
        self.end = end
        self.text = text
        self.info = info
        self.closed = closed
        self.children = []

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return not lines.is_code(line) and _FENCE.match(lines.texts[line], lines.first[line]) is not None

    @classmethod
    def parse(cls, source: Any) -> Any:
        lines: Lines = source
        start = lines.line
        fence = _FENCE.match(lines.texts[start], lines.first[start])
        assert fence
        mark = fence[1][0]
        closed = False
        line = start + 1
        while line < lines.end:
            content = lines.content(line)
            if content and lines.indent[line] < lines.base:
                break
            if content.startswith(fence[1]) and not lines.is_code(line):
                closed = not content.lstrip(mark).strip(" \t")
                if closed:
                    break
            line += 1
        # The content loses as much indent as the fence has.
        text = lines.cut(start + 1, line, lines.indent[start], last_newline=True)
        lines.line = line + closed
        return cls(start, lines.line, text, fence[2], closed=closed)
