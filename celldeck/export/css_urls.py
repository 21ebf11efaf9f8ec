"""Addresses in CSS: find each, and put another in its place.

CSS Syntax: https://www.w3.org/TR/css-syntax-3/#consume-url-token
"""

from __future__ import annotations

import re
from collections.abc import Callable

_STRING = r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'"
_TOKENS = re.compile(
    rf"""
    /\*.*?(?:\*/|\Z)
    | @import\s+(?:url\(\s*)?(?P<imported>{_STRING}|[^\s"'();]+)\s*\)?(?P<conditions>[^;]*);?
    | (?<![\w-])url\(\s*(?P<url>{_STRING}|(?:\\.|[^\s"'()\\])*)\s*\)
    | {_STRING}
    """,
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_UNSAFE = " \t\n\r\f\"'()\\"


def replace_urls(
    css: str, address: Callable[[str, int], str | None], imported: Callable[[str], str | None]
) -> str:
    """Return the CSS with other addresses; comments and strings stay as they are.

    Args:
        address: takes what stands in `url()`, and where that begins; gives another, or None to keep it.
        imported: takes the address of an `@import`; gives another, or None to keep it.
    """
    return _TOKENS.sub(lambda match: _replaced(match, address, imported), css)


def _replaced(
    match: re.Match[str], address: Callable[[str, int], str | None], imported: Callable[[str], str | None]
) -> str:
    if match["url"] is not None:
        other = address(_plain(match["url"]), match.start())
        return match[0] if other is None else f"url({_quoted(other)})"
    if match["imported"] is not None:
        other = imported(_plain(match["imported"]))
        conditions = match["conditions"].strip()
        return match[0] if other is None else f"@import {f'url({_quoted(other)}) {conditions}'.strip()};"
    return match[0]


def _plain(token: str) -> str:
    """Return the text that a string, or the content of an unquoted `url()`, stands for."""
    if token[:1] in {'"', "'"}:
        token = token[1:-1]
    return _ESCAPE.sub(lambda match: _character(int(match[1], 16)) if match[1] else match[2], token)


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _quoted(address: str) -> str:
    """Return an address as CSS writes it: bare where it can be, so that it also fits an attribute."""
    # Asked for one by one, they are looked for fast: an address can be all of a picture.
    if not any(character in address for character in _UNSAFE):
        return address
    return "'" + re.sub(r"['\\\n]", lambda match: f"\\{ord(match[0]):x} ", address) + "'"
