"""`![only w:450](gpu.png)`: a picture that goes with a step, in the place that the slide has for it.

celldeck's own. On a slide that is `dim` or `spotlight` the word may stand anywhere among the others;
elsewhere it has to be the first: it is an English word, too. That is how themes find
these pictures in Marp's pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from celldeck.errors import Notice
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
    notices: list[Notice] = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if slide.fragments and any(isinstance(node, Image) and ONLY in node.content for node in nodes):
            figures = list(_figures(slide))
            slide = _marked(slide, {id(image): step for image, step in figures if step})
            notices += [_told(draft, slide, image) for image, step in figures if not step]
        slides.append(slide)
    return draft.with_slides(slides).telling(*notices)


def _figures(slide: Slide) -> Iterator[tuple[Image, int]]:
    """Give the pictures with the keyword, each with its step; 0: it has none."""
    has_look = not _LOOKS.isdisjoint(as_text(slide.directives.get("class", "")).split())
    for node, step, _ in every_node_in_steps(slide.blocks):
        if isinstance(node, Image) and _is_figure(node, anywhere=has_look and step > 0):
            yield node, step


def _told(draft: Draft, slide: Slide, image: Image) -> Notice:
    return Notice(
        "only-without-step",
        "this picture goes with no step, so it is always there, and 'only' is part of its text",
        draft.deck.source.span(slide.origin_line + image.line, image.content or image.src),
        "put it into an item (`* `) or below a <!-- pause -->",
    )


def _marked(slide: Slide, found: Mapping[int, int]) -> Slide:
    if not found:
        return slide
    # Of several in the last step it is the last.
    last = max(reversed(list(found)), key=found.__getitem__)

    def change(node: Inline) -> Inline:
        if not isinstance(node, Image) or id(node) not in found:
            return node
        return replace(node, figure="stays" if id(node) == last else "passes")

    return replace(slide, blocks=change_text(slide.blocks, change))


def _is_figure(image: Image, *, anywhere: bool) -> bool:
    words = [word.text for word in read_keywords(image.content).rest]
    return not is_background(image) and (ONLY in words if anywhere else words[:1] == [ONLY])
