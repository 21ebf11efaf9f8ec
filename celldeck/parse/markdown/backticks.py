"""Runs of backticks in a text, found once and asked for by length."""

from __future__ import annotations

import re
from bisect import bisect_left

_RUN = re.compile("`+")


class BacktickRuns:
    """Where the runs of backticks of each length stand."""

    def __init__(self, text: str) -> None:
        self._starts: dict[int, list[int]] = {}
        for run in _RUN.finditer(text):
            self._starts.setdefault(run.end() - run.start(), []).append(run.start())

    def next(self, length: int, at: int) -> int:
        """Return the start of the first run of exactly `length` backticks from `at` on, or -1."""
        starts = self._starts.get(length, [])
        index = bisect_left(starts, at)
        return starts[index] if index < len(starts) else -1
