"""Classes that a deck gives and that no style knows, so that nothing looks other for them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

from celldeck.errors import Notice
from celldeck.model import Deck, Slide
from celldeck.nodes import ClassBlock, ClassSpan, HtmlBlock, HtmlInline
from celldeck.parse.walk import nodes_of

_IN_TAG = re.compile(r"""<[A-Za-z][^>]*?\sclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_IN_CSS = re.compile(r"\.(-?[A-Za-z_\u0080-\uffff](?:[\w-]|\\.)*)|\[class[~|^$*]?=\s*[\"']?([^\"'\]\s]+)")


def unknown_classes(deck: Deck, css: str) -> Iterator[Notice]:
    """Give a notice for each class of the deck's text that its stylesheet does not name, once each.

    Args:
        css: of the page: the theme and all styles of the deck.
    """
    known = _classes_in(css)
    told: set[str] = set()
    for slide in deck.slides:
        for name in _classes_of(slide):
            if name in known or name in told:
                continue
            told.add(name)
            near = difflib.get_close_matches(name, known, 1)
            yield Notice(
                "unknown-class",
                f"no style has a class '{name}', so it changes nothing",
                deck.source.span(_line(deck, slide, name), name),
                f"did you mean '{near[0]}'?" if near else "write a rule for it in <style> or in the theme",
            )


def _classes_of(slide: Slide) -> Iterator[str]:
    given = slide.directives.get("class")
    if isinstance(given, str):
        yield from given.split()
    for node in nodes_of(slide.blocks):
        if isinstance(node, ClassSpan | ClassBlock):
            yield from node.classes
        elif isinstance(node, HtmlInline | HtmlBlock):
            for match in _IN_TAG.finditer(node.html):
                yield from (match[1] or match[2] or match[3] or "").split()


@lru_cache(maxsize=8)
def _classes_in(css: str) -> frozenset[str]:
    return frozenset(re.sub(r"\\(.)", r"\1", match[1] or match[2]) for match in _IN_CSS.finditer(css))


def _line(deck: Deck, slide: Slide, name: str) -> int:
    """Return the line that names a class: on its slide or, for one that holds from there on, before it."""
    lines = deck.source.lines
    named = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    own = range(slide.line, min(slide.end_line, len(lines) + 1))
    return next((n for n in (*own, *range(slide.line, 0, -1)) if named.search(lines[n - 1])), slide.line)
