"""What stands on each slide: its nodes in reading order, and the comments among them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from celldeck.model import MarpOptions, Slide
from celldeck.parse.comments import Remark, remarks_in
from celldeck.parse.directives import known_keys
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.walk import Node, nodes_of

Found = tuple[tuple[Node, ...], tuple[Remark, ...]]


def survey(draft: Draft) -> Draft:
    """Return the draft with the nodes and the comments of each slide found anew."""
    options = draft.options
    found = [
        _FOUND.get(slide.blocks, (slide.origin_line, options), partial(look_over, slide, options))
        for slide in draft.slides
    ]
    return replace(draft, nodes=tuple(n for n, _ in found), remarks=tuple(r for _, r in found))


_FOUND: Lately[Found] = Lately()


def look_over(slide: Slide, options: MarpOptions) -> Found:
    """Return the nodes of a slide and the comments among them."""
    nodes = nodes_of(slide.blocks)
    known = known_keys(cli=options.cli, transition=options.transition)
    return nodes, remarks_in(nodes, slide.origin_line, known, loose=options.loose_yaml)
