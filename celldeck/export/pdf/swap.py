"""The pictures take the places that blanks have kept for them in a printed PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from celldeck.export.pdf.pictures import Packed
from celldeck.export.pdf.stand_ins import name_of

if TYPE_CHECKING:
    from pikepdf import Object, Pdf


def blanks(pdf: Pdf) -> dict[str, list[Object]]:
    """Return the images of a PDF that are blanks, by the name of the picture each stands for."""
    from pikepdf import Stream

    found: dict[str, list[Object]] = {}
    for item in pdf.objects:
        is_jpeg = isinstance(item, Stream) and item.get("/Filter") == "/DCTDecode"
        if is_jpeg and (name := name_of(item.read_raw_bytes())):
            found.setdefault(name, []).append(item)
    return found


def swap_in(
    pdf: Pdf, made: Mapping[str, Packed | Callable[[Pdf], Object]], places: dict[str, list[Object]]
) -> None:
    """Put pictures in the place of their blanks.

    Args:
        made: by name: a packed raster, or what gives a form of this PDF.
        places: what `blanks` gave.
    """
    forms: dict[tuple[int, int], Object] = {}
    for name, streams in places.items():
        picture = made[name]
        if isinstance(picture, Packed):
            for stream in streams:
                _fill(pdf, stream, picture)
        else:
            form = picture(pdf)
            forms |= {stream.objgen: form for stream in streams}
    if forms:
        for drawn in _resources(pdf):
            for key, value in list(drawn.items()):
                if value.objgen in forms:
                    drawn[key] = forms[value.objgen]
        _share_fonts(pdf)


def _fill(pdf: Pdf, stream: Object, picture: Packed) -> None:
    from pikepdf import Array, Name

    entries = picture.entries
    for key in ("/ColorTransform", "/DecodeParms", "/SMask", "/Decode"):
        if key in stream:
            del stream[key]
    for key in ("/Width", "/Height", "/BitsPerComponent"):
        stream[key] = entries[key]
    space = Name(entries["/ColorSpace"])
    if "/Palette" in entries:
        colours = bytes.fromhex(entries["/Palette"])
        stream.ColorSpace = Array([Name.Indexed, space, len(colours) // 3 - 1, colours])
    else:
        stream.ColorSpace = space
    stream.write(picture.data, filter=Name(entries["/Filter"]))
    if picture.mask:
        width, height, data = picture.mask
        mask = pdf.make_stream(
            b"",
            {
                "/Type": Name.XObject,
                "/Subtype": Name.Image,
                "/Width": width,
                "/Height": height,
                "/ColorSpace": Name.DeviceGray,
                "/BitsPerComponent": 8,
            },
        )
        mask.write(data, filter=Name.FlateDecode)
        stream.SMask = mask


def _resources(pdf: Pdf) -> Iterator[Object]:
    """Give the tables of pictures and forms of all that draws: pages, forms, patterns."""
    from pikepdf import Dictionary, Stream

    for item in pdf.objects:
        if isinstance(item, Dictionary | Stream):
            resources = item.get("/Resources")
            drawn = resources.get("/XObject") if isinstance(resources, Dictionary) else None
            if isinstance(drawn, Dictionary):
                yield drawn


def _share_fonts(pdf: Pdf) -> None:
    """Let font programs that drawings were printed with together, and that were kept apart, be one again."""
    from pikepdf import Dictionary

    first: dict[bytes, Object] = {}
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/FontFile2" in item:
            program = item.FontFile2.read_raw_bytes()
            item.FontFile2 = first.setdefault(program, item.FontFile2)
