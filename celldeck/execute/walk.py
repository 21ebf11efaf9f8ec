"""Walk: one build of a deck on its way from the first cell to the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from celldeck.execute.effects import State
from celldeck.execute.plan import Step
from celldeck.execute.store import Record


@dataclass(slots=True)
class Walk:
    """One build on its way from the first cell to the last."""

    steps: Sequence[Step]
    states: list[State] = field(default_factory=lambda: [State()])
    """Before each step, and after the last."""
    records: list[Record] = field(default_factory=list)
    ran: list[int] = field(default_factory=list)
    """The numbers of the steps that ran, from 0, in order."""
    reasons: dict[int, str] = field(default_factory=dict)
    """Why each step ran, or was kept, in words."""
    clean: set[int] = field(default_factory=set)
    """The steps whose record is of a run after all the steps above and nothing else."""
    why: str = ""
    """What has changed for all steps, in words; empty: nothing."""
    is_replayed: bool = False
    """Steps that had a record have run again, in a fresh kernel."""
