"""How a deck looks: what can be told once its cells have run and its slides are laid out in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from celldeck import pipeline
from celldeck.errors import DeckError, Notice
from celldeck.execute import Progress
from celldeck.export.anchors import dead_anchors
from celldeck.export.inline import notices
from celldeck.model import Deck
from celldeck.overflow import overflow_notices, read_all
from celldeck.parse.alt_texts import missing_alt_texts
from celldeck.parse.class_names import unknown_classes
from celldeck.pipeline import Built
from celldeck.render.inlines import alt_text
from celldeck.render.page import document
from celldeck.tools import Tools

_MEASURE = Path(__file__).parent / "runtime" / "overflow.js"
_AT_ONCE = 24
"""Slides that are laid out at the same time."""


def check_looks(deck: Deck, tools: Tools, progress: Progress | None = None) -> Iterator[Notice]:
    """Give everything that can be told of a deck as it shows: what a build tells, and what does not fit.

    Its cells run unless their outputs are stored, or the settings forbid it.

    Raises:
        DeckError: its kernel died.
    """
    built = pipeline.finish(pipeline.run(deck, tools, progress), tools)
    # Pictures that have an address are measured as well, and keep their names.
    output = deck.source.path.with_suffix(".html")
    whole = pipeline.self_contained(built, tools, output, link=lambda path: path.absolute().as_uri())
    yield from (Notice("failed-cell", text) for text in whole.failures)
    yield from whole.notices
    yield from what_text_lacks(whole)
    try:
        yield from measured(whole, tools)
    except DeckError as error:
        yield Notice(
            "not-measured", f"what does not fit on its slide is not known: {error.message}", hint=error.hint
        )


def what_text_lacks(built: Built) -> Iterator[Notice]:
    """Give what is missing though nothing fails: texts of pictures, rules for classes, ends of links."""
    deck = built.deck
    yield from missing_alt_texts(deck, alt_text)
    yield from unknown_classes(deck, built.page.css)
    lines = [(slide.line, slide.end_line) for slide in deck.slides]
    yield from notices(dead_anchors(built.page.slides), deck.source, lines)


def measured(built: Built, tools: Tools) -> Iterator[Notice]:
    """Give what does not fit on the slides of a deck, every slide measured at every step.

    Args:
        built: self-contained, or with the addresses of files.

    Raises:
        DeckError: there is no browser, or it fails.
    """
    deck = built.deck
    with tools.browser.tab(*built.page.size_px) as tab:
        tab.open_html(document(built.page, cache=tools.cache))
        script = _MEASURE.read_text("utf-8").replace("export default ", "")
        tab.evaluate(f"({script})(celldeck)")
        for first in range(0, len(deck.slides), _AT_ONCE):
            slides = deck.slides[first : first + _AT_ONCE]
            found = tab.evaluate(f"celldeck.measure(celldeck.slides.slice({first}, {first + len(slides)}))")
            for slide, one in zip(slides, found, strict=True):
                yield from overflow_notices(deck, slide, read_all(one))
