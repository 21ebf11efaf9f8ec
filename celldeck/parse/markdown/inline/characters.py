"""Which characters are white space or punctuation beside a mark of emphasis."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_SPACES: Final = frozenset(
    "\t\n\v\f\r \u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)


class Kind(NamedTuple):
    """What a character counts as."""

    is_space: bool
    is_punctuation: bool


@lru_cache(maxsize=1024)
def kind_of(char: str) -> Kind:
    """Return what a character counts as: punctuation and symbols of all scripts are punctuation."""
    return Kind(char in _SPACES, unicodedata.category(char)[0] in "PS")
