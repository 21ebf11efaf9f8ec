"""The pictures take the places that blanks have kept for them in a printed PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from celldeck.export.pdf.drawings import as_form
from celldeck.export.pdf.packed import Packed
from celldeck.export.pdf.stand_ins import name_of

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_SIDES = r"([\d.]+)x([\d.]+)"


def blanks(pdf: Pdf) -> dict[str, list[Object]]:
    """Return the images of a PDF that are blanks, by the name of the picture each stands for."""
    from pikepdf import Stream

    found: dict[str, list[Object]] = {}
    for item in pdf.objects:
        is_jpeg = isinstance(item, Stream) and item.get("/Filter") == "/DCTDecode"
        if is_jpeg and (name := name_of(item.read_raw_bytes())):
            found.setdefault(name, []).append(item)
    return found


def places_of(
    pdf: Pdf, drawn: Object, names: Mapping[tuple[int, int], str], seen: set[tuple[int, int]] | None = None
) -> list[tuple[Object, str, str]]:
    """Return where a page, or a form, draws blanks: a table of its resources, the name in it, which picture.

    Args:
        names: of pictures, by the blanks' numbers.
    """
    from pikepdf import Dictionary, Stream

    seen = set() if seen is None else seen
    found: list[tuple[Object, str, str]] = []
    resources = drawn.get("/Resources")
    if not names or not isinstance(resources, Dictionary):
        return found
    for kind in ("/XObject", "/Pattern"):
        table = resources.get(kind)
        if not isinstance(table, Dictionary):
            continue
        if not table.is_indirect:
            # It is referred to from here and from what is noted of the page.
            table = resources[kind] = pdf.make_indirect(table)
        for key, value in list(table.items()):
            if value.objgen in names:
                found.append((table, key, names[value.objgen]))
                # The blank itself is not kept: what is put here stands for it.
                table[key] = 0
            elif isinstance(value, Stream) and value.objgen not in seen:
                seen.add(value.objgen)
                found += places_of(pdf, value, names, seen)
    return found


class Pictures:
    """The pictures of one PDF: each is in it once, with the most pixels that any of its places wants."""

    def __init__(self, pdf: Pdf, made: Mapping[str, Packed | bytes]) -> None:
        """Take the PDF, and what there is by name (see `prints.Print.pictures`)."""
        self._pdf = pdf
        self._made = made
        self._largest: dict[str, str] = {}
        for name in made:
            other = self._largest.setdefault(_which(name), name)
            if _pixels(name) > _pixels(other):
                self._largest[_which(name)] = name
        self._put: dict[str, Object] = {}

    def __getitem__(self, name: str) -> Object:
        """Return the object that shows the picture of this name."""
        name = self._largest[_which(name)]
        if name not in self._put:
            picture = self._made[name]
            if isinstance(picture, Packed):
                self._put[name] = _image(self._pdf, picture)
            else:
                self._put[name] = as_form(picture, _size(name), self._pdf)
        return self._put[name]


def _which(name: str) -> str:
    return re.sub(rf"-{_SIDES}-", "-", name)


def _size(name: str) -> tuple[float, float]:
    width, height = re.findall(rf"-{_SIDES}-", name)[0]
    return float(width), float(height)


def _pixels(name: str) -> float:
    width, height = _size(name)
    return width * height


def _image(pdf: Pdf, picture: Packed) -> Object:
    from pikepdf import Array, Dictionary, Name

    entries = picture.entries
    head = Dictionary(Type=Name.XObject, Subtype=Name.Image)
    for key in ("/Width", "/Height", "/BitsPerComponent"):
        head[key] = entries[key]
    space = Name(entries["/ColorSpace"])
    if "/Palette" in entries:
        palette = bytes.fromhex(entries["/Palette"])
        head.ColorSpace = Array([Name.Indexed, space, len(palette) // 3 - 1, palette])
    else:
        head.ColorSpace = space
    stream = pdf.make_stream(b"", head)
    parameters = None
    if "/Predictor" in entries:
        channels = 1 if space == Name.DeviceGray or "/Palette" in entries else 3
        parameters = Dictionary(
            Predictor=entries["/Predictor"],
            Colors=channels,
            BitsPerComponent=entries["/BitsPerComponent"],
            Columns=entries["/Width"],
        )
    stream.write(picture.data, filter=Name(entries["/Filter"]), decode_parms=parameters)
    if picture.mask:
        width, height, data = picture.mask
        mask = pdf.make_stream(
            b"",
            Dictionary(
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=width,
                Height=height,
                ColorSpace=Name.DeviceGray,
                BitsPerComponent=8,
            ),
        )
        mask.write(data, filter=Name.FlateDecode)
        stream.SMask = mask
    return stream


def share_fonts(pdf: Pdf) -> None:
    """Let font programs that are there more than once, from several prints, be one."""
    from pikepdf import Dictionary

    first: dict[bytes, Object] = {}
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/FontFile2" in item:
            program = item.FontFile2.read_raw_bytes()
            item.FontFile2 = first.setdefault(program, item.FontFile2)
