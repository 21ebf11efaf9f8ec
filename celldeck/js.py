"""What JavaScript means by white space, truth and text, where a deck's result depends on it.

Marp runs in JavaScript, so the values that it takes from a deck are trimmed, tested and turned into text by
that language's rules: https://tc39.es/ecma262/#sec-white-space
"""

from __future__ import annotations

SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""JavaScript's `\\s`, to stand between square brackets of a regular expression."""

_TRIMMED = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def trim(text: str) -> str:
    """Return the text without JavaScript's white space at its ends."""
    return text.strip(_TRIMMED)


def trim_start(text: str) -> str:
    """Return the text without JavaScript's white space at its start."""
    return text.lstrip(_TRIMMED)


def is_set(value: object) -> bool:
    """Say whether JavaScript takes the value of a directive for true: an empty list or mapping is."""
    return value is not None and value is not False and value != ""


def as_text(value: object) -> str:
    """Return the value as JavaScript writes it into a string: `[a, b]` as `a,b`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(as_text(item) for item in value)
    if isinstance(value, dict):
        return "[object Object]"
    return str(value)
