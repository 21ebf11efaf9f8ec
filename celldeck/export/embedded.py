"""Files that are embedded in a text as data URLs, which are most of it: found without reading them.

Data URLs: https://www.rfc-editor.org/rfc/rfc2397
"""

from __future__ import annotations

from collections.abc import Iterator

import pybase64

_SCHEME = "data:"
_ENDS = "\"'() \t\n\r\f"


def data_urls(text: str) -> Iterator[tuple[int, int]]:
    """Give where each data URL in a text begins and ends: before a quotation mark, a bracket or a blank."""
    end = 0
    while (start := text.find(_SCHEME, end)) >= 0:
        end = len(text)
        # Searching for one character is fast, and each narrows the room for the next.
        for character in _ENDS:
            found = text.find(character, start, end)
            end = found if found >= 0 else end
        yield start, end


def without_data_urls(text: str) -> str:
    """Return the rest of a text."""
    parts = []
    done = 0
    for start, end in data_urls(text):
        parts.append(text[done:start])
        done = end
    parts.append(text[done:])
    return "".join(parts)


def encoded(content: bytes) -> str:
    """Return bytes in base64."""
    return pybase64.b64encode_as_string(content)


def decoded(text: str) -> bytes:
    """Return what a text in base64 stands for, with blanks in it or without.

    Raises:
        ValueError: it is no base64.
    """
    try:
        return pybase64.b64decode(text, validate=True)
    except ValueError:
        return pybase64.b64decode(text)
