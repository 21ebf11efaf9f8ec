"""Pictures with a palette: diagrams, which have few colours, are smallest so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image as Pillow


def is_photograph(image: Pillow.Image) -> bool:
    """Say whether a picture has nearly as many colours as pixels."""
    return _has_many_colours(_sample(image))


def quantised(image: Pillow.Image) -> Pillow.Image | None:
    """Return a picture in colours with at most 256 of them, if nobody sees the difference."""
    from PIL import Image

    small = _sample(image)
    # To quantise a photograph would take long, in vain.
    if _has_many_colours(small):
        return None
    few = image.getcolors(256)
    if few is not None:
        exact = Image.new("P", (1, 1))
        exact.putpalette([channel for _, colour in few for channel in colour])  # type: ignore[union-attr]
        flat = image.quantize(palette=exact, dither=Image.Dither.NONE)
        # Of colours that are near one another, Pillow takes any.
        _set_exact(flat, small)
        return flat
    # Colours that are too few for some of the pixels are too few for all.
    if _is_seen(small, small.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)):
        return None
    flat = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    _set_exact(flat, small)
    return None if _is_seen(small, flat.resize(small.size, Image.Resampling.NEAREST)) else flat


def _is_seen(small: Pillow.Image, flat: Pillow.Image) -> bool:
    """Say whether a picture with fewer colours differs from what it was: it comes no nearer than 40 dB."""
    from PIL import ImageChops, ImageStat

    return max(ImageStat.Stat(ImageChops.difference(small, flat.convert("RGB"))).rms) > 2.55


def _sample(image: Pillow.Image) -> Pillow.Image:
    """Return pixels of a picture, taken from it at regular distances."""
    from PIL import Image

    return image.resize((min(200, image.width), min(200, image.height)), Image.Resampling.NEAREST)


def _has_many_colours(small: Pillow.Image) -> bool:
    return small.getcolors(small.width * small.height // 4) is None


def _set_exact(flat: Pillow.Image, small: Pillow.Image) -> None:
    """Let colours of the palette that mostly stand for one be that one: white paper is white, not nearly so.

    Args:
        small: pixels of the picture, taken from it at regular distances.
    """
    from PIL import Image

    entries = flat.resize(small.size, Image.Resampling.NEAREST)
    # The pairs of a colour and the entry that stands for it are counted by Pillow: colours of four channels.
    plain = Image.frombytes("L", small.size, entries.tobytes())
    pairs = Image.merge("RGBA", (*small.split(), plain)).getcolors(small.width * small.height) or []
    counts = entries.histogram()
    palette = flat.getpalette() or []
    for count, (*colour, entry) in pairs:  # type: ignore[misc]
        if 2 * count > counts[entry]:
            palette[3 * entry : 3 * entry + 3] = colour
    flat.putpalette(palette)
