"""Run the cells of a deck in a fresh kernel, one after another, and keep what they give."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from celldeck.cell_options import run_options
from celldeck.errors import DeckError
from celldeck.execute.facts import observed
from celldeck.execute.kernels import CannotStart, Kernel, KernelFailed, StartKernel
from celldeck.execute.keys import Chain
from celldeck.execute.messages import Collected, Collector, DisplayIds
from celldeck.execute.noise import without_noise
from celldeck.execute.plan import Plan, Step
from celldeck.execute.progress import Progress
from celldeck.execute.store import Record, Store
from celldeck.model import Cell, Deck
from celldeck.source import Span


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to."""

    records: tuple[Record, ...]
    """One a step."""
    unkept: str | None = None
    """Why records could not be stored; None: they were."""


@dataclass(frozen=True, slots=True)
class Runner:
    """What running a deck needs from outside."""

    start: StartKernel
    store: Store | None
    progress: Progress
    folder: Path
    timeout_s: float
    """For cells that do not set their own."""

    def run(self, deck: Deck, plan: Plan) -> Run:
        """Run every step of the plan.

        Raises:
            DeckError: there is no such kernel, or it died, or a cell took too long. What the cells before it
                gave has been stored.
        """
        count = len(plan.steps)
        self.progress.starting(deck, count, f"{_name(plan.steps[len(plan.records)].cell)}: {plan.reason}")
        try:
            kernel = self._started(deck)
            try:
                return self._run_all(deck, plan, kernel)
            finally:
                kernel.close()
        finally:
            self.progress.ended(deck)

    def _started(self, deck: Deck) -> Kernel:
        try:
            return self.start(deck.kernel or "", self.folder)
        except CannotStart as error:
            raise DeckError(str(error), _kernel_span(deck), error.hint) from error

    def _run_all(self, deck: Deck, plan: Plan, kernel: Kernel) -> Run:
        chain = Chain(deck.kernel or "")
        ids = DisplayIds()
        records: list[Record] = []
        unkept = None
        for number, step in enumerate(plan.steps, 1):
            key = chain.key(step.cell)
            self.progress.started(deck, step.cell, number, len(plan.steps))
            record = self._run_one(deck, step, kernel, ids, first=number == 1)
            self.progress.finished(
                deck,
                replace(step.cell, outputs=record.outputs, seconds=record.seconds),
                number,
                len(plan.steps),
            )
            records.append(record)
            if self.store and unkept is None:
                try:
                    self.store.put(key, record)
                except OSError as error:
                    unkept = f"{error.filename or self.store.folder}: {error.strerror}"
            chain.advance(key, record.facts)
        if self.store:
            self.store.prune()
        return Run(tuple(records), unkept)

    def _run_one(self, deck: Deck, step: Step, kernel: Kernel, ids: DisplayIds, *, first: bool) -> Record:
        cell = step.cell
        collector = Collector(step.name, ids)

        def on_message(kind: str, content: Mapping[str, Any]) -> None:
            collector.feed(kind, content)
            if kind == "stream" and (line := without_noise(collector.line)):
                self.progress.wrote(deck, cell, line)

        timeout = cell.options["timeout"]
        timeout_s = timeout if isinstance(timeout, int | float) else self.timeout_s
        began = time.monotonic()
        try:
            reply = kernel.run(
                cell.source,
                name=step.name,
                timeout_s=timeout_s,
                on_message=on_message,
                options=run_options(cell),
            )
        except KernelFailed as error:
            raise _failure(deck, cell, error, collector.collected()) from error
        seconds = time.monotonic() - began
        if reply.error and not collector.has_error:
            collector.error(*reply.error)
        collected = collector.collected()
        return Record(
            collected.outputs,
            collected.updates,
            observed(collected.report, kernel.files if first else ()),
            round(seconds, 4),
            collected.left_out,
        )


def _failure(deck: Deck, cell: Cell, error: KernelFailed, collected: Collected) -> DeckError:
    """Return what ends the deck: where the cell was, as far as that is known, and what it said last."""
    span = deck.source.span(cell.span.line)
    last = ""
    for output in collected.outputs:
        if output.error_line:
            span = (cell.origin or deck.source).span(cell.first_line + output.error_line - 1)
        elif output.kind == "stream":
            last = output.data["text/plain"].strip().rpartition("\n")[2] or last
    said = f"the last line it wrote: {last}" if last else None
    return DeckError(f"{_name(cell)} cannot be finished: {error}", span, said or _advice(error))


def _name(cell: Cell) -> str:
    return f"cell '{cell.label}'" if cell.label else f"cell {cell.index + 1}"


def _advice(error: KernelFailed) -> str | None:
    return "give it more time with `#| timeout: 600`" if "longer than" in str(error) else None


def _kernel_span(deck: Deck) -> Span | None:
    """Return where the deck names its kernel; None if it does not."""
    for number, text in enumerate(deck.source.lines, 1):
        if number > 1 and text.rstrip() == "---":
            return None
        if text.replace(" ", "").startswith("kernel:"):
            return deck.source.span(number, deck.kernel or "")
    return None
