"""`![bg …](src)`: pictures lifted out of the text, behind the slide or beside it.

Marp: https://marpit.marp.app/image-syntax?id=slide-backgrounds
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from celldeck.frozen import frozen
from celldeck.model import Background, Slide, Split
from celldeck.nodes import Block, Image, Inline
from celldeck.parse.draft import Draft
from celldeck.parse.images import Keywords, Word, is_background, joined, read_keywords, sized
from celldeck.parse.lately import Lately
from celldeck.parse.walk import Node, change_text, every_node_in_steps
from celldeck.patterns import late

_SIZES = {"auto": "auto", "contain": "contain", "cover": "cover", "fit": "contain"}
_SIDE = late(r"(left|right)(?::((?:[0-9]*\.)?[0-9]+%))?")


@frozen
class Backdrop:
    """What one `![bg …](src)` asks for."""

    picture: Background | None
    """None: its address is empty, so only its keywords count."""
    side: Literal["left", "right"] | None
    side_size: str | None
    direction: str | None


def read_images(draft: Draft) -> Draft:
    """Return the draft with the keywords of its images read and its backgrounds lifted out."""
    rest = (draft.options, draft.document.references)
    return draft.with_slides(
        _SLIDES.get(slide, (*rest, nodes), partial(_with_images, slide, nodes, draft))
        for slide, nodes in zip(draft.slides, draft.nodes, strict=True)
    )


def _with_images(slide: Slide, nodes: Iterable[Node], draft: Draft) -> Slide:
    images = [node for node in nodes if isinstance(node, Image)]
    if not images:
        return slide

    def change(node: Inline) -> Inline | None:
        return read_image(node, draft)

    pauses = _pauses(slide, images)
    blocks = slide.blocks
    rest = (draft.options, draft.document.references)
    slide = replace(slide, blocks=_CHANGED.get(blocks, rest, lambda: change_text(blocks, change)))
    backdrops = [b for image in images if (b := _backdrop(image, pauses.get(id(image))))]
    if not backdrops:
        return slide
    pictures = tuple(b.picture for b in backdrops if b.picture is not None)
    if not draft.options.inline_svg:
        return _with_css_background(slide, pictures)
    # The last one that says something about the layout counts for all of them.
    side = next((b.side for b in reversed(backdrops) if b.side), None)
    side_size = next((b.side_size for b in reversed(backdrops) if b.side_size), None)
    direction = next((b.direction for b in reversed(backdrops) if b.direction), None)
    if not pictures:
        return slide
    return replace(
        slide,
        backgrounds=pictures,
        split=Split(side, side_size) if side else None,
        vertical=direction == "vertical",
    )


_SLIDES: Lately[Slide] = Lately()
_CHANGED: Lately[tuple[Block, ...]] = Lately()
_BACKDROPS: Lately[Backdrop | None] = Lately()


def _backdrop(image: Image, pause: int | None) -> Backdrop | None:
    return _BACKDROPS.get(image, pause, lambda: read_backdrop(image, pause))


def _pauses(slide: Slide, images: Sequence[Image]) -> dict[int, int]:
    """Return the step in which each background appears that follows a pause, by its image's identity."""
    if not slide.fragments or not any(map(is_background, images)):
        return {}
    found = every_node_in_steps(slide.blocks)
    return {id(node): pause for node, _, pause in found if pause and isinstance(node, Image)}


def _with_css_background(slide: Slide, pictures: Sequence[Background]) -> Slide:
    """Without inline SVG there is room for one picture only, given as directives."""
    if not pictures:
        return slide
    directives = {**slide.directives, "backgroundImage": f'url("{pictures[-1].src}")'}
    if pictures[-1].size:
        directives["backgroundSize"] = pictures[-1].size
    return replace(slide, directives=directives)


def read_image(node: Inline, draft: Draft) -> Inline | None:
    """Return an inline node with its keywords read if it is an image; None if it is a background."""
    if not isinstance(node, Image):
        return node
    if is_background(node):
        return None
    return sized(node, draft.options, draft.document.references)


def read_backdrop(image: Image, fragment: int | None = None) -> Backdrop | None:
    """Return what a background image asks for; None for any other image.

    Args:
        fragment: the step in which it appears; None: at once.
    """
    if not is_background(image):
        return None
    found = read_keywords(image.content)
    caption: list[Word] = []
    size = direction = side_size = None
    side: Literal["left", "right"] | None = None
    for word in found.rest:
        if word.text in _SIZES:
            size = _SIZES[word.text]
        elif match := _SIDE.fullmatch(word.text):
            side = "left" if match[1] == "left" else "right"
            side_size = match[2]
        elif word.text in ("vertical", "horizontal"):
            direction = word.text
        elif word.text != "bg":
            caption.append(word)
    picture = None
    if image.src.strip():
        alt = joined(tuple(caption))
        picture = Background(image.src, alt, _size(found, size), found.filters, image.line, fragment)
    return Backdrop(picture, side, side_size, direction)


def _size(found: Keywords, keyword: str | None) -> str | None:
    size = found.size or keyword
    if size not in ("contain", "cover") and (found.width or found.height):
        other = size or "auto"
        return f"{found.width or other} {found.height or other}"
    return size
