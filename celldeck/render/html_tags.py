"""HTML read as the filter `js-xss` reads it: what is a tag, its name, its attributes.

It is not how a browser reads HTML. Its oddities are kept, since what a deck shows can hang on them.

js-xss: https://github.com/leizongmin/js-xss
"""

from __future__ import annotations

from celldeck.js import SPACE, trim
from celldeck.patterns import late

_SPACE_CHARACTER = late(f"[{SPACE}]")
# A `<` after which no other one comes before the next `>` or quote.
_START = late("<(?=[^<>\"']*(?:[>\"']|\\Z))")
_NOT_A_SPACE = late("[^ ]")
# What ends a tag, or opens a value. A quote elsewhere means nothing.
_STOP = late(f"[<>]|=[{SPACE}]*[\"']")
_NOT_IN_NAMES = late(r"[^a-zA-Z0-9\\_:.-]")


def without_comments(html: str) -> str:
    """Return HTML without its comments; one that nothing closes goes to the end."""
    parts: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        parts.append(html[at:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(parts)
        at = end + 3
    parts.append(html[at:])
    return "".join(parts)


def tags(html: str) -> list[tuple[int, int]]:
    """Return where tags start and end. A tag that nothing closes ends with the text."""
    found: list[tuple[int, int]] = []
    end = len(html)
    at = 0
    while (start := _START.search(html, at)) and start.start() < end - 1:
        after = _tag_end(html, start.start())
        if after is None:
            break
        at = after
        if html[after] != "<":
            at += 1
            found.append((start.start(), at))
    return found


def _tag_end(html: str, start: int) -> int | None:
    """Return where a tag's last character stands, or the `<` of the next; None: a value in it has no end."""
    last = len(html) - 1
    at = start + 1
    while match := _STOP.search(html, at):
        at = match.end() - 1
        if html[at] in "<>" or at == last:
            return at
        at = html.find(html[at], at + 1)
        if at < 0 or at == last:
            return None
        at += 1
    return last


def name_of(html: str) -> str:
    """Return the name of a tag, in lower case."""
    space = _SPACE_CHARACTER.search(html)
    name = trim(html[1 : space.end()] if space else html[1:-1]).lower()
    return name.removeprefix("/").removesuffix("/")


def content(html: str) -> tuple[str, bool]:
    """Return what stands in a tag after its name, and whether it closes itself."""
    space = _SPACE_CHARACTER.search(html)
    if not space:
        return "", html[-2:-1] == "/"
    source = trim(html[space.end() : -1])
    return (trim(source[:-1]), True) if source.endswith("/") else (source, False)


def attributes(source: str) -> list[tuple[str, str]]:
    """Return names and values as they stand in a tag."""
    found: list[tuple[str, str]] = []
    name: str | None = None
    last = at = 0
    quote: int | None = None
    alike = False

    def add(name: str, value: str = "") -> None:
        if name := _NOT_IN_NAMES.sub("", name).lower():
            found.append((name, value))

    while at < len(source):
        letter = source[at]
        if name is None and letter == "=":
            name = source[last:at]
            last = at + 1
            start = _NOT_A_SPACE.search(source, last)
            quote = start.start() if start and start[0] in "\"'" else None
        elif name is not None and at == quote:
            end = source.find(letter, at + 1)
            if end < 0:
                break
            add(name, trim(source[at + 1 : end]))
            name = None
            at = end
            last = end + 1
        elif _SPACE_CHARACTER.match(letter):
            if not alike:
                # From here on, all white space is alike, also in the values to come.
                source = _SPACE_CHARACTER.sub(" ", source)
                alike = True
            word = _NOT_A_SPACE.search(source, at)
            after = word.start() if word else len(source)
            if name is None and word is None:
                break
            if name is None and source[after] != "=":
                add(source[last:at])
                last = after
            elif name is not None and at > 1 and source[at - 1] != "=":
                add(name, _unquoted(trim(source[last:at])))
                name = None
                last = at + 1
            at = after
            continue
        at += 1
    if last < len(source):
        if name is None:
            add(source[last:])
        else:
            add(name, _unquoted(trim(source[last:])))
    return found


def _unquoted(text: str) -> str:
    return text[1:-1] if text and text[0] in "\"'" and text[0] == text[-1] else text
