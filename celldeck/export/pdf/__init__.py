"""A deck as a PDF: real text, links, tags, an outline, and what the deck says of itself.

The way of a paper through here: `keys` and `shelf` tell which of its sheets were printed before, `prints`
prints the others, and `join` makes one PDF of them all.

PDF: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf (14.3.3, 14.8, 12.6.4.7)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.errors import Notice
from celldeck.export.browser import Browser
from celldeck.export.paper import Paper, Sheet
from celldeck.export.pdf.drawings import Drawings
from celldeck.export.pdf.join import Leaf, Sheaf
from celldeck.export.pdf.keys import Keys, browser_mark, keys_of
from celldeck.export.pdf.look import Quality
from celldeck.export.pdf.prints import Document, Print, Workshop, print_sheets
from celldeck.export.pdf.saved import saved
from celldeck.export.pdf.shelf import Printed, Shelf
from celldeck.files import write_atomically

if TYPE_CHECKING:
    from pikepdf import Pdf

_FEWEST_SHEETS = 12
"""Fewer than these are not worth a further tab."""


class _Tabs:
    """How many tabs print at the moment, of all decks; one keeps two cores busy, with what it takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used = 0

    @contextmanager
    def taken(self, wanted: int) -> Iterator[int]:
        """Take as many tabs as are wanted and of use, one at least."""
        with self._lock:
            tabs = max(1, min(wanted, (os.cpu_count() or 1) // 2 - self._used))
            self._used += tabs
        try:
            yield tabs
        finally:
            with self._lock:
                self._used -= tabs


_TABS = _Tabs()


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
    shelf = press.shelf
    keys = keys_of(paper, (press.quality, browser_mark(press.program)), shelf.known, shelf.kept)
    with _made(paper, press, keys) as (pdf, is_regular):
        # Somebody may wait for the file, and for nothing of the rest.
        write_atomically(path, saved(pdf))
        shelf.keep(keys.of_sheets, keys.steady)
        if is_regular:
            return ()
        notice = Notice(
            "pdf-pages",
            f"{path} has {len(pdf.pages)} pages for {len(paper.sheets)} slides",
            hint="a style of the deck or its theme changes how slides are printed",
        )
    return (notice,)


@contextmanager
def _made(paper: Paper, press: Press, keys: Keys) -> Iterator[tuple[Pdf, bool]]:
    """Make a PDF, and say whether each sheet has the pages that it was to have."""
    shelf = press.shelf
    found = [shelf.find(key) for key in keys.of_sheets]
    missing = [number for number, sheet in enumerate(found) if sheet is None]
    prints = {id(sheet.pdf) for sheet in found if sheet is not None}
    if missing and (len(prints) >= shelf.most_prints or not keys.are_apart):
        missing = list(range(len(found)))
        found = [None] * len(found)
    leaves = [_leaves(sheet, printed) for sheet, printed in zip(paper.sheets, found, strict=True)]
    is_regular = True
    with _printing(paper, missing, press, keys) as printing:
        # What is there already is put together while the browser is busy.
        sheaf = Sheaf(paper.page.metadata, paper.page.source.path.stem)
        known = [leaf for own in leaves for leaf in own]
        sheaf.complete(known, shelf.pictures, is_aside=bool(missing))
        for numbers, future in printing:
            made = future.result()
            is_regular &= made.is_regular
            shelf.put(tuple(keys.of_sheets[number] for number in numbers), made)
            for number, pages in zip(numbers, made.sheets, strict=True):
                leaves[number] = _leaves(paper.sheets[number], Printed.of(made.pdf, pages))
    sheaf.complete([leaf for own in leaves for leaf in own], shelf.pictures)
    with sheaf.bind() as pdf:
        yield pdf, is_regular


def _leaves(sheet: Sheet, printed: Printed | None) -> list[Leaf]:
    """Return the pages of a sheet, if it was printed."""
    if printed is None:
        return []
    first = printed.pages[0]
    return [
        Leaf(printed.pdf, page, sheet.label, sheet.remarks if page == first else ()) for page in printed.pages
    ]


@contextmanager
def _printing(
    paper: Paper, missing: Sequence[int], press: Press, keys: Keys
) -> Iterator[Sequence[tuple[Sequence[int], Future[Print]]]]:
    """Print the sheets that are missing, several at a time where that pays; give what is being printed."""
    if not missing:
        yield ()
        return
    with _TABS.taken(len(missing) // _FEWEST_SHEETS if keys.are_apart else 1) as tabs:
        size = -(-len(missing) // tabs)
        chunks = [missing[at : at + size] for at in range(0, len(missing), size)]
        with ThreadPoolExecutor(len(chunks)) as printing, ThreadPoolExecutor(os.cpu_count()) as pool:
            drawings = Drawings(press.pictures)
            scale = 1.0 if press.quality == "lossless" else keys.scale
            workshop = Workshop(
                press.document,
                press.browser,
                press.pictures,
                press.quality,
                pool,
                drawings,
                press.shelf.kept,
                threading.Event(),
                scale,
            )
            jobs = [(chunk, printing.submit(print_sheets, paper, chunk, workshop)) for chunk in chunks]
            for _, future in jobs:
                future.add_done_callback(lambda _: workshop.is_sent.set())
            # Until the browser has something to do, whatever is done here holds that up.
            workshop.is_sent.wait()
            yield jobs
