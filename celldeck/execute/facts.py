"""What a cell used beside its code: files, packages, and modules that were not there.

The agent notes it while the cell runs; a stored output is used again only where all of it is as it was.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

from celldeck.frozen import frozen

LARGEST_LISTING = 10_000
"""Names in a folder, that are kept as such."""

Identity = tuple[str, int, int]
"""SHA-1 of the content, size in bytes, time of change in nanoseconds; no digest where these two must do."""


@frozen
class Facts:
    """What one cell used that no cell before it had used."""

    files: Mapping[str, Identity | None] = field(default_factory=dict)
    """Path, from the deck's folder, to what the file was; None: it was not there."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Name of a `.dist-info` folder, which has the version, to the folder it is in; empty: our Python's."""
    missing: tuple[str, ...] = ()
    """Modules that were asked for in vain."""
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Path of each folder that was listed to the names in it; see `listing`."""

    def digest_text(self) -> str:
        """Return what later cells depend on: the content of the files, not their times."""
        files = sorted(
            (path, identity and (identity[0] or identity[1:])) for path, identity in self.files.items()
        )
        return repr((files, sorted(self.packages), self.missing, sorted(self.folders.items())))


def listing(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in the order of the alphabet; of very many, a digest in a name that no file has."""
    found = tuple(sorted(names))
    if len(found) <= LARGEST_LISTING:
        return found
    return (f"/{hashlib.sha1(repr(found).encode('utf-8', 'surrogatepass')).hexdigest()}",)


def observed(
    report: Mapping[str, Any],
    kernel_files: Iterable[Path] = (),
    root: Path = Path(),
    named: Iterable[str] = (),
    *,
    is_here: bool = True,
) -> Facts:
    """Return the facts that an agent reports at the end of a cell.

    Args:
        report: empty from a kernel without an agent; then code alone decides.
        kernel_files: other files that the cell depends on.
        root: the deck's folder.
        named: paths from there of files that the author says the cell depends on.
        is_here: the cell ran on this machine; else only such files count as are the same here, since nobody
            sees how others, and packages, change.
    """
    files: dict[str, Identity | None] = {}
    for path, found in report.get("files", {}).items():
        files[path] = (found[0], found[1], found[2]) if found else None
    if not is_here:
        return Facts({**_shared(files, root), **_named(named, root)})
    others = [str(file) for file in kernel_files]
    packages: dict[str, str] = {}
    for module, folder in report.get("packages", {}).items():
        names = _distributions(folder).get(_normal(module), ())
        for name in names:
            packages[name] = "" if folder in own_folders() else folder
        if not names:
            # Put there by hand: no version says what it is.
            places = (os.path.join(folder, module, "__init__.py"), os.path.join(folder, f"{module}.py"))
            others += [place for place in places if os.path.isfile(place)]
    files |= _named((*others, *named), root)
    folders = {path: listing(names) for path, names in report.get("folders", {}).items()}
    return Facts(files, packages, tuple(report.get("missing", ())), folders)


def _named(paths: Iterable[str], root: Path) -> dict[str, Identity | None]:
    """Return what files are now."""
    from celldeck.execute.agent.watch import identity

    found = {path: identity(str(root / path)) for path in paths}
    return {path: (known[0], known[1], known[2]) if known else None for path, known in found.items()}


def _shared(files: Mapping[str, Identity | None], root: Path) -> dict[str, Identity | None]:
    """Return those of the files of another machine that are the same here, as they are here."""
    here = _named([path for path, known in files.items() if known], root)
    return {
        path: now
        for path, now in here.items()
        if now and (known := files[path]) and now[:2] == known[:2] and (now[0] or now[2] == known[2])
    }


class World:
    """Looks whether facts still hold, each of them once."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the deck."""
        self._folder = folder
        self._known: dict[tuple[object, ...], str | None] = {}
        self._listed: dict[str, list[str]] = {}

    def change(self, facts: Facts, is_ours: Callable[[str], bool] = lambda path: False) -> str | None:
        """Return the first thing that is not as it was, in words; None if all is.

        Args:
            facts: what was used.
            is_ours: says which files to pass over, also in folders.
        """
        looks: list[tuple[Callable[..., str | None], tuple[object, ...]]] = [
            *((self._file, item) for item in facts.files.items() if not is_ours(item[0])),
            *((_package, item) for item in facts.packages.items()),
            *((self._missing, (name,)) for name in facts.missing),
        ]
        for look, about in looks:
            if about not in self._known:
                self._known[about] = look(*about)
            if told := self._known[about]:
                return told
        for path, names in facts.folders.items():
            is_digest = names[:1] and names[0].startswith("/")
            before = names if is_digest else tuple(n for n in names if not is_ours(inside(path, n)))
            now = listing(name for name in self._names(path) if not is_ours(inside(path, name)))
            if now != before:
                return f"other files are in {path}" if path != "." else "other files are beside the deck"
        return None

    def holds(self, path: str, content: str | None) -> bool:
        """Say whether a path holds what `standing` of the agent told of it."""
        from celldeck.execute.agent.watch import standing

        return standing(str(self._folder / path)) == content

    def _names(self, folder: str) -> list[str]:
        if folder not in self._listed:
            from celldeck.execute.agent.watch import names_in

            self._listed[folder] = names_in(str(self._folder / folder))
        return self._listed[folder]

    def _file(self, path: str, identity: Identity | None) -> str | None:
        file = self._folder / path
        try:
            status = file.stat()
        except OSError:
            return None if identity is None else f"{path} is gone"
        if identity is None:
            return f"{path} is there now"
        digest, size, time = identity
        if (status.st_size, status.st_mtime_ns) == (size, time):
            return None
        if digest and status.st_size == size:
            from celldeck.execute.agent import watch

            found = watch.identity(str(file))
            if found and found[0] == digest:
                return None
        return f"{path} has changed"

    def _missing(self, name: str) -> str | None:
        from importlib.machinery import PathFinder

        if PathFinder.find_spec(name, [str(self._folder), *own_folders()]) is None:
            return None
        return f"module {name} is there now"


def inside(folder: str, name: str) -> str:
    """Return the path of what stands in a folder, as paths of facts are written."""
    return name if folder == "." else f"{folder}/{name}"


def _package(name: str, folder: str) -> str | None:
    folders = (folder,) if folder else own_folders()
    if any(os.path.isdir(os.path.join(place, name)) for place in folders):
        return None
    package = name.removesuffix(".dist-info").removesuffix(".egg-info").replace("-", " ")
    return f"{package} is not installed any more"


@cache
def own_folders() -> tuple[str, ...]:
    """Return the folders that our own Python has its packages in."""
    return tuple(path for path in sys.path if path.endswith(("site-packages", "dist-packages")))


@cache
def _distributions(folder: str) -> dict[str, list[str]]:
    """Return which `.dist-info` folders of `folder` bring each top-level module, by its normalised name."""
    found: dict[str, list[str]] = {}
    try:
        names = [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return {}
    for name in names:
        for module in _modules(Path(folder, name)):
            found.setdefault(_normal(module), []).append(name)
    return found


def _modules(distribution: Path) -> set[str]:
    """Return the top-level modules of a distribution: as it lists them, and as its name has it."""
    modules = {distribution.name.partition("-")[0]}
    try:
        record = (distribution / "RECORD").read_text("utf-8", errors="replace")
    except OSError:
        return modules
    for top in set(re.findall(r"^\"?([A-Za-z_]\w*)(?=[/.])", record, re.MULTILINE)):
        modules.add(top)
    return modules


def _normal(module: str) -> str:
    return module.lower().replace("-", "_")
