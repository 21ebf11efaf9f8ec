"""Where code stands: `<cell 3f2a91c0>`, line 2 → the deck's file and line.

Stored outputs keep the names that the kernel uses, so text that moves in the file does not touch them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from celldeck.execute.messages import Update, updated
from celldeck.execute.plan import Step
from celldeck.execute.store import Record
from celldeck.model import Cell, Deck, Output

_PLACE = re.compile(
    r"<cell (?P<name>[0-9a-f]+(?:-\d+)?)(?:\+(?P<offset>\d+))?>"
    r"(?:(?P<between>:|\", line |, line | line )(?P<line>\d+))?"
)
_TEXTS = ("text/plain", "text/html", "text/markdown")


def settled(deck: Deck, steps: Sequence[Step], records: Sequence[Record], *, ran: bool) -> tuple[Cell, ...]:
    """Return the cells of the deck with their outputs.

    Args:
        deck: the deck, as it is now.
        steps: the cells that run.
        records: of the first steps, or of all; steps without one have no outputs.
        ran: the records are of this very build.
    """
    places = {step.name: step.cell for step in steps}
    file = deck.source.path.name
    # The updates of all cells, in the order of the run; the last one counts.
    updates: list[Update] = [update for record in records for update in record.updates]
    cells = {
        step.cell.index: replace(
            step.cell,
            outputs=tuple(_placed(updated(output, updates), places, file) for output in record.outputs),
            seconds=record.seconds if ran else None,
            took=record.seconds,
        )
        for step, record in zip(steps, records, strict=False)
    }
    return tuple(cells.get(cell.index, _blank(cell)) for cell in deck.cells)


def _blank(cell: Cell) -> Cell:
    """Return a cell that did not run; one that is to run but has no code has run."""
    return replace(cell, outputs=()) if cell.options["eval"] and not cell.source.strip() else cell


def _placed(output: Output, places: Mapping[str, Cell], file: str) -> Output:
    if not any(
        "<cell " in output.data.get(mime, "") or "&lt;cell " in output.data.get(mime, "") for mime in _TEXTS
    ):
        return output
    data = {
        mime: _PLACE.sub(lambda found: _place(found, places, file), text) if mime in _TEXTS else text
        for mime, text in output.data.items()
    }
    return replace(output, data=data)


def _place(found: re.Match[str], places: Mapping[str, Cell], file: str) -> str:
    cell = places.get(found["name"])
    if cell is None:
        return found[0]
    if found["line"] is None:
        return file
    line = cell.first_line - 1 + int(found["offset"] or 0) + int(found["line"])
    name = cell.origin.path.name if cell.origin else file
    return f"{name}{found['between']}{line}"
