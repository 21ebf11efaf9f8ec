"""How a raster of a PDF is seen: how large, which part of it, and how much of it is wanted."""

from __future__ import annotations

import math
from typing import Literal

from celldeck.frozen import frozen

Quality = Literal["draft", "good", "lossless"]
Part = tuple[float, float, float, float]
"""Of a picture, left, top, right and bottom, as shares of its sides."""
PIXELS: dict[Quality, float] = {"draft": 1.0, "good": 2.0, "lossless": 1e9}
"""For a CSS pixel of the page."""
_SQUARES_PX = (1.5, 1.9)
"""Pixels for a CSS pixel: a picture with fewer than the first is given the second at least, as squares."""


@frozen
class Look:
    """How a raster is seen."""

    scale: float
    """CSS pixels for one of its pixels where it is shown largest."""
    has_squares: bool = False
    """A pixel of it is a square with sharp edges, as Chromium prints what has a filter, in all viewers."""

    def size(self, own_px: tuple[int, int], quality: Quality) -> tuple[int, int]:
        """Return how many pixels a raster with so many will have in the PDF."""
        share = min(1.0, self.scale * PIXELS[quality])
        few, enough = _SQUARES_PX
        if self.has_squares and self.scale * few > 1 and quality != "draft":
            share = math.ceil(self.scale * enough)
        width, height = (max(1, round(side * share)) for side in own_px)
        return width, height
