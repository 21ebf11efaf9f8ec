"""The last whole runs of a deck: which stored record each of its cells had, in order.

The store knows a record by all that came before it, so after an edit of an early cell it finds none of those
below. A session that begins looks them up here, by their code; whether one still holds, what it has read
decides, as for records of the session itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress

from celldeck.execute.facts import Facts, World
from celldeck.execute.keys import Chain
from celldeck.execute.plan import Step
from celldeck.execute.store import Record, Store
from celldeck.files import write_atomically
from celldeck.model import Deck

MOST_RUNS = 3
"""Of one deck; the oldest go."""

Run = list[list[str]]
"""For each cell a digest of its identity, and the key of its record."""


class PastRuns:
    """Remembers the last runs of one deck, from one session to the next."""

    def __init__(self, store: Store, deck: Deck) -> None:
        """Take the store of the records, and a deck; it is known by its path and its kernel."""
        self._store = store
        # What begins the keys of all cells counts, too: the Python, the variables of its environment.
        kind = Chain(deck.kernel or "", gateway=deck.gateway).start
        name = _digest(f"{deck.source.path.absolute()}\0{kind}")
        self._file = store.folder.parent / "runs" / f"{name}.json"

    def note(self, steps: Sequence[Step], keys: Sequence[str]) -> None:
        """Note a run; one that is the beginning of another says nothing new.

        Args:
            steps: the first steps of a deck.
            keys: of their records, in the store.
        """
        run = [[_digest(step.identity), key] for step, key in zip(steps, keys, strict=False)]
        runs = self._runs()
        if any(one[: len(run)] == run for one in runs):
            return
        kept = [one for one in runs if run[: len(one)] != one]
        # Without it, more cells run after the next start.
        with suppress(OSError):
            write_atomically(self._file, json.dumps([run, *kept][:MOST_RUNS]))

    def records(self, steps: Sequence[Step], world: World) -> Iterator[tuple[Step, Record]]:
        """Yield the records of steps that past runs have, the newest last.

        A record names the packages and modules that its own cell was the first to use. So a run counts only
        if those of all its cells are as they were.
        """
        by_identity = {_digest(step.identity): step for step in steps}
        for run in reversed(self._runs()):
            records = [self._store.get(key) for _, key in run]
            if all(record and world.change(_modules(record.facts)) is None for record in records):
                for (identity, _), record in zip(run, records, strict=True):
                    if record is not None and identity in by_identity:
                        yield by_identity[identity], record

    def _runs(self) -> list[Run]:
        try:
            runs = json.loads(self._file.read_text("utf-8"))
            return [[[str(identity), str(key)] for identity, key in run] for run in runs]
        except (OSError, ValueError, TypeError):
            return []


def _modules(facts: Facts) -> Facts:
    files = {path: known for path, known in facts.files.items() if path.endswith(".py")}
    return Facts(files, facts.packages, facts.missing)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
