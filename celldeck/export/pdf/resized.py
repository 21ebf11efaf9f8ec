"""Rasters with fewer pixels: as many as are seen, and some more where that is seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from celldeck.export.pdf.look import Part, Quality
from celldeck.export.pdf.photographs import in_decibels, squared_error

if TYPE_CHECKING:
    from PIL import Image as Pillow
    from PIL.Image import Resampling

_LARGE_PX = 600_000
_FINE = 34.7
"""Decibels, below which a large picture gets more pixels than twice those of the screen."""
_MORE = 1.25
_BANDS = 16


def resized(
    own: Pillow.Image, size: tuple[int, int], quality: Quality, is_photograph: bool = False
) -> Pillow.Image:
    """Return a picture with so many pixels, or a few more."""
    if own.size == size:
        return own
    how = _filter(is_photograph)
    return own.resize(_enough(own, size, quality, how), how, reducing_gap=2.0)


def cut(
    own: Pillow.Image, part: Part, size: tuple[int, int], quality: Quality, is_photograph: bool = False
) -> Pillow.Image:
    """Return a part of a picture with so many pixels, or a few more; it may begin between two of its own."""
    how = _filter(is_photograph)
    left, top, right, bottom = (share * own.size[at % 2] for at, share in enumerate(part))
    whole = own.crop((math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)))
    size = size if size == whole.size else _enough(whole, size, quality, how)
    return own.resize(size, how, (left, top, right, bottom), reducing_gap=2.0)


def of_whole(size: tuple[int, int], part: Part | None) -> tuple[int, int]:
    """Return how many pixels a picture has, of which a part has so many."""
    left, top, right, bottom = part or (0, 0, 1, 1)
    return math.ceil(size[0] / (right - left)), math.ceil(size[1] / (bottom - top))


def _filter(is_photograph: bool) -> Resampling:
    """Return a filter to make pictures smaller: Hamming's is nearly as sharp as bicubic, in half the time."""
    from PIL import Image

    return Image.Resampling.BICUBIC if is_photograph else Image.Resampling.HAMMING


def _enough(own: Pillow.Image, size: tuple[int, int], quality: Quality, how: Resampling) -> tuple[int, int]:
    """Return so many pixels, or a few more if a picture is large and full of detail."""
    if quality != "good" or size[0] * size[1] < _LARGE_PX or _loss(own, size, how) >= _FINE:
        return size
    more = max(1.0, min(_MORE, own.width / size[0], own.height / size[1]))
    return round(size[0] * more), round(size[1] * more)


def _loss(own: Pillow.Image, size: tuple[int, int], how: Resampling) -> float:
    """Return how near a picture with so many pixels comes to all of it, in decibels.

    By how light it is, in some bands, as somebody sees it who has three dots where there are four pixels.
    """
    from PIL import Image

    height = max(1, own.height // (4 * _BANDS))
    made = (size[0], max(1, round(height * size[1] / own.height)))
    seen = (made[0] * 3 // 4, max(1, made[1] * 3 // 4))
    errors = []
    for number in range(_BANDS):
        top = (own.height - height) * number // (_BANDS - 1)
        # Colours would take three times as long, and tell hardly more.
        band = _on_paper(own.crop((0, top, own.width, top + height))).convert("L")
        few = band.resize(made, how, reducing_gap=2.0)
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
