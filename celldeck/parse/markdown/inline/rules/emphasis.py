"""Marks of emphasis and of strikethrough, which are paired later on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celldeck.parse.markdown.inline.delimiters import Delimiter, flanks

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner


def read_emphasis(scanner: Scanner, at: int, silent: bool) -> int:
    """A run of `*` or `_`."""
    if silent:
        return -1
    mark = scanner.text[at]
    end, opens, closes = _read_run(scanner, at, inside_words=mark == "*")
    for _ in range(end - at):
        scanner.push(mark)
        scanner.delimiters.append(Delimiter(mark, end - at, len(scanner.tokens) - 1, opens, closes))
    return end


def read_strikethrough(scanner: Scanner, at: int, silent: bool) -> int:
    """A run of two tildes or more, taken by twos; an odd one stays alone."""
    if silent:
        return -1
    end, opens, closes = _read_run(scanner, at, inside_words=True)
    if end - at < 2:
        return -1
    if (end - at) % 2:
        scanner.push("~")
    for _ in range((end - at) // 2):
        scanner.push("~~")
        scanner.delimiters.append(Delimiter("~", 0, len(scanner.tokens) - 1, opens, closes))
    return end


def _read_run(scanner: Scanner, at: int, *, inside_words: bool) -> tuple[int, bool, bool]:
    """Return the end of the run of marks at `at`, and whether it can open and close."""
    text, limit, mark = scanner.text, scanner.end, scanner.text[at]
    end = at + 1
    while end < limit and text[end] == mark:
        end += 1
    before = text[at - 1] if at else " "
    after = text[end] if end < limit else " "
    return end, *flanks(before, after, inside_words=inside_words)
