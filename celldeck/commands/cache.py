"""`cache`: what builds keep in `.celldeck`: its list, deleting what is old, outputs for another machine."""

from __future__ import annotations

import argparse
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from celldeck.errors import DeckError
from celldeck.execute.store import LARGEST_BYTES, Store
from celldeck.files import write_atomically
from celldeck.frozen import frozen
from celldeck.reporter import Reporter
from celldeck.settings import find_root, read_settings

DAYS = 30
_DAY_S = 86400.0


@frozen
class Kind:
    """Something that is kept: a file or a folder in `.celldeck`."""

    name: str
    meaning: str


KINDS: tuple[Kind, ...] = (
    Kind("outputs", "outputs of cells"),
    Kind("runs", "which outputs the last runs of decks had"),
    Kind("files", "copies of files that cells wrote"),
    Kind("pictures", "pictures as PDFs have them"),
    Kind("printed", "pages of PDFs"),
    Kind("made.bin", "formulas and coloured code"),
)


@frozen
class _File:
    path: Path
    size: int
    used: float
    """When it was last used or written, in seconds since the epoch."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "action", nargs="?", choices=tuple(_ACTIONS), default="list", help="what to do (default: list)"
    )
    parser.add_argument("file", nargs="?", help="the ZIP file to export to, or to import from")
    parser.add_argument(
        "--days", type=float, default=DAYS, metavar="N", help=f"prune what was not used for N days ({DAYS})"
    )
    parser.add_argument("--all", action="store_true", help="prune everything")


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Do what is asked for; return 0.

    Raises:
        DeckError: a file is missing, cannot be read or written, or is no ZIP file of outputs.
    """
    here = Path.cwd()
    root = find_root(here)
    folder = read_settings(Path() if root == here else root).cache
    takes_file = given.action in ("export", "import")
    if takes_file != bool(given.file):
        told = "needs a file" if takes_file else "takes no file"
        raise DeckError(
            f"cache {given.action} {told}", hint="cache export FILE.zip, cache import FILE.zip, cache prune"
        )
    reporter.result(_ACTIONS[given.action](folder, given))
    return 0


def _list(folder: Path, given: argparse.Namespace) -> str:
    rows = []
    for kind in KINDS:
        if files := list(_files(folder / kind.name)):
            size = sum(file.size for file in files)
            days = (time.time() - min(file.used for file in files)) / _DAY_S
            count = _count(len(files), "file")
            rows.append(f"  {kind.name:9} {count:>11} {_size(size):>9}  {days:5.0f} days  {kind.meaning}")
    if not rows:
        return f"nothing is kept in {folder}"
    return "\n".join([f"{folder}: number, size, and how long ago the oldest was used", *rows])


def _prune(folder: Path, given: argparse.Namespace) -> str:
    before = time.time() - given.days * _DAY_S
    old = [file for kind in KINDS for file in _files(folder / kind.name) if given.all or file.used < before]
    gone = []
    for file in old:
        with suppress(OSError):
            file.path.unlink()
            gone.append(file)
            # A folder that others are in stays.
            if file.path.parent != folder:
                file.path.parent.rmdir()
    return f"deleted {_count(len(gone), 'file')} of {folder}, {_size(sum(file.size for file in gone))}"


def _export(folder: Path, given: argparse.Namespace) -> str:
    packed = BytesIO()
    number = 0
    # Records are compressed already. The time of a ZipInfo is fixed, so equal outputs give equal files.
    with zipfile.ZipFile(packed, "w") as archive:
        for key, content in Store(folder / "outputs").contents():
            archive.writestr(zipfile.ZipInfo(f"outputs/{key}.cell"), content)
            number += 1
    if not number:
        raise DeckError(f"there are no outputs in {folder}", hint="build a deck whose cells run")
    try:
        write_atomically(Path(given.file), packed.getvalue())
    except OSError as error:
        raise DeckError(f"{given.file} cannot be written: {error.strerror}") from error
    return f"{given.file}: the outputs of {_count(number, 'cell')}, {_size(packed.tell())}"


def _import(folder: Path, given: argparse.Namespace) -> str:
    store = Store(folder / "outputs")
    taken = refused = 0
    try:
        with zipfile.ZipFile(given.file) as archive:
            for info in archive.infolist():
                path = Path(info.filename)
                is_record = path.parent == Path("outputs") and path.suffix == ".cell"
                fits = is_record and info.file_size <= LARGEST_BYTES
                if fits and store.take(path.stem, archive.read(info)):
                    taken += 1
                else:
                    refused += 1
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DeckError(f"{given.file} is no ZIP file of outputs: {error}") from error
    except OSError as error:
        raise DeckError(f"{error.filename or given.file}: {error.strerror or error}") from error
    left = f"; left out {_count(refused, 'file')} of other content, or damaged" if refused else ""
    return f"{given.file}: took the outputs of {_count(taken, 'cell')}{left}"


_ACTIONS: dict[str, Callable[[Path, argparse.Namespace], str]] = {
    "list": _list,
    "prune": _prune,
    "export": _export,
    "import": _import,
}


def _files(place: Path) -> Iterator[_File]:
    """Yield the files of a folder at any depth, or the file itself; links are passed over."""
    paths = sorted(place.rglob("*")) if place.is_dir() else [place]
    for path in paths:
        with suppress(OSError):
            if path.is_file() and not path.is_symlink():
                status = path.stat()
                yield _File(path, status.st_size, status.st_mtime)


def _size(number: int) -> str:
    if number < 1_000_000:
        return f"{number / 1000:.1f} kB"
    return f"{number / 1_000_000:.1f} MB"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
