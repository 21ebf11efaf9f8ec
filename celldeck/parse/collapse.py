"""Runs of slides that were copied by hand to lift grey step by step: one slide with a state for each copy.

The last copy becomes the slide, and the ones before it stand in its `copies`. What a state shows is the copy
as it was written, so it looks the same to the pixel, whatever changed from copy to copy: the grey, a picture
below the text, beside it or behind it. Slides below move up; numbers of slides in links follow.

`collapse` in front matter chooses: `true` (as without it) takes runs of grey, `figures` those that swap a
picture, too, `false` none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from celldeck.errors import Notice
from celldeck.model import Cell, Slide
from celldeck.nodes import (
    Block,
    CellPlace,
    CellValue,
    HtmlBlock,
    HtmlInline,
    Inline,
    Link,
    OutputPlace,
    SourcePlace,
)
from celldeck.parse.copied_runs import CopiedRun, Kind, find_copied_runs, may_have_grey_runs
from celldeck.parse.draft import Draft
from celldeck.parse.front_matter import line_of_key
from celldeck.parse.walk import change_blocks, change_inlines, change_text, every_node
from celldeck.patterns import late

_CHOICES: Mapping[object, frozenset[Kind]] = {
    True: frozenset({"grey"}),
    False: frozenset(),
    "figures": frozenset({"grey", "figure"}),
}
_NUMBER = late(r"#(\d+)(?=\Z|[\"'])")
_STEP = late(r"\bdata-marpit-fragment\b")

Places = Mapping[int, tuple[int, int]]
"""Number of a slide as it was written → its number now, and which state of that slide it is, from 1."""


def collapse_copies(draft: Draft) -> Draft:
    """Return the draft with each run of grey as one slide, and the slides numbered anew.

    A cell that stands in all copies is one cell from here on, and runs once. Notes are those of all copies,
    each at its step.
    """
    chosen, told = _chosen(draft)
    draft = draft.telling(*told)
    slides = draft.slides
    if not chosen or ("figure" not in chosen and not may_have_grey_runs(draft.deck.source.text)):
        return draft
    found = find_copied_runs(slides, draft.deck.cells)
    runs = [run for run in found if run.kind in chosen and is_without_steps(run, slides)]
    return _collapsed(draft, runs) if runs else draft


def is_without_steps(run: CopiedRun, slides: Sequence[Slide]) -> bool:
    """Say whether no copy has steps of its own, so that each can be one state."""
    copies = slides[run.first - 1 : run.last]
    nodes = (node for slide in copies for node in every_node(slide.blocks))
    raw = (node.html for node in nodes if isinstance(node, HtmlBlock | HtmlInline))
    return not any(slide.fragments for slide in copies) and not any(map(_STEP.search, raw))


def _chosen(draft: Draft) -> tuple[frozenset[Kind], list[Notice]]:
    """Return the kinds of runs that are to be collapsed, and what is wrong with the setting."""
    given = draft.deck.settings.get("collapse")
    value: object = True if given is None else given
    known = isinstance(value, bool | str) and value in _CHOICES
    chosen = _CHOICES[value if known else True]
    # Without inline SVG a slide has no room for layers.
    is_off = not draft.options.collapse or not draft.options.inline_svg
    told = []
    if not known:
        span = draft.deck.source.span(line_of_key(draft, "collapse"), "collapse")
        shown = f"'{value}'" if isinstance(value, str | int) else "that"
        told.append(
            Notice("directive-value", f"'collapse' cannot be {shown}", span, "values: true, false, figures")
        )
    return frozenset() if is_off else chosen, told


# ---------------------------------------------------------------- slides


def _collapsed(draft: Draft, runs: Sequence[CopiedRun]) -> Draft:
    deck = draft.deck
    groups = list(_groups(deck.slides, runs))
    places = {
        slide.number: (number, state)
        for number, group in enumerate(groups, 1)
        for state, slide in enumerate(group, 1)
    }
    lengths = {number: len(group) for number, group in enumerate(groups, 1)}
    same_cells = _same_cells(groups)
    cells = _Cells.of(deck.cells, same_cells, places)
    link = partial(_with_link, places=places, lengths=lengths)

    def changed(slide: Slide) -> Slide:
        blocks = slide.blocks if cells.is_same else change_text(slide.blocks, cells.value)
        blocks = change_text(blocks, link)
        blocks = change_blocks(blocks, lambda block: _raw_links(cells.place(block), link))
        header, footer = (
            None if part is None else change_inlines(part, link) for part in (slide.header, slide.footer)
        )
        return replace(slide, blocks=blocks, header=header, footer=footer)

    slides = [
        _one_slide([changed(slide) for slide in group], number) for number, group in enumerate(groups, 1)
    ]
    styles = tuple(
        style if style.slide is None else replace(style, slide=places[style.slide][0])
        for style in deck.styles
    )
    deck = replace(
        deck,
        slides=tuple(slides),
        cells=cells.kept,
        styles=styles,
        notices=tuple(n for n in deck.notices if not _is_of_copy(n, same_cells, deck.cells)),
    )
    # The nodes of a slide are those of its last copy, as its blocks are; all comments are still its own.
    nodes = tuple(draft.nodes[group[-1].number - 1] for group in groups)
    remarks = tuple(sum((draft.remarks[slide.number - 1] for slide in group), ()) for group in groups)
    return replace(draft, deck=deck, nodes=nodes, remarks=remarks)


def _groups(slides: Sequence[Slide], runs: Sequence[CopiedRun]) -> Iterator[tuple[Slide, ...]]:
    """Give the slides, those of a run together."""
    at = 0
    for run in runs:
        yield from ((slide,) for slide in slides[at : run.first - 1])
        yield tuple(slides[run.first - 1 : run.last])
        at = run.last
    yield from ((slide,) for slide in slides[at:])


def _one_slide(group: Sequence[Slide], number: int) -> Slide:
    """Return the slide that copies make; it has the lines of all of them."""
    if len(group) == 1:
        return group[0] if group[0].number == number else replace(group[0], number=number)
    first, last = group[0], group[-1]
    directives = last.directives
    if directives.get("paginate") != first.directives.get("paginate"):
        # Copies held the number; the slide has it.
        directives = {**directives, "paginate": first.directives["paginate"]}
    return replace(
        last,
        number=number,
        line=first.line,
        notes=tuple(joined_notes(group)),
        directives=directives,
        fragments=len(group),
        copies=tuple(replace(slide, number=number) for slide in group[:-1]),
    )


def joined_notes(group: Sequence[Slide]) -> Iterator[str]:
    """Give the notes of all copies, each once, marked with its step as in `render/speaker.py`."""
    yield from group[0].notes
    for step, (before, slide) in enumerate(pairwise(group), 1):
        told = {note for copy in group[:step] for note in copy.notes}
        for note in slide.notes:
            if note not in before.notes and note not in told:
                yield f"[click:{step}]\n{note}"


# ---------------------------------------------------------------- links


def _with_link(node: Inline, places: Places, lengths: Mapping[int, int]) -> Inline:
    """Return a node with the number of a slide that it leads to as it is now."""

    def moved(found: re.Match[str]) -> str:
        number, state = places.get(int(found[1]), (int(found[1]), 1))
        return f"#{number}.{state}" if lengths.get(number, 1) > 1 else f"#{number}"

    if isinstance(node, Link) and (found := _NUMBER.fullmatch(node.href)):
        return replace(node, href=moved(found))
    if isinstance(node, HtmlInline) and (changed := _NUMBER.sub(moved, node.html)) != node.html:
        return replace(node, html=changed) if "href" in node.html.lower() else node
    return node


def _raw_links(block: Block, link: partial[Inline]) -> Block:
    if not isinstance(block, HtmlBlock) or "#" not in block.html:
        return block
    html = re.sub(r"<a\b[^>]*>", lambda tag: link(HtmlInline(tag[0])).html, block.html)  # type: ignore[union-attr]
    return block if html == block.html else replace(block, html=html)


# ---------------------------------------------------------------- cells


def _indices(slide: Slide) -> list[int]:
    """Return the cells that stand on a slide, in order."""
    nodes = every_node(slide.blocks)
    return [node.index for node in nodes if isinstance(node, CellPlace | CellValue)]


def _same_cells(groups: Sequence[Sequence[Slide]]) -> dict[int, int]:
    """Return for each cell of a run the cell of its last copy that is the same, that one itself included."""
    same: dict[int, int] = {}
    for group in groups:
        if len(group) > 1:
            kept = _indices(group[-1])
            for slide in group:
                same |= zip(_indices(slide), kept, strict=True)
    return same


def _is_of_copy(notice: Notice, same: Mapping[int, int], cells: Sequence[Cell]) -> bool:
    """Say whether a notice tells of a label that a cell has only because it was copied."""
    if notice.kind != "duplicate-label" or notice.span is None:
        return False
    line = notice.span.line
    named = next((cell for cell in cells if cell.span.line <= line <= cell.span.end_line), None)
    if named is None or named.index not in same:
        return False
    first = next(cell for cell in cells if cell.label == named.label)
    return same.get(first.index) == same[named.index]


@dataclass(frozen=True)
class _Cells:
    """The cells that are left, and what puts their new numbers where they stand."""

    kept: tuple[Cell, ...]
    now: Mapping[int, int]
    """Index of a cell as it was → as it is."""

    @classmethod
    def of(cls, cells: Sequence[Cell], same: Mapping[int, int], places: Places) -> _Cells:
        left = [cell for cell in cells if same.get(cell.index, cell.index) == cell.index]
        at = {cell.index: number for number, cell in enumerate(left)}
        labels: dict[int, str | None] = {}
        for cell in cells:
            if cell.label is not None:
                labels.setdefault(same.get(cell.index, cell.index), cell.label)
        kept = tuple(
            replace(cell, index=number, slide=places[cell.slide][0], label=labels.get(cell.index))
            for number, cell in enumerate(left)
        )
        return cls(kept, {cell.index: at[same.get(cell.index, cell.index)] for cell in cells})

    @property
    def is_same(self) -> bool:
        return all(before == after for before, after in self.now.items())

    def place(self, block: Block) -> Block:
        if isinstance(block, CellPlace | OutputPlace | SourcePlace):
            return replace(block, index=self.now[block.index])
        return block

    def value(self, node: Inline) -> Inline:
        return replace(node, index=self.now[node.index]) if isinstance(node, CellValue) else node
