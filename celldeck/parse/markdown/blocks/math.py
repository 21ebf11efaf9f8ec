"""Formulas as blocks: `$$ … $$`.

Marp: https://github.com/marp-team/marp-core#math-typesetting
"""

from __future__ import annotations

from typing import Any

from celldeck.js import trim
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement


class MathBlock(LineElement):
    """From a line that begins with `$$` to one that ends with it; blank lines may stand between."""

    opens = "$"
    ends = frozenset({"paragraph", "quote", "list"})

    def __init__(self, line: int, tex: str) -> None:
        self.line = line
        self.tex = tex

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return lines.texts[line].startswith("$$", lines.first[line])

    @classmethod
    def parse(cls, source: Any) -> MathBlock:
        lines: Lines = source
        start = lines.line
        head = lines.content(start)[2:]
        tail = ""
        line = start
        if trim(head).endswith("$$"):
            head = trim(head)[:-2]
        else:
            line += 1
            while line < lines.end:
                content = lines.content(line)
                # The indent is counted in characters here, not in columns.
                if content and lines.first[line] - lines.begin[line] < lines.base:
                    break
                if trim(content).endswith("$$"):
                    tail = content[: content.rindex("$$")]
                    break
                line += 1
        # Without an end, the line that follows the container is lost too.
        lines.line = line + 1
        taken = lines.first[start] - lines.begin[start]
        tex = head + "\n" if trim(head) else ""
        tex += lines.cut(start + 1, line, taken, last_newline=True)
        return cls(start, tex + tail if trim(tail) else tex)
