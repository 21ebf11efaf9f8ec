"""A deck as a PDF: real text, links, tags, an outline, and what the deck says of itself.

The way of a paper through here: `keys` and `shelf` tell which of its sheets were printed before, `prints`
prints the others, and `join` makes one PDF of them all.

PDF: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf (14.3.3, 14.8, 12.6.4.7)
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from celldeck.errors import Notice
from celldeck.export.browser import Browser
from celldeck.export.paper import Paper
from celldeck.export.pdf.join import Leaf, join
from celldeck.export.pdf.keys import Keys, browser_mark, keys_of
from celldeck.export.pdf.pictures import Quality
from celldeck.export.pdf.prints import Document, Print, Workshop, print_sheets
from celldeck.export.pdf.shelf import Printed, Shelf
from celldeck.files import write_atomically

_FEWEST_SHEETS = 12
"""Fewer than these are not worth a further tab."""


@dataclass(frozen=True)
class Press:
    """What PDFs are printed with."""

    document: Document
    browser: Callable[[], Browser]
    """Starts it when it is first asked for."""
    program: Path
    """That of the browser."""
    shelf: Shelf
    pictures: Path
    """A folder for pictures that were made ready."""
    quality: Quality = "good"


def write_pdf(path: Path, paper: Paper, press: Press) -> tuple[Notice, ...]:
    """Make a PDF and write it, whole or not at all.

    Returns:
        What is odd about the PDF.

    Raises:
        DeckError: the browser is gone, or takes too long.
        OSError: the file could not be written; what stood at `path` is untouched.
    """
    keys = keys_of(paper, (press.quality, browser_mark(press.program)), press.shelf.known)
    content, notices = _make(path, paper, press, keys)
    write_atomically(path, content)
    press.shelf.keep(keys.of_sheets, keys.steady)
    return notices


def _make(path: Path, paper: Paper, press: Press, keys: Keys) -> tuple[bytes, tuple[Notice, ...]]:
    """Return a PDF, and what is odd about it."""
    import pikepdf

    found = [press.shelf.find(key) for key in keys.of_sheets]
    missing = [number for number, sheet in enumerate(found) if sheet is None]
    prints = {id(sheet.pdf) for sheet in found if sheet is not None}
    if missing and len(prints) >= press.shelf.most_prints:
        missing = list(range(len(found)))
    is_regular = True
    for numbers, made in _print(paper, missing, press, keys.are_apart):
        is_regular &= made.is_regular
        press.shelf.put(tuple(keys.of_sheets[number] for number in numbers), made)
        for number, pages in zip(numbers, made.sheets, strict=True):
            found[number] = Printed.of(made.pdf, pages)
    leaves = [
        Leaf(printed.pdf, page, sheet.label, sheet.remarks if page == printed.pages[0] else ())
        for sheet, printed in zip(paper.sheets, found, strict=True)
        if printed is not None
        for page in printed.pages
    ]
    with join(leaves, press.shelf.pictures, paper.page.metadata, paper.page.source.path.stem) as pdf:
        output = io.BytesIO()
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    if is_regular:
        return output.getvalue(), ()
    notice = Notice(
        "pdf-pages",
        f"{path} has {len(leaves)} pages for {len(paper.sheets)} slides",
        hint="a style of the deck or its theme changes how slides are printed",
    )
    return output.getvalue(), (notice,)


def _print(
    paper: Paper, missing: Sequence[int], press: Press, are_apart: bool
) -> Sequence[tuple[Sequence[int], Print]]:
    """Print the sheets that are missing, several at a time where that pays."""
    if not missing:
        return ()
    if not are_apart:
        missing = list(range(len(paper.sheets)))
    tabs = min(os.cpu_count() or 1, len(missing) // _FEWEST_SHEETS) if are_apart else 1
    size = -(-len(missing) // max(1, tabs))
    chunks = [missing[at : at + size] for at in range(0, len(missing), size)]
    with ThreadPoolExecutor(len(chunks)) as printing, ThreadPoolExecutor() as pool:
        workshop = Workshop(press.document, press.browser, press.pictures, press.quality, pool)
        made = [printing.submit(print_sheets, paper, chunk, workshop) for chunk in chunks]
        return [(chunk, future.result()) for chunk, future in zip(chunks, made, strict=True)]
