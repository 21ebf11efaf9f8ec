"""Rasters for a PDF: no more pixels than are seen, packed as what they are, photograph or diagram."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from celldeck.export.palette import is_photograph, quantised
from celldeck.export.pdf.encoded import encoded
from celldeck.export.pdf.flate import deflated
from celldeck.export.pdf.look import Look, Part, Quality
from celldeck.export.pdf.packed import (
    Mask,
    Packed,
    entries_of,
    exact,
    keep_packed,
    lossless,
    read_packed,
    squares,
)
from celldeck.export.pdf.photographs import jpeg
from celldeck.export.pdf.resized import cut, of_whole, resized

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image as Pillow

_QUALITIES: dict[Quality, dict[int, float]] = {
    "draft": {60: 0},
    "good": {60: 36, 65: 35.5, 70: 35, 75: 34.5, 80: 34, 85: 34, 90: 34, 94: 0},
    "lossless": {100: 0},
}
"""Of JPEGs: the first that gives so many decibels will do."""
_WORTH = 1.5
"""A diagram keeps its own pixels where that costs no more bytes than so many times those of the smaller one:
made smaller, its edges blur."""
_COLOURS_OF_EDGES = 2048
_SPARSE = 20
"""A diagram that takes a byte for so many pixels, or less, keeps them without a comparison."""
_NEARER = 4
"""Decibels, by which the JPEG of a picture that was given more pixels is nearer: it has lost something."""
_EDGES = 0.05
"""Of the pixels of a mask: where no more are seen through in part, these are the edges of what is opaque."""
_STEPS_OF_EDGES = 15
_VERSION = 11


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
    keep_packed(packed, file)
    return packed


def _pack(data: bytes, size: tuple[int, int], quality: Quality, part: Part | None = None) -> Packed:
    from PIL import Image, ImageOps

    is_lossless = quality == "lossless"
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
            whole = Packed(entries_of(size, space, 8) | {"/Filter": "/DCTDecode"}, data)
            if is_lossless or len(data) <= most_bytes(size):
                return whole
        opened.draft("RGB", of_whole(size, part))
        ImageOps.exif_transpose(opened, in_place=True)
        own = _in_colours(opened)
    if part:
        own = cut(own, part, size, quality, is_jpeg)
        size = own.size
    if size[0] > own.width:
        # As squares, a photograph would take many bytes for what nobody misses.
        is_smooth = is_photograph(own)
        return _pack(data, own.size, quality) if is_smooth else squares(own, size[0] // own.width)
    diagram = None if is_jpeg or quality != "good" else _own_pixels(own, size)
    if diagram and diagram.length <= own.width * own.height // _SPARSE:
        return diagram
    image, mask = _without_alpha(resized(own, size, quality, is_jpeg), is_exact=is_lossless)
    if is_lossless:
        return lossless(image, mask)
    if not is_jpeg and (flat := _palette(image)):
        fewer = Packed(*flat, mask)
        return diagram if diagram and diagram.length <= _WORTH * fewer.length else fewer
    photograph = _photograph(image, quality, 2 if is_jpeg else 0, mask, is_fine=image.width > asked[0])
    # A picture of little detail may take less as it is.
    is_small = not is_jpeg and size == own.size and len(data) < len(photograph.data)
    return Packed(*exact(image), mask) if is_small else photograph


def _in_colours(image: Pillow.Image) -> Pillow.Image:
    """Return a picture as RGB or L, or as RGBA if something is seen through it."""
    # Pillow converts by a copy, even to what it is.
    if "A" in image.getbands() or "transparency" in image.info:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            return image
    return image if image.mode in {"RGB", "L"} else image.convert("RGB")


def _without_alpha(image: Pillow.Image, is_exact: bool = False) -> tuple[Pillow.Image, Mask | None]:
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
    return image.convert("RGB"), (*image.size, deflated(alpha.tobytes()))


def _own_pixels(own: Pillow.Image, size: tuple[int, int]) -> Packed | None:
    """Return a diagram with the pixels that it has, if they are not many more than `size`."""
    from PIL import Image

    if not size[0] < own.width <= 2 * size[0]:
        return None
    # With so many colours, its edges are soft already; every fourth line tells.
    lines = own.resize((own.width, max(1, own.height // 4)), Image.Resampling.NEAREST)
    if lines.getcolors(_COLOURS_OF_EDGES) is None:
        return None
    image, mask = _without_alpha(own)
    flat = _palette(image)
    return Packed(*flat, mask) if flat else None


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
    mask: Mask | None = None,
    is_fine: bool = False,
) -> Packed:
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    nearer = _NEARER if is_fine else 0
    data = jpeg(image, {q: enough + nearer for q, enough in _QUALITIES[quality].items()}, subsampling)
    return Packed(entries_of(image.size, space, 8) | {"/Filter": "/DCTDecode"}, data, mask)


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
    try:
        with Image.open(io.BytesIO(data)) as opened:
            is_jpeg = opened.format == "JPEG"
            opened.draft("RGB", of_whole(size, part))
            image: Pillow.Image = ImageOps.exif_transpose(opened)
            has_alpha = "A" in image.getbands() or "transparency" in image.info
            image = image.convert("RGBA" if has_alpha else "RGB")
        image = cut(image, part, size, quality, is_jpeg) if part else resized(image, size, quality, is_jpeg)
        if is_jpeg:
            return encoded(image, "JPEG", quality=95, subsampling=0)
        return encoded(image, "PNG", compress_level=1)
    except Exception:
        # What Pillow cannot read, for whatever reason, is the browser's to show.
        return data


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
    data = deflated(flat.tobytes())
    # As a photograph it would take about a third of a byte for a pixel.
    if len(data) > image.width * image.height // 3:
        return None
    entries = entries_of(image.size, "/DeviceRGB", 8) | {"/Filter": "/FlateDecode", "/Palette": colours.hex()}
    return entries, data
