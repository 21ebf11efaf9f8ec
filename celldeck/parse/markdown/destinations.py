"""The addresses and titles of links, in text and in reference definitions.

https://spec.commonmark.org/0.31.2/#link-destination
"""

from __future__ import annotations

from typing import Final, NamedTuple

from celldeck.parse.markdown.entities import decode_loosely
from celldeck.patterns import late


class Found(NamedTuple):
    """Something that was read."""

    text: str
    end: int
    """The place after it."""


# With limits on nested parentheses, a text of nothing but them is still read in one go.
_NESTED_PARENTHESES: Final = 32
_IN_BRACKETS = late(r"<((?:\\[\s\S]|[^<>\n\\])*+)>")
_STOP = late(r"[\x00-\x20\x7f()\\]")
_ESCAPED = late(r"\\([!-/:-@\[-`{-~])|&([A-Za-z#][A-Za-z0-9]{1,31});")
INSIDE_TITLE: Final = {
    '"': late(r'(?:\\[\s\S]|[^"\\])*+'),
    "'": late(r"(?:\\[\s\S]|[^'\\])*+"),
    "(": late(r"(?:\\[\s\S]|[^()\\])*+"),
}
"""A title's opening mark to what may stand in it, up to its closing mark."""


def unescape(text: str) -> str:
    """Return text with its backslash escapes and entities resolved."""
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPED.sub(lambda m: m[1] or decode_loosely(m[0]), text)


def read_destination(text: str, at: int, end: int | None = None) -> Found | None:
    """Return the address that begins at `at`, before `end`; None if there is none."""
    if end is None:
        end = len(text)
    if text.startswith("<", at):
        found = _IN_BRACKETS.match(text, at, end)
        return Found(unescape(found[1]), found.end()) if found else None
    start, level = at, 0
    while stop := _STOP.search(text, at, end):
        at = stop.start()
        char = text[at]
        if char == "\\" and at + 1 < end:
            at += 1 if text[at + 1] == " " else 2
        elif char == "\\":
            at += 1
        elif char == "(":
            level += 1
            if level > _NESTED_PARENTHESES:
                return None
            at += 1
        elif char == ")" and level:
            level -= 1
            at += 1
        else:
            break
    else:
        at = end
    if start == at or level:
        return None
    return Found(unescape(text[start:at]), at)


def read_title(text: str, at: int, end: int) -> Found | None:
    """Return the title that begins at `at`, before `end`; None if there is none."""
    inside = INSIDE_TITLE.get(text[at : at + 1]) if at < end else None
    read = inside.match(text, at + 1, end) if inside else None
    if not read:
        return None
    closing = read.end()
    if closing >= end or text[closing] in "(\\":
        return None
    return Found(unescape(text[at + 1 : closing]), closing + 1)
