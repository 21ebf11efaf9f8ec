"""Pictures that Chromium itself has put into a print: kept as what they are, photographs or soft shadows.

A photograph in a background is in there as its author has it, however many bytes that takes. What it draws of
a picture seen in part, or through a filter, it deflates, photographs too. A soft shadow is a mask that
has a pixel for each dot, and no detail.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from celldeck.export.pdf.look import Quality
from celldeck.export.pdf.packed import Packed
from celldeck.export.pdf.pictures import as_photograph, most_bytes

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_LEAST_BYTES = 8192
_LEAST_BYTES_OF_MASKS = 1024
_BITS_OF_PHOTOGRAPHS = 1.0
"""For a pixel, deflated: diagrams have fewer."""
_COARSE = 2
"""A soft mask has a pixel for so many dots."""
_SMOOTH = 2.0
"""Of 255, by which pixels may differ, on average, from those that are made from half as many."""


def repack(pdf: Pdf, blanks: set[tuple[int, int]], quality: Quality, pool: Executor) -> None:
    """Make the pictures in a print smaller where nobody sees it.

    Args:
        blanks: the numbers of images that stand for others.
    """
    if quality == "lossless":
        return
    found = [image for image in _images(pdf) if image.objgen not in blanks]
    jobs = [(image, pool.submit(*job)) for image in found if (job := _job(image, quality))]
    for image, future in jobs:
        packed = future.result()
        if packed is not None and len(packed.data) < len(image.read_raw_bytes()):
            _replace(image, packed)


def _images(pdf: Pdf) -> Iterator[Object]:
    from pikepdf import Stream

    for item in pdf.objects:
        if (
            isinstance(item, Stream)
            and item.get("/Subtype") == "/Image"
            and item.get("/BitsPerComponent") == 8
        ):
            yield item


def _job(image: Object, quality: Quality) -> tuple[Any, ...] | None:
    """Return what to call, and with what; None: the picture is well as it is."""
    size, length = (int(image.Width), int(image.Height)), int(image.Length)
    is_jpeg = image.get("/Filter") == "/DCTDecode"
    is_mask = is_jpeg and image.get("/ColorSpace") == "/DeviceGray"
    if length < (_LEAST_BYTES_OF_MASKS if is_mask else _LEAST_BYTES):
        return None
    if is_mask:
        return (_coarse, image.read_raw_bytes(), size)
    if is_jpeg:
        if length > most_bytes(size):
            return (_again, image.read_raw_bytes(), quality)
        return None
    if image.get("/Filter") != "/FlateDecode" or 8 * length < _BITS_OF_PHOTOGRAPHS * size[0] * size[1]:
        return None
    return (_photograph, image.read_bytes(), size, quality)


def _photograph(pixels: bytes, size: tuple[int, int], quality: Quality) -> Packed | None:
    from PIL import Image

    if len(pixels) != size[0] * size[1] * 3:
        return None
    return as_photograph(Image.frombytes("RGB", size, pixels), quality)


def _again(data: bytes, quality: Quality) -> Packed | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            # Other colours than these are of profiles that the PDF has beside the picture.
            return as_photograph(image, quality) if image.mode == "RGB" else None
    except OSError:
        # A file that is cut short, of which Chromium shows what there is.
        return None


def _coarse(data: bytes, size: tuple[int, int]) -> Packed | None:
    from PIL import Image, ImageChops, ImageStat

    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("L", (size[0] // _COARSE, size[1] // _COARSE))
        image = opened.convert("L")
    if image.size == size:
        return None
    half = image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX)
    again = half.resize(image.size, Image.Resampling.BILINEAR)
    if ImageStat.Stat(ImageChops.difference(image, again)).rms[0] > _SMOOTH:
        return None
    return as_photograph(image, "good")


def _replace(image: Object, packed: Packed) -> None:
    from pikepdf import Name

    image.Width, image.Height = packed.entries["/Width"], packed.entries["/Height"]
    for key in ("/DecodeParms", "/ColorTransform"):
        if key in image:
            del image[key]
    image.write(packed.data, filter=Name(packed.entries["/Filter"]))
