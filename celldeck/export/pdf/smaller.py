"""Sheets are printed on paper of half their size, or a quarter, and enlarged afterwards.

What a PDF cannot say with lines and letters, soft shadows and filters above all, Chromium draws as pictures
of 300 dots an inch of paper. That is three for a CSS pixel, more than is seen, and drawing them takes most
of the time that such a deck takes to print. On half the paper there are one and a half.
`rasterised.py` says how small the paper may be.

PDF 32000-1:2008, 8.3.4 (transformation matrices), 8.7.3.1 (where patterns begin).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from celldeck.export.pdf.matrix import Matrix, times

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

SCALES = (0.5, 0.25)
"""Powers of two, so that Chromium's numbers stay the same but for their size."""
_STEP_PX = 8
"""On so many CSS pixels of paper there are whole points, and dots; else each page is moved by a rest."""

_PLACES = (b" cm", b" re")
_NUMBERS = re.compile(rb"[-\d. ]+")
_MOST = 10 << 24
"""Chromium writes a number with so many decimals that, without the point, it is below this."""


def paper_of(size_px: tuple[float, float], scale: float) -> tuple[float, float]:
    """Return the size in CSS pixels of the paper for sheets of a size, of which it may show a little more."""
    width, height = (math.ceil(side * scale / _STEP_PX) * _STEP_PX for side in size_px)
    return width, height


def enlarge(pdf: Pdf, size_px: tuple[float, float]) -> None:
    """Make the pages of a print, whose paper has one of the scales, as large as the sheets are."""
    from pikepdf import Array

    width, height = (side * 0.75 for side in size_px)
    places: dict[tuple[int, int], Matrix] = {}
    copies: dict[tuple[tuple[int, int], Matrix], Object] = {}
    half, quarter = SCALES
    narrow_pt = paper_of(size_px, quarter)[0] * 0.75
    for sheet in pdf.pages:
        scale = quarter if float(sheet.mediabox[2]) == narrow_pt else half
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
        lines = sheet.Contents.read_bytes().split(b"\n")
        full = [_as_at_full_size(line, scale) if line.endswith(_PLACES) else line for line in lines]
        sheet.Contents.write(b"\n".join([f"{numbers} cm".encode(), *full]))
    if "/Outlines" in pdf.Root:
        _enlarge_entries(pdf.Root.Outlines.get("/First"), places)


def _as_at_full_size(line: bytes, scale: float) -> bytes:
    """Return a line that says a place, with its numbers as parts of what Chromium writes at full size.

    What lies on the edge of a pixel is else drawn on its other side.
    """
    numbers, _, operator = line.rpartition(b" ")
    if not _NUMBERS.fullmatch(numbers):
        return line
    return b" ".join([*(_part(number, scale) for number in numbers.split(b" ")), operator])


@lru_cache(maxsize=1 << 14)
def _part(number: bytes, scale: float) -> bytes:
    value = float(number) / scale
    decimals = next((count for count in range(8, 0, -1) if abs(value) * 10**count < _MOST), 0)
    return f"{round(value, decimals) * scale:.10f}".rstrip("0").rstrip(".").encode()


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
