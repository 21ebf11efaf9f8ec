"""The `style` attribute made of values that authors wrote, without letting one break out of its place.

A value is read as CSS; of what stands after a `;` in it, only declarations of the same property stay, and a
value that cannot be read is left out. Marp does it with PostCSS, so what counts as readable is PostCSS's:
https://github.com/postcss/postcss/blob/main/lib/parser.js
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from celldeck.patterns import late

Token = tuple[str, str]
"""A kind and the text. Kinds: `word`, `space`, `string`, `comment`, `brackets` (a whole `(…)`), `at-word`, or
the character itself for one of `[]{}():;`."""


class Unreadable(Exception):
    """A text that PostCSS would refuse."""


def style_attribute(values: Mapping[str, str]) -> str:
    """Return the content of a `style` attribute with these properties, in this order."""
    return "".join(map(declaration, values, values.values()))


def read_style(style: str) -> dict[str, str]:
    """Return the properties of a `style` attribute.

    Comments and `!important` are lost; of one property given twice the last value counts.
    """
    try:
        return {name: _without_important(value).strip() for name, value in _declarations(style)}
    except Unreadable:
        return {}


# Values that are read back as they are, and that most values are.
_PLAIN = late(r"[\w #%.,/-]*(?:\([\w #%.,/-]*\)[\w #%.,/-]*)*")


@lru_cache(maxsize=4096)
def declaration(name: str, value: str) -> str:
    """Return `name:value;` with nothing but declarations of `name` in it; nothing for an unreadable value."""
    if _PLAIN.fullmatch(value):
        return f"{name}:{value};"
    try:
        found = _declarations(f"{name}:{value}")
    except Unreadable:
        return ""
    css = "".join(f"{name}:{text};" for other, text in found if other == name)
    # A browser's HTML parser must not see these, should the style ever stand in a page's <style>.
    return re.sub(r"<(?=/?style\b|!--)", r"\\3c ", css, flags=re.IGNORECASE)


def _declarations(css: str) -> list[tuple[str, str]]:
    """Return name and value of each declaration that stands in no block.

    Raises:
        Unreadable: PostCSS would refuse the text.
    """
    tokens = _tokens(css)
    found: list[tuple[str, str]] = []
    depth = 0
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        if kind == "}":
            if depth == 0:
                raise Unreadable
            depth -= 1
            at += 1
        elif kind == "{":
            depth += 1
            at += 1
        elif kind in ("space", "comment", ";"):
            at += 1
        elif kind == "at-word":
            if text == "@":
                raise Unreadable
            at, opens = _after_at_rule(tokens, at + 1)
            depth += opens
        else:
            statement, at, opens = _statement(tokens, at)
            depth += opens
            if not opens:
                name, value = _declaration(statement)
                if depth == 0:
                    found.append((name, value))
    if depth:
        raise Unreadable
    return found


def _after_at_rule(tokens: list[Token], at: int) -> tuple[int, bool]:
    """Return where an at-rule's head ends, and whether a block opens there."""
    brackets: list[str] = []
    while at < len(tokens):
        kind = tokens[at][0]
        if kind in _CLOSING and (kind != "{" or brackets):
            brackets.append(_CLOSING[kind])
        elif brackets and kind == brackets[-1]:
            brackets.pop()
        elif not brackets and kind in (";", "{"):
            return at + 1, kind == "{"
        elif not brackets and kind == "}":
            return at, False
        at += 1
    return at, False


_CLOSING = {"(": ")", "[": "]", "{": "}"}


def _statement(tokens: list[Token], at: int) -> tuple[list[Token], int, bool]:
    """Return a declaration's tokens or a selector's, where they end, and whether a block opens there."""
    custom = tokens[at][1].startswith("--")
    start = at
    brackets: list[str] = []
    has_colon = False
    while at < len(tokens):
        kind = tokens[at][0]
        if kind in ("(", "[") or (kind == "{" and custom and has_colon):
            brackets.append(_CLOSING[kind])
        elif not brackets:
            if kind == ";":
                break
            if kind == "{":
                return tokens[start:at], at + 1, True
            if kind == "}":
                break
            has_colon = has_colon or kind == ":"
        elif kind == brackets[-1]:
            brackets.pop()
        at += 1
    if brackets or not has_colon:
        raise Unreadable
    return tokens[start:at], at, False


