"""`![only w:450](gpu.png)`: a picture that goes with a step, in the place that the slide has for it.

celldeck's own. On a slide that is `dim` or `spotlight` the word may stand anywhere among the others;
elsewhere it has to be the first: it is an English word, too. That is how themes find
these pictures in Marp's pages.
"""

from __future__ import annotations

from dataclasses import replace

from celldeck.js import as_text
from celldeck.model import Slide
from celldeck.nodes import Image, Inline
from celldeck.parse.draft import Draft
from celldeck.parse.images import is_background, read_keywords
from celldeck.parse.walk import change_text, every_node_in_steps

ONLY = "only"
_LOOKS = frozenset({"dim", "spotlight"})


def find_step_figures(draft: Draft) -> Draft:
    """Return the draft with the pictures marked that go with a step of their slide."""
    slides = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if slide.fragments and any(isinstance(node, Image) and ONLY in node.content for node in nodes):
            slide = _marked(slide)
        slides.append(slide)
    return draft.with_slides(slides)


def _marked(slide: Slide) -> Slide:
    is_looked_for = not _LOOKS.isdisjoint(as_text(slide.directives.get("class", "")).split())
    found = {
        id(node): step
        for node, step, _ in every_node_in_steps(slide.blocks)
        if step and isinstance(node, Image) and _is_figure(node, anywhere=is_looked_for)
    }
    if not found:
        return slide
    # Of several in the last step it is the last.
    last = max(reversed(found), key=found.__getitem__)

    def change(node: Inline) -> Inline:
        if not isinstance(node, Image) or id(node) not in found:
            return node
        return replace(node, figure="stays" if id(node) == last else "passes")

    return replace(slide, blocks=change_text(slide.blocks, change))


def _is_figure(image: Image, *, anywhere: bool) -> bool:
    words = [word.text for word in read_keywords(image.content).rest]
    return not is_background(image) and (ONLY in words if anywhere else words[:1] == [ONLY])
