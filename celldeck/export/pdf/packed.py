"""Pictures as a PDF's image XObject holds them, and as they are kept in files.

PDF 32000-1:2008, 8.9.5 (image dictionaries), 7.4.4.4 (predictors: those of PNG).
"""

from __future__ import annotations

import json
import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from celldeck.export.pdf.encoded import encoded
from celldeck.export.pdf.flate import deflated
from celldeck.files import write_atomically
from celldeck.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image as Pillow

_MOST = 9
"""Of libdeflate's levels, for what stays as it is."""
Mask = tuple[int, int, bytes]
"""Width, height and deflated bytes of a picture's opacity."""


@frozen
class Packed:
    """A picture as a PDF's image XObject holds it."""

    entries: dict[str, Any]
    """Of its dictionary, names with a slash; a palette is bytes in hexadecimal."""
    data: bytes
    mask: Mask | None = None
    """None: it is opaque."""

    @property
    def length(self) -> int:
        """How many bytes it takes."""
        return len(self.data) + (len(self.mask[2]) if self.mask else 0)


def entries_of(size: tuple[int, int], space: str, bits: int) -> dict[str, Any]:
    """Return what an image's dictionary says of its pixels."""
    return {"/Width": size[0], "/Height": size[1], "/ColorSpace": space, "/BitsPerComponent": bits}


def lossless(image: Pillow.Image, mask: Mask | None) -> Packed:
    """Return a picture, grey or in colours, without loss."""
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    entries = entries_of(image.size, space, 8) | {"/Filter": "/FlateDecode"}
    return Packed(entries, deflated(image.tobytes()), mask)


def exact(image: Pillow.Image) -> tuple[dict[str, Any], bytes]:
    """Return a picture as it is, deflated as in a PNG: as what differs from the pixels beside and above.

    PNG: https://www.w3.org/TR/png-3/#11IDAT
    """
    content = encoded(image, "PNG", compress_level=1)
    parts = []
    at = 8
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IDAT":
            parts.append(content[at + 8 : at + 8 + length])
        at += length + 12
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    entries = entries_of(image.size, space, 8) | {"/Filter": "/FlateDecode", "/Predictor": 15}
    return entries, deflated(zlib.decompress(b"".join(parts)), _MOST)


def squares(image: Pillow.Image, times: int) -> Packed:
    """Return an opaque picture with a square of so many pixels a side for each that it has.

    A line is deflated as what differs from the one above: of most lines that is nothing.
    PNG, filter types: https://www.w3.org/TR/png-3/#9Filter-types
    """
    from PIL import Image

    flat = None
    if image.getcolors(256):
        # This way of Pillow's gives each colour an entry of its own.
        flat = image.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    lines = (flat or image).resize((image.width * times, image.height), Image.Resampling.NEAREST).tobytes()
    length = len(lines) // image.height
    same = (b"\2" + bytes(length)) * (times - 1)
    content = b"".join(b"\0" + lines[at : at + length] + same for at in range(0, len(lines), length))
    size = (image.width * times, image.height * times)
    space = "/DeviceGray" if image.mode == "L" and flat is None else "/DeviceRGB"
    entries = entries_of(size, space, 8) | {"/Filter": "/FlateDecode", "/Predictor": 15}
    if flat is not None:
        entries["/Palette"] = bytes(flat.getpalette() or ()).hex()
    return Packed(entries, deflated(content))


def read_packed(file: Path) -> Packed | None:
    """Return what `keep_packed` wrote to a file; None: it is not there, or damaged."""
    try:
        head, _, rest = file.read_bytes().partition(b"\n")
        told = json.loads(head)
        if len(rest) != told["data"] + told["mask"][2] or zlib.crc32(rest) != told["sum"]:
            return None
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    data, mask = rest[: told["data"]], rest[told["data"] :]
    width, height, length = told["mask"]
    return Packed(told["entries"], data, (width, height, mask) if length else None)


def keep_packed(packed: Packed, file: Path) -> None:
    """Write a picture to a file for `read_packed`, if that can be done."""
    width, height, mask = packed.mask or (0, 0, b"")
    rest = packed.data + mask
    head = {
        "entries": packed.entries,
        "data": len(packed.data),
        "mask": (width, height, len(mask)),
        "sum": zlib.crc32(rest),
    }
    with suppress(OSError):  # a build works without its cache
        write_atomically(file, json.dumps(head).encode() + b"\n" + rest)
