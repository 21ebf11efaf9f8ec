"""What is printed: sheets of HTML, a page of the PDF each; the plain form, a slide a page.

A sheet is a `<div class="celldeck-sheet">`; slides stand in it inside the container that their stylesheet is
scoped to. `runtime/paper.css` says how sheets look.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace

from celldeck.export.kept import Kept
from celldeck.frozen import frozen
from celldeck.model import Page

CONTAINER = '<div id=":$p">'
"""Around each slide of a sheet; one document may have many, which CSS does not mind."""


@frozen
class Sheet:
    """One page of paper. Its notes may make it go on over further ones."""

    html: str
    label: str
    """What a reader is told as its number; several may share one."""
    remarks: tuple[str, ...] = ()
    """For each slide on it a text that stands beside it as an annotation; empty: none."""


@frozen
class Paper:
    """Everything that is printed of a deck."""

    page: Page
    """Of the deck, its stylesheet scoped to the template `print`; its slides are those of the sheets."""
    sheets: tuple[Sheet, ...]
    size_px: tuple[float, float]
    """Of the sheets; those with notes below are higher."""
    flows: bool = False
    """Sheets may be higher, or go on over others, as their notes need it."""

    def html_of(self, numbers: Sequence[int]) -> Page:
        """Return the page with these sheets (from 0) as its slides, for the template `print`."""
        return replace(
            self.page, slides=tuple(self.sheets[number].html for number in numbers), size_px=self.size_px
        )


def plain_paper(page: Page, labels: Sequence[str] = (), kept: Kept | None = None) -> Paper:
    """Return a sheet for each slide of a page, of its size.

    Args:
        labels: of the sheets; empty: their numbers.
        kept: from the build before; None: there was none.
    """
    kept = kept or Kept()
    told = labels or [str(number) for number in range(1, len(page.slides) + 1)]
    sheets = (Sheet(kept(sheet_html, slide), label) for slide, label in zip(page.slides, told, strict=True))
    return Paper(page, tuple(sheets), page.size_px)


def sheet_html(slide: str, rest: str = "", kind: str = "") -> str:
    """Return the HTML of a sheet with one slide.

    Args:
        rest: HTML after the slide.
        kind: what `paper.css` knows it as, such as `below`.
    """
    classes = "celldeck-sheet" + (f" celldeck-{kind}" if kind else "")
    return f'<div class="{classes}">{CONTAINER}{slide}</div>{rest}</div>'


def escaped(text: str) -> str:
    """Return a text as HTML."""
    return html.escape(text, quote=False)
