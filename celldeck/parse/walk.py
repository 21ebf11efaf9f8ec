"""Ways through the tree of a slide: every node in reading order, and a copy with some nodes changed.

A change gives back the very tuple it was given where nothing changed, so slides that a pass does not touch
stay the same objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from celldeck.nodes import (
    Block,
    BlockQuote,
    ClassBlock,
    ClassSpan,
    Emphasis,
    Heading,
    Inline,
    Link,
    List,
    ListItem,
    Paragraph,
    Strikethrough,
    Strong,
    Table,
    TableCell,
)
from celldeck.parse.lately import Lately

Node = Block | Inline | ListItem
T = TypeVar("T")

_WITH_CHILDREN: frozenset[type] = frozenset(
    {Heading, Paragraph, BlockQuote, ListItem, ClassBlock, Emphasis, Strong, Strikethrough, Link, ClassSpan}
)


def every_node(blocks: Iterable[Node]) -> list[Node]:
    """Return the nodes and all that they hold, parents first; what an image's brackets hold is left out."""
    found: list[Node] = []
    _gather(blocks, found)
    return found


def nodes_of(blocks: tuple[Block, ...]) -> tuple[Node, ...]:
    """Return the same for the blocks of a slide, which are looked through once for all passes and builds."""
    return _NODES.get(blocks, None, lambda: tuple(every_node(blocks)))


_NODES: Lately[tuple[Node, ...]] = Lately()


def _gather(nodes: Iterable[Node], found: list[Node]) -> None:
    for node in nodes:
        found.append(node)
        kind = type(node)
        if kind in _WITH_CHILDREN:
            _gather(node.children, found)  # type: ignore[union-attr]
        elif kind is List:
            _gather(node.items, found)  # type: ignore[union-attr]
        elif isinstance(node, Table):
            for row in (node.header, *node.rows):
                for cell in row:
                    _gather(cell.children, found)


def every_node_in_steps(nodes: Iterable[Node]) -> Iterator[tuple[Node, int, int]]:
    """Give the nodes and all that they hold, each with the step it appears in and that of its last pause.

    Steps are 0 where there is none; see `number_fragments`.
    """
    return _in_steps(nodes, 0, 0)


def _in_steps(nodes: Iterable[Node | TableCell], step: int, pause: int) -> Iterator[tuple[Node, int, int]]:
    for node in nodes:
        own: int = getattr(node, "fragment", None) or 0
        inside = max(own, step)
        paused = max(own if not isinstance(node, ListItem) or node.shares_step else 0, pause)
        if not isinstance(node, TableCell):
            yield node, inside, paused
        if isinstance(node, Table):
            parts: Iterable[Node | TableCell] = (cell for row in (node.header, *node.rows) for cell in row)
        elif isinstance(node, List):
            parts = node.items
        elif isinstance(node, TableCell) or type(node) in _WITH_CHILDREN:
            parts = node.children  # type: ignore[union-attr]
        else:
            continue
        yield from _in_steps(parts, inside, paused)


def map_same(items: tuple[T, ...], change: Callable[[T], T | None]) -> tuple[T, ...]:
    """Return the changed items, without those that became None; `items` itself if none changed."""
    changed = [change(item) for item in items]
    if len(changed) == len(items) and all(map(_is, changed, items)):
        return items
    return tuple(item for item in changed if item is not None)


def _is(one: object, other: object) -> bool:
    return one is other


def change_blocks(blocks: tuple[Block, ...], change: Callable[[Block], Block | None]) -> tuple[Block, ...]:
    """Return the blocks with `change` applied to each at every depth, inner ones first; None drops one."""

    def visit(block: Block) -> Block | None:
        if isinstance(block, (BlockQuote, ClassBlock)):
            children = map_same(block.children, visit)
            if children is not block.children:
                block = replace(block, children=children)
        elif isinstance(block, List):
            items = map_same(block.items, item)
            if items is not block.items:
                block = replace(block, items=items)
        return change(block)

    def item(node: ListItem) -> ListItem:
        children = map_same(node.children, visit)
        return node if children is node.children else replace(node, children=children)

    return map_same(blocks, visit)


def change_inlines(
    children: tuple[Inline, ...], change: Callable[[Inline], Inline | None]
) -> tuple[Inline, ...]:
    """Return the inline nodes with `change` applied to each at every depth, inner ones first."""

    def visit(node: Inline) -> Inline | None:
        if isinstance(node, (Emphasis, Strong, Strikethrough, Link, ClassSpan)):
            inner = map_same(node.children, visit)
            if inner is not node.children:
                node = replace(node, children=inner)
        return change(node)

    return map_same(children, visit)


def change_text(blocks: tuple[Block, ...], change: Callable[[Inline], Inline | None]) -> tuple[Block, ...]:
    """Return the blocks with `change` applied to the inline nodes of every heading, paragraph and table."""

    def visit(block: Block) -> Block:
        if isinstance(block, (Heading, Paragraph)):
            children = change_inlines(block.children, change)
            return block if children is block.children else replace(block, children=children)
        if isinstance(block, Table):
            header = map_same(block.header, cell)
            rows = map_same(block.rows, lambda row: map_same(row, cell))
            same = header is block.header and rows is block.rows
            return block if same else replace(block, header=header, rows=rows)
        return block

    def cell(node: TableCell) -> TableCell:
        children = change_inlines(node.children, change)
        return node if children is node.children else replace(node, children=children)

    return change_blocks(blocks, visit)
