"""Run one cell after another in a kernel, and make records of what they give."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from celldeck.cell_options import run_options
from celldeck.errors import DeckError
from celldeck.execute.facts import observed
from celldeck.execute.kernels import CannotStart, Kernel, KernelFailed, NoServer, StartKernel
from celldeck.execute.messages import Collected, Collector, DisplayIds
from celldeck.execute.noise import without_noise
from celldeck.execute.plan import Plan, Step
from celldeck.execute.progress import Progress
from celldeck.execute.store import Record
from celldeck.model import Cell, Deck
from celldeck.source import Span


@dataclass
class Runner:
    """A kernel for a deck, started when the first cell runs."""

    start: StartKernel
    progress: Progress
    folder: Path
    timeout_s: float
    """For cells that do not set their own."""
    kernel: Kernel | None = None
    _deck: Deck | None = None
    _plan: Plan | None = None
    _is_told: bool = True
    _ids: DisplayIds = field(default_factory=DisplayIds)
    _is_fresh: bool = True

    def begin(self, deck: Deck, plan: Plan) -> None:
        """Take the deck that is built next, and what is planned for it."""
        self._deck, self._plan, self._is_told = deck, plan, False

    def restart(self, deck: Deck) -> None:
        """Replace the kernel by a fresh one.

        Raises:
            DeckError: there is no such kernel, or it does not come up.
        """
        self.close()
        try:
            self.kernel = self.start(deck.kernel or "", self.folder, deck.gateway)
        except CannotStart as error:
            raise DeckError(str(error), _kernel_span(deck, error), error.hint) from error
        self._ids = DisplayIds()
        self._is_fresh = True

    def close(self) -> None:
        """End the kernel, if there is one."""
        kernel, self.kernel = self.kernel, None
        if kernel is not None:
            kernel.close()

    def run(self, step: Step, request: Mapping[str, Any] | None = None) -> tuple[Record, Mapping[str, Any]]:
        """Run a cell.

        Args:
            step: one of the plan's.
            request: what the agent is asked to bring about and to observe; None: nothing.

        Returns:
            The record without an effect, and what the agent reported of it; empty from kernels without one.

        Raises:
            DeckError: the kernel died, or the cell took too long; the kernel is gone then.
        """
        deck, plan = self._deck, self._plan
        assert deck is not None
        assert plan is not None
        count, number = len(plan.steps), plan.steps.index(step) + 1
        if not self._is_told:
            # Only now it is sure that a cell runs.
            self._is_told = True
            first = plan.steps[len(plan.records)].cell
            self.progress.starting(deck, count, f"{name_of(first)}: {plan.reason}")
        if self.kernel is None:
            self.restart(deck)
        kernel = self.kernel
        assert kernel is not None
        cell = step.cell
        self.progress.started(deck, cell, number, count)
        collector = Collector(step.name, self._ids)

        def on_message(kind: str, content: Mapping[str, Any]) -> None:
            collector.feed(kind, content)
            if kind == "stream" and (line := without_noise(collector.line)):
                self.progress.wrote(deck, cell, line)

        timeout = cell.options["timeout"]
        timeout_s = timeout if isinstance(timeout, int | float) else self.timeout_s
        options = run_options(cell)
        if request is not None:
            options["trace"] = request
        began = time.monotonic()
        try:
            reply = kernel.run(
                cell.source, name=step.name, timeout_s=timeout_s, on_message=on_message, options=options
            )
        except KernelFailed as error:
            self.close()
            raise _failure(deck, cell, error, collector.collected()) from error
        seconds = time.monotonic() - began
        if reply.error and not collector.has_error:
            collector.error(*reply.error)
        collected = collector.collected()
        depends = cell.options.get("depends")
        named = depends if isinstance(depends, tuple) else ()
        kernel_files = kernel.files if self._is_fresh else ()
        is_here = deck.gateway is None
        facts = observed(collected.report, kernel_files, self.folder, named, is_here=is_here)
        self._is_fresh = False
        record = Record(collected.outputs, collected.updates, facts, round(seconds, 4), collected.left_out)
        done = replace(cell, outputs=record.outputs, seconds=record.seconds)
        self.progress.finished(deck, done, number, count)
        return record, collected.report


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
    return DeckError(f"{name_of(cell)} cannot be finished: {error}", span, said or _advice(error))


def name_of(cell: Cell) -> str:
    """Return what a cell is called when people are told of it."""
    return f"cell '{cell.label}'" if cell.label else f"cell {cell.index + 1}"


def _advice(error: KernelFailed) -> str | None:
    return "give it more time with `#| timeout: 600`" if "longer than" in str(error) else None


def _kernel_span(deck: Deck, error: CannotStart) -> Span | None:
    """Return where the deck names its kernel, or the server of it; None if it does not."""
    said = (deck.gateway if isinstance(error, NoServer) else deck.kernel) or ""
    found = None
    for number, text in enumerate(deck.source.lines, 1):
        if number > 1 and text.rstrip() == "---":
            break
        is_head = text.replace(" ", "").startswith("kernel:")
        if is_head or (found and text.startswith((" ", "}"))):
            if said in text:
                return deck.source.span(number, said)
            found = found or deck.source.span(number)
        elif found:
            break
    return None if isinstance(error, NoServer) else found
