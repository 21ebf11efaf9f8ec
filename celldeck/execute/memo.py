"""What is known of earlier runs of each cell, wherever in the deck they were."""

from __future__ import annotations

from collections.abc import Callable

from celldeck.execute.facts import World
from celldeck.execute.plan import Step
from celldeck.execute.store import Record

MOST_RECORDS = 24
"""Of one cell; the oldest go."""


class Memo:
    """Records by the identity of their cell."""

    def __init__(self) -> None:
        self._records: dict[str, list[Record]] = {}

    def put(self, step: Step, record: Record) -> None:
        """Keep what a run of a cell came to."""
        records = self._records.setdefault(step.identity, [])
        records.append(record)
        del records[:-MOST_RECORDS]

    def seed(self, step: Step, record: Record) -> None:
        """Keep a record that was stored, unless it is known."""
        if record not in self._records.get(step.identity, ()):
            self.put(step, record)

    def forget(self) -> None:
        """Know nothing any more."""
        self._records.clear()

    def match(
        self, step: Step, objection: Callable[[Record], str], world: World, is_ours: Callable[[str], bool]
    ) -> tuple[Record | None, str]:
        """Return a record that holds, and why none does, or that one does, in words.

        Args:
            objection: says why a record is of no use; empty: it is.
            world: says whether files and packages are as they were.
            is_ours: says whether a file is written by cells, so that the disk does not tell what it holds.
        """
        reason = "it is new, or its code has changed"
        for record in reversed(self._records.get(step.identity, ())):
            reason = objection(record) or world.change(record.facts, is_ours) or ""
            if not reason:
                return record, "all that it reads is as it was"
        return None, reason
