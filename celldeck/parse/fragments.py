"""Lists shown step by step, those with the markers `*` and `1)`; and outputs of cells in a step of their own.

Marp: https://marpit.marp.app/fragmented-list
"""

from __future__ import annotations

from dataclasses import replace

from celldeck.nodes import Block, BlockQuote, CellPlace, ClassBlock, List, ListItem
from celldeck.parse.draft import Draft
from celldeck.parse.walk import Node, map_same


def number_fragments(draft: Draft) -> Draft:
    """Return the draft with the steps of each slide numbered from 1, in reading order."""
    slides = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if any(map(_is_step, nodes)):
            steps = _Steps()
            blocks = map_same(slide.blocks, steps.number)
            slide = replace(slide, blocks=blocks, fragments=steps.count)
        slides.append(slide)
    return draft.with_slides(slides)


def _is_step(node: Node) -> bool:
    if isinstance(node, ListItem):
        return node.marker in "*)"
    return isinstance(node, CellPlace) and node.has_step


class _Steps:
    """Numbers the items of one slide; an item before those of the lists in it."""

    def __init__(self) -> None:
        self.count = 0

    def number(self, block: Block) -> Block:
        if isinstance(block, List):
            items = map_same(block.items, self._item)
            return block if items is block.items else replace(block, items=items)
        if isinstance(block, (BlockQuote, ClassBlock)):
            children = map_same(block.children, self.number)
            return block if children is block.children else replace(block, children=children)
        if isinstance(block, CellPlace) and block.has_step:
            self.count += 1
            return replace(block, fragment=self.count)
        return block

    def _item(self, item: ListItem) -> ListItem:
        step = None
        if item.marker in "*)":
            self.count += 1
            step = self.count
        children = map_same(item.children, self.number)
        if step is None and children is item.children:
            return item
        return replace(item, fragment=step, children=children)
