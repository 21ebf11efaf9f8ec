"""Outputs and code shown elsewhere: `<!-- output: fit -->`, `<!-- source: fit lines=3-5 -->`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from celldeck.cell_options import chosen_lines, read_lines
from celldeck.closest import closest
from celldeck.errors import Notice
from celldeck.model import Cell, Slide
from celldeck.nodes import Block, Comment, OutputPlace, SourcePlace
from celldeck.patterns import late
from celldeck.source import Source

_ORDER = late(r"(output|source)\s*:\s*(\S+)((?:\s+[\w-]+=\S+)*)")
"""A note for the presenter has more words."""


@dataclass
class Places:
    """Reads the comments of one deck that order the output or the code of a cell."""

    source: Source
    cells: Sequence[Cell]
    notices: list[Notice] = field(default_factory=list)

    def read(self, slide: Slide, block: Block) -> Block:
        """Return what is to stand there for a comment that orders it; any other block as it is."""
        order = _ORDER.fullmatch(block.text) if isinstance(block, Comment) else None
        if order is None:
            return block
        line = slide.origin_line + block.line
        cell = next((cell for cell in self.cells if cell.label == order[2]), None)
        if cell is None:
            self._tell(
                "unknown-label", f"no cell has the label '{order[2]}'", line, order[2], self._hint(order[2])
            )
            return block
        options = dict(pair.split("=", 1) for pair in order[3].split())
        lines = options.pop("lines", None) if order[1] == "source" else None
        for name in options:
            takes = "lines=3-5" if order[1] == "source" else "none"
            told = f"unknown option '{name}' of a comment that shows the {order[1]} of a cell"
            self._tell("unknown-option", told, line, name, f"options here: {takes}")
        if order[1] == "output":
            return OutputPlace(cell.index, block.line)
        return SourcePlace(self._code(cell, lines, line), cell.language, cell.index, block.line)

    def _code(self, cell: Cell, lines: object, line: int) -> str:
        if lines is None:
            return cell.source
        written = cell.source.split("\n")
        try:
            chosen = chosen_lines(read_lines(str(lines)), len(written))
        except ValueError as error:
            self._tell("bad-option", f"option 'lines' takes {error}, not '{lines}'", line, str(lines))
            return cell.source
        if not chosen:
            told = f"cell '{cell.label}' has {len(written)} lines of code, so none of {lines}"
            self._tell("bad-option", told, line, str(lines))
        return "\n".join(written[number - 1] for number in chosen)

    def _hint(self, label: str) -> str:
        labels: Mapping[str, None] = {cell.label: None for cell in self.cells if cell.label}
        near = closest(label, labels)
        if near:
            return f"did you mean '{near}'?"
        return f"labels of this deck: {', '.join(labels)}" if labels else "give a cell one with {label=…}"

    def _tell(self, kind: str, message: str, line: int, text: str, hint: str | None = None) -> None:
        self.notices.append(Notice(kind, message, self.source.span(line, text), hint))
