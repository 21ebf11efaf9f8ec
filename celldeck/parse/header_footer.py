"""Header and footer: their inline Markdown, read once for all slides that show it.

Marp: https://marpit.marp.app/directives?id=header-and-footer
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from celldeck.model import Slide
from celldeck.nodes import Inline
from celldeck.parse.backgrounds import read_image
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.markdown import read_inline
from celldeck.parse.walk import change_inlines


def read_headers_and_footers(draft: Draft) -> Draft:
    """Return the draft with the header and the footer of each slide; a background in them has no effect."""
    known = _READ.get(draft.document.references, draft.options, dict)

    def read(text: object) -> tuple[Inline, ...] | None:
        if not isinstance(text, str) or not text:
            return None
        if text not in known:
            children = read_inline(text, draft.options, draft.document.references)
            known[text] = change_inlines(children, lambda node: read_image(node, draft))
        return known[text]

    slides = []
    for slide in draft.slides:
        header, footer = read(slide.directives.get("header")), read(slide.directives.get("footer"))
        if header is not None or footer is not None:
            shown = partial(replace, slide, header=header, footer=footer)
            slide = _HEADED.get(slide, (header, footer), shown)
        slides.append(slide)
    return draft.with_slides(slides)


_READ: Lately[dict[str, tuple[Inline, ...]]] = Lately()
_HEADED: Lately[Slide] = Lately()
