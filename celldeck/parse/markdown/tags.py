"""What an HTML tag looks like: https://spec.commonmark.org/0.31.2/#raw-html."""

from __future__ import annotations

from typing import Final

from celldeck.js import SPACE
from celldeck.patterns import late

_VALUE: Final = r"""(?:[^"'=<>`\x00-\x20]++|'[^']*+'|"[^"]*+")"""
_ATTRIBUTE: Final = rf"[{SPACE}]++[a-zA-Z_:][a-zA-Z0-9:._-]*+(?:[{SPACE}]*+=[{SPACE}]*+{_VALUE})?+"
# Quantifiers do not give back what they took (`++`), so a tag that nobody closed is read only once.
TAG: Final = rf"<[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+[{SPACE}]*+/?>|</[A-Za-z][A-Za-z0-9-]*+[{SPACE}]*+>"
"""A regular expression for an opening or a closing tag."""

LINK_TAG: Final = late(rf"(?ai)<a[>{SPACE}]")
"""The start of a link as raw HTML."""

LINK_END_TAG: Final = late(rf"(?ai)</a[{SPACE}]*>")
"""Its end."""
