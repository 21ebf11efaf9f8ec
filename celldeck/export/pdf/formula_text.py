"""The TeX of formulas as text that nobody sees: what is searched, copied and extracted where they are drawn.

Text in rendering mode 3 needs no embedded font, in PDF/UA-1 neither (7.21.4.1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from celldeck.export.pdf.matrix import Matrix, inverse, times
from celldeck.frozen import frozen

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_FONT = "/CelldeckTeX"
_STEP = re.compile(
    rb"^(?:(?P<save>q)|(?P<restore>Q)|(?P<matrix>[-\d. ]+) cm"
    rb"|/\w+ <</MCID (?P<mark>\d+) ?>>BDC|(?P<end>EMC))$",
    re.MULTILINE,
)


@frozen
class Formula:
    """A formula, and where it stands on its slide."""

    page: int
    """From 0."""
    box_px: tuple[float, float, float, float]
    """Left, top, width, height."""
    tex: str
    """On one line, as Chromium writes it into the tags."""


def on_one_line(tex: str) -> str:
    """Return TeX with one space for every run of white space."""
    return " ".join(tex.split())


def marks_of_formulas(pdf: Pdf, formulas: Sequence[Formula]) -> dict[int, dict[int, Formula]]:
    """Return by page (from 0) and mark of the content which formula the mark's content draws."""
    root = pdf.Root.get("/StructTreeRoot")
    if root is None or not formulas:
        return {}
    pages = {sheet.obj.objgen: number for number, sheet in enumerate(pdf.pages)}
    left: dict[tuple[int, str], list[Formula]] = {}
    for formula in reversed(formulas):
        left.setdefault((formula.page, formula.tex), []).append(formula)
    marks: dict[int, dict[int, Formula]] = {}
    for tex, sheet, mark in _tagged(root):
        page = pages.get(sheet)
        if page is not None and (found := left.get((page, tex))):
            marks.setdefault(page, {})[mark] = found.pop()
    return marks


def font_of_formulas(pdf: Pdf) -> Object:
    """Return a font for `write_formulas`, in a PDF."""
    from pikepdf import Dictionary, Name

    return pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )


def write_formulas(
    content: bytes, wanted: dict[int, Formula], height_pt: float, sheet: Page, font: Object
) -> bytes:
    """Return the content of a page with the TeX of formulas before the ends of their marks.

    Args:
        wanted: by mark.
        sheet: the page, whose resources get the font.
    """
    from pikepdf import Dictionary

    fonts = sheet.Resources.get("/Font")
    if fonts is None:
        fonts = sheet.Resources.Font = Dictionary()
    fonts[_FONT] = font
    return _written(content, wanted, height_pt)


def _tagged(element: Object, sheet: object = None) -> list[tuple[str, tuple[int, int], int]]:
    """Return each formula's TeX with its page and the first mark of its content, in reading order."""
    from pikepdf import Array, Dictionary

    found: list[tuple[str, tuple[int, int], int]] = []
    kids = element.get("/K")
    for kid in list(kids) if isinstance(kids, Array) else [kids]:
        if not isinstance(kid, Dictionary):
            continue
        if kid.get("/S") == "/Formula":
            place = _first_mark(kid)
            if place:
                found.append((on_one_line(str(kid.get("/Alt", ""))), *place))
        else:
            found += _tagged(kid)
    return found


def _first_mark(element: Object) -> tuple[tuple[int, int], int] | None:
    from pikepdf import Array, Dictionary

    kids = element.get("/K")
    for kid in list(kids) if isinstance(kids, Array) else [kids]:
        if isinstance(kid, int) and "/Pg" in element:
            return element.Pg.objgen, kid
        if isinstance(kid, Dictionary) and (place := _first_mark(kid)):
            return place
    return None


def _written(content: bytes, wanted: dict[int, Formula], height_pt: float) -> bytes:
    """Return a page's content with the texts before the ends of these marks."""
    now: Matrix = (1, 0, 0, 1, 0, 0)
    saved: list[Matrix] = []
    parts: list[bytes] = []
    at, open_mark = 0, None
    for step in _STEP.finditer(content):
        if step["save"]:
            saved.append(now)
        elif step["restore"]:
            now = saved.pop() if saved else now
        elif step["matrix"]:
            numbers = [float(number) for number in step["matrix"].split()]
            now = times(numbers, now) if len(numbers) == 6 else now
        elif step["mark"]:
            open_mark = int(step["mark"])
        elif open_mark in wanted:
            parts += [content[at : step.start()], _text(wanted.pop(open_mark), now, height_pt)]
            at, open_mark = step.start(), None
    return b"".join(parts) + content[at:]


def _text(formula: Formula, now: Matrix, height_pt: float) -> bytes:
    x, y, width, height = (side * 0.75 for side in formula.box_px)
    tex = formula.tex
    plain = tex.encode("cp1252", "replace")
    # Helvetica's letters are about half as wide as high.
    size = max(1.0, min(height, 12.0))
    stretch = max(1.0, 100 * width / (0.5 * size * max(1, len(plain))))
    place = times((1, 0, 0, 1, x, height_pt - y - height * 0.75), inverse(now))
    numbers = " ".join(f"{value:.5f}" for value in place)
    escaped = re.sub(rb"([\\()])", rb"\\\1", plain)
    shown = b"(" + escaped + b") Tj"
    if plain.decode("cp1252") != tex:
        actual = ("\ufeff" + tex).encode("utf-16-be").hex().encode()
        shown = b"/Span <</ActualText <" + actual + b">>>BDC\n" + shown + b"\nEMC"
    head = f"BT\n{_FONT} {size:.2f} Tf\n3 Tr\n{stretch:.2f} Tz\n{numbers} Tm\n".encode()
    return head + shown + b"\n100 Tz\n0 Tr\nET\n"
