"""Bare addresses in text that become links.

linkify-it finds them, with its fuzzy host names switched off as Marp does:
https://github.com/markdown-it/linkify-it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from celldeck.nodes import (
    ClassSpan,
    Emphasis,
    HtmlInline,
    Inline,
    Link,
    Strikethrough,
    Strong,
    Text,
)
from celldeck.parse.markdown.tags import LINK_END_TAG, LINK_TAG
from celldeck.parse.markdown.urls import is_allowed, normalize_link, normalize_link_text
from celldeck.patterns import late

if TYPE_CHECKING:
    from linkify_it import LinkifyIt

# An address without a space that is longer than this is none that a reader could use.
_LENGTH_LIMIT: Final = 10_000
_WORD = late(r"[^ \t\n]+")
_SPACE = late(r"[ \t\n]")
_MAILTO = late(r"(?ai)mailto:")


@cache
def _finder() -> LinkifyIt:
    # Imported and compiled when a text has something like an address in it.
    from linkify_it import LinkifyIt

    return LinkifyIt(options={"fuzzy_link": False})


def may_hold_address(text: str) -> bool:
    """Say whether there may be an address in a paragraph's source, marks included."""
    # Nothing finer: what looks for addresses takes long to load, and most stand in brackets, which are links.
    return _is_promising(text)


def _is_promising(text: str) -> bool:
    return "//" in text or "@" in text


def address_at(text: str, at: int) -> str:
    """Return the address with a known scheme that begins at `at`, or an empty string."""
    space = _SPACE.search(text, at, at + _LENGTH_LIMIT)
    found = _finder().match_at_start(text[at : space.start() if space else at + _LENGTH_LIMIT])
    return found.url if found else ""


def link_addresses(children: Sequence[Inline], source: str, line: int, *, emoji: bool) -> tuple[Inline, ...]:
    """Return `children` with links for the addresses in their texts.

    Addresses in links stay as they are, also in those that are raw HTML.

    Args:
        children: as the scanner found them; what was escaped stands apart.
        source: the text that they were found in.
        line: the line that it begins on.
        emoji: characters that are emoji become pictures, and so end an address.
    """
    return _Linker(source, line, emoji, _texts_in_raw_links(children)).link(children)


class _Linker:
    def __init__(self, source: str, line: int, emoji: bool, left_alone: set[int]) -> None:
        self.source = source
        self.at = 0
        self.line = line
        self.emoji = emoji
        self.left_alone = left_alone

    def link(self, children: Sequence[Inline]) -> tuple[Inline, ...]:
        linked: list[Inline] = []
        for at, child in enumerate(children):
            match child:
                case Text():
                    if child.escaped or id(child) in self.left_alone or not _is_promising(child.text):
                        linked.append(child)
                    else:
                        before = children[at - 1] if at else None
                        after_escape = isinstance(before, Text) and before.escaped
                        linked += self.text(child.text, after_escape)
                case Emphasis() | Strong() | Strikethrough() | ClassSpan():
                    linked.append(replace(child, children=self.link(child.children)))
                case _:
                    linked.append(child)
        return tuple(linked)

    def text(self, text: str, after_escape: bool) -> Iterator[Inline]:
        """Give the parts of a text, those that are addresses as links."""
        end = 0
        for start, address, url in self.addresses(text):
            # In `http\://x`, the colon's escape keeps all of it from being a link.
            if start == 0 and after_escape:
                continue
            href = normalize_link(url)
            if not is_allowed(href):
                continue
            if start > end:
                yield Text(text[end:start])
            if url.startswith("mailto:") and not _MAILTO.match(address):
                shown = normalize_link_text("mailto:" + address).removeprefix("mailto:")
            else:
                shown = normalize_link_text(address)
            yield Link(href, None, (Text(shown),), self.line_of(address), auto=True)
            end = start + len(address)
        if end < len(text):
            yield Text(text[end:])

    def line_of(self, address: str) -> int:
        """Return the line of the next place at which an address is written."""
        at = self.source.find(address, self.at)
        if at > self.at:
            self.line += self.source.count("\n", self.at, at)
            self.at = at
        return self.line

    def addresses(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Give the place of each address in a text, how it is written, and its URL."""
        for begin, end in self.stretches(text):
            for word in _WORD.finditer(text, begin, end):
                if _is_promising(word[0]) and len(word[0]) <= _LENGTH_LIMIT:
                    for found in _finder().match(word[0]) or ():
                        yield word.start() + found.index, found.raw, found.url

    def stretches(self, text: str) -> Iterator[tuple[int, int]]:
        """Give start and end of what lies between emoji."""
        begin = 0
        if self.emoji and not text.isascii():
            from celldeck.emoji import find_emoji

            for start, end in find_emoji(text):
                yield begin, start
                begin = end
        yield begin, len(text)


def _texts_in_raw_links(children: Sequence[Inline]) -> set[int]:
    """Return the `id` of each text between `<a>` and `</a>`, seen from the end as markdown-it does."""
    inside: set[int] = set()
    level = 0
    for node in _backwards(children):
        if isinstance(node, HtmlInline):
            if LINK_TAG.match(node.html) and level:
                level -= 1
            if LINK_END_TAG.match(node.html):
                level += 1
        elif level:
            inside.add(id(node))
    return inside


def _backwards(children: Sequence[Inline]) -> Iterator[Any]:
    for child in reversed(children):
        match child:
            case Emphasis() | Strong() | Strikethrough() | ClassSpan():
                yield from _backwards(child.children)
            case Text() | HtmlInline():
                yield child
