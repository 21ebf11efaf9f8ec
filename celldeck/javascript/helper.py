"""Typeset formulas in processes of their own, where there are many and cores to spare.

A formula takes milliseconds, and the engine holds the interpreter while it works, so threads would not help;
and to load MathJax takes as long as to parse a deck.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Formula = tuple[str, bool]
"""TeX, and whether it is a block of its own."""

WORTH_A_PROCESS = 50
"""Formulas that take as long as a process needs to start and to load MathJax."""


def split(
    formulas: Sequence[Formula], cores: int | None = None, *, is_waiting: bool = False
) -> tuple[Sequence[Formula], list[Sequence[Formula]]]:
    """Return the formulas to typeset here, and those for each further process.

    Args:
        formulas: all of them.
        cores: None: those of this machine.
        is_waiting: the first of the further processes has MathJax loaded, and this one has not.
    """
    processes = min(cores or os.cpu_count() or 1, 1 + len(formulas) // (2 * WORTH_A_PROCESS))
    if processes < 2:
        return ((), [formulas]) if is_waiting else (formulas, [])
    if is_waiting:
        first = (len(formulas) + (processes - 1) * WORTH_A_PROCESS) // processes
        rest = formulas[first:]
        share = -(-len(rest) // (processes - 1))
        others = [rest[at : at + share] for at in range(share, len(rest), share)]
        return rest[:share], [formulas[:first], *others]
    # The others start later by what loading takes.
    share = max(1, (len(formulas) - WORTH_A_PROCESS) // processes)
    here = len(formulas) - share * (processes - 1)
    return formulas[:here], [formulas[at : at + share] for at in range(here, len(formulas), share)]


class Helper:
    """A process that typesets formulas while this one does others."""

    def __init__(self) -> None:
        """Start it; it loads MathJax at once."""
        self._formulas: Sequence[Formula] = ()
        self._answer = b""
        place = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (place, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "celldeck.javascript.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)

    def give(self, formulas: Sequence[Formula]) -> None:
        """Give it the formulas to typeset; once."""
        self._formulas = formulas
        # Read while it writes: a pipe holds less than a handful of formulas.
        self._reader.start()

    def _read(self) -> None:
        self._answer = self._process.communicate(json.dumps(self._formulas).encode())[0]

    def results(self) -> Iterator[tuple[Formula, dict[str, Any]]]:
        """Wait for it and give its results; none if it failed, so that they are made here after all."""
        self._reader.join()
        if self._process.returncode == 0:
            yield from zip(self._formulas, json.loads(self._answer), strict=True)

    def close(self) -> None:
        """End it, if it was given nothing."""
        if not self._formulas:
            self._process.kill()
            self._process.communicate()
