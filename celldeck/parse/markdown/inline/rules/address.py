"""Bare addresses such as `https://example.org`, which are taken before emphasis can cut them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from celldeck.nodes import Link, Text
from celldeck.parse.markdown.inline.linkify import address_at
from celldeck.parse.markdown.urls import is_allowed, normalize_link, normalize_link_text
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_SCHEMES: Final = frozenset({"http", "https", "ftp"})
_SCHEME = late(r"[A-Za-z0-9+.-]*$")
_LONGEST_SCHEME: Final = 10


def read_address(scanner: Scanner, at: int, silent: bool) -> int:
    """An address, noticed at the colon behind its scheme."""
    text = scanner.text
    if not scanner.rules.linkify or scanner.link_level > 0 or not text.startswith("://", at):
        return -1
    scheme = _SCHEME.search(text, at - _reach(scanner, at), at)
    start = scheme.start() if scheme else at
    if text[start:at].lower() not in _SCHEMES:
        return -1
    url = address_at(text, start)
    if len(url) <= at - start:
        return -1
    url = url.rstrip("*")
    href = normalize_link(url)
    if not is_allowed(href):
        return -1
    if not silent:
        before = "".join(scanner.pending)[: start - at]
        scanner.pending.clear()
        if before:
            scanner.pending.append(before)
        shown = Text(normalize_link_text(url))
        scanner.push(Link(href, None, (shown,), scanner.line_at(start), auto=True))
    return start + len(url)


def _reach(scanner: Scanner, at: int) -> int:
    """Return how far back a scheme may begin: not before what is already taken."""
    reach = 0
    for text in reversed(scanner.pending):
        # Counted as JavaScript counts: in halves of what lies beyond U+FFFF.
        reach += len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
        if reach >= _LONGEST_SCHEME:
            break
    return min(reach, _LONGEST_SCHEME, at)
