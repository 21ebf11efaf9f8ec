"""Pictures without alternative text, which a reader who cannot see them gets nothing from.

A picture behind the text is decoration; one beside it (`bg left`, `bg right`) is content. Emoji have names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from celldeck.errors import Notice
from celldeck.model import Deck, Slide
from celldeck.nodes import HtmlBlock, HtmlInline, Image
from celldeck.parse.walk import nodes_of
from celldeck.patterns import late

_IMG = late(r"<img\b(?:\"[^\"]*\"|'[^']*'|[^\"'>])*>", re.IGNORECASE)
_ALT = late(r"""\balt\s*=\s*(?:"\s*[^"\s]|'\s*[^'\s]|[^\s"'>])""", re.IGNORECASE)
_SRC = late(r"""\bsrc\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)


def missing_alt_texts(deck: Deck, alt_text: Callable[[Image], str]) -> tuple[Notice, ...]:
    """Return a notice for each picture of the slides' text that nothing is said of, with its place.

    Args:
        alt_text: gives an image's alternative text as it is rendered.
    """
    return tuple(notice for slide in deck.slides for notice in _of_slide(deck, slide, alt_text))


def _of_slide(deck: Deck, slide: Slide, alt_text: Callable[[Image], str]) -> Iterator[Notice]:
    seen: dict[str, int] = {}
    for source, has_text in _pictures(slide, alt_text):
        # The same picture may stand on a slide twice, once with a text.
        line = _line(deck, slide, source, seen.get(source, slide.line - 1))
        seen[source] = line
        if not has_text:
            yield Notice(
                "missing-alt",
                f"the picture {source} has no alternative text",
                deck.source.span(line, source),
                "say in the brackets what it shows, beside the words for its size",
            )


def _pictures(slide: Slide, alt_text: Callable[[Image], str]) -> Iterator[tuple[str, bool]]:
    """Give the address of each picture, and whether it has an alternative text."""
    for copy in slide.copies:
        yield from _pictures(copy, alt_text)
    if slide.split is not None:
        for background in slide.backgrounds:
            yield background.src, bool(background.alt.strip())
    for node in nodes_of(slide.blocks):
        if isinstance(node, Image):
            yield node.src, bool(alt_text(node).strip())
        elif isinstance(node, HtmlInline | HtmlBlock):
            for tag in _IMG.findall(node.html):
                address = _SRC.search(tag)
                yield address[1] if address else "", bool(_ALT.search(tag))


def _line(deck: Deck, slide: Slide, source: str, after: int) -> int:
    """Return the next line after `after` that names a picture; the slide's first where none does."""
    lines = deck.source.lines
    ahead = range(after + 1, min(slide.end_line, len(lines) + 1))
    return next((number for number in ahead if source in lines[number - 1]), max(after, slide.line))
