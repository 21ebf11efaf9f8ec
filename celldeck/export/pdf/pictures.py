"""Rasters for a PDF: no more pixels than are seen, packed as what they are, photograph or diagram."""

from __future__ import annotations

import io
import json
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from celldeck.files import write_atomically
from celldeck.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image as Pillow

Quality = Literal["draft", "good", "lossless"]
# Pixels for a CSS pixel of the page, and the quality of JPEGs.
_LOOKS: dict[Quality, tuple[float, int]] = {"draft": (1.0, 60), "good": (2.0, 80), "lossless": (1e9, 100)}
_VERSION = 2


@frozen
class Packed:
    """A picture as a PDF's image XObject holds it."""

    entries: dict[str, Any]
    """Of its dictionary, names with a slash; a palette is bytes in hexadecimal."""
    data: bytes
    mask: tuple[int, int, bytes] | None = None
    """Width, height and deflated bytes of its opacity; None: opaque."""


def packed_name(name: str, size_px: tuple[int, int], scale: float, quality: Quality) -> str:
    """Return what a raster is called as the PDF will hold it: `pack` keeps it in a file of this name."""
    (width, height), _ = _look(size_px, scale, quality)
    return f"{name}-{width}x{height}-{quality}-{_VERSION}"


def _look(size_px: tuple[int, int], scale: float, quality: Quality) -> tuple[tuple[int, int], int]:
    density, jpeg_quality = _LOOKS[quality]
    share = min(1.0, scale * density)
    width, height = (max(1, round(side * share)) for side in size_px)
    return (width, height), jpeg_quality


def pack(
    name: str, data: bytes, size_px: tuple[int, int], scale: float, quality: Quality, folder: Path
) -> Packed:
    """Return a raster as the PDF will hold it, from `folder` if it was made before.

    Args:
        scale: CSS pixels for one of its pixels where it is shown largest.

    Raises:
        OSError: it is damaged.
    """
    file = folder / f"{packed_name(name, size_px, scale, quality)}.picture"
    if kept := read_packed(file):
        return kept
    size, jpeg_quality = _look(size_px, scale, quality)
    packed = _pack(data, size, jpeg_quality, lossless=quality == "lossless")
    _keep(packed, file)
    return packed


def _pack(data: bytes, size: tuple[int, int], jpeg_quality: int, *, lossless: bool) -> Packed:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # a large photograph is made small here, which is the point
    with Image.open(io.BytesIO(data)) as opened:
        is_jpeg = opened.format == "JPEG"
        if (
            is_jpeg
            and opened.mode in {"RGB", "L"}
            and opened.size == size
            and not opened.getexif().get(0x0112)
        ):
            space = "/DeviceGray" if opened.mode == "L" else "/DeviceRGB"
            whole = Packed(_entries(size, space, 8) | {"/Filter": "/DCTDecode"}, data)
            if lossless or len(data) <= most_bytes(size):
                return whole
        opened.draft("RGB", size)
        image: Pillow.Image = ImageOps.exif_transpose(opened)
        if "A" in image.getbands() or "transparency" in image.info:
            image = image.convert("RGBA")
        elif image.mode != "L":
            image = image.convert("RGB")
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    mask = None
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        image = image.convert("RGB")
        if alpha.getextrema() != (255, 255):
            mask = (*size, zlib.compress(alpha.tobytes(), 6))
    if lossless:
        return _deflated(image, mask)
    flat = None if is_jpeg else _palette(image)
    if flat is not None:
        return Packed(*flat, mask)
    return Packed(*_jpeg(image, jpeg_quality, subsampling=2 if is_jpeg else 0), mask)


def most_bytes(size_px: tuple[int, int]) -> int:
    """Return how large a photograph may be to stay as it is."""
    return size_px[0] * size_px[1] // 5


def as_photograph(image: Pillow.Image, quality: Quality) -> Packed:
    """Return a picture, grey or in colours, as a photograph."""
    return Packed(*_jpeg(image, _LOOKS[quality][1], subsampling=2))


def _jpeg(image: Pillow.Image, quality: int, subsampling: int) -> tuple[dict[str, Any], bytes]:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling=subsampling, optimize=True)
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    return _entries(image.size, space, 8) | {"/Filter": "/DCTDecode"}, file.getvalue()


def reduced(data: bytes, size_px: tuple[int, int], scale: float, quality: Quality) -> bytes:
    """Return a raster as a file with no more pixels than are seen; as it is, if that saves little.

    Args:
        scale: as `pack`.
    """
    from PIL import Image, ImageOps

    size, jpeg_quality = _look(size_px, scale, quality)
    if size[0] * size[1] > 0.8 * size_px[0] * size_px[1]:
        return data
    Image.MAX_IMAGE_PIXELS = None  # as in `_pack`
    file = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data)) as opened:
            is_jpeg = opened.format == "JPEG"
            if getattr(opened, "is_animated", False):
                return data
            opened.draft("RGB", size)
            image: Pillow.Image = ImageOps.exif_transpose(opened)
            has_alpha = "A" in image.getbands() or "transparency" in image.info
            image = image.convert("RGBA" if has_alpha else "RGB")
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        if is_jpeg:
            image.save(file, "JPEG", quality=max(90, jpeg_quality), subsampling=0)
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
    from PIL import Image, ImageChops, ImageStat

    if image.mode == "L":
        image = image.convert("RGB")
    small = image.resize((min(200, image.width), min(200, image.height)), Image.Resampling.NEAREST)
    # A photograph has nearly as many colours as pixels; to quantise it would take long, in vain.
    if small.getcolors(small.width * small.height // 4) is None:
        return None
    quantised = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    again = quantised.convert("RGB").resize(small.size, Image.Resampling.NEAREST)
    # 40 dB, a difference that nobody sees.
    if max(ImageStat.Stat(ImageChops.difference(small, again)).rms) > 2.55:
        return None
    colours = bytes(quantised.getpalette() or ())
    data = zlib.compress(quantised.tobytes(), 6)
    # As a photograph it would take about a third of a byte for a pixel.
    if len(data) > image.width * image.height // 3:
        return None
    entries = _entries(image.size, "/DeviceRGB", 8) | {"/Filter": "/FlateDecode", "/Palette": colours.hex()}
    return entries, data


def _deflated(image: Pillow.Image, mask: tuple[int, int, bytes] | None) -> Packed:
    space = "/DeviceGray" if image.mode == "L" else "/DeviceRGB"
    entries = _entries(image.size, space, 8) | {"/Filter": "/FlateDecode"}
    return Packed(entries, zlib.compress(image.tobytes(), 6), mask)


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
