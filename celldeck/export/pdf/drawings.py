"""Drawings (SVG) for a PDF: each is printed once, alone, and kept; every place of it then shows that one."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.export.browser import Tab
from celldeck.export.pdf.stand_ins import Picture
from celldeck.files import write_atomically

if TYPE_CHECKING:
    from pikepdf import Object, Pdf
    from pikepdf import Page as PdfPage

_VERSION = 1


class Drawings:
    """The drawings of one PDF, whose sheets are printed by several threads: each is printed once."""

    def __init__(self, folder: Path) -> None:
        """Take where they are kept."""
        self._folder = folder
        self._lock = threading.Lock()
        self._printed: dict[str, Future[bytes | None]] = {}

    @contextmanager
    def share(self, pictures: Sequence[Picture]) -> Iterator[Callable[[Tab], None]]:
        """Give what prints, in a tab that is free, those of the drawings that no other thread prints."""
        mine = []
        with self._lock:
            for picture in pictures:
                if picture.name not in self._printed:
                    self._printed[picture.name] = Future()
                    mine.append(picture)
        try:
            yield lambda tab: self._print(mine, tab)
        finally:
            # Others wait for them.
            for picture in mine:
                if not self._printed[picture.name].done():
                    self._printed[picture.name].set_result(None)

    def wait(self, pictures: Sequence[Picture]) -> dict[str, bytes]:
        """Return a PDF of one page for each drawing that could be printed, by its name."""
        found = {picture.name: self._printed[picture.name].result() for picture in pictures}
        return {name: drawn for name, drawn in found.items() if drawn is not None}

    def _print(self, pictures: Sequence[Picture], tab: Tab) -> None:
        import pikepdf

        missing = []
        for picture in pictures:
            if kept := read_drawing(self._folder, picture.name):
                self._printed[picture.name].set_result(kept)
            else:
                missing.append(picture)
        if not missing:
            return
        tab.open_html(_document(missing), changes_itself=False)
        with pikepdf.open(io.BytesIO(tab.pdf(1280, 720, is_tagged=False))) as pdf:
            if len(pdf.pages) != len(missing):
                return
            for picture, sheet in zip(missing, pdf.pages, strict=True):
                printed = _alone(sheet)
                self._printed[picture.name].set_result(printed)
                with suppress(OSError):  # a build works without its cache
                    write_atomically(_file(self._folder, picture.name), printed)


def _alone(sheet: PdfPage) -> bytes:
    import pikepdf

    with pikepdf.new() as pdf:
        pdf.pages.append(sheet)
        output = io.BytesIO()
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return output.getvalue()


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
        sheet.contents_coalesce()
        content = sheet.Contents
        drawn = {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/Resources": sheet.resources}
        # As it is, deflated: that takes long for a drawing of many lines.
        drawn |= {key: content[key] for key in ("/Filter", "/DecodeParms") if key in content}
        form = pdf.copy_foreign(
            alone.make_indirect(pikepdf.Stream(alone, content.read_raw_bytes(), pikepdf.Dictionary(drawn)))
        )
    # Paper is of whole points; the drawing begins at the paper's top.
    width, height = (side * 0.75 for side in size_px)
    bottom = top - height
    form.BBox = pikepdf.Array([0, round(bottom, 4), width, top])
    form.Matrix = pikepdf.Array(
        [round(value, 9) for value in (1 / width, 0, 0, 1 / height, 0, -bottom / height)]
    )
    return form
