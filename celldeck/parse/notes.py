"""Notes for the presenter: the comments that are neither directives nor orders to a tool.

Marp: https://marpit.marp.app/usage?id=presenter-notes
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from celldeck.errors import Notice
from celldeck.model import Slide
from celldeck.nodes import Inline
from celldeck.parse.comments import Remark, remarks_in
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.walk import every_node


def collect_notes(draft: Draft) -> Draft:
    """Return the draft with the notes of each slide, those of its header first and of its footer last."""
    slides = []
    lost: list[Notice] = []
    for slide, remarks in zip(draft.slides, draft.remarks, strict=True):
        notes = tuple(remark.text for remark in remarks if remark.is_note and not remark.is_swept)
        lost.extend(_lost(draft, remark) for remark in remarks if remark.is_note and remark.is_swept)
        if slide.header or slide.footer:
            notes = (*_notes_of(slide.header or ()), *notes, *_notes_of(slide.footer or ()))
        if notes:
            slide = _NOTED.get(slide, notes, partial(replace, slide, notes=notes))
        slides.append(slide)
    return draft.with_slides(slides).telling(*lost)


_NOTED: Lately[Slide] = Lately()
_OF_LINE: Lately[tuple[str, ...]] = Lately()


def _lost(draft: Draft, remark: Remark) -> Notice:
    return Notice(
        "note-lost",
        "Marp drops this note, since nothing is shown of the line that it stands in",
        draft.deck.source.span(remark.line, remark.text),
        "put it on a line of its own, with an empty line above it",
    )


def _notes_of(children: tuple[Inline, ...]) -> tuple[str, ...]:
    return _OF_LINE.get(children, None, lambda: _notes_in(children))


def _notes_in(children: tuple[Inline, ...]) -> tuple[str, ...]:
    # Directives do not work in headers and footers, so they are notes like all else.
    # Nor are they swept: their lines are read apart from those of the slides.
    found = remarks_in(every_node(children), 0, frozenset(), loose=False)
    return tuple(remark.text for remark in found if remark.is_note)
