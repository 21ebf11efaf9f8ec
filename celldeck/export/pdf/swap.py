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

    def __init__(self, pdf: Pdf) -> None:
        """Take the PDF."""
        self._pdf = pdf
        self._places: dict[str, list[tuple[Object, str]]] = {}
        """Tables of resources, and the names in them, by picture whatever its size."""
        self._put: dict[str, tuple[str, Object]] = {}
        """What stands there: its name, and the object that shows it."""

    def place(self, table: Object, key: str, name: str, made: Mapping[str, Packed | bytes]) -> None:
        """Let a picture stand in a place.

        Args:
            table: of resources.
            key: the name in it.
            name: of the picture.
            made: what there is by name (see `prints.Print.pictures`).
        """
        which = _which(name)
        places = self._places.setdefault(which, [])
        places.append((table, key))
        put = self._put.get(which)
        if put is not None and _pixels(put[0]) >= _pixels(name):
            table[key] = put[1]
            return
        item = self._object(name, made[name])
        self._put[which] = (name, item)
        for table, key in places:
            table[key] = item

    def _object(self, name: str, picture: Packed | bytes) -> Object:
        if isinstance(picture, Packed):
            return _image(self._pdf, picture)
        return as_form(picture, _size(name), self._pdf)


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


class Fonts:
    """The font programs of one PDF: those that are there more than once, from several prints, become one."""

    def __init__(self, pdf: Pdf) -> None:
        """Take the PDF."""
        self._pdf = pdf
        self._programs: dict[bytes, Object] = {}
        self._seen = 0

    def share(self) -> None:
        """Let what has come into the PDF since the last time share font programs with what was there."""
        from pikepdf import Dictionary

        first, self._seen = self._seen + 1, len(self._pdf.objects)
        for number in range(first, self._seen + 1):
            item = self._pdf.get_object(number, 0)
            if isinstance(item, Dictionary) and "/FontFile2" in item:
                program = item.FontFile2.read_raw_bytes()
                item.FontFile2 = self._programs.setdefault(program, item.FontFile2)
