"""Rasters as a PDF holds them."""

from __future__ import annotations

import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from celldeck.export.pdf.look import Look, Quality
from celldeck.export.pdf.packed import Packed
from celldeck.export.pdf.pictures import pack


def _file(image: Image.Image, kind: str = "PNG", **how: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def packed(
    image: Image.Image,
    folder: Path,
    scale: float = 1.0,
    quality: Quality = "good",
    squares: bool = False,
    kind: str = "PNG",
) -> Packed:
    name = "0123456789abcdef"
    return pack(name, _file(image, kind), image.size, Look(scale, squares), quality, folder)


def shown(picture: Packed) -> Image.Image:
    if picture.entries["/Filter"] == "/DCTDecode":
        return Image.open(io.BytesIO(picture.data))
    size = picture.entries["/Width"], picture.entries["/Height"]
    palette = bytes.fromhex(picture.entries.get("/Palette", ""))
    if "/Predictor" in picture.entries:
        head = struct.pack(">IIBBBBB", *size, 8, 3 if palette else 2, 0, 0, 0)
        chunks = {b"IHDR": head, b"PLTE": palette, b"IDAT": picture.data, b"IEND": b""}
        parts = (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks.items()
            if data or name == b"IEND"
        )
        return Image.open(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(parts))).convert("RGB")
    image = Image.frombytes("P", size, zlib.decompress(picture.data))
    image.putpalette(palette)
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


def test_a_line_of_pixels_is_a_picture(tmp_path: Path) -> None:
    assert packed(noise(40_000, 80, 0.6), tmp_path, 0.25).entries["/Height"] in {40, 50}
    assert packed(noise(64_000, 10, 0.6), tmp_path, 0.49).entries["/Height"] >= 10


def test_what_is_not_seen_of_a_picture_is_no_detail(tmp_path: Path) -> None:
    image = noise(2000, 1300, 0.6)
    image.putalpha(0)
    assert packed(image, tmp_path, 0.25).entries["/Width"] == 1000


