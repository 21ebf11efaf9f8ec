"""`# <!-- fit --> heading`: a heading that is scaled to the width of its slide.

Marp: https://github.com/marp-team/marp-core#fitting-header
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from celldeck.nodes import Block, Heading, Inline, InlineComment
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.survey import survey
from celldeck.parse.walk import Node, change_blocks, change_inlines


def find_fitting_headings(draft: Draft) -> Draft:
    """Return the draft with its fitting headings marked; the comments that mark them are taken out.

    Without inline SVG nothing can be scaled, and such a comment stays what it is: a note.
    """
    if not draft.options.inline_svg:
        return draft
    if not any(_FITS.get(nodes, None, partial(_fits, nodes)) for nodes in draft.nodes):
        return draft
    slides = []
    for slide in draft.slides:
        blocks = change_blocks(slide.blocks, _marked)
        slides.append(slide if blocks is slide.blocks else replace(slide, blocks=blocks))
    return survey(draft.with_slides(slides))


_FITS: Lately[bool] = Lately()


def _fits(nodes: Iterable[Node]) -> bool:
    return any(map(_is_fit, nodes))


def _is_fit(node: Node) -> bool:
    return isinstance(node, InlineComment) and node.text == "fit"


def _marked(block: Block) -> Block:
    if not isinstance(block, Heading):
        return block
    children = change_inlines(block.children, _without_fit)
    return block if children is block.children else replace(block, children=children, fit=True)


def _without_fit(node: Inline) -> Inline | None:
    return None if _is_fit(node) else node
