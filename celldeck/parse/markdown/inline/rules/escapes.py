"""Backslashes and entities: characters that are written in a roundabout way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from celldeck.nodes import HardBreak
from celldeck.parse.markdown.entities import decode_name, decode_number
from celldeck.parse.markdown.inline.rules.newline import behind_spaces
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_ESCAPED: Final = frozenset("\\!\"#$%&'()*+,./:;<=>?@[]^_`{|}~-")
_NUMBER = late(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_NAME = late(r"&([A-Za-z][A-Za-z0-9]{1,31});")


def read_escape(scanner: Scanner, at: int, silent: bool) -> int:
    """A backslash: it makes punctuation plain and a line end a break."""
    if at + 1 >= scanner.end:
        return -1
    char = scanner.text[at + 1]
    if char == "\n":
        if not silent:
            scanner.push(HardBreak())
        return behind_spaces(scanner, at + 2)
    if char == " ":
        # The space stays, since two of them may make a break.
        if not silent:
            scanner.push_escaped("\\")
        return at + 1
    if not silent:
        scanner.push_escaped(char if char in _ESCAPED else "\\" + char)
    return at + 2


def read_entity(scanner: Scanner, at: int, silent: bool) -> int:
    """`&name;`, `&#10;` or `&#xa;`."""
    number = _NUMBER.match(scanner.text, at)
    if number:
        if not silent:
            scanner.push_escaped(decode_number(number[1] or number[2], 16 if number[1] else 10))
        return number.end()
    name = _NAME.match(scanner.text, at)
    meaning = decode_name(name[1]) if name else None
    if not name or meaning is None:
        return -1
    if not silent:
        scanner.push_escaped(meaning)
    return name.end()
