"""The words of CSS as PostCSS cuts them, and what is told when they end too early.

PostCSS: https://github.com/postcss/postcss/blob/main/docs/architecture.md#tokenizer--libtokenizejs-
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from celldeck.patterns import late

WHITE = " \t\n\r\f"
"""What CSS takes for white space."""
SPACES = late(r"[ \t\n\r\f]*+")


class CssError(Exception):
    """A text is not CSS."""

    def __init__(self, reason: str, text: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        """In a few words, without a full stop."""
        self.line = text.count("\n", 0, at) + 1
        """1-based."""
        self.column = at - (text.rfind("\n", 0, at) + 1) + 1
        """1-based, in characters."""


class Token(NamedTuple):
    """A word of CSS."""

    kind: str
    """`space`, `comment`, `string`, `brackets` (whole, with what is in them), `at-word`, `word`, or the
    character itself: one of `( ) [ ] { } : ;`."""
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.start + len(self.text)


_WORD = late(r"""[^"'](?:[^\t\n\f\r !"#'():;@\[\\\]{}/]|/(?!\*))*+""", re.DOTALL)
_AT_WORD = late(r"""@[^\t\n\f\r "#'()/;\[\\\]{}]*+""")
_ESCAPE = late(r"""\\(?:\\\\)*+(?![/ \t\n\r\f\\])(?:[0-9a-fA-F]++[ ]?|.)?|\\++""", re.DOTALL)
_STRING = {
    '"': late(r'"(?:[^"\\]|\\.)*+"', re.DOTALL),
    "'": late(r"'(?:[^'\\]|\\.)*+'", re.DOTALL),
}
_URL_NAME = late(r"""(?:^|[\t\n\f\r "'(),/:;\[\]{}])url$""", re.IGNORECASE)
_QUOTED = late(r"""[ \t\n\r\f]*["']""")
_RAW_URL = late(r"""\((?:[^)\\]|\\.)*+\)""", re.DOTALL)
_SIMPLE_BRACKETS = late(r"""\([^\n\r"'(/\\)]*+\)""")


def next_token(text: str, at: int) -> Token:
    """Return the token that starts at an offset before the text's end.

    Raises:
        CssError: a comment, a string or a `url(` is never closed.
    """
    first = text[at]
    if first in WHITE:
        spaces = SPACES.match(text, at)
        return Token("space", spaces[0] if spaces else first, at)
    if first in "[]{}:;)":
        return Token(first, first, at)
    if first == "(":
        if _URL_NAME.search(text, max(0, at - 4), at) and not _QUOTED.match(text, at + 1):
            if raw := _RAW_URL.match(text, at):
                return Token("brackets", raw[0], at)
            raise CssError("a url( is never closed", text, at)
        simple = _SIMPLE_BRACKETS.match(text, at)
        return Token("brackets", simple[0], at) if simple else Token("(", "(", at)
    if first in "\"'":
        if string := _STRING[first].match(text, at):
            return Token("string", string[0], at)
        raise CssError("a string is never closed", text, at)
    if first == "/" and text.startswith("/*", at):
        end = text.find("*/", at + 2)
        if end < 0:
            raise CssError("a comment is never closed", text, at)
        return Token("comment", text[at : end + 2], at)
    pattern = {"@": _AT_WORD, "\\": _ESCAPE}.get(first, _WORD)
    word = pattern.match(text, at)
    return Token("at-word" if first == "@" else "word", word[0] if word else first, at)


def without_comments(tokens: Sequence[Token]) -> str:
    """Return the text of the tokens without the comments that stand at a space, an end or a comma.

    A comment between two words stays, since it keeps them apart.
    """
    parts: list[str] = []
    for i, token in enumerate(tokens):
        if token.kind == "comment":
            before = tokens[i - 1].kind if i else "space"
            after = tokens[i + 1].kind if i + 1 < len(tokens) else "space"
            if "space" in (before, after) or (parts and parts[-1].endswith(",")):
                continue
        parts.append(token.text)
    return "".join(parts)
