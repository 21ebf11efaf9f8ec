"""Line ends inside a paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from celldeck.nodes import HardBreak, SoftBreak
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_SPACES = late(r"[ \t]*")
_SOFT: Final = SoftBreak()
_HARD: Final = HardBreak()


def read_newline(scanner: Scanner, at: int, silent: bool) -> int:
    """A break, a hard one after two spaces; spaces beside it go."""
    if not silent:
        pending = scanner.pending
        last = pending[-1] if pending else ""
        is_hard = last.endswith("  ")
        if last.endswith(" "):
            pending[-1] = last.rstrip(" ") if is_hard else last[:-1]
            if not pending[-1]:
                pending.pop()
        scanner.push(_HARD if is_hard else _SOFT)
    return behind_spaces(scanner, at + 1)


def behind_spaces(scanner: Scanner, at: int) -> int:
    """Return the first place from `at` on that holds neither space nor tab."""
    spaces = _SPACES.match(scanner.text, at, scanner.end)
    return spaces.end() if spaces else at
