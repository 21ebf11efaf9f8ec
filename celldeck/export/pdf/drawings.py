"""Drawings (SVG) for a PDF: each is printed once, alone, and kept; every place of it then shows that one."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.export.browser import Tab
from celldeck.export.embedded import encoded
from celldeck.export.pdf.look import PIXELS, Quality
from celldeck.export.pdf.saved import saved
from celldeck.export.pdf.stand_ins import Picture
from celldeck.files import write_atomically
from celldeck.frozen import frozen

if TYPE_CHECKING:
    from pikepdf import Object, Pdf
    from pikepdf import Page as PdfPage

_VERSION = 2
# What Chromium prints as pixels, and how many of them a CSS pixel of the paper has; see rasterised.py.
_DOTS = (
    (re.compile(rb"<(?:\w+:)?pattern\b"), 0.75),
    (re.compile(rb"<(?:\w+:)?(?:filter|mask)\b|\bfilter\s*:|-shadow\s*:"), 3.1),
)
_LARGEST_PX = 14_000
"""Of a paper's side: PDF has no larger ones than 14,400 points."""


@frozen
class Drawing:
    """A drawing, and how large it is printed."""

    picture: Picture
    paper_px: tuple[float, float]

    @classmethod
    def of(cls, picture: Picture, scale: float, quality: Quality) -> Drawing:
        """Return it on paper as large as it is, if all of it stays lines and letters.

        What is blurred is printed as pixels: of many more than are seen, one drawing takes a second.

        Args:
            scale: CSS pixels for one of its own where it is shown largest.
        """
        dots = _dots(picture.data)
        if dots is None:
            return cls(picture, picture.size_px)
        share = max(1.0, scale) if quality == "lossless" else scale * PIXELS[quality] / dots
        share = min(share, _LARGEST_PX / max(picture.size_px))
        width, height = (round(side * share, 3) for side in picture.size_px)
        return cls(picture, (width, height))

    @property
    def name(self) -> str:
        """What it is called, on paper of this size."""
        return f"{self.picture.name}-{self.paper_px[0]:g}x{self.paper_px[1]:g}-drawing"


@lru_cache(maxsize=32)
def _dots(data: bytes) -> float | None:
    """Return how many dots a CSS pixel of paper has where a drawing is printed as pixels; None: nowhere."""
    # Kept, since the logo of a theme is asked for with every edit.
    return next((dots for mark, dots in _DOTS if mark.search(data)), None)


class Drawings:
    """The drawings of one PDF, whose sheets are printed by several threads: each is printed once."""

    def __init__(self, folder: Path) -> None:
        """Take where they are kept."""
        self._folder = folder
        self._lock = threading.Lock()
        self._printed: dict[str, Future[bytes | None]] = {}

    def print(self, wanted: Sequence[Drawing], tab: Tab) -> None:
        """Print drawings in a tab that is free, but for those that another thread prints."""
        mine = []
        with self._lock:
            for drawing in wanted:
                if drawing.name not in self._printed:
                    self._printed[drawing.name] = Future()
                    mine.append(drawing)
        try:
            self._print(mine, tab)
        finally:
            # Others wait for them.
            for drawing in mine:
                if not self._printed[drawing.name].done():
                    self._printed[drawing.name].set_result(None)

    def wait(self, wanted: Sequence[Drawing]) -> dict[str, bytes]:
        """Return a PDF of one page for each drawing that could be printed, by its name."""
        found = {drawing.name: self._printed[drawing.name].result() for drawing in wanted}
        return {name: printed for name, printed in found.items() if printed is not None}

    def _print(self, wanted: Sequence[Drawing], tab: Tab) -> None:
        import pikepdf

        missing = []
        for drawing in wanted:
            if kept := read_drawing(self._folder, drawing.name):
                self._printed[drawing.name].set_result(kept)
            else:
                missing.append(drawing)
        if not missing:
            return
        tab.open_html(_document(missing), changes_itself=False)
        with pikepdf.open(io.BytesIO(tab.pdf(1280, 720, is_tagged=False))) as pdf:
            if len(pdf.pages) != len(missing):
                return
            for drawing, sheet in zip(missing, pdf.pages, strict=True):
                printed = _alone(sheet)
                self._printed[drawing.name].set_result(printed)
                with suppress(OSError):  # a build works without its cache
                    write_atomically(_file(self._folder, drawing.name), printed)


def _alone(sheet: PdfPage) -> bytes:
    import pikepdf

    with pikepdf.new() as pdf:
        pdf.pages.append(sheet)
        return saved(pdf)


def read_drawing(folder: Path, name: str) -> bytes | None:
    """Return the PDF of a drawing that was printed before, or None."""
    try:
        return _file(folder, name).read_bytes()
    except OSError:
        return None


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}-{_VERSION}.pdf"


def _document(drawings: Sequence[Drawing]) -> str:
    pages, images = [], []
    for number, drawing in enumerate(drawings):
        size = [f"{side}px" for side in drawing.picture.size_px]
        paper = [f"{side}px" for side in drawing.paper_px]
        scale = ", ".join(
            f"{side / own:.6f}" for side, own in zip(drawing.paper_px, drawing.picture.size_px, strict=True)
        )
        pages.append(f"@page p{number} {{ size: {' '.join(paper)}; margin: 0 }}")
        # Pictures are drawn on whole pixels, so that one of another size would have other proportions.
        images.append(
            f'<div style="page: p{number}; width: {paper[0]}; height: {paper[1]}">'
            f'<img style="width: {size[0]}; height: {size[1]}; transform: scale({scale})" '
            f'src="data:image/svg+xml;base64,{encoded(drawing.picture.data)}"></div>'
        )
    style = (
        "html, body { margin: 0 } div { overflow: hidden; break-inside: avoid } "
        "img { display: block; transform-origin: 0 0 }"
    )
    return f"<!DOCTYPE html><meta charset=utf-8><style>{style} {''.join(pages)}</style>" + "".join(images)


def as_form(printed: bytes, size_px: tuple[float, float], pdf: Pdf) -> Object:
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
    # A float would be written with six digits behind the point, which moves what is drawn by half a pixel.
    form.Matrix = pikepdf.Array(
        [Decimal(f"{value:.9f}") for value in (1 / width, 0, 0, 1 / height, 0, -bottom / height)]
    )
    return form
