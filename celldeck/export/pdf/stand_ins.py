"""Pictures stand aside while a deck is printed: Chromium prints blanks, the PDF gets them later.

Chromium would deflate every raster again at full size, and draw a theme's logo anew on every page. A blank is
a JPEG of the picture's size, which it puts into the PDF byte for byte; so each is found there by the name
inside it, and replaced by what `pictures.py` and `drawings.py` make, once for all of its places.
"""

from __future__ import annotations

import io
import re
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote_to_bytes

from xxhash import xxh3_128_hexdigest

from celldeck.export.embedded import data_urls, decoded, encoded
from celldeck.export.kept import Kept
from celldeck.export.pdf.look import Part
from celldeck.frozen import frozen
from celldeck.model import Page

MARK = b"celldeck-picture:"
_NAME_CHARACTERS = 16
_HEAD = re.compile(r"data:image/(?P<type>png|jpeg|gif|webp|bmp|svg\+xml)(?P<parameters>[^,\"'()\s&]*),")
_BACKGROUND = re.compile(r"(?<![-\w])background(?:-image)?\s*:[^;}]*url\(\s*[\"']?\Z")
_LONGEST_START = 500
"""Characters of a declaration before its picture, more than anybody writes."""
# A filter is applied to pixels, which the blank would give the wrong ones; shadows: see picture_shadows.js.
_FILTER = r"\bfilter\s*:(?!\s*drop-shadow\((?:[^()\";]|\([^()]*\))*\)\s*[;\"])"
_FILTERED = re.compile(rf'style="[^"]*{_FILTER}')
_SMALL_DRAWING_BYTES = 2048
_LARGEST_PX = 65_000
"""A JPEG has no more."""


@frozen
class Picture:
    """A picture of a deck that a blank stands for."""

    name: str
    """Made from its address, which holds its bytes: the same picture in two places is one."""
    kind: Literal["raster", "drawing"]
    data: bytes
    size_px: tuple[int, int]
    """Of the blank. A drawing without a size of its own has its proportions here."""
    is_sized: bool = True
    """It has this size where nothing else gives it one."""
    part: Part | None = None
    """What is seen of the picture in `data`; None: all of it."""
    is_stretched: bool = True
    """In a box of other proportions it takes them, as rasters do; drawings mostly keep their own."""

    def part_of(self, part: Part) -> Picture:
        """Return a part of it, as a picture with a name and a size of its own."""
        told = f"{self.name} {' '.join(f'{side:.6f}' for side in part)}"
        left, top, right, bottom = part
        width, height = self.size_px
        size = (max(1, round((right - left) * width)), max(1, round((bottom - top) * height)))
        return replace(self, name=_name(told.encode()), size_px=size, part=part)

    @property
    def blank(self) -> str:
        """The address of a picture that stands for it."""
        return f"data:image/jpeg;base64,{encoded(blank_jpeg(*self.size_px, self.name))}#{self.name}"


def set_aside(
    page: Page, excluded: frozenset[str] = frozenset(), kept: Kept | None = None
) -> tuple[Page, dict[str, Picture]]:
    """Return the page with blanks for its embedded pictures, and those pictures by name.

    Args:
        excluded: names of pictures that are left where they are.
        kept: from the build before; None: there was none.
    """
    css, pictures = (kept or Kept())(_set_aside_in_css, page.css, excluded)
    aside = _Aside(excluded, dict(pictures))
    slides = tuple(map(aside.in_slide, page.slides))
    return replace(page, slides=slides, css=css), aside.pictures


def _set_aside_in_css(css: str, excluded: frozenset[str]) -> tuple[str, dict[str, Picture]]:
    aside = _Aside(excluded)
    return _replaced(css, aside.in_css), aside.pictures


class _Aside:
    """Pictures that stand aside."""

    def __init__(self, excluded: frozenset[str], pictures: dict[str, Picture] | None = None) -> None:
        self._excluded = excluded
        self._known: dict[str, str] = {}
        """What takes the place of an address, by what it is called."""
        self.pictures = pictures or {}

    def in_slide(self, slide: str) -> str:
        # The word is found faster than what it stands in.
        if "filter" in slide and _FILTERED.search(slide):
            parts = re.split(rf'(<[^>]*style="[^"]*{_FILTER}[^>]*>)', slide)
            return "".join(p if n % 2 else _replaced(p, self._blank) for n, p in enumerate(parts))
        return _replaced(slide, self._blank)

    def in_css(self, css: str, start: int, end: int) -> str:
        is_background = _BACKGROUND.search(css, max(0, start - _LONGEST_START), start)
        return self._blank(css, start, end) if is_background else css[start:end]

    def _blank(self, text: str, start: int, end: int) -> str:
        """Return what takes the place of a data URL."""
        address = text[start:end]
        # To look up an address itself, which is a whole picture, takes ten times as long as its digest does.
        key = _name(address.encode("utf-8", "surrogatepass"))
        if key not in self._known:
            self._known[key] = _blank(key, address, self.pictures, self._excluded)
        told = self._known[key]
        # One without a size of its own looks the same only where a style gives it one: in backgrounds.
        name = told[-_NAME_CHARACTERS:]
        is_background = "url(" in text[max(0, start - 12) : start]
        is_kept = name in self.pictures and not self.pictures[name].is_sized and not is_background
        return address if is_kept else told