def _declaration(tokens: list[Token]) -> tuple[str, str]:
    """Return the name and the value of a declaration, as written."""
    start = next((n for n, (kind, _) in enumerate(tokens) if kind == "word"), None)
    if start is None:
        raise Unreadable
    end = start
    while end < len(tokens) and tokens[end][0] not in (":", "space", "comment"):
        end += 1
    name = "".join(text for _, text in tokens[start:end])
    while end < len(tokens) and tokens[end][0] != ":":
        if tokens[end][0] == "word" and re.search(r"\w", tokens[end][1], re.ASCII):
            raise Unreadable
        end += 1
    value = tokens[end + 1 :]
    if not name.startswith("--"):
        _refuse_second_colon(value)
    return name.removeprefix("*").removeprefix("_"), "".join(text for _, text in value)


def _refuse_second_colon(tokens: list[Token]) -> None:
    """Refuse `a: b: c`, where a semicolon was forgotten; a custom property may hold anything."""
    depth = 0
    before = ""
    for kind, text in tokens:
        if kind == "(":
            depth += 1
        elif kind == ")":
            depth -= 1
        elif kind == ":" and depth == 0 and before != "progid":
            raise Unreadable
        before = text


def _without_important(value: str) -> str:
    value = re.sub(r"/\*.*?\*/", "", value, flags=re.DOTALL)
    return re.sub(r"!\s*important\s*$", "", value, flags=re.IGNORECASE)


_WORD_END = late(r"[\t\n\f\r !\"#'():;@\[\\\]{}]|/(?=\*)")
_AT_END = late(r"[\t\n\f\r \"#'()/;\[\\\]{}]")
_SPACES = late(r"[\t\n\f\r ]+")
_HEX = late(r"[0-9a-fA-F]+ ?")
_URL_NAME = late(r"(?:^|[\t\n\f\r \"'(),/:;\[\]{}])url$", re.IGNORECASE)
_QUOTE_NEXT = late(r"[\t\n\f\r ]*[\"']")
_BAD_BRACKET = late(r".[\r\n\"'(/\\]")


def _tokens(css: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(css):
        kind, end = _token(css, at)
        found.append((kind, css[at:end]))
        at = end
    return found


def _token(css: str, at: int) -> tuple[str, int]:
    """Return the kind of the token that starts at `at`, and where it ends."""
    char = css[at]
    if space := _SPACES.match(css, at):
        return "space", space.end()
    if char in "[]{}:;)":
        return char, at + 1
    if char == "(":
        return _bracket(css, at)
    if char in "\"'":
        return "string", _unescaped(css, char, at)
    if char == "@":
        stop = _AT_END.search(css, at + 1)
        return "at-word", stop.start() if stop else len(css)
    if char == "\\":
        return "word", _escape_end(css, at)
    if css.startswith("/*", at):
        end = css.find("*/", at + 2)
        if end < 0:
            raise Unreadable
        return "comment", end + 2
    stop = _WORD_END.search(css, at + 1)
    return "word", stop.start() if stop else len(css)


def _bracket(css: str, at: int) -> tuple[str, int]:
    if _URL_NAME.search(css[max(0, at - 4) : at]) and not _QUOTE_NEXT.match(css, at + 1):
        return "brackets", _unescaped(css, ")", at)
    end = css.find(")", at + 1)
    if end < 0 or _BAD_BRACKET.search(css[at : end + 1]):
        return "(", at + 1
    return "brackets", end + 1


def _unescaped(css: str, wanted: str, at: int) -> int:
    """Return the place after the next `wanted` that no backslash stands before."""
    end = at
    while True:
        end = css.find(wanted, end + 1)
        if end < 0:
            raise Unreadable
        first = end
        while css[first - 1] == "\\":
            first -= 1
        if (end - first) % 2 == 0:
            return end + 1


def _escape_end(css: str, at: int) -> int:
    end = at
    while end < len(css) and css[end] == "\\":
        end += 1
    if (end - at) % 2 == 0 or end >= len(css) or css[end] in "/ \n\t\r\f":
        return end
    digits = _HEX.match(css, end)
    return digits.end() if digits else end + 1
