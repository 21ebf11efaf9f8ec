"""Code in a line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celldeck.nodes import CodeSpan
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_LINE_SEPARATOR = late("[\r\u2028\u2029]")


def read_code(scanner: Scanner, at: int, silent: bool) -> int:
    """Code between runs of as many backticks."""
    text = scanner.text
    start = at + 1
    while start < scanner.end and text[start] == "`":
        start += 1
    length = start - at
    closing = scanner.code_ends.find(length, at, start)
    if closing < 0:
        if not silent:
            scanner.pending.append("`" * length)
        return start
    if not silent:
        code = text[start:closing].replace("\n", " ")
        if len(code) > 2 and code[0] == code[-1] == " " and not _LINE_SEPARATOR.search(code):
            code = code[1:-1]
        scanner.push(CodeSpan(code))
    return closing + length
