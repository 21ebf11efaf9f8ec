"""Which `]` belongs to which `[`: remark.js's classes reach from one to the other.

Brackets in code and behind a backslash do not count, and a slide's end lets all open ones go.
remark: https://github.com/gnab/remark/wiki/Markdown#content-classes
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from functools import cached_property
from typing import Final

from celldeck.parse.markdown.backticks import BacktickRuns
from celldeck.patterns import late

CLASSES: Final = late(r"((?:\.[A-Za-z_-][A-Za-z0-9_-]*)+)\[")
"""The names of classes with the bracket that opens their content."""

WORD_CHARACTERS: Final = frozenset(string.ascii_letters + string.digits + "_")
"""In `x.grey[0]` the dot belongs to the word before it. Other scripts may go on without a space."""

_RULER: Final = r"^[ ]{0,3}(?P<ruler>(?P<mark>[-_*])[ \t]*(?:(?P=mark)[ \t]*){2,})$"
_TOKEN = late(
    r"""
      ^[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)*(?P<fence>`{3,}(?!.*`)|~{3,})
    | (?P<ticks>`+)
    | \\.
    | (?P<open>\[)
    | (?P<close>\])
    | """
    + _RULER,
    re.MULTILINE | re.VERBOSE,
)
_BLANK_OR_RULER = late(r"^[ \t]*$|" + _RULER, re.MULTILINE)
_NO_PARAGRAPH = late(r"[ \t]*(?:[#>|<]|[-+*][ \t]|[0-9]{1,9}[.)][ \t]|$)|.*\|", re.MULTILINE)


def names(match: re.Match[str]) -> tuple[str, ...]:
    """Return the classes that a match of `CLASSES` names."""
    return tuple(match[1][1:].split("."))


def without_classes(text: str) -> str:
    """Return Markdown with the content of classes in the place of `.class[content]`, line for line."""
    brackets = Brackets(text)
    left_out: list[tuple[int, int]] = []
    for opening in CLASSES.finditer(text):
        at, end = opening.span()
        closing = brackets.closing(end - 1)
        before = text[:at]
        is_escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        if closing >= 0 and not is_escaped and (before[-1:] or " ") not in WORD_CHARACTERS:
            left_out += [(at, end), (closing, closing + 1)]
    parts, at = [], 0
    for start, end in sorted(left_out):
        parts.append(text[at:start])
        at = end
    return "".join([*parts, text[at:]])


class Brackets:
    """The pairs of brackets in a text, found as far as they are asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._pairs: dict[int, int] = {}
        self._end = 0
        """The place up to which pairs were looked for."""

    def closing(self, at: int) -> int:
        """Return the place of the `]` that closes the `[` at `at`, or -1."""
        while self._end <= at:
            self._read()
        return self._pairs.get(at, -1)

    def start_at(self, at: int) -> None:
        """Look for pairs from a place on as if the text began there: what stands before no longer counts."""
        self._end = at

    @cached_property
    def _runs(self) -> BacktickRuns:
        return BacktickRuns(self.text)

    @cached_property
    def _code_limits(self) -> list[int]:
        """Where lines begin that no code in a paragraph reaches over."""
        return [line.start() for line in _BLANK_OR_RULER.finditer(self.text)]

    def _read(self) -> None:
        """Find the pairs up to the next line that can only be the end of a slide."""
        text, start = self.text, self._end
        opened: list[int] = []
        at = start
        while token := _TOKEN.search(text, at):
            at = token.end()
            match token.lastgroup:
                case "open":
                    opened.append(token.start())
                case "close":
                    if opened:
                        self._pairs[opened.pop()] = token.start()
                case "fence":
                    at = self._behind_fence(token["fence"], at)
                case "ticks":
                    at = self._behind_code(at - token.start(), at)
                case "ruler" if token["mark"] != "-" or not self._is_below_text(token.start(), start):
                    self._end = at + 1
                    return
        self._end = len(text) + 1

    def _behind_fence(self, fence: str, at: int) -> int:
        closing = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        end = closing.search(self.text, at)
        return end.end() if end else len(self.text)

    def _behind_code(self, length: int, at: int) -> int:
        end = self._runs.next(length, at)
        index = bisect_left(self._code_limits, at)
        is_code = end >= 0 and (index == len(self._code_limits) or end < self._code_limits[index])
        return end + length if is_code else at

    def _is_below_text(self, at: int, start: int) -> bool:
        """Say whether the line before the one at `at` can be a paragraph's: dashes are an underline then."""
        if at <= start:
            return False
        line = self.text.rfind("\n", 0, at - 1) + 1
        return not _NO_PARAGRAPH.match(self.text, line)
