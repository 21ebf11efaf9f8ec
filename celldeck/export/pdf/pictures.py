"""Rasters for a PDF: no more pixels than are seen, packed as what they are, photograph or diagram."""

from __future__ import annotations

import io
import json
import math
import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from celldeck.export.palette import is_photograph, quantised
from celldeck.export.pdf.photographs import in_decibels, jpeg, squared_error
from celldeck.files import write_atomically
from celldeck.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image as Pillow

Quality = Literal["draft", "good", "lossless"]
Part = tuple[float, float, float, float]
"""Of a picture, left, top, right and bottom, as shares of its sides."""
# Pixels for a CSS pixel of the page, and qualities of JPEGs: the first that gives so many decibels will do.
_LOOKS: dict[Quality, tuple[float, dict[int, float]]] = {
    "draft": (1.0, {60: 0}),
    "good": (2.0, {60: 36, 65: 35.5, 70: 35, 75: 34.5, 80: 34, 85: 34, 90: 34, 94: 0}),
    "lossless": (1e9, {100: 0}),
}
_SQUARES_PX = (1.5, 1.9)
"""Pixels for a CSS pixel: a picture with fewer than the first is given the second at least, as squares."""
_WORTH = 1.5
"""A diagram keeps its own pixels where that costs no more bytes than so many times those of the smaller one:
made smaller, its edges blur."""
_COLOURS_OF_EDGES = 2048
_SPARSE = 20
"""A diagram that takes a byte for so many pixels, or less, keeps them without a comparison."""
_LARGE_PX = 600_000
_FINE = 34.7
"""Decibels, below which a large picture gets more pixels than twice those of the screen."""
_MORE = 1.25
_NEARER = 4
"""Decibels, by which the JPEG of such a picture is nearer: it has lost something already."""
_BANDS = 8
_EDGES = 0.05
"""Of the pixels of a mask: where no more are seen through in part, these are the edges of what is opaque."""
_STEPS_OF_EDGES = 15
_VERSION = 9


@frozen
class Packed:
    """A picture as a PDF's image XObject holds it."""

    entries: dict[str, Any]
    """Of its dictionary, names with a slash; a palette is bytes in hexadecimal."""
    data: bytes
    mask: tuple[int, int, bytes] | None = None
    """Width, height and deflated bytes of its opacity; None: opaque."""


@frozen
class Look:
    """How a raster is seen."""

    scale: float
    """CSS pixels for one of its pixels where it is shown largest."""
    has_squares: bool = False
    """A pixel of it is a square with sharp edges, as Chromium prints what has a filter, in all viewers."""

    def size(self, own_px: tuple[int, int], quality: Quality) -> tuple[int, int]:
        """Return how many pixels a raster with so many will have in the PDF."""
        share = min(1.0, self.scale * _LOOKS[quality][0])
        few, enough = _SQUARES_PX
        if self.has_squares and self.scale * few > 1 and quality != "draft":
            share = math.ceil(self.scale * enough)
        width, height = (max(1, round(side * share)) for side in own_px)
        return width, height


def packed_name(name: str, size_px: tuple[int, int], look: Look, quality: Quality) -> str:
    """Return what a raster is called as the PDF will hold it: `pack` keeps it in a file of this name."""
    width, height = look.size(size_px, quality)
    return f"{name}-{width}x{height}-{quality}-{_VERSION}"


def pack(
    name: str,
    data: bytes,
    size_px: tuple[int, int],
    look: Look,
    quality: Quality,
    folder: Path,
    part: Part | None = None,
) -> Packed:
    """Return a raster as the PDF will hold it, from `folder` if it was made before.

    Args:
        size_px: of the part.
        part: what is seen of it; None: all.

    Raises:
        OSError: it is damaged.
    """
    file = folder / f"{packed_name(name, size_px, look, quality)}.picture"
    if kept := read_packed(file):
        return kept
    packed = _pack(data, look.size(size_px, quality), quality, part)
    _keep(packed, file)
    return packed


