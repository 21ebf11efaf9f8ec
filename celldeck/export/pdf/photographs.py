"""JPEGs of photographs: each of the least quality that comes near enough to the picture."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from celldeck.export.pdf.encoded import encoded

if TYPE_CHECKING:
    from PIL import Image as Pillow

_LARGEST_SAMPLE_PX = 1 << 18
_SAFE_QUALITY = 80
"""Pillow's room for a JPEG that is made small is too small for noise of a higher quality."""


def jpeg(image: Pillow.Image, qualities: Mapping[int, float], subsampling: int) -> bytes:
    """Return a picture, grey or in colours, as a JPEG.

    Args:
        qualities: with the decibels that each has to reach; the first that does is taken, or the last.
        subsampling: Pillow's: 0 keeps the colour of each pixel, 2 that of four.
    """
    # Noise needs more than a sky does, for a difference that nobody sees.
    *steps, (best, _) = qualities.items()
    sample = _sample(image) if steps else image
    quality = next((q for q, enough in steps if _nearness(sample, q, subsampling) >= enough), best)
    # A progressive one would have three bytes less of a hundred, and take more than twice as long.
    is_safe = quality <= _SAFE_QUALITY
    return encoded(image, "JPEG", quality=quality, subsampling=subsampling, optimize=is_safe)


def _sample(image: Pillow.Image) -> Pillow.Image:
    """Return some stripes of a large picture."""
    from PIL import Image

    count = image.width * image.height // _LARGEST_SAMPLE_PX + 1
    height = max(16, image.height // (8 * count))
    if count == 1 or 8 * height > image.height:
        return image
    sample = Image.new(image.mode, (image.width, 8 * height))
    for number in range(8):
        top = (image.height - height) * number // 7
        sample.paste(image.crop((0, top, image.width, top + height)), (0, number * height))
    return sample


def _nearness(image: Pillow.Image, quality: int, subsampling: int) -> float:
    """Return how near a JPEG of a quality comes to a picture, in decibels."""
    from PIL import Image

    data = encoded(image, "JPEG", quality=quality, subsampling=subsampling)
    with Image.open(io.BytesIO(data)) as opened:
        return in_decibels(squared_error(image, opened.convert(image.mode)))


def squared_error(one: Pillow.Image, other: Pillow.Image) -> float:
    """Return the mean of the squared differences of two pictures."""
    from PIL import ImageChops, ImageStat

    rms = ImageStat.Stat(ImageChops.difference(one, other)).rms
    return sum(channel**2 for channel in rms) / len(rms)


def in_decibels(error: float) -> float:
    """Return the peak signal-to-noise ratio for a mean of squared differences."""
    return 99.0 if error == 0 else 10 * math.log10(255**2 / error)
