"""Deck → Deck with the outputs of its cells: from the store where they still hold, else by running them.

A deck whose outputs are all stored starts no kernel, and loads nothing of Jupyter.

After a cell that raises, the cells below it run all the same, as with Jupyter's `nbconvert --allow-errors`: a
traceback on one slide does not blank the others, and all that is broken is told at once. A kernel that dies,
or a cell that takes too long, ends the deck.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from celldeck.errors import Notice
from celldeck.execute.kernels import Kernels, StartKernel
from celldeck.execute.plan import Plan, plan
from celldeck.execute.progress import Progress, Silent
from celldeck.execute.run import Run, Runner
from celldeck.execute.settle import settled
from celldeck.execute.store import Record, Store
from celldeck.model import Deck

__all__ = ["ExecuteTools", "Kernels", "Plan", "Progress", "Record", "Silent", "Store", "execute", "plan"]

TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class ExecuteTools:
    """What executing a deck needs from outside."""

    store: Store | None = None
    """Where outputs are kept; None: nowhere, so every cell runs."""
    progress: Progress = field(default_factory=Silent)
    timeout_s: float = TIMEOUT_S
    """How long a cell may run that does not say so itself."""
    folder: Path | None = None
    """The folder that cells work in; None: the deck's own, so `open("a.csv")` is the file beside the deck."""
    run: bool = True
    """False: take what is stored and start nothing; from the first cell that must run, none has outputs."""
    retry_errors: bool = True
    """Run the deck again if a cell raised without being allowed to, though nothing has changed."""
    start: StartKernel = field(default_factory=lambda: Kernels().start)


def execute(deck: Deck, tools: ExecuteTools) -> Deck:
    """Return the deck with the outputs of its cells, and notices of what was too much or could not be kept.

    `Cell.seconds` is set for the cells that ran. A deck without a kernel is returned as it is.

    Raises:
        DeckError: there is no such kernel, it died, or a cell took too long.
    """
    if deck.kernel is None or not deck.cells:
        return deck
    folder = tools.folder or deck.source.path.absolute().parent
    planned = plan(deck, tools.store, folder, retry_errors=tools.retry_errors)
    run = Run(planned.records)
    ran = not planned.is_complete and tools.run
    if ran:
        runner = Runner(tools.start, tools.store, tools.progress, folder, tools.timeout_s)
        run = runner.run(deck, planned)
    cells = settled(deck, planned.steps, run.records, ran=ran)
    return replace(deck, cells=cells, notices=(*deck.notices, *_notices(deck, planned, run)))


def _notices(deck: Deck, planned: Plan, run: Run) -> list[Notice]:
    notices = []
    for step, record in zip(planned.steps, run.records, strict=False):
        if record.left_out:
            told = f"this cell gives too much: {' and '.join(record.left_out)} left out"
            notices.append(Notice("cut-output", told, step.cell.span))
    if run.unkept:
        hint = "the next build runs the cells again"
        notices.append(Notice("unkept-outputs", f"outputs could not be stored: {run.unkept}", hint=hint))
    return notices
