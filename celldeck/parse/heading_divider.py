"""Headings start slides: the directive `headingDivider`.

Marp: https://marpit.marp.app/directives?id=heading-divider
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from celldeck.model import Slide
from celldeck.nodes import (
    Block,
    BlockQuote,
    ClassBlock,
    Comment,
    Heading,
    HtmlBlock,
    List,
    ListItem,
    StyleBlock,
)
from celldeck.parse.draft import Draft
from celldeck.parse.rulers import renumbered
from celldeck.parse.survey import survey

Levels = frozenset[int]


def divide_at_headings(draft: Draft) -> Draft:
    """Return the draft with each slide cut before its dividing headings.

    No cut is made before the first thing that the deck shows. A heading right after a ruler does make one, so
    the ruler's slide stays empty; and a heading in a quote or a list cuts these in two: Marp does so too.
    """
    levels = _levels(draft.deck.directives.get("headingDivider", draft.options.heading_divider))
    if not levels:
        return draft
    slides: list[Slide] = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if any(isinstance(node, Heading) and node.level in levels for node in nodes):
            slides.extend(_cut(slide, levels, is_first=not slides))
        else:
            slides.append(slide)
    if len(slides) == len(draft.slides):
        return draft
    return survey(draft.with_slides(renumbered(slides)))


def _levels(asked: object) -> Levels:
    if isinstance(asked, bool):
        return frozenset()
    if isinstance(asked, int):
        return frozenset(range(1, asked + 1)) if 1 <= asked <= 6 else frozenset()
    return frozenset(asked) if isinstance(asked, list | tuple) else frozenset()


def _cut(slide: Slide, levels: Levels, *, is_first: bool) -> list[Slide]:
    parts, starts = _parts(slide.blocks, levels, something_shown=not is_first)
    starts = [slide.line, *(slide.origin_line + line for line in starts)]
    ends = [*starts[1:], slide.end_line]
    return [
        replace(slide, line=start, end_line=end, blocks=tuple(part))
        for start, end, part in zip(starts, ends, parts, strict=True)
    ]


def _parts(
    blocks: Sequence[Block], levels: Levels, *, something_shown: bool
) -> tuple[list[list[Block]], list[int]]:
    """Cut blocks before each dividing heading.

    Returns:
        The parts, and the line of the heading that begins each part but the first.
    """
    parts: list[list[Block]] = [[]]
    starts: list[int] = []
    for block in blocks:
        if isinstance(block, Heading):
            if block.level in levels and something_shown:
                parts.append([])
                starts.append(block.line)
            parts[-1].append(block)
        elif isinstance(block, (BlockQuote, ClassBlock)):
            inner, lines = _parts(block.children, levels, something_shown=True)
            parts[-1].append(replace(block, children=tuple(inner[0])) if lines else block)
            parts.extend(inner[1:])
            starts.extend(lines)
        elif isinstance(block, List):
            inner, lines = _list_parts(block, levels)
            parts[-1].extend(inner[0])
            parts.extend(inner[1:])
            starts.extend(lines)
        else:
            parts[-1].append(block)
        something_shown = something_shown or _is_shown(block)
    return parts, starts


def _list_parts(block: List, levels: Levels) -> tuple[list[list[Block]], list[int]]:
    """Cut a list: what follows the first cut stands outside of it, its items without their list."""
    parts: list[list[Block]] = [[]]
    starts: list[int] = []
    whole: list[ListItem] = []

    def close() -> None:
        if whole or not starts:
            parts[-1].append(replace(block, items=tuple(whole), bare=block.bare or bool(starts)))
            whole.clear()

    for item in block.items:
        inner, lines = _parts(item.children, levels, something_shown=True)
        if not lines:
            whole.append(item)
            continue
        whole.append(replace(item, children=tuple(inner[0])))
        close()
        parts.extend(inner[1:])
        starts.extend(lines)
    if not starts:
        return [[block]], []
    close()
    return parts, starts


def _is_shown(block: Block) -> bool:
    """Say whether Marp counts a block as visible; a paragraph with only a background image does count."""
    if isinstance(block, (Comment, StyleBlock)):
        return False
    return not isinstance(block, HtmlBlock) or bool(block.html.strip())
