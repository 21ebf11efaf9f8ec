"""The rules of the scanner: what can begin at which character.

A rule takes the scanner, the place of the character, and whether it is only asked (`silent`). It returns the
place behind what it took, or -1; unless it is silent, it pushes what it found.

markdown-it: https://github.com/markdown-it/markdown-it/tree/master/lib/rules_inline
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from celldeck.parse.markdown.inline.rules.address import read_address
from celldeck.parse.markdown.inline.rules.classes import read_classes
from celldeck.parse.markdown.inline.rules.code import read_code
from celldeck.parse.markdown.inline.rules.emphasis import read_emphasis, read_strikethrough
from celldeck.parse.markdown.inline.rules.escapes import read_entity, read_escape
from celldeck.parse.markdown.inline.rules.html import read_angle
from celldeck.parse.markdown.inline.rules.links import read_image, read_link
from celldeck.parse.markdown.inline.rules.math import read_math
from celldeck.parse.markdown.inline.rules.newline import read_newline
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

Rule = Callable[["Scanner", int, bool], int]

RULES: Final[dict[str, Rule]] = {
    "\n": read_newline,
    "\\": read_escape,
    "$": read_math,
    "`": read_code,
    "~": read_strikethrough,
    "*": read_emphasis,
    "_": read_emphasis,
    "[": read_link,
    "!": read_image,
    "<": read_angle,
    "&": read_entity,
    ":": read_address,
    ".": read_classes,
}

SPECIAL: Final = late(r"[\n\\$`~*_\[<&]|!(?=\[)|:(?=//)|\.(?=[A-Za-z_-])")
"""Where a rule can begin: `!`, `:` and `.` mostly end a sentence or a word."""

SPECIAL_OR_CLOSING: Final = late(SPECIAL.pattern + r"|\]")
"""The same, and where a link's text can end."""