def _pack(data: bytes, size: tuple[int, int], quality: Quality, part: Part | None = None) -> Packed:
    from PIL import Image, ImageOps

    lossless = quality == "lossless"
    asked = size

    Image.MAX_IMAGE_PIXELS = None  # a large photograph is made small here, which is the point
    with Image.open(io.BytesIO(data)) as opened:
        is_jpeg = opened.format == "JPEG"
        if (
            is_jpeg
            and part is None
            and opened.mode in {"RGB", "L"}
            and opened.size == size
            and not opened.getexif().get(0x0112)
        ):
            space = "/DeviceGray" if opened.mode == "L" else "/DeviceRGB"
            whole = Packed(_entries(size, space, 8) | {"/Filter": "/DCTDecode"}, data)
            if lossless or len(data) <= most_bytes(size):
                return whole
        opened.draft("RGB", _of_whole(size, part))
        ImageOps.exif_transpose(opened, in_place=True)
        own = _in_colours(opened)
    if part:
        own = _cut(own, part, size, quality)
        size = own.size
    if size[0] > own.width:
        # As squares, a photograph would take many bytes for what nobody misses.
        is_smooth = is_photograph(own)
        return _pack(data, own.size, quality) if is_smooth else _squares(own, size[0] // own.width)
    diagram = None if is_jpeg or quality != "good" else _own_pixels(own, size)
    if diagram and _bytes_of(diagram) <= own.width * own.height // _SPARSE:
        return diagram
    image, mask = _without_alpha(_resized(own, size, quality), is_exact=lossless)
    if lossless:
        return _deflated(image, mask)
    if not is_jpeg and (flat := _palette(image)):
        fewer = Packed(*flat, mask)
        return diagram if diagram and _bytes_of(diagram) <= _WORTH * _bytes_of(fewer) else fewer
    photograph = _photograph(image, quality, 2 if is_jpeg else 0, mask, is_fine=image.width > asked[0])
    # A picture of little detail may take less as it is.
    is_small = not is_jpeg and size == own.size and len(data) < len(photograph.data)
    return Packed(*_exact(image), mask) if is_small else photograph


def _in_colours(image: Pillow.Image) -> Pillow.Image:
    """Return a picture as RGB or L, or as RGBA if something is seen through it."""
    # Pillow converts by a copy, even to what it is.
    if "A" in image.getbands() or "transparency" in image.info:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            return image
    return image if image.mode in {"RGB", "L"} else image.convert("RGB")


def _of_whole(size: tuple[int, int], part: Part | None) -> tuple[int, int]:
    """Return how many pixels a picture has, of which a part has so many."""
    left, top, right, bottom = part or (0, 0, 1, 1)
    return math.ceil(size[0] / (right - left)), math.ceil(size[1] / (bottom - top))


def _cut(own: Pillow.Image, part: Part, size: tuple[int, int], quality: Quality) -> Pillow.Image:
    """Return a part of a picture with so many pixels, or a few more; it may begin between two of its own."""
    from PIL import Image

    left, top, right, bottom = (share * own.size[at % 2] for at, share in enumerate(part))
    whole = own.crop((math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)))
    size = size if size == whole.size else _enough(whole, size, quality)
    return own.resize(size, Image.Resampling.BICUBIC, (left, top, right, bottom), reducing_gap=2.0)


