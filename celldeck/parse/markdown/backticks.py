"""Runs of backticks in a text, found once and asked for by length."""

from __future__ import annotations

from bisect import bisect_left

from celldeck.patterns import late

_RUN = late("`+")


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


class CodeEnds:
    """Where code in a text ends, by markdown-it's search.

    Once it has searched in vain, markdown-it trusts what it saw on the way. When a link that turns out to be
    none was looked through first, it therefore takes some code for text that a fresh search would find.
    """

    def __init__(self, text: str) -> None:
        self._runs = [(run.start(), run.end() - run.start()) for run in _RUN.finditer(text)]
        self._seen: dict[int, int] = {}
        """Length of a run to the last place where one that ended nothing was seen."""
        self._trusts_seen = False

    def find(self, length: int, start: int, at: int) -> int:
        """Return the start of the run that ends the code which a run at `start` begins, or -1.

        Args:
            length: how many backticks the runs have.
            start: where the first run begins.
            at: where the code itself begins.
        """
        if self._trusts_seen and self._seen.get(length, 0) <= start:
            return -1
        for index in range(bisect_left(self._runs, (at, 0)), len(self._runs)):
            end, other = self._runs[index]
            if other == length:
                return end
            self._seen[other] = end
        self._trusts_seen = True
        return -1
