"""Deck and Theme → Page: the HTML of every slide."""

from __future__ import annotations

from celldeck.model import Deck, Page, Theme
from celldeck.render.again import Rerenderer
from celldeck.render.context import Context
from celldeck.render.slides import Frame, render_slide

__all__ = ["Context", "Frame", "Rerenderer", "frame_of", "render", "render_slide"]


def render(deck: Deck, theme: Theme, context: Context, again: Rerenderer | None = None) -> Page:
    """Return the page that a deck makes in a theme; its style sheet is left empty for the caller.

    Args:
        deck: its `theme` directive settled; cells as they are to be shown.
        theme: of the size that the deck asks for.
        context: what elements need from outside.
        again: has rendered the deck before, if it was rendered before.
    """
    frame = frame_of(deck, theme, context)
    return Page(
        slides=tuple((again or Rerenderer()).render(deck.slides, frame)),
        css="",
        size_px=theme.size_px,
        page_size=theme.page_size,
        notes=tuple(slide.notes for slide in deck.slides),
        titles=tuple(slide.title for slide in deck.slides),
        metadata=deck.metadata,
        source=deck.source,
        theme=theme.name,
        notices=deck.notices,
    )


def frame_of(deck: Deck, theme: Theme, context: Context) -> Frame:
    """Return what all slides of a deck have in common, to render one of them with `render_slide`."""
    width, height = theme.size_px
    size = deck.directives.get("size")
    chosen = size if isinstance(size, str) and size in theme.presets else None
    return Frame(deck, context, _pixels(width), _pixels(height), chosen)


def _pixels(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
