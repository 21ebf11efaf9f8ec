"""Tables as markdown-it reads them: https://github.github.com/gfm/#tables-extension-."""

from __future__ import annotations

import re
from typing import Any, Final

from marko.block import BlockElement

from celldeck.js import trim
from celldeck.nodes import Align
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import BlockParser, LineElement
from celldeck.patterns import late

_DELIMITERS = late(r"(?:[|:][-|: \t]|-[-|:])[-|: \t]*$")
_COLUMN = late(r":?-+:?$")
# A short row is filled up with empty cells, so a small text could become a huge table.
_FILLED_LIMIT: Final = 0x10000


class TableRow(BlockElement):
    """A row; tables make it."""

    virtual = True

    def __init__(self, line: int, cells: list[str]) -> None:
        self.line = line
        self.cells = cells


class Table(LineElement):
    """A header row, a row of delimiters, and the rows up to a blank line or another block."""

    ends = frozenset({"paragraph"})

    def __init__(self, line: int, header: list[str], alignments: list[Align | None]) -> None:
        self.line = line
        self.header = header
        self.alignments = alignments
        self.children: list[TableRow] = []

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return cls.ends_at(lines, line, lines.end)

    @classmethod
    def ends_at(cls, lines: Lines, line: int, end: int) -> bool:
        if line + 2 > end or "|" not in lines.texts[line]:
            return False
        below = line + 1
        if not lines.texts[below].startswith(("|", "-", ":"), lines.first[below]):
            return False
        return _read_head(lines, line) is not None

    @classmethod
    def parse(cls, source: Any) -> Table:
        lines: Lines = source
        parser = lines.parser
        assert isinstance(parser, BlockParser)
        head = _read_head(lines, lines.line)
        assert head
        table = cls(lines.line, *head)
        columns = len(table.header)
        filled = 0
        line = lines.line + 2
        in_paragraph, lines.in_paragraph = lines.in_paragraph, False
        while line < lines.end and lines.indent[line] >= lines.base:
            if parser.is_ended("quote", lines, line, lines.end):
                break
            text = trim(lines.content(line))
            if not text or lines.is_code(line):
                break
            cells = _cells(text)
            filled += columns - len(cells)
            if filled > _FILLED_LIMIT:
                break
            cells = [trim(cell) for cell in cells[:columns]]
            table.children.append(TableRow(line, cells + [""] * (columns - len(cells))))
            line += 1
        lines.in_paragraph = in_paragraph
        lines.line = line
        return table


def _read_head(lines: Lines, line: int) -> tuple[list[str], list[Align | None]] | None:
    """Return the header's cells and the alignments that the line below it gives."""
    below = line + 1
    if lines.indent[below] < lines.base or lines.is_code(below) or lines.is_code(line):
        return None
    delimiters = lines.content(below)
    if not _DELIMITERS.match(delimiters):
        return None
    alignments: list[Align | None] = []
    columns = [column.strip(" \t") for column in delimiters.split("|")]
    for at, column in enumerate(columns):
        if not column and at in (0, len(columns) - 1):
            continue
        if not _COLUMN.match(column):
            return None
        alignments.append(_alignment(column))
    text = trim(lines.content(line))
    header = _cells(text) if "|" in text else []
    if not header or len(header) != len(alignments):
        return None
    return [trim(cell) for cell in header], alignments


def _alignment(column: str) -> Align | None:
    if column.endswith(":"):
        return "center" if column.startswith(":") else "right"
    return "left" if column.startswith(":") else None


def _cells(row: str) -> list[str]:
    r"""Split a row at its pipes, at the ends of it or not; `\|` is a pipe of a cell."""
    if "\\|" not in row:
        cells = row.split("|")
    else:
        cells = [""]
        escaped = False
        for part in re.split(r"(\\?\|)", row):
            if part == "|" and not escaped:
                cells.append("")
            elif part in ("|", "\\|"):
                cells[-1] += "|"
            else:
                cells[-1] += part
            escaped = part.endswith("\\")
    if cells and cells[0] == "":
        cells.pop(0)
    if cells and cells[-1] == "":
        cells.pop()
    return cells