def _replaced(text: str, other: Callable[[str, int, int], str]) -> str:
    """Return a text with other addresses for its embedded pictures.

    Args:
        other: is given the text, and where an address begins and ends.
    """
    parts = []
    done = 0
    for start, end in data_urls(text):
        if head := _HEAD.match(text, start, end):
            # It may end with a quotation mark that is spelled out.
            mark = text.find("&", head.end(), end)
            end = mark if mark >= 0 else end
            parts += [text[done:start], other(text, start, end)]
            done = end
    parts.append(text[done:])
    return "".join(parts)


def _blank(name: str, address: str, pictures: dict[str, Picture], excluded: frozenset[str]) -> str:
    head = _HEAD.match(address)
    assert head
    if name in excluded:
        return address
    text = address[head.end() :]
    try:
        data = decoded(text) if head["parameters"].endswith("base64") else unquote_to_bytes(text)
    except ValueError:
        return address
    is_drawing = head["type"] == "svg+xml"
    if is_drawing and len(data) < _SMALL_DRAWING_BYTES:
        return address
    if is_drawing:
        size, is_sized, is_stretched = _drawing_size(data)
    else:
        size, is_sized, is_stretched = _raster_size(data), True, True
    if not size or max(size) > _LARGEST_PX or min(size) < 1:
        return address
    kind: Literal["raster", "drawing"] = "drawing" if is_drawing else "raster"
    pictures[name] = Picture(name, kind, data, size, is_sized, is_stretched=is_stretched)
    return pictures[name].blank


def _name(content: bytes) -> str:
    return xxh3_128_hexdigest(content)[:_NAME_CHARACTERS]


def name_of(stream: bytes) -> str | None:
    """Return the name in a JPEG that is a blank, or None."""
    at = stream.find(MARK, 0, 64)
    return stream[at + len(MARK) :][:_NAME_CHARACTERS].decode("ascii", "replace") if at >= 0 else None


def blank_jpeg(width: int, height: int, name: str) -> bytes:
    """Return a grey JPEG of this size with a name in it.

    Its Huffman tables have one code each, a single 0 bit: "as the block before" and "end of block". So the
    picture is two 0 bits a block, and neither writing nor reading a large one takes time.

    JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B)
    """

    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content

    one_code = bytes([1] + [0] * 15) + b"\0"
    blocks = -(-width // 8) * -(-height // 8)
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xFE, MARK + name.encode()),
            segment(0xDB, b"\0" + b"\1" * 64),
            segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
            segment(0xC4, b"\x00" + one_code),
            segment(0xC4, b"\x10" + one_code),
            segment(0xDA, b"\1\1\0\0\x3f\0"),
            bytes(-(-blocks // 4)),
            b"\xff\xd9",
        )
    )


def _raster_size(data: bytes) -> tuple[int, int] | None:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # only its head is read
    try:
        with Image.open(io.BytesIO(data)) as image:
            # Of a PNG this would read all of the picture, in case something is said after it.
            says = image.format != "PNG" or "exif" in image.info
            orientation = image.getexif().get(0x0112, 1) if says else 1
            width, height = image.size
    except Exception:
        # What Pillow cannot open, for whatever reason, is the browser's to show.
        return None
    return (height, width) if orientation in {5, 6, 7, 8} else (width, height)


_LENGTH = re.compile(r"\s*([\d.]+(?:e[-+]?\d+)?)\s*(px|pt|pc|mm|cm|in)?\s*", re.IGNORECASE)
_PX = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


def _drawing_size(data: bytes) -> tuple[tuple[int, int] | None, bool, bool]:
    """Return the size of an SVG, or else its proportions; whether it was a size; whether boxes stretch it.

    SVG 2, 8.6 (viewBox) and 8.7 (preserveAspectRatio). What has no viewBox is stretched in browsers.
    """
    try:
        _, root = next(ElementTree.iterparse(io.BytesIO(data), ("start",)))
    except (ElementTree.ParseError, StopIteration, ValueError):
        return None, False, False
    lengths = [_LENGTH.fullmatch(root.get(attribute, "")) for attribute in ("width", "height")]
    box = [float(n) for n in re.findall(r"[-+]?[\d.]+(?:e[-+]?\d+)?", root.get("viewBox", ""))]
    is_stretched = len(box) != 4 or root.get("preserveAspectRatio", "").split()[:1] == ["none"]
    if lengths[0] and lengths[1]:
        width, height = (float(m[1]) * _PX[(m[2] or "").lower()] for m in lengths if m)
        # Half a pixel in a thousand is no difference in the layout; in a small drawing it is.
        if all(abs(px - round(px)) <= px / 1000 for px in (width, height)):
            return (round(width), round(height)), True, is_stretched
    else:
        # A `width` beside it, or stretched, it has other proportions.
        if is_stretched or any(lengths):
            return None, False, is_stretched
        width, height = box[2:]
    if min(width, height) <= 0:
        return None, False, is_stretched
    enlarged = 2000 / max(width, height)
    return (round(width * enlarged), round(height * enlarged)), False, is_stretched
