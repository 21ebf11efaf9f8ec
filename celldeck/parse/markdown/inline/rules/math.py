"""Formulas in a line of text.

Marp: https://github.com/marp-team/marp-core#math-typesetting
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from celldeck.nodes import InlineMath

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_DIGITS: Final = frozenset("0123456789")


def read_math(scanner: Scanner, at: int, silent: bool) -> int:
    """`$tex$`, with no space inside its marks and no digit behind them."""
    text = scanner.text
    if not scanner.rules.math or text.startswith((" ", "\t"), at + 1):
        return -1
    closing = text.find("$", at + 1)
    while closing >= 0 and _is_escaped(text, closing):
        closing = text.find("$", closing + 1)
    if closing < 0:
        return -1
    if closing == at + 1:
        if not silent:
            scanner.pending.append("$$")
        return at + 2
    # Behind the end of a link's text, markdown-it sees no digit.
    follower = text[closing + 1 : closing + 2] if closing < scanner.end else ""
    if text[closing - 1] in " \t" or follower in _DIGITS:
        return -1
    if not silent:
        scanner.push(InlineMath(text[at + 1 : closing], scanner.line_at(at)))
    return closing + 1


def _is_escaped(text: str, at: int) -> bool:
    start = at
    while start and text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 1
