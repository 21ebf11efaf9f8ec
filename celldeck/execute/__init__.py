"""Deck → Deck with the outputs of its cells: from the store where they still hold, else by running them.

A deck whose outputs are all stored starts no kernel, and loads nothing of Jupyter.

After a cell that raises, the cells below it run all the same, as with Jupyter's `nbconvert --allow-errors`: a
traceback on one slide does not blank the others, and all that is broken is told at once. A kernel that dies,
or a cell that takes too long, ends the deck.
"""

from __future__ import annotations

from celldeck.execute.executor import Executed, ExecuteTools, Executor
from celldeck.execute.kernels import Kernels
from celldeck.execute.plan import Plan, plan
from celldeck.execute.progress import Progress, Silent
from celldeck.execute.store import Record, Store
from celldeck.model import Deck

__all__ = [
    "ExecuteTools",
    "Executed",
    "Executor",
    "Kernels",
    "Plan",
    "Progress",
    "Record",
    "Silent",
    "Store",
    "execute",
    "plan",
]


def execute(deck: Deck, tools: ExecuteTools) -> Deck:
    """Return the deck with the outputs of its cells; `Executor.execute` without keeping a kernel."""
    executor = Executor(tools)
    try:
        return executor.execute(deck).deck
    finally:
        executor.close()
