"""Which `]` belongs to which `[`: remark.js's classes reach from one to the other.

Brackets in code and behind a backslash do not count, and a slide's end lets all open ones go.
remark: https://github.com/gnab/remark/wiki/Markdown#content-classes
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from typing import Final

from celldeck.parse.markdown.backticks import BacktickRuns

CLASSES: Final = re.compile(r"((?:\.[A-Za-z_-][A-Za-z0-9_-]*)+)\[")
"""The names of classes with the bracket that opens their content."""

WORD_CHARACTERS: Final = frozenset(string.ascii_letters + string.digits + "_")
"""In `x.grey[0]` the dot belongs to the word before it. Other scripts may go on without a space."""

_TOKEN = re.compile(
    r"""
      ^[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)*(?P<fence>`{3,}(?!.*`)|~{3,})
    | (?P<ticks>`+)
    | \\.
    | (?P<open>\[)
    | (?P<close>\])
    | ^[ ]{0,3}(?P<ruler>([-*_])[ \t]*(?:\6[ \t]*){2,})$
    """,
    re.MULTILINE | re.VERBOSE,
)
_BLANK_LINE = re.compile(r"^[ \t]*$", re.MULTILINE)


def names(match: re.Match[str]) -> tuple[str, ...]:
    """Return the classes that a match of `CLASSES` names."""
    return tuple(match[1][1:].split("."))


def match_brackets(text: str) -> dict[int, int]:
    """Return the place of each `[` that is closed, with that of its `]`."""
    runs: BacktickRuns | None = None
    blanks: list[int] = []
    pairs: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while token := _TOKEN.search(text, at):
        at = token.end()
        match token.lastgroup:
            case "open":
                opened.append(token.start())
            case "close":
                if opened:
                    pairs[opened.pop()] = token.start()
            case "fence":
                mark = token["fence"]
                closing = re.compile(rf"^[ \t>]*{mark[0]}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
                end = closing.search(text, at)
                at = end.end() if end else len(text)
            case "ticks":
                if runs is None:
                    runs = BacktickRuns(text)
                    blanks = [blank.start() for blank in _BLANK_LINE.finditer(text)]
                end_of_code = runs.next(at - token.start(), at)
                index = bisect_left(blanks, at)
                if end_of_code >= 0 and (index == len(blanks) or end_of_code < blanks[index]):
                    at = end_of_code + at - token.start()
            case None:
                pass
            case _:
                if token[6] != "-" or not _is_below_text(text, token.start()):
                    opened.clear()
    return pairs


def _is_below_text(text: str, at: int) -> bool:
    """Say whether the line before the one at `at` holds something: a ruler is a heading's underline then."""
    start = text.rfind("\n", 0, max(at - 1, 0)) + 1
    return bool(text[start:at].strip())
