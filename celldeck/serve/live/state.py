"""What a page is told of the cells of its deck: CellState, and Shown, what one page has been told already."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from celldeck.model import Output

Mark = Literal["built", "provisional", "verified", "stale", "edited", ""]
"""What an output is worth: of a whole run; made by running what had to run; confirmed by a whole run; made
before something above it was changed here; made here. Empty: there is none."""

LARGEST_OUTPUT = 1 << 23
"""Characters of HTML that a page is sent of one cell; the middle of more is cut out."""


@dataclass
class CellState:
    """One cell, as it is on the page."""

    index: int
    built: str
    """Its code as it was built."""
    built_mark: Mark = "built"
    edited: str | None = None
    """Its code as it was changed here; None: it was not."""
    code: str | None = None
    """The HTML of its code as it was changed here; None: it was not, or nobody has made it yet."""
    parts: tuple[str, ...] | None = None
    """The HTML of its outputs, made here; None: they are as they were built."""
    outputs: tuple[Output, ...] | None = None
    """The outputs themselves, as `parts`."""
    is_stale: bool = False
    is_made_here: bool = False
    """The outputs are of a run that was not the built deck's."""
    runs: int = 0
    """How often it has run here to its end: of a short run a page may never hear that it goes on."""
    seconds: float | None = None
    """How long it ran here the last time."""
    began: float | None = None
    """When it began to run, by the monotonic clock; None: it does not run."""
    waits_for: int | None = None
    """The cell that runs before it; None: it does not wait."""
    fixed: str | None = None
    """Why it cannot be changed, in words; None: it can."""
    language: str = ""
    """Of its code, as written after its fence."""
    place: str = ""
    """Where it stands: file and line."""
    revision: int = 0

    @property
    def source(self) -> str:
        """Its code as it is now."""
        return self.built if self.edited is None else self.edited

    @property
    def mark(self) -> Mark:
        """What its outputs are worth."""
        if self.is_stale:
            return "stale"
        return "edited" if self.is_made_here or self.edited is not None else self.built_mark

    def clear(self) -> None:
        """Be as it was built."""
        self.edited = self.code = self.parts = self.outputs = None
        self.seconds = self.began = self.waits_for = None
        self.is_stale = self.is_made_here = False

    def told(self, now: float) -> dict[str, Any]:
        """Return what a page is told, but for the outputs."""
        return {
            "cell": self.index,
            "built": self.built,
            "source": self.source,
            "isEdited": self.edited is not None,
            "code": self.code,
            "language": self.language,
            "mark": self.mark,
            "elapsed": None if self.began is None else round(now - self.began, 3),
            "waitsFor": None if self.waits_for is None else self.waits_for + 1,
            "runs": self.runs,
            "seconds": self.seconds,
            "fixed": self.fixed,
            "place": self.place,
        }


@dataclass
class KernelState:
    """The kernel of a deck, as it is told."""

    state: Literal["none", "starting", "idle", "busy", "dead"] = "none"
    told: str = ""
    """More in words, such as how it died."""
    device: str = ""
    question: tuple[int, str, bool] | None = None
    """The cell that asks, what it asks, and whether the answer is a secret."""

    def as_json(self) -> dict[str, Any]:
        """Return what a page is told."""
        question = None
        if self.question:
            cell, prompt, secret = self.question
            question = {"cell": cell, "prompt": prompt, "secret": secret}
        return {"state": self.state, "told": self.told, "device": self.device, "question": question}


@dataclass
class Shown:
    """What one page has been told."""

    generation: int = -1
    cells: dict[int, tuple[int, tuple[str, ...] | None]] = field(default_factory=dict)
    """By the index of a cell, the revision and the outputs that the page has."""
    kernel: dict[str, Any] | None = None

    def news(
        self, generation: int, cells: dict[int, CellState], kernel: KernelState
    ) -> dict[str, Any] | None:
        """Return what the page has not been told, and note that it has; None: nothing."""
        news: dict[str, Any] = {}
        if generation != self.generation:
            # Another build: what was told of its cells counts no more.
            self.generation = generation
            self.cells.clear()
            news["anew"] = True
        now = time.monotonic()
        changed = [cell for cell in cells.values() if self.cells.get(cell.index, (-1,))[0] != cell.revision]
        if changed:
            news["cells"] = [self._cell(cell, now) for cell in changed]
        told = kernel.as_json()
        if told != self.kernel:
            news["kernel"] = self.kernel = told
        return {"kind": "cells", **news} if news else None

    def _cell(self, cell: CellState, now: float) -> dict[str, Any]:
        _, had = self.cells.get(cell.index, (-1, None))
        self.cells[cell.index] = (cell.revision, cell.parts)
        told = cell.told(now)
        if cell.parts is None:
            told["outputs"] = None
        elif cell.parts != had:
            # Only what differs: the pictures above a growing text are not sent with each of its lines.
            had = had or ()
            told["outputs"] = {
                "count": len(cell.parts),
                "parts": [
                    [at, part] for at, part in enumerate(cell.parts) if at >= len(had) or had[at] != part
                ],
            }
        return told


def bounded(parts: list[str]) -> tuple[str, ...]:
    """Return outputs without the middle ones where all of them are too large for a page."""
    if sum(map(len, parts)) <= LARGEST_OUTPUT:
        return tuple(parts)
    head: list[str] = []
    tail: list[str] = []
    left = LARGEST_OUTPUT
    rest = list(parts)
    while rest and left > 0:
        one = rest.pop(0 if len(head) <= len(tail) else -1)
        left -= len(one)
        if left >= 0:
            (head if len(head) <= len(tail) else tail).append(one)
    gone = len(parts) - len(head) - len(tail)
    return (*head, f'<div class="cell-output cell-cut">⋯ {gone} outputs left out ⋯</div>', *reversed(tail))
