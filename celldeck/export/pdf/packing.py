"""Rasters are made ready in threads while the browser prints: begun as large as they probably are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from pathlib import Path

from celldeck.export.pdf.look import Look, Quality
from celldeck.export.pdf.packed import Packed
from celldeck.export.pdf.pictures import pack, packed_name
from celldeck.export.pdf.stand_ins import Picture
from celldeck.model import Page

_IMAGE = re.compile(r"<img\b[^>]*#([0-9a-f]{16})\"[^>]*>")
_SIDE = re.compile(r"\b(width|height):\s*([\d.]+)px")


class Packing:
    """Rasters that are being made ready, each in the sizes that were asked for."""

    def __init__(self, quality: Quality, folder: Path, pool: Executor) -> None:
        """Take where they are kept, and what makes them ready."""
        self._quality = quality
        self._folder = folder
        self._pool = pool
        self._begun: dict[str, Future[Packed]] = {}

    def begin(self, picture: Picture, look: Look) -> tuple[str, Future[Packed]]:
        """Return what a raster is called as the PDF holds it, and what will be there; it is made once."""
        key = packed_name(picture.name, picture.size_px, look, self._quality)
        if key not in self._begun:
            given = (picture.name, picture.data, picture.size_px, look, self._quality, self._folder)
            self._begun[key] = self._pool.submit(pack, *given, picture.part)
        return key, self._begun[key]

    def drop_others(self, wanted: Mapping[str, tuple[str, Future[Packed]]]) -> None:
        """Leave undone what was begun in vain."""
        for key in self._begun.keys() - {key for key, _ in wanted.values()}:
            self._begun[key].cancel()


def guessed(page: Page, pictures: Mapping[str, Picture]) -> dict[str, float]:
    """Return for rasters how large they are probably shown: as they say, or else as they are."""
    scales: dict[str, float] = {}
    unsure: set[str] = set()
    for slide in page.slides:
        for match in _IMAGE.finditer(slide):
            picture = pictures.get(match[1])
            # What throws a shadow is decided on later.
            if picture is None or "filter" in match[0]:
                unsure.add(match[1])
                continue
            said = _SIDE.search(match[0])
            side = picture.size_px[0 if said and said[1] == "width" else 1]
            scale = float(said[2]) / side if said else 1.0
            scales[match[1]] = max(scale, scales.get(match[1], 0.0))
    guesses = {
        name: scales.get(name, 1.0)
        for name, picture in pictures.items()
        if picture.kind == "raster" and name not in unsure
    }

    def fits(name: str) -> bool:
        sides = zip(pictures[name].size_px, page.size_px, strict=True)
        return all(side * guesses[name] <= most for side, most in sides)

    # What would be larger than its slide is probably made to fit.
    return {name: scale for name, scale in guesses.items() if fits(name)}
