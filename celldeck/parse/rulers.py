"""`---` starts a slide.

Marp: https://marpit.marp.app/markdown?id=how-to-write-slides
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from celldeck.model import Slide
from celldeck.nodes import Chunk
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately


def split_at_rulers(draft: Draft) -> Draft:
    """Return the draft with a slide for every chunk of the text."""
    return draft.with_slides(
        _SLIDES.get(chunk, number, partial(_slide, number, chunk))
        for number, chunk in enumerate(draft.document.chunks, 1)
    )


_SLIDES: Lately[Slide] = Lately()


def _slide(number: int, chunk: Chunk) -> Slide:
    return Slide(
        number=number,
        line=chunk.line + 1,
        end_line=chunk.end_line + 1,
        origin_line=chunk.line + 1,
        blocks=chunk.blocks,
    )


def renumbered(slides: list[Slide]) -> tuple[Slide, ...]:
    """Return the slides, numbered from 1 in this order."""
    return tuple(s if s.number == n else replace(s, number=n) for n, s in enumerate(slides, 1))
