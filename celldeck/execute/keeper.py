"""Keep the records of a clean run, one by one, so that a run that is cut short is not lost."""

from __future__ import annotations

from celldeck.execute.plan import Plan, chain_of
from celldeck.execute.store import Store
from celldeck.execute.walk import Walk
from celldeck.model import Deck


class Keeper:
    """Stores what a walk comes to, as far as it is what a run of the whole deck in a fresh kernel gives."""

    def __init__(self, store: Store | None, deck: Deck, plan: Plan) -> None:
        """Take the store, None: nothing is kept; and what is stored already."""
        self._store = store
        self._deck = deck
        self._plan = plan
        self.unkept: str | None = None
        """Why records could not be stored; None: they could."""
        self._begin()

    def _begin(self) -> None:
        self._chain = chain_of(self._deck, self._plan.steps)
        self.done = 0
        """How many of the first records are of a clean run."""
        self.keys: list[str] = []
        """Of these."""

    def keep(self, walk: Walk) -> None:
        """Store the records that have come since the last call."""
        if len(walk.records) < self.done or walk.is_replayed:
            # Cells above have run again.
            walk.is_replayed = False
            self._begin()
        for number in range(self.done, len(walk.records)):
            step, record = walk.steps[number], walk.records[number]
            known = self._plan.records[number] if number < len(self._plan.records) else None
            if record != known and number not in walk.clean:
                return
            key = self._chain.key(step.cell, step.seed)
            if record != known and self._store is not None and self.unkept is None:
                try:
                    self._store.put(key, record)
                except OSError as error:
                    self.unkept = f"{error.filename or self._store.folder}: {error.strerror}"
            self._chain.advance(key, record.facts)
            self.keys.append(key)
            self.done = number + 1
