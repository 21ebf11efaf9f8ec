"""Steps: parts of a slide that appear one after another.

Steps are the items of lists with the markers `*` and `1)`; what follows a comment `<!-- pause -->`; lines of
code pointed out one after another; and outputs of cells in a step of their own.

What follows a pause is all that stands after it on the slide, at every depth: the rest of its paragraph, of
its item, of its list. Each part is marked where it stands, and all have the number of that one step. A slide
with pauses has the elements that Marp gives it, so the rules of themes for them hold.

Marp: https://marpit.marp.app/fragmented-list
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from celldeck.cell_options import shows_code, states_of_code
from celldeck.errors import Notice
from celldeck.js import trim
from celldeck.model import Cell, Slide
from celldeck.nodes import (
    Block,
    BlockQuote,
    CellPlace,
    ClassBlock,
    ClassSpan,
    CodeBlock,
    Comment,
    Emphasis,
    Heading,
    HtmlBlock,
    HtmlInline,
    Image,
    Inline,
    InlineComment,
    Link,
    List,
    ListItem,
    Paragraph,
    SoftBreak,
    Strikethrough,
    Strong,
    StyleBlock,
    Table,
    TableCell,
    Text,
)
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.walk import Node, map_same
from celldeck.patterns import late

PAUSE = "pause"
_RAW_PAUSE = late(r"<!--\s*pause\s*-->")
# What looks like a comment in these is text.
_VERBATIM = late(r"\s*<(?:script|style|pre|textarea)\b", re.IGNORECASE)
# Raw HTML that shows something: a start tag, or text outside of tags and comments.
_SHOWN_HTML = late(r"<[A-Za-z]|(?:\A|>)\s*[^<\s]")
_TAG = late(r"<(/?)([A-Za-z][\w-]*)[^>]*?(/?)>")
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "area", "col", "embed", "source", "track"})

T = TypeVar("T")


def number_fragments(draft: Draft) -> Draft:
    """Return the draft with the steps of each slide numbered from 1, in reading order."""
    slides = []
    notices: list[Notice] = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if _MAY_STEP.get(nodes, None, partial(_may_step, nodes)):
            steps = _Steps(draft.deck.cells)
            blocks = steps.blocks(slide.blocks)
            notices += _told(draft, slide, steps)
            if blocks is not slide.blocks or steps.count:
                slide = replace(slide, blocks=blocks, fragments=steps.count)
        slides.append(slide)
    return draft.with_slides(slides).telling(*notices)


_MAY_STEP: Lately[bool] = Lately()


def _may_step(nodes: Iterable[Node]) -> bool:
    return any(map(_may_be_step, nodes))


def _may_be_step(node: Node) -> bool:
    match node:
        case ListItem():
            return _is_step(node)
        case Comment() | InlineComment():
            return node.text == PAUSE
        case CodeBlock():
            return "{" in node.info
        case HtmlBlock():
            return bool(_RAW_PAUSE.search(node.html))
        case CellPlace():
            return True
    return False


def _is_step(item: ListItem) -> bool:
    return item.marker in "*)"


def _is_pause(node: Node) -> bool:
    return isinstance(node, Comment | InlineComment) and node.text == PAUSE


def _told(draft: Draft, slide: Slide, steps: _Steps) -> Iterable[Notice]:
    """Tell of a pause that nothing follows."""
    if steps.waiting is not None:
        yield Notice(
            "pause-at-end",
            "nothing follows this pause on its slide, so it is no step",
            draft.deck.source.span(slide.origin_line + steps.waiting, "<!--"),
            "a pause stands before what is to appear later",
        )


@dataclass
class _Steps:
    """Numbers the steps of one slide.

    `inside` is, in its methods, the step that what is around an element appears in; 0: at once.
    """

    cells: Sequence[Cell]
    count: int = 0
    pause: int = 0
    """The step of what follows the last pause; 0: there was none."""
    waiting: int | None = None
    """The line of a pause that nothing has followed yet; None: there is none."""
    is_shared: bool = False
    """The next item that is a step is the first thing to show after a pause: they are one step."""
    line: int = 0
    """The line of the block that is being read."""
    heeded: set[int] = field(default_factory=set)
    """Identities of pauses that stand first in a container, which has already waited for them."""

    # ---------------------------------------------------------------- blocks

    def blocks(self, blocks: tuple[Block, ...], inside: int = 0) -> tuple[Block, ...]:
        """Return the blocks with their steps."""
        if any(isinstance(block, HtmlBlock) and _RAW_PAUSE.search(block.html) for block in blocks):
            blocks = tuple(part for block in blocks for part in _divided(block))
        return map_same(blocks, lambda block: self._block(block, inside))

    def _block(self, block: Block, inside: int) -> Block:
        self.line = block.line
        if _is_pause(block):
            self._wait(block)
        if not self._shows(block):
            return block
        match block:
            case List():
                return self._list(block, inside)
            case BlockQuote() | ClassBlock():
                self._open(block.children)
                fragment = self._begin(inside, joins=_starts_with_step(block))
                inner = self.blocks(block.children, max(inside, fragment or 0))
                return _changed(block, fragment, children=inner)
            case Heading() | Paragraph():
                self._open(block.children)
                shows = any(map(_is_shown, block.children)) or isinstance(block, Heading)
                fragment = self._begin(inside) if shows else None
                children = self._inlines(block.children, max(inside, fragment or 0))
                return _changed(block, fragment, children=children)
            case Table():
                return self._table(block, inside)
            case CodeBlock():
                fragment = self._begin(inside)
                self.count += max(0, len(block.states) - 1)
                return _changed(block, fragment)
            case CellPlace():
                return self._cell(block, inside)
        return _changed(block, self._begin(inside))

    def _shows(self, block: Block) -> bool:
        """Say whether a block is one to wait for."""
        match block:
            case Comment() | StyleBlock():
                return False
            case Paragraph():
                return any(map(_is_shown, block.children)) or any(map(_is_pause, block.children))
            case HtmlBlock():
                return bool(_SHOWN_HTML.search(block.html))
            case CellPlace():
                options = self.cells[block.index].options
                return bool(options["include"] and (options["echo"] or options["output"]))
        return True

    def _wait(self, pause: Node) -> None:
        if id(pause) not in self.heeded:
            self.heeded.add(id(pause))
            self.waiting = self.line

    def _open(self, nodes: Iterable[Node]) -> None:
        """Heed a pause that stands before all else in a container: the container itself comes after it."""
        if pause := _leading_pause(nodes):
            self._wait(pause)

    def _begin(self, inside: int, *, joins: bool = False) -> int | None:
        """Return the step of an element that stands here; None: that of what is around it.

        Args:
            joins: the first thing that it shows is a step, which is then that of a pause before it.
        """
        if self.waiting is not None:
            self.waiting = None
            self.count += 1
            self.pause = self.count
            self.is_shared = joins
        return self.pause if self.pause > inside else None

    def _list(self, block: List, inside: int) -> Block:
        self._open(block.items[:1])
        fragment = self._begin(inside, joins=_starts_with_step(block))
        within = max(inside, fragment or 0)
        return _changed(block, fragment, items=map_same(block.items, lambda item: self._item(item, within)))

    def _item(self, item: ListItem, inside: int) -> ListItem:
        self._open(item.children)
        if _is_step(item):
            shares = self.is_shared or self.waiting is not None
            if self.is_shared:
                self.is_shared = False
            else:
                self.count += 1
            if self.waiting is not None:
                self.waiting = None
                self.pause = self.count
            fragment: int | None = self.count
        else:
            fragment = self._begin(inside, joins=any(map(_starts_with_step, item.children[:1])))
            shares = fragment is not None
        children = self.blocks(item.children, max(inside, fragment or 0))
        if fragment is None and children is item.children:
            return item
        return replace(item, fragment=fragment, shares_step=shares, children=children)

    def _cell(self, place: CellPlace, inside: int) -> Block:
        cell = self.cells[place.index]
        is_alone = self.waiting is not None and not shows_code(cell)
        fragment = self._begin(inside)
        self.count += max(0, len(states_of_code(cell)) - 1)
        output = None
        # What it gives is all that would show after a pause: that is one step, not two.
        if place.has_step and not is_alone:
            self.count += 1
            output = self.count
        if output is None:
            return _changed(place, fragment)
        return replace(place, fragment=fragment, output_fragment=output)

    def _table(self, table: Table, inside: int) -> Block:
        fragment = self._begin(inside)
        within = max(inside, fragment or 0)

        def cell(node: TableCell) -> TableCell:
            self._open(node.children)
            fragment = self._begin(within) if any(map(_is_shown, node.children)) else self._later(within)
            return _changed(node, fragment, children=self._inlines(node.children, max(within, fragment or 0)))

        header = map_same(table.header, cell)
        rows = map_same(table.rows, lambda row: map_same(row, cell))
        return _changed(table, fragment, header=header, rows=rows)

    def _later(self, inside: int) -> int | None:
        return self.pause if self.pause > inside else None

    # ---------------------------------------------------------------- inside a line of text

    def _inlines(self, children: tuple[Inline, ...], inside: int) -> tuple[Inline, ...]:
        """Return the elements of a line with what follows a pause in spans of its step."""
        if not _has_pause(children):
            return children
        done: list[Inline] = []
        run: list[Inline] = []

        def close() -> None:
            if any(map(_is_shown, run)) and (fragment := self._begin(inside)):
                done.append(ClassSpan((), tuple(run), fragment))
            else:
                done.extend(run)
            run.clear()

        for child in children:
            if _is_pause(child):
                close()
                self._wait(child)
                done.append(child)
            elif isinstance(child, _Nested) and _has_pause(child.children):
                close()
                self._open(child.children)
                fragment = self._begin(inside)
                inner = replace(child, children=self._inlines(child.children, max(inside, fragment or 0)))
                done.append(ClassSpan((), (inner,), fragment) if fragment else inner)
            elif _closes(child, run):
                close()
                done.append(child)
            else:
                run.append(child)
        close()
        return tuple(done)


_Nested = Emphasis | Strong | Strikethrough | Link | ClassSpan


def _changed(node: T, fragment: int | None, **fields: object) -> T:
    """Return a node with its step and its parts; itself where nothing changes."""
    changes = {name: value for name, value in fields.items() if value is not getattr(node, name)}
    if fragment is not None:
        changes["fragment"] = fragment
    return replace(node, **changes) if changes else node  # type: ignore[type-var]


def _has_pause(children: Sequence[Inline]) -> bool:
    return any(_is_pause(c) or (isinstance(c, _Nested) and _has_pause(c.children)) for c in children)


def _is_shown(node: Node) -> bool:
    """Say whether an element of a line can be seen; a background can."""
    if isinstance(node, Text):
        return node.escaped or bool(trim(node.text))
    return not isinstance(node, SoftBreak | InlineComment)


def _closes(node: Inline, run: Sequence[Inline]) -> bool:
    """Say whether a raw tag ends an element that began before `run`."""
    if not isinstance(node, HtmlInline):
        return False
    depth = 0
    for part in (*run, node):
        tag = _TAG.match(part.html) if isinstance(part, HtmlInline) else None
        if tag and tag[2].lower() not in _VOID and not tag[3]:
            depth += -1 if tag[1] else 1
    return depth < 0


def _leading_pause(nodes: Iterable[Node]) -> Node | None:
    """Return the pause that stands before all that nodes show, at any depth."""
    for node in nodes:
        if _is_pause(node):
            return node
        parts = node.items[:1] if isinstance(node, List) else getattr(node, "children", ())
        if parts and not isinstance(node, Image):
            return _leading_pause(parts)
        if not isinstance(node, Comment | StyleBlock) and _is_shown(node):
            return None
    return None


def _starts_with_step(block: Block) -> bool:
    """Say whether the first thing to show of a block is an item that is a step."""
    if isinstance(block, List):
        return _is_step(block.items[0])
    if isinstance(block, BlockQuote | ClassBlock):
        shown = (child for child in block.children if not isinstance(child, Comment | StyleBlock))
        return any(map(_starts_with_step, list(shown)[:1]))
    return False


def _divided(block: Block) -> list[Block]:
    """Return a block of raw HTML as the parts between its pauses, and these."""
    if not isinstance(block, HtmlBlock) or _VERBATIM.match(block.html):
        return [block]
    parts: list[Block] = []
    at = 0
    for pause in _RAW_PAUSE.finditer(block.html):
        line = block.line + block.html.count("\n", 0, pause.start())
        parts += [replace(block, html=block.html[at : pause.start()]), Comment(PAUSE, line)]
        at = pause.end()
    return [*parts, replace(block, html=block.html[at:])]
