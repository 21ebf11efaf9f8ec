"""Drawings (SVG) for a PDF: each is printed once, alone, and kept; every place of it then shows that one."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.export.browser import Browser
from celldeck.export.pdf.stand_ins import Picture
from celldeck.files import write_atomically

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_VERSION = 1


def print_drawings(pictures: Sequence[Picture], browser: Browser, folder: Path) -> dict[str, bytes]:
    """Return a PDF of one page for each drawing, by its name; those in `folder` are not printed again.

    Raises:
        DeckError: the browser is gone, or takes too long.
    """
    files = {picture.name: _file(folder, picture.name) for picture in pictures}
    printed = {name: kept for name in files if (kept := read_drawing(folder, name))}
    missing = [picture for picture in pictures if picture.name not in printed]
    if not missing:
        return printed
    import pikepdf

    with browser.tab(1280, 720, media="print") as tab:
        tab.open_html(_document(missing))
        whole = tab.pdf(1280, 720, is_tagged=False)
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        if len(pdf.pages) != len(missing):
            return printed
        for picture, sheet in zip(missing, pdf.pages, strict=True):
            with pikepdf.new() as alone:
                alone.pages.append(sheet)
                output = io.BytesIO()
                alone.save(
                    output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
                )
            printed[picture.name] = output.getvalue()
            with suppress(OSError):  # a build works without its cache
                write_atomically(files[picture.name], output.getvalue())
    return printed


class Drawings:
    """The drawings of one PDF, whose sheets are printed by several threads: each is printed once."""

    def __init__(self, browser: Callable[[], Browser], folder: Path, pool: Executor) -> None:
        """Take what they are printed with, where they are kept, and who prints them."""
        self._browser = browser
        self._folder = folder
        self._pool = pool
        self._lock = threading.Lock()
        self._begun: dict[str, Future[dict[str, bytes]]] = {}

    def begin(self, pictures: Sequence[Picture]) -> Callable[[], dict[str, bytes]]:
        """Have drawings printed that are not yet; return what waits for them, as `print_drawings`."""
        with self._lock:
            new = [picture for picture in pictures if picture.name not in self._begun]
            if new:
                printing = self._pool.submit(self._print, new)
                self._begun |= {picture.name: printing for picture in new}
            mine = {picture.name: self._begun[picture.name] for picture in pictures}

        def wait() -> dict[str, bytes]:
            found = {name: printing.result().get(name) for name, printing in mine.items()}
            return {name: drawn for name, drawn in found.items() if drawn is not None}

        return wait

    def _print(self, pictures: Sequence[Picture]) -> dict[str, bytes]:
        return print_drawings(pictures, self._browser(), self._folder)


def read_drawing(folder: Path, name: str) -> bytes | None:
    """Return the PDF of a drawing that was printed before, or None."""
    try:
        return _file(folder, name).read_bytes()
    except OSError:
        return None


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}-{_VERSION}.pdf"


def _document(pictures: Sequence[Picture]) -> str:
    pages, images = [], []
    for number, picture in enumerate(pictures):
        width, height = picture.size_px
        pages.append(f"@page p{number} {{ size: {width}px {height}px; margin: 0 }}")
        encoded = base64.b64encode(picture.data).decode("ascii")
        images.append(
            f'<img style="page: p{number}; display: block; width: {width}px; height: {height}px; '
            f'break-inside: avoid" src="data:image/svg+xml;base64,{encoded}">'
        )
    return (
        f"<!DOCTYPE html><meta charset=utf-8><style>html, body {{ margin: 0 }} {''.join(pages)}</style>"
        + "".join(images)
    )


def as_form(printed: bytes, size_px: tuple[int, int], pdf: Pdf) -> Object:
    """Return a drawing as a form of `pdf` that fills the unit square, as a picture does."""
    import pikepdf

    with pikepdf.open(io.BytesIO(printed)) as alone:
        sheet = alone.pages[0]
        top = float(sheet.mediabox[3])
        form = pdf.copy_foreign(sheet.as_form_xobject())
    # Paper is of whole points; the drawing begins at the paper's top.
    width, height = (side * 0.75 for side in size_px)
    bottom = top - height
    form.BBox = pikepdf.Array([0, round(bottom, 4), width, top])
    form.Matrix = pikepdf.Array(
        [round(value, 9) for value in (1 / width, 0, 0, 1 / height, 0, -bottom / height)]
    )
    return form
