"""What of a page Chromium prints as pixels, and so on how small a paper it may be printed; see `smaller.py`.

Measured with Chromium 156, for a CSS pixel at full size: filters, masks, soft shadows and what is turned in
space have 3.1 pixels a side; gradients that are repeated or moved, patterns, and wavy lines have 0.75. The
rest stays lines and letters.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

Rasterised = Literal["shadow", "coarse", "gradient", "moved"]
"""`shadow` is a soft one; `coarse` has 0.75 pixels, and so has what is moved, if it is a gradient."""

_DRAWN_BORDER = re.compile(r"border-image(?:-source)?\s*:[^;{}\"]*gradient\(")
_BACKGROUND = re.compile(r"\bbackground(-size|-position(?:-[xy])?)?\s*:([^;{}\"]*)")
_SHADOW = re.compile(r"(?:-shadow\s*:|\bdrop-shadow\()([^;{}\"]*)")
_ARGUMENTS = re.compile(r"\([^()]*\)")
_PLACE = re.compile(r"(?<![\w#.%-])[-+]?[\d.]+(?:[a-z]+|%)")
_PLAIN = {"0%", "50%", "100%"}
_END = re.compile(r"[{}\"]")
_NUMBER = re.compile(r"(?<![\w#.-])[-+]?(\d*\.?\d+)")


def rasterised(text: str) -> frozenset[Rasterised]:
    """Say what of a stylesheet, or of a slide's HTML without its pictures, becomes pixels."""
    text = text.lower()
    found: set[Rasterised] = set()
    if "-shadow" in text and any(_is_soft(match[1]) for match in _SHADOW.finditer(text)):
        found.add("shadow")
    # To look for a word is faster than for what it stands in.
    if "<pattern" in text or "wavy" in text or ("border-image" in text and _DRAWN_BORDER.search(text)):
        found.add("coarse")
    if "gradient(" in text:
        found.add("gradient")
    if "background" in text and any(map(_is_moved, _BACKGROUND.finditer(text))):
        found.add("moved")
    return frozenset(found)


def smallest_scale(found: Collection[Rasterised]) -> float:
    """Return how small paper may be for one of full size, given what becomes pixels on any sheet.

    What is coarse is so already. A quarter is for sheets with soft shadows and nothing finer, which
    print_smaller.js finds.
    """
    if "coarse" in found or {"gradient", "moved"} <= set(found):
        return 1.0
    return 0.25 if "shadow" in found else 0.5


def _bare(value: str) -> str:
    """Return a value without what its functions are given."""
    while (fewer := _ARGUMENTS.sub(" ", value)) != value:
        value = fewer
    return value


def _is_soft(value: str) -> bool:
    """Say whether one of some shadows has a blur, its third length, or may have one by a variable."""
    for shadow in _bare(value).split(","):
        numbers = _NUMBER.findall(shadow)
        is_said = len(numbers) > 2
        if (is_said and float(numbers[2]) > 0) or (not is_said and "var" in shadow):
            return True
    return False


def _is_moved(declaration: re.Match[str]) -> bool:
    """Say whether a background that may be a gradient has a size or a place, and is repeated from there."""
    text = declaration.string
    start = max(text.rfind(mark, 0, declaration.start()) for mark in '{}"')
    end = _END.search(text, declaration.end())
    block = text[start : end.start() if end else None]
    # What a picture has is said beside it, as Marp does.
    if "no-repeat" in block or (declaration[1] and "url(" in block):
        return False
    layers = _bare(declaration[2]).split(",")
    if not declaration[1]:
        layers = [layer for layer in layers if "gradient" in layer]
    return any(place not in _PLAIN for layer in layers for place in _PLACE.findall(layer))
