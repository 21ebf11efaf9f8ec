"""The options of a cell: the one table of their names, kinds, defaults and meanings.

They are named as Quarto names them, where it has them: https://quarto.org/docs/reference/cells/cells-jupyter.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellOption:
    """One option, written `{name=value}` after the language of a fence, or `#| name: value` in the cell."""

    name: str
    read: Callable[[str], object]
    """Gives the value of what was written; raises ValueError with what it takes, in words."""
    default: object
    meaning: str
    runs: bool = False
    """What the code does depends on it, so a change runs the cell again."""
    deck_wide: bool = True
    """It may also stand under `execute:` in front matter, for every cell of the deck."""


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word in ("true", "yes", "on"):
        return True
    if word in ("false", "no", "off"):
        return False
    raise ValueError("true or false")


def _error(text: str) -> bool:
    try:
        return text.strip().lower() == "allow" or _flag(text)
    except ValueError:
        raise ValueError("allow, true or false") from None


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("a text")
    return text.strip()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ValueError("a number of seconds above 0")
    return seconds


STEPS = re.compile(r"(?:all|\d+(?:-\d+)?)(?:\s*[,|]\s*(?:all|\d+(?:-\d+)?))*")
"""Lines of code to point out: `2,5-7`; step by step: `1|3-4|all`."""


def _steps(text: str) -> str:
    text = "".join(text.split())
    if not STEPS.fullmatch(text):
        raise ValueError("line numbers such as 2,5-7, or steps such as 1|3-4")
    return text


OPTIONS: tuple[CellOption, ...] = (
    CellOption("eval", _flag, True, "run the code"),
    CellOption("echo", _flag, True, "show the code"),
    CellOption("output", _flag, True, "show what the code gives"),
    CellOption("warning", _flag, True, "show what the code writes to stderr, warnings for one"),
    CellOption("error", _error, False, "allow: an exception is wanted here, and no failure of the build"),
    CellOption("include", _flag, True, "show anything of the cell; false: it runs, and nothing is seen"),
    CellOption("label", _text, None, "the cell's name, its own in the deck", deck_wide=False),
    CellOption("timeout", _seconds, None, "seconds that the cell may run"),
    CellOption("fig-alt", _text, None, "what a reader who cannot see its pictures is told", deck_wide=False),
    CellOption("lines", _steps, None, "lines of the code to point out", deck_wide=False),
)
"""`eval` needs no `runs`: a cell that does not run is in no other cell's past, so outputs depend on it."""

BY_NAME = {option.name: option for option in OPTIONS}
DEFAULTS = {option.name: option.default for option in OPTIONS}
