"""HTML entities, as markdown-it resolves them: strictly in text, loosely in addresses and info strings."""

from __future__ import annotations

import html
from html.entities import html5

from celldeck.patterns import late

_NUMBER = late(r"(?ai)&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));")


def is_valid_code_point(code: int) -> bool:
    """Say whether the character may be named by its number."""
    return not (
        0xD800 <= code <= 0xDFFF
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
        or code <= 0x08
        or code == 0x0B
        or 0x0E <= code <= 0x1F
        or 0x7F <= code <= 0x9F
        or code > 0x10FFFF
    )


def decode_number(digits: str, base: int) -> str:
    """Return the character with this number, or the one that stands for a wrong number."""
    code = int(digits, base)
    return chr(code) if is_valid_code_point(code) else "\ufffd"


def decode_name(name: str) -> str | None:
    """Return what `&name;` means; None if it is no entity."""
    return html5.get(name + ";")


def decode_loosely(entity: str) -> str:
    """Return what `&name;` means where old names need no semicolon; if nothing, itself."""
    number = _NUMBER.fullmatch(entity)
    if number:
        code = int(number[1], 16) if number[1] else int(number[2])
        return chr(code) if is_valid_code_point(code) else entity
    return html.unescape(entity)
