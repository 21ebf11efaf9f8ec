"""Sheets are printed on smaller paper, and enlarged afterwards.

What a PDF cannot say with lines and letters, soft shadows and filters above all, Chromium draws as pictures
of 300 dots an inch of paper. That is three pixels for a CSS pixel, more than is seen, and drawing them takes
most of the time that such a deck takes to print. On smaller paper they have as many as other pictures.

PDF 32000-1:2008, 8.3.4 (transformation matrices), 8.7.3.1 (where patterns begin).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from celldeck.export.pdf.matrix import Matrix, times
from celldeck.export.pdf.names import put
from celldeck.export.pdf.pictures import Quality

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_FIFTIETHS: dict[Quality, int] = {"draft": 16, "good": 30, "lossless": 50}
"""The least scale: 1, 1.875 and 3.125 dots for a CSS pixel. With fiftieths dots are sixteenths of pixels, so
nothing moves by rounding."""
_STEP_PT = 6
"""Chromium takes paper in whole points and whole dots; else each page is moved more than the one before."""


def scale_of(size_px: tuple[float, float], quality: Quality) -> float:
    """Return the scale at which to print sheets of a size: 1, or less."""
    for fiftieths in range(_FIFTIETHS[quality], 50):
        # Three quarters of a point are a CSS pixel.
        if all((side * 3 * fiftieths / 200 / _STEP_PT).is_integer() for side in size_px):
            return fiftieths / 50
    return 1.0


def enlarge(pdf: Pdf, scale: float, size_px: tuple[float, float]) -> None:
    """Make the pages of a print at a scale as large as they are to be."""
    from pikepdf import Array

    if scale == 1.0:
        return
    width, height = (side * 0.75 for side in size_px)
    places: dict[tuple[int, int], Matrix] = {}
    copies: dict[tuple[tuple[int, int], Matrix], Object] = {}
    for sheet in pdf.pages:
        # What is drawn begins at the top.
        matrix = (1 / scale, 0, 0, 1 / scale, 0, height - float(sheet.mediabox[3]) / scale)
        places[sheet.obj.objgen] = matrix
        sheet.obj.MediaBox = Array([0, 0, width, height])
        for annotation in sheet.get("/Annots", ()):
            for key in ("/Rect", "/QuadPoints"):
                if key in annotation:
                    annotation[key] = _moved(annotation[key], matrix)
        _enlarge_patterns(pdf, sheet.obj, matrix, copies)
        numbers = " ".join(f"{number:.12g}" for number in matrix)
        put(sheet.Contents, f"{numbers} cm\n".encode() + _exact(sheet.Contents.read_bytes(), scale))
    if "/Outlines" in pdf.Root:
        _enlarge_entries(pdf.Root.Outlines.get("/First"), places)


_PLACING = re.compile(rb"^((?:-?[\d.]+ ){6})cm$", re.MULTILINE)
_NOISE = 4e-7
_SEEN_DOTS = 0.002
"""Less is no distance."""


def _exact(content: bytes, scale: float) -> bytes:
    """Return what a page draws, without what reckoning in seven digits has added to scale and places.

    Letters and pictures that stand just between two pixels of a screen would go to the other one. The
    browser's layout is in 64ths of pixels.
    """
    unit = scale * 300 / 96 / 64

    def mended(match: re.Match[bytes]) -> bytes:
        return b" ".join(exact(at, number) for at, number in enumerate(match[1].split())) + b" cm"

    def exact(at: int, number: bytes) -> bytes:
        value = float(number)
        if at > 3 and abs(value) < _SEEN_DOTS:
            return b"0"
        whole = round(value / unit) * unit
        return f"{whole:.10g}".encode() if 0 < abs(value - whole) <= _NOISE * abs(value) else number

    return _PLACING.sub(mended, content)


def _enlarge_patterns(
    pdf: Pdf, page: Object, matrix: Matrix, copies: dict[tuple[tuple[int, int], Matrix], Object]
) -> None:
    """Enlarge the patterns that a page draws with: they start from its paper, whatever its content has set.

    A form's start from the form, so what both use has to become two.
    """
    from pikepdf import Array, Dictionary

    resources = page.get("/Resources")
    table = resources.get("/Pattern") if isinstance(resources, Dictionary) else None
    if not isinstance(table, Dictionary):
        return
    enlarged = Dictionary()
    for name, pattern in table.items():
        key = pattern.objgen, matrix
        if key not in copies:
            copy = _copied(pdf, pattern)
            own = [float(number) for number in pattern.get("/Matrix", (1, 0, 0, 1, 0, 0))]
            copy.Matrix = Array([round(number, 6) for number in times(own, matrix)])
            copies[key] = pdf.make_indirect(copy)
        enlarged[name] = copies[key]
    page.Resources.Pattern = enlarged


def _copied(pdf: Pdf, pattern: Object) -> Object:
    from pikepdf import Dictionary, Stream

    if not isinstance(pattern, Stream):
        return Dictionary(dict(pattern.items()))
    entries = {key: value for key, value in pattern.stream_dict.items() if key != "/Length"}
    if isinstance(resources := entries.get("/Resources"), Dictionary):
        tables = {
            k: Dictionary(dict(v.items())) if isinstance(v, Dictionary) else v for k, v in resources.items()
        }
        entries["/Resources"] = Dictionary(tables)
    return Stream(pdf, pattern.read_raw_bytes(), Dictionary(entries))


def _enlarge_entries(entry: Object | None, places: Mapping[tuple[int, int], Matrix]) -> None:
    while entry is not None:
        place: Any = entry.get("/Dest")
        if place is not None:
            # Page, /XYZ, left, top, zoom.
            place[2], place[3] = _moved([place[2], place[3]], places[place[0].objgen])
        _enlarge_entries(entry.get("/First"), places)
        entry = entry.get("/Next")


def _moved(numbers: Iterable[Any], matrix: Matrix) -> Object:
    """Return points, x and y in turn, where a matrix without rotation takes them."""
    from pikepdf import Array

    return Array([round(float(n) * matrix[0] + matrix[4 + at % 2], 3) for at, n in enumerate(numbers)])
