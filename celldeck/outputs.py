"""Whether the outputs that are stored of a deck are what a clean run gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import indent

from celldeck import pipeline
from celldeck.errors import Notice
from celldeck.execute import ExecuteTools, Executor, Progress, Silent, Store
from celldeck.execute.compare import Difference, differences
from celldeck.model import Cell, Deck
from celldeck.tools import Tools

OTHER = "other-output"
"""The kind of what is told of a cell whose stored outputs are not what a clean run gives."""
UNSTABLE = "unstable-output"
"""The kind of what is told of a cell that gives something else in each clean run."""


def check_outputs(deck: Deck, tools: Tools, progress: Progress | None = None) -> Iterator[Notice]:
    """Run a deck whole in a fresh kernel, and give what differs from the outputs that are stored.

    Times and addresses do not count. Where something differs the deck runs once more, to tell cells that give
    something else in each run.

    Raises:
        DeckError: there is no such kernel, it died, or a cell took too long.
    """
    if deck.kernel is None or not deck.cells:
        return
    usual = pipeline.execute_tools(tools, progress or Silent())
    stored = _executed(deck, replace(usual, run=False))
    clean = _clean(deck, usual)
    found = list(differences(stored, clean))
    if not found:
        return
    unstable = {one.cell.index for one in differences(clean, _clean(deck, usual))}
    for difference in found:
        index = difference.cell.index
        if stored.cells[index].outputs is None:
            yield _told(
                OTHER, "nothing is stored of this cell, or something above it has changed", difference
            )
        elif index in unstable:
            yield _told(UNSTABLE, "this cell gives something else in each run", difference)
        else:
            yield _told(OTHER, "a clean run gives something else than what is stored", difference)


def _told(kind: str, message: str, difference: Difference) -> Notice:
    cell: Cell = difference.cell
    shown = indent(difference.text, "  ")
    return Notice(kind, f"{message}:\n{shown}" if difference.text else message, cell.span)


def _clean(deck: Deck, usual: ExecuteTools) -> Deck:
    """Return the deck with the outputs of a run that knows nothing of earlier ones."""
    with tempfile.TemporaryDirectory(prefix="celldeck-") as folder:
        return _executed(deck, replace(usual, store=Store(Path(folder) / "outputs")))


def _executed(deck: Deck, tools: ExecuteTools) -> Deck:
    executor = Executor(tools)
    try:
        return executor.execute(deck).deck
    finally:
        executor.close()
