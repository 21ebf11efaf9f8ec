"""Pictures with a palette."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from celldeck.export.palette import quantised


def _greys(count: int) -> Image.Image:
    """Return white paper with letters whose edges have so many colours, some of them nearly white."""
    image = Image.new("RGB", (300, 200), "white")
    draw = ImageDraw.Draw(image)
    for number in range(count):
        x, y = 10 + number % 140 * 2, 10 + number // 140 * 8
        draw.point((x, y), (254 - number % 128, 254 - number // 3 % 200, 255 - number % 90))
    return image


@pytest.mark.parametrize("count", [5, 200, 1500])
def test_white_stays_white_beside_colours_that_are_nearly_so(count: int) -> None:
    image = _greys(count)
    assert (len(image.getcolors(1 << 16) or []) <= 256) == (count < 256)
    flat = quantised(image)
    assert flat is not None
    assert flat.mode == "P"
    assert flat.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_photograph_has_none() -> None:
    image = Image.effect_noise((300, 200), 80).convert("RGB")
    red, green, _ = image.split()
    assert quantised(Image.merge("RGB", (red, green.rotate(90), green.rotate(180)))) is None