def _resized(own: Pillow.Image, size: tuple[int, int], quality: Quality) -> Pillow.Image:
    """Return a picture with so many pixels, or a few more."""
    from PIL import Image

    if own.size == size:
        return own
    return own.resize(_enough(own, size, quality), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _enough(own: Pillow.Image, size: tuple[int, int], quality: Quality) -> tuple[int, int]:
    """Return so many pixels, or a few more if a picture is large and full of detail."""
    if quality != "good" or size[0] * size[1] < _LARGE_PX or _loss(own, size) >= _FINE:
        return size
    more = max(1.0, min(_MORE, own.width / size[0], own.height / size[1]))
    return round(size[0] * more), round(size[1] * more)


def _loss(own: Pillow.Image, size: tuple[int, int]) -> float:
    """Return how near a picture with so many pixels comes to all of it, in decibels.

    By how light it is, in some bands, as somebody sees it who has three dots where there are four pixels.
    """
    from PIL import Image

    height = max(1, own.height // (2 * _BANDS))
    made = (size[0], max(1, round(height * size[1] / own.height)))
    seen = (made[0] * 3 // 4, max(1, made[1] * 3 // 4))
    errors = []
    for number in range(_BANDS):
        top = (own.height - height) * number // (_BANDS - 1)
        # Colours would take three times as long, and tell hardly more.
        band = _on_paper(own.crop((0, top, own.width, top + height))).convert("L")
        few = band.resize(made, Image.Resampling.BICUBIC, reducing_gap=2.0)
        errors.append(squared_error(*(one.resize(seen, Image.Resampling.BOX) for one in (band, few))))
    return in_decibels(sum(errors) / _BANDS)


def _on_paper(image: Pillow.Image) -> Pillow.Image:
    """Return a picture as it is seen on white."""
    from PIL import Image

    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _without_alpha(
    image: Pillow.Image, is_exact: bool = False
) -> tuple[Pillow.Image, tuple[int, int, bytes] | None]:
    """Return a picture's colours, and its opacity as a mask; None: it is opaque."""
    if image.mode != "RGBA":
        return image, None
    alpha = image.getchannel("A")
    counts = alpha.histogram()
    if counts[255] == image.width * image.height:
        return image.convert("RGB"), None
    if not is_exact and sum(counts[1:255]) <= _EDGES * image.width * image.height:
        step = 255 / _STEPS_OF_EDGES
        alpha = alpha.point([round(round(opacity / step) * step) for opacity in range(256)])
    return image.convert("RGB"), (*image.size, zlib.compress(alpha.tobytes(), 6))


def _own_pixels(own: Pillow.Image, size: tuple[int, int]) -> Packed | None:
    """Return a diagram with the pixels that it has, if they are not many more than `size`."""
    # With so many colours, its edges are soft already.
    if not size[0] < own.width <= 2 * size[0] or own.getcolors(_COLOURS_OF_EDGES) is None:
        return None
    image, mask = _without_alpha(own)
    flat = _palette(image)
    return Packed(*flat, mask) if flat else None


def _bytes_of(packed: Packed) -> int:
    return len(packed.data) + (len(packed.mask[2]) if packed.mask else 0)


def most_bytes(size_px: tuple[int, int]) -> int:
    """Return how large a photograph may be to stay as it is."""
    return size_px[0] * size_px[1] // 5


def as_photograph(image: Pillow.Image, quality: Quality) -> Packed:
    """Return a picture, grey or in colours, as a photograph."""
    return _photograph(image, quality, 2)


def _photograph(
    image: Pillow.Image,
    quality: Quality,
    subsampling: int,
    mask: tuple[int, int, bytes] | None = None,
    is_fine: bool = False,
) -> Packed:
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    nearer = _NEARER if is_fine else 0
    data = jpeg(image, {q: enough + nearer for q, enough in _LOOKS[quality][1].items()}, subsampling)
    return Packed(_entries(image.size, space, 8) | {"/Filter": "/DCTDecode"}, data, mask)


def reduced(
    data: bytes, size_px: tuple[int, int], look: Look, quality: Quality, part: Part | None = None
) -> bytes:
    """Return a raster as a file with no more pixels than are seen; as it is, if that saves little.

    Args:
        size_px: of the part.
        part: what is seen of it; None: all.
    """
    from PIL import Image, ImageOps

    size = look.size(size_px, quality)
    if part is None and size[0] * size[1] > 0.8 * size_px[0] * size_px[1]:
        return data
    Image.MAX_IMAGE_PIXELS = None  # as in `_pack`
    file = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data)) as opened:
            is_jpeg = opened.format == "JPEG"
            if part is None and getattr(opened, "is_animated", False):
                return data
            opened.draft("RGB", _of_whole(size, part))
            image: Pillow.Image = ImageOps.exif_transpose(opened)
            has_alpha = "A" in image.getbands() or "transparency" in image.info
            image = image.convert("RGBA" if has_alpha else "RGB")
        image = _cut(image, part, size, quality) if part else _resized(image, size, quality)
        if is_jpeg:
            image.save(file, "JPEG", quality=95, subsampling=0)
        else:
            image.save(file, "PNG", compress_level=1)
    except Exception:
        # What Pillow cannot read, for whatever reason, is the browser's to show.
        return data
    return file.getvalue()


def is_opaque(data: bytes) -> bool:
    """Say whether nothing is seen through a raster; False for one that is damaged."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # as in `_pack`
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.mode in {"RGB", "L"} and "transparency" not in image.info:
                return True
            return image.convert("RGBA").getchannel("A").getextrema() == (255, 255)
    except Exception:
        # As in `reduced`.
        return False


def _palette(image: Pillow.Image) -> tuple[dict[str, Any], bytes] | None:
    """Return the picture in at most 256 colours, if it is a diagram: smaller so than as a photograph."""
    flat = quantised(image.convert("RGB") if image.mode == "L" else image)
    if flat is None:
        return None
    colours = bytes(flat.getpalette() or ())
    data = zlib.compress(flat.tobytes(), 6)
    # As a photograph it would take about a third of a byte for a pixel.
    if len(data) > image.width * image.height // 3:
        return None
    entries = _entries(image.size, "/DeviceRGB", 8) | {"/Filter": "/FlateDecode", "/Palette": colours.hex()}
    return entries, data


def _deflated(image: Pillow.Image, mask: tuple[int, int, bytes] | None) -> Packed:
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    entries = _entries(image.size, space, 8) | {"/Filter": "/FlateDecode"}
    return Packed(entries, zlib.compress(image.tobytes(), 6), mask)


def _squares(image: Pillow.Image, times: int) -> Packed:
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
    entries = _entries(size, space, 8) | {"/Filter": "/FlateDecode", "/Predictor": 15}
    if flat is not None:
        entries["/Palette"] = bytes(flat.getpalette() or ()).hex()
    return Packed(entries, zlib.compress(content, 6))


def _exact(image: Pillow.Image) -> tuple[dict[str, Any], bytes]:
    """Return a picture as it is, deflated as in a PNG: as what differs from the pixels beside and above.

    PNG: https://www.w3.org/TR/png-3/#11IDAT
    """
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    content = file.getvalue()
    parts = []
    at = 8
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IDAT":
            parts.append(content[at + 8 : at + 8 + length])
        at += length + 12
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    entries = _entries(image.size, space, 8) | {"/Filter": "/FlateDecode", "/Predictor": 15}
    return entries, b"".join(parts)


def _entries(size: tuple[int, int], space: str, bits: int) -> dict[str, Any]:
    return {"/Width": size[0], "/Height": size[1], "/ColorSpace": space, "/BitsPerComponent": bits}


def read_packed(file: Path) -> Packed | None:
    """Return what `pack` kept in a file; None: it is not there, or damaged."""
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


def _keep(packed: Packed, file: Path) -> None:
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
