"""Rasters as a PDF holds them."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from celldeck.export.pdf.pictures import Packed, Quality, pack


def _file(image: Image.Image, kind: str = "PNG", **how: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def packed(image: Image.Image, folder: Path, scale: float = 1.0, quality: Quality = "good") -> Packed:
    return pack("0123456789abcdef", _file(image), image.size, scale, quality, folder)


def shown(picture: Packed) -> Image.Image:
    if picture.entries["/Filter"] == "/DCTDecode":
        return Image.open(io.BytesIO(picture.data))
    size = picture.entries["/Width"], picture.entries["/Height"]
    image = Image.frombytes("P", size, zlib.decompress(picture.data))
    image.putpalette(bytes.fromhex(picture.entries["/Palette"]))
    return image.convert("RGB")


def _decibels(one: Image.Image, other: Image.Image) -> float:
    error = (np.asarray(one, float) - np.asarray(other.convert(one.mode), float)) ** 2
    return float(10 * np.log10(255**2 / error.mean()))


def noise(width: int, height: int, softness: float) -> Image.Image:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(softness))


@pytest.mark.parametrize("softness", [0.8, 1.5, 4.0])
@pytest.mark.parametrize("size", [(300, 200), (1400, 900)])
def test_a_photograph_is_packed_as_well_as_it_needs(
    tmp_path: Path, softness: float, size: tuple[int, int]
) -> None:
    image = noise(*size, softness)
    assert _decibels(image, shown(packed(image, tmp_path))) > 33.5


def test_a_sky_takes_fewer_bytes_than_a_fixed_quality_would(tmp_path: Path) -> None:
    sky = noise(800, 500, 4.0)
    assert len(packed(sky, tmp_path).data) < 0.8 * len(_file(sky, "JPEG", quality=80, subsampling=0))


def _diagram(width: int, height: int, count: int) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(2)
    for x, y in rng.integers(0, (width, height), (count, 2)).tolist():
        draw.rectangle((x, y, x + 30, y + 20), ["#1d4fa8", "#c2571a", "#0b7565"][x % 3])
    return image


def test_a_diagram_keeps_its_pixels_where_that_costs_little(tmp_path: Path) -> None:
    image = _diagram(1500, 900, 200)
    picture = packed(image, tmp_path, 0.35)
    assert (picture.entries["/Width"], picture.entries["/Height"]) == image.size
    assert np.array_equal(np.asarray(shown(picture)), np.asarray(image))


@pytest.mark.parametrize(("scale", "quality"), [(0.2, "good"), (0.35, "draft")])
def test_it_does_not_where_it_has_many_more_than_are_seen(
    tmp_path: Path, scale: float, quality: Quality
) -> None:
    picture = packed(_diagram(1500, 900, 200), tmp_path, scale, quality)
    assert picture.entries["/Width"] == round(1500 * scale * (2 if quality == "good" else 1))


@pytest.mark.parametrize(
    ("softness", "scale", "quality", "width"),
    [
        # Seen at 500 by 325, so twice as many pixels; full of detail, a quarter more.
        (0.6, 0.25, "good", 1250),
        (0.6, 0.45, "good", 2000),
        (6.0, 0.25, "good", 1000),
        (0.6, 0.25, "draft", 500),
        # A small one is seldom looked at so closely.
        (0.6, 0.1, "good", 400),
    ],
)
def test_a_large_picture_full_of_detail_has_more_pixels(
    tmp_path: Path, softness: float, scale: float, quality: Quality, width: int
) -> None:
    assert packed(noise(2000, 1300, softness), tmp_path, scale, quality).entries["/Width"] == width


def test_what_is_not_seen_of_a_picture_is_no_detail(tmp_path: Path) -> None:
    image = noise(2000, 1300, 0.6)
    image.putalpha(0)
    assert packed(image, tmp_path, 0.25).entries["/Width"] == 1000
