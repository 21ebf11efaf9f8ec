"""Which cells of a deck must run, and why.

The rule is that of a clean run: where the outputs of one cell are not stored, every cell of the deck runs,
from the first one in a fresh kernel, so all outputs on the slides come from one and the same run.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from celldeck.cell_options import run_options
from celldeck.execute.facts import World
from celldeck.execute.keys import Chain
from celldeck.execute.metrics import counts_metrics
from celldeck.execute.store import Record, Store
from celldeck.frozen import frozen
from celldeck.model import Cell, Deck


@frozen
class Step:
    """A cell that takes part in the run."""

    cell: Cell
    name: str
    """What the kernel calls it, as in `<cell 3f2a91c0>`: it goes with the code, wherever that stands."""
    identity: str = ""
    """Its code, the options that its run depends on, and its seed; of equal cells each has its own."""
    seed: int | None = None
    """What its random streams start from; None: they go on."""
    counts_metrics: bool = False
    """The state of a Keras model's metrics is a part of the model, as a cell of the deck can tell."""


@frozen
class Plan:
    """What is to be done for a deck."""

    steps: tuple[Step, ...]
    records: tuple[Record, ...]
    """What is stored of the first steps and still holds; as many as there are steps if nothing must run."""
    reason: str = ""
    """Why the step after the last record must run, in words; empty if nothing must."""

    @property
    def is_complete(self) -> bool:
        """Nothing must run."""
        return len(self.records) == len(self.steps)


def code_name(source: str) -> str:
    """Return what the kernel calls code of which there is no equal in the deck."""
    return hashlib.sha1(source.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def steps_of(deck: Deck) -> tuple[Step, ...]:
    """Return the cells that run, in order: those with code, and without `eval: false`."""
    counts: Counter[str] = Counter()
    steps = []
    cells = [cell for cell in deck.cells if cell.options["eval"] and cell.source.strip()]
    metrics = counts_metrics(cells)
    for cell in cells:
        name = code_name(cell.source)
        counts[name] += 1
        if counts[name] > 1:
            name += f"-{counts[name]}"
        seed = _seed(deck, cell.label or name)
        options = sorted(run_options(cell).items())
        identity = repr((name, cell.source, options, seed, metrics))
        steps.append(Step(cell, name, identity, seed, metrics))
    return tuple(steps)


def chain_of(deck: Deck, steps: Sequence[Step]) -> Chain:
    """Return the chain that the keys of a deck's steps are links of."""
    metrics = any(step.counts_metrics for step in steps)
    return Chain(deck.kernel or "", gateway=deck.gateway, counts_metrics=metrics)


def _seed(deck: Deck, name: str) -> int | None:
    """Return what a cell's streams start from: by the deck's seed, and the cell's label or code."""
    seed = deck.settings.get("seed")
    if seed is None:
        return None
    return int.from_bytes(hashlib.sha1(f"{seed}\0{name}".encode()).digest()[:4], "big")


def plan(deck: Deck, store: Store | None, folder: Path, *, retry_errors: bool = True) -> Plan:
    """Return what must run, and what is stored.

    Args:
        deck: it names a kernel.
        store: None: nothing is stored.
        folder: the folder that the kernel works in.
        retry_errors: run a cell again that raised without being allowed to, though its exception is stored.
    """
    steps = steps_of(deck)
    chain = chain_of(deck, steps)
    stored: list[Record] = []
    for step in steps:
        key = chain.key(step.cell, step.seed)
        record = store.get(key) if store else None
        if record is None:
            break
        stored.append(record)
        chain.advance(key, record.facts)
    files = _Files(World(folder), stored)
    for number, (step, record) in enumerate(zip(steps, stored, strict=False)):
        if reason := _objection(record, step, retry_errors) or files.change(record):
            return Plan(steps, tuple(stored[:number]), reason)
    is_complete = len(stored) == len(steps)
    reason = "" if is_complete else "it has not run with this code, or not after this code"
    return Plan(steps, tuple(stored), reason)


def _objection(record: Record, step: Step, retry_errors: bool) -> str:
    """Return why a record is of no use, in words; empty if it is."""
    if retry_errors and record.failed and not step.cell.options["error"]:
        return "it raised an exception the last time"
    if not step.cell.options.get("cache", True):
        return "its option `cache` is false"
    return ""


class _Files:
    """Looks whether the files that a run found are there as it found them, or as it left them."""

    def __init__(self, world: World, records: Sequence[Record]) -> None:
        """Take the records of a run, in order."""
        self._world = world
        self._left: dict[str, str | None] = {}
        """Path of each file that a cell wrote to what it held at the end of the run."""
        self._written: set[str] = set()
        """Those that cells wrote that were looked at."""
        for record in records:
            if record.effect is not None:
                self._left.update(record.effect.files_after)

    def change(self, record: Record) -> str:
        """Return what is not as the next record of the run has it, in words; empty if all is."""
        found = record.effect.files if record.effect is not None else {}
        for path, content in found.items():
            if path not in self._written and not self._is(path, content):
                return f"{path} has changed"
        if told := self._world.change(record.facts, self._is_as_left):
            return told
        if record.effect is not None:
            self._written.update(record.effect.files_after)
        return ""

    def _is_as_left(self, path: str) -> bool:
        return path in self._left and (path in self._written or self._world.holds(path, self._left[path]))

    def _is(self, path: str, content: str | None) -> bool:
        return self._world.holds(path, content) or self._is_as_left(path)
