"""The forms of a PDF beside a slide a page: with notes, as a handout with room to write, a title page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import floor
from typing import Literal

from celldeck.export.kept import Kept
from celldeck.export.paper import CONTAINER, Paper, Sheet, escaped, plain_paper, sheet_html
from celldeck.frozen import frozen
from celldeck.model import Page

Notes = Literal["none", "annotations", "below", "appendix"]
PaperSize = Literal["a4", "letter"]

# Width and height in CSS pixels.
_SIZES: dict[PaperSize, tuple[float, float]] = {"a4": (794.0, 1123.0), "letter": (816.0, 1056.0)}
_HEADING = re.compile(r"<(/?)h([1-6])\b([^>]*)>", re.IGNORECASE)
_ID = re.compile(r'\s(?:id|name)="[^"]*"')
_LINES = '<div class="celldeck-lines" aria-hidden="true">' + "<i></i>" * 60 + "</div>"
_GRIDS = {1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2), 6: (2, 3)}
"""Columns and rows of a handout, by the number of its slides."""


@frozen
class Form:
    """How a deck is put on paper."""

    notes: Notes = "none"
    handout: int | None = None
    """Slides a page: 1, 2, 3, 4 or 6; None: no handout."""
    title_page: bool = False
    paper: PaperSize = "a4"
    """Of handouts."""

    @property
    def shows_notes(self) -> bool:
        """Notes stand on the paper, so they are to be typeset."""
        return self.notes in {"below", "appendix"}


def paper_of(page: Page, form: Form, labels: Sequence[str], kept: Kept | None = None) -> Paper:
    """Return what is printed of a page.

    Args:
        page: self-contained; its typeset notes are there if the form shows notes.
        labels: numbers of its slides as people are told them; states of one slide share theirs.
        kept: from the build before; None: there was none.
    """
    if form.handout is None:
        paper = _slides(page, form, labels, kept)
    else:
        paper = _handout(page, form, form.handout, labels)
    if form.notes == "appendix":
        paper = _with_appendix(paper, page, labels)
    return _with_title_page(paper, page, form) if form.title_page else paper


def _slides(page: Page, form: Form, labels: Sequence[str], kept: Kept | None) -> Paper:
    plain = plain_paper(page, labels, kept)
    if form.notes == "annotations":
        sheets = [
            replace(sheet, remarks=(as_text(notes),))
            for sheet, notes in zip(plain.sheets, page.notes, strict=True)
        ]
        return replace(plain, sheets=tuple(sheets))
    if form.notes == "below":
        sheets = [
            Sheet(sheet_html(slide, f'<div class="celldeck-notes">{note}</div>', "below"), label)
            if note
            else sheet
            for slide, note, label, sheet in zip(page.slides, _notes(page), labels, plain.sheets, strict=True)
        ]
        return replace(plain, sheets=tuple(sheets), flows=True)
    return plain


def _handout(page: Page, form: Form, count: int, labels: Sequence[str]) -> Paper:
    size = _SIZES[form.paper]
    shows_notes = form.notes == "below"
    notes = _notes(page) if shows_notes else ("",) * len(page.slides)
    sheets = []
    for first in range(0, len(page.slides), count):
        numbers = range(first, min(first + count, len(page.slides)))
        rests = [f'<div class="celldeck-notes">{notes[n]}</div>' if shows_notes else _LINES for n in numbers]
        places = "".join(
            f'<div class="celldeck-place">{CONTAINER}{page.slides[n]}</div>{rest}</div>'
            for n, rest in zip(numbers, rests, strict=True)
        )
        label = _range(labels[numbers[0]], labels[numbers[-1]])
        foot = (
            '<div class="celldeck-foot" aria-hidden="true">'
            f"<span>{escaped(_title(page))}</span><span>{label}</span></div>"
        )
        remarks = tuple(as_text(page.notes[n]) for n in numbers) if form.notes == "annotations" else ()
        classes = f"celldeck-sheet celldeck-handout celldeck-handout-{count}"
        sheets.append(Sheet(f'<div class="{classes}">{places}{foot}</div>', label, remarks))
    styled = replace(page, css=page.css + _grid(size, page.size_px, count))
    return Paper(styled, tuple(sheets), size, flows=shows_notes)


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _grid(size: tuple[float, float], slide: tuple[float, float], count: int) -> str:
    """Return CSS for the places of a handout: as large as can be, with room for notes beside or below."""
    columns, rows = _GRIDS[count]
    margin, gap, foot = 48.0, 24.0, 32.0
    width = (size[0] - 2 * margin - (columns - 1) * gap) / columns
    height = (size[1] - 2 * margin - foot - (rows - 1) * gap) / rows
    is_beside = count == 3
    ratio = slide[0] / slide[1]
    # A slide takes no more than these parts of its place, so that there is room to write.
    widest = width * 0.56 if is_beside else width
    highest = height * (0.95 if is_beside else 0.66)
    shown = min(widest, highest * ratio)
    box = f"width: {floor(shown)}px; height: {floor(shown / ratio)}px"
    return (
        f"\n.celldeck-handout {{ padding: {margin}px; grid-template: repeat({rows}, {height:.2f}px) / "
        f"repeat({columns}, {width:.2f}px); gap: {gap}px }}\n"
        f".celldeck-place {{ flex-direction: {'row' if is_beside else 'column'} }}\n"
        f".celldeck-place > div:first-child {{ {box} }}\n"
    )


def _with_appendix(paper: Paper, page: Page, labels: Sequence[str]) -> Paper:
    parts = []
    for note, label, title in zip(_notes(page), labels, page.titles, strict=True):
        if note:
            named = f"{label}. {title}" if title else label
            parts.append(f"<h2>{escaped(named)}</h2>{note}")
    if not parts:
        return paper
    html = (
        '<div class="celldeck-sheet celldeck-appendix"><div class="celldeck-notes">'
        f"<h1>Notes</h1>{''.join(parts)}</div></div>"
    )
    return replace(paper, sheets=(*paper.sheets, Sheet(html, "Notes")), flows=True)


def _with_title_page(paper: Paper, page: Page, form: Form) -> Paper:
    meta = page.metadata
    lines = [("h1", _title(page)), ("p", meta.description), ("p", meta.author), ("p", meta.url)]
    told = "".join(f"<{tag}>{escaped(text)}</{tag}>" for tag, text in lines if text)
    if form.handout is None and (
        section := re.match(r"<svg[^>]*><foreignObject[^>]*><section[^>]*>", page.slides[0])
    ):
        # In the look of the deck: what the theme says of a slide with a title and some lines.
        theme = re.search(r' data-theme="[^"]*"', section[0])
        width, height = (f"{side:g}" for side in page.size_px)
        slide = (
            f'<svg data-marpit-svg="" viewBox="0 0 {width} {height}">'
            f'<foreignObject width="{width}" height="{height}">'
            f'<section class="lead"{theme[0] if theme else ""}>{told}</section>'
            "</foreignObject></svg>"
        )
        html = sheet_html(slide, kind="title")
    else:
        html = f'<div class="celldeck-sheet celldeck-title">{told}</div>'
    return replace(paper, sheets=(Sheet(html, "Title"), *paper.sheets))


def _title(page: Page) -> str:
    return page.metadata.title or page.source.path.stem


def _notes(page: Page) -> tuple[str, ...]:
    """Return the typeset notes of each slide; their headings are none of the deck's outline."""
    if not page.typeset_notes:
        return ("",) * len(page.slides)
    return tuple(_ID.sub("", _HEADING.sub(_demoted, note)) for note in page.typeset_notes)


def _demoted(match: re.Match[str]) -> str:
    return "</p>" if match[1] else f'<p class="celldeck-heading-{match[2]}">'


def as_text(notes: Sequence[str]) -> str:
    """Return a slide's notes as one text, their Markdown as it was written."""
    return "\n\n".join(note.strip() for note in notes)