def _screenshot(width: int, height: int) -> Image.Image:
    """Return what a window with letters in soft edges looks like: more colours than a palette has."""
    image = Image.new("RGB", (width, height), "white")
    rng = np.random.default_rng(3)
    for x, y in rng.integers(0, (width - 3, height - 3), (width * height // 90, 2)).tolist():
        shade = int(rng.integers(0, 200))
        image.putpixel((x, y), (shade, shade, (shade * 7 + x) % 256))
        image.putpixel((x + 1, y), (shade // 2, shade, y % 256))
    return image


@pytest.mark.parametrize(
    "image",
    [_diagram(90, 60, 9), _screenshot(90, 60), _screenshot(180, 120)],
    ids=["few", "some", "many colours"],
)
@pytest.mark.parametrize("quality", ["good", "lossless"])
def test_a_pixel_that_is_to_be_seen_as_a_square_is_one(
    tmp_path: Path, image: Image.Image, quality: Quality
) -> None:
    picture = packed(image, tmp_path, 3.0, quality, squares=True)
    times = math.ceil(3.0 * 1.9)
    size = (image.width * times, image.height * times)
    assert (picture.entries["/Width"], picture.entries["/Height"]) == size
    assert ("/Palette" in picture.entries) == bool(image.getcolors(256))
    squares = image.resize(size, Image.Resampling.NEAREST)
    assert np.array_equal(np.asarray(shown(picture)), np.asarray(squares))
    assert len(picture.data) < 4 * len(_file(image))


@pytest.mark.parametrize(
    ("image", "scale", "quality"),
    [
        (noise(90, 60, 1.5), 3.0, "good"),
        (_screenshot(90, 60), 0.6, "good"),
        (_screenshot(90, 60), 3.0, "draft"),
    ],
    ids=["photograph", "shown small", "draft"],
)
def test_it_is_not_where_that_is_not_seen_or_costs_too_much(
    tmp_path: Path, image: Image.Image, scale: float, quality: Quality
) -> None:
    assert packed(image, tmp_path, scale, quality, squares=True).entries["/Width"] == 90


def test_what_takes_less_as_it_is_stays_so(tmp_path: Path) -> None:
    lines = np.random.default_rng(4).integers(0, 256, (600, 1, 3), np.uint8)
    image = Image.fromarray(np.repeat(lines, 400, axis=1))
    picture = packed(image, tmp_path)
    assert "/Palette" not in picture.entries
    assert np.array_equal(np.asarray(shown(picture)), np.asarray(image))
    assert len(picture.data) < 1.1 * len(_file(image))


def test_photographs_have_codes_of_their_own_which_is_smaller(tmp_path: Path) -> None:
    image = noise(500, 400, 3.0)
    picture = packed(image, tmp_path)
    plain = (_file(image, "JPEG", quality=q, subsampling=0) for q in (70, 75, 80, 85, 90, 94))
    assert len(picture.data) < 0.97 * max(len(one) for one in plain if len(one) > len(picture.data))


def _seen_through(inner: float) -> Image.Image:
    """Return a disc, of which so much of the radius is opaque and the rest fades."""
    y, x = np.mgrid[-200:200, -200:200]
    distance = np.hypot(x, y) / 200
    alpha = np.clip((1 - distance) / (1 - inner), 0, 1) * 255
    pixels = np.dstack([np.full((400, 400, 3), 90, np.uint8), alpha.astype(np.uint8)])
    return Image.fromarray(pixels, "RGBA")


@pytest.mark.parametrize(("inner", "most"), [(0.98, 16), (0.3, 256)], ids=["edge", "fade"])
def test_edges_have_fewer_shades_than_what_fades(tmp_path: Path, inner: float, most: int) -> None:
    image = _seen_through(inner)
    picture = packed(image, tmp_path)
    assert picture.mask
    width, height, data = picture.mask
    alpha = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width)
    exact = np.asarray(image.getchannel("A"))
    assert most / 2 < len(np.unique(alpha)) <= most
    assert np.abs(alpha.astype(int) - exact).max() <= (0 if most == 256 else 9)
    assert {0, 255} <= set(np.unique(alpha).tolist())
    lossless = packed(image, tmp_path, quality="lossless").mask
    assert lossless
    assert zlib.decompress(lossless[2]) == exact.tobytes()


def test_a_part_of_a_picture_has_what_is_seen_of_it(tmp_path: Path) -> None:
    picture = noise(1200, 900, 2)
    left, top, right, bottom = (0.1003, 0.25, 0.7003, 0.9)
    size = (round((right - left) * 1200), round((bottom - top) * 900))
    made = pack("0" * 16, _file(picture), size, Look(0.25), "good", tmp_path, (left, top, right, bottom))
    image = shown(made)
    assert image.size == (360, 292)
    box = (left * 1200, top * 900, right * 1200, bottom * 900)

    def nearness(x: int, y: int) -> float:
        moved = (box[0] + x, box[1] + y, box[2] + x, box[3] + y)
        return _decibels(picture.resize(image.size, Image.Resampling.BICUBIC, moved), image)

    assert nearness(0, 0) > 34
    # Nowhere else, not even by one of its own pixels.
    assert nearness(0, 0) > max(nearness(x, y) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))) + 1


def test_a_part_is_that_of_the_picture_as_it_is_turned(tmp_path: Path) -> None:
    # What is seen is the lower half of it, which the file has on its left.
    picture = Image.new("RGB", (800, 600), "red")
    picture.paste("blue", (400, 0, 800, 600))
    exif = Image.Exif()
    exif[0x0112] = 8
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, quality=95)
    made = pack("0" * 16, file.getvalue(), (600, 400), Look(0.25), "good", tmp_path, (0, 0.5, 1, 1))
    image = shown(made).convert("RGB")
    assert image.size == (300, 200)
    assert np.abs(np.asarray(image, float).mean((0, 1)) - (254, 0, 0)).max() < 4
