"""Shelf: the sheets of a PDF that were printed before, in memory and on disk.

In its folder stand the prints, PDFs of some sheets each, and `NAME.json` says where each sheet is. What is
damaged or lost is printed again.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from celldeck.export.kept import Kept
from celldeck.export.pdf.keys import Known
from celldeck.export.pdf.packed import Packed, read_packed
from celldeck.export.pdf.parts import PARTS
from celldeck.export.pdf.prints import Print
from celldeck.export.pdf.saved import saved
from celldeck.files import write_atomically

if TYPE_CHECKING:
    from pikepdf import Pdf

_VERSION = 5
MOST_PRINTS = 8
"""Each print has fonts of its own, of the letters in it; more of them are not worth what they save."""


@dataclass(frozen=True)
class Printed:
    """A sheet that was printed."""

    pdf: Pdf
    pages: tuple[int, ...]
    """Its pages in the print, from 0."""
    pictures: tuple[str, ...]
    """The names of those on it."""

    @classmethod
    def of(cls, pdf: Pdf, pages: tuple[int, ...]) -> Printed:
        """Take a sheet of a print."""
        names = (str(what) for page in pages for _, _, what in pdf.Root[PARTS][page].Pictures)
        return cls(pdf, pages, tuple(dict.fromkeys(names)))


@dataclass
class Shelf:
    """What is kept of one PDF, from one time that it is made to the next."""

    folder: Path | None
    """Where prints are kept; None: in memory only."""
    name: str = "deck"
    pictures_folder: Path | None = None
    most_prints: int = MOST_PRINTS
    """From this many on, all is printed anew when something is to be printed."""
    _sheets: dict[str, Printed] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)
    """The file of each sheet that is on disk."""
    _pictures: dict[str, Packed | bytes] = field(default_factory=dict)
    _is_read: bool = False
    known: Known = field(default_factory=dict)
    """What was found out about the HTML of sheets."""
    kept: Kept = field(default_factory=Kept)
    """What was made of slides and of the stylesheet."""

    @classmethod
    def of(cls, cache: Path, path: Path) -> Shelf:
        """Return the shelf of the PDF that is written to `path`."""
        name = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return cls(cache / "printed", name, cache / "pictures")

    def find(self, key: str) -> Printed | None:
        """Return the sheet with this key, if it was printed and its pictures are there."""
        if not self._is_read:
            self._is_read = True
            self._read()
        found = self._sheets.get(key)
        if found is None:
            return None
        return found if all(map(self._has, found.pictures)) else None

    @property
    def is_scattered(self) -> bool:
        """The sheets come from more prints than is good for the size of the PDF."""
        return len({id(printed.pdf) for printed in self._sheets.values()}) > MOST_PRINTS

    def put(self, keys: tuple[str, ...], made: Print) -> None:
        """Take sheets that were just printed."""
        self._pictures |= made.pictures
        for key, pages in zip(keys, made.sheets, strict=True):
            self._sheets[key] = Printed.of(made.pdf, pages)
            self._files.pop(key, None)

    @property
    def made_ns(self) -> int | None:
        """When the shelf was last written to disk, in nanoseconds since the epoch; None: never."""
        manifest = self._manifest()
        try:
            return manifest.stat().st_mtime_ns if manifest else None
        except OSError:
            return None

    @property
    def pictures(self) -> Mapping[str, Packed | bytes]:
        """What takes the places of blanks, by name."""
        return self._pictures

    def keep(self, keys: tuple[str, ...], steady: frozenset[str]) -> None:
        """Keep these sheets only, and those of them that will look the same tomorrow on disk.

        Args:
            steady: their keys.
        """
        self._sheets = {key: self._sheets[key] for key in keys if key in self._sheets}
        used = {name for printed in self._sheets.values() for name in printed.pictures}
        self._pictures = {name: self._pictures[name] for name in used if name in self._pictures}
        with suppress(OSError):  # a build works without its cache
            self._write(steady)

    def forget(self) -> None:
        """Let all sheets be printed anew next time."""
        self._is_read = True
        self._sheets.clear()
        self._files.clear()

    def _has(self, name: str) -> bool:
        if name in self._pictures:
            return True
        picture = self._picture_on_disk(name)
        if picture is not None:
            self._pictures[name] = picture
        return picture is not None

    def _picture_on_disk(self, name: str) -> Packed | bytes | None:
        if self.pictures_folder is None:
            return None
        if not name.endswith("-drawing"):
            return read_packed(self.pictures_folder / f"{name}.picture")
        from celldeck.export.pdf.drawings import read_drawing

        return read_drawing(self.pictures_folder, name)

    # ---- on disk

    def _manifest(self) -> Path | None:
        return self.folder / f"{self.name}.json" if self.folder else None

    def _read(self) -> None:
        import pikepdf

        manifest = self._manifest()
        if manifest is None or self.folder is None:
            return
        try:
            told = json.loads(manifest.read_bytes())
            if told["version"] != _VERSION:
                return
            prints: dict[str, Pdf] = {}
            for name, checksum in told["prints"].items():
                content = (self.folder / name).read_bytes()
                if zlib.crc32(content) == checksum:
                    prints[name] = pikepdf.open(io.BytesIO(content))
            for key, (name, pages) in told["sheets"].items():
                if name in prints:
                    self._sheets[key] = Printed.of(prints[name], tuple(pages))
                    self._files[key] = name
        except (OSError, ValueError, KeyError, TypeError, pikepdf.PdfError):
            # Printed anew.
            self._sheets.clear()
            self._files.clear()

    def _write(self, steady: frozenset[str]) -> None:
        manifest = self._manifest()
        if manifest is None or self.folder is None:
            return
        sums: dict[str, int] = {}
        with suppress(OSError, ValueError, KeyError):
            sums = dict(json.loads(manifest.read_bytes())["prints"])
        fresh: dict[int, tuple[Pdf, list[str]]] = {}
        for key, printed in self._sheets.items():
            if key in steady and key not in self._files:
                fresh.setdefault(id(printed.pdf), (printed.pdf, []))[1].append(key)
        for pdf, keys in fresh.values():
            content = saved(pdf)
            name = f"{self.name}-{hashlib.sha256(content).hexdigest()[:16]}.pdf"
            write_atomically(self.folder / name, content)
            sums[name] = zlib.crc32(content)
            self._files |= dict.fromkeys(keys, name)
        sheets: dict[str, Any] = {
            key: [self._files[key], self._sheets[key].pages]
            for key in self._sheets
            if key in steady and key in self._files
        }
        used = {name for name, _ in sheets.values()}
        told = {
            "version": _VERSION,
            "prints": {name: crc for name, crc in sums.items() if name in used},
            "sheets": sheets,
        }
        write_atomically(manifest, json.dumps(told))
        self._files = {key: name for key, name in self._files.items() if key in sheets}
        for old in sums.keys() - used:
            with suppress(OSError):
                (self.folder / old).unlink()
