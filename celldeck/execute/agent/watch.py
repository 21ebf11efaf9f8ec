"""Which files, packages and modules a cell used: what its outputs depend on beside the code."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.machinery
import os
import shutil
import sys
import sysconfig
import tempfile
import threading
from typing import Any

LARGEST_BYTES = 1 << 26
"""Files above this are known by size and time instead of content, which would take longer than most cells."""


class Missing:
    """The last finder: it is asked only for modules that no other one knows."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Note a top-level module that is not there."""
        if path is None:
            self.names.add(name)


class Watch:
    """Notes what is read while cells run."""

    def __init__(self) -> None:
        self.folder = os.getcwd()
        self.on = False
        self.busy = threading.local()
        self.files: dict[str, Any] = {}
        self.written: set[str] = set()
        """Files that cells have written until now."""
        self.changed: dict[str, Any] = {}
        """Those that the running cell writes: path to what each was before."""
        self.own_reads: dict[str, Any] = {}
        """Those that the running cell reads and a cell has written."""
        self.vault: str | None = None
        """The folder for copies of files that cells write; None: none are kept."""
        self.seen: set[str] = set()
        self.modules: set[str] = set()
        """Those that were reported; the first cell reports what the kernel itself has imported, too."""
        self.missing = Missing()
        sys.meta_path.append(self.missing)
        roots = {
            sys.prefix,
            sys.base_prefix,
            sys.exec_prefix,
            *sysconfig.get_paths().values(),
            cache_folder(),
        }
        # A folder of system files is a root only as a whole: with `/usr` as prefix, data in it is rare.
        self.roots = tuple(os.path.realpath(root) + os.sep for root in roots if root)
        self.system = tuple(f"{os.sep}{name}{os.sep}" for name in ("proc", "sys", "dev"))
        self.private = tuple(
            p + os.sep for p in (os.environ.get("IPYTHONDIR"), os.environ.get("MPLCONFIGDIR")) if p
        )
        # Libraries write there once on a machine: settings, and data that they download.
        home = os.path.expanduser("~")
        kept = [os.environ.get("XDG_CONFIG_HOME"), os.environ.get("KERAS_HOME")]
        kept += [os.path.join(home, name) for name in (".config", ".matplotlib", ".keras")]
        self.kept = tuple(os.path.abspath(path) + os.sep for path in kept if path)
        sys.addaudithook(self.audit)

    def audit(self, event: str, args: Any) -> None:
        """Python's audit hook: https://docs.python.org/3/library/audit_events.html"""
        if not self.on or (event != "open" and event not in CHANGES) or getattr(self.busy, "here", False):
            return
        self.busy.here = True
        try:
            if event == "open":
                self.opened(args[0], args[2] or 0)
            else:
                for path in args[: CHANGES[event]]:
                    self.changes(absolute(path))
        except Exception:
            # An exception here would fail the author's own call.
            return
        finally:
            self.busy.here = False

    def opened(self, path: Any, flags: int) -> None:
        if not isinstance(path, str | bytes) or os.fsdecode(path).startswith("<"):
            # A number of an open file, or the name of code that stands in no file.
            return
        path = absolute(path)
        if "__pycache__" in path:
            return
        if flags & (os.O_WRONLY | os.O_TRUNC | os.O_EXCL | os.O_APPEND) or (
            flags & os.O_RDWR and flags & os.O_CREAT
        ):
            self.changes(path)
        elif path not in self.seen and path not in self.changed:
            self.seen.add(path)
            if path in self.written:
                self.own_reads[self.short(path)] = identity(path)
            elif not self.is_own(path):
                self.files[self.short(path)] = identity(path)

    def changes(self, path: str | None) -> None:
        """Take a file that is about to be written, moved or removed."""
        if path is None or path in self.changed or "__pycache__" in path or not self.is_tracked(path):
            return
        self.written.add(path)
        self.changed[path] = self.content(path)

    def is_tracked(self, path: str) -> bool:
        """Say whether a file that is written is the deck's; temporary ones, caches and settings are not."""
        if path.startswith(self.folder + os.sep):
            return True
        if (path + os.sep).startswith(self.kept):
            return False
        temporary = os.path.realpath(tempfile.gettempdir()) + os.sep
        return not os.path.realpath(path).startswith((temporary, *self.roots)) and not path.startswith(
            self.system + self.private
        )

    def content(self, path: str) -> str | None:
        """Return what stands for what a file holds, and keep a copy; None: it is not there."""
        if os.path.isdir(path):
            return "folder"
        known = identity(path)
        if known is None:
            return None
        digest, size, time = known
        if not digest:
            return f"{size} {time}"
        if self.vault is not None:
            keep(path, os.path.join(self.vault, digest))
        return str(digest)

    def is_own(self, path: str) -> bool:
        """Say whether a file is Python's, a package's, the system's or a cache."""
        if path.startswith(self.folder + os.sep) and "site-packages" not in path:
            # A virtual environment may stand around the deck, or the deck inside one.
            return False
        real = os.path.realpath(path)
        return (
            real.startswith(self.roots) or path.startswith(self.system + self.private) or os.path.isdir(path)
        )

    def short(self, path: str) -> str:
        """Return the path from the deck's folder, so that a store can move with its decks."""
        try:
            return os.path.relpath(path, self.folder).replace(os.sep, "/")
        except ValueError:
            return path

    def start(self, vault: str | None = None) -> None:
        """Begin a cell.

        Args:
            vault: the folder for copies of the files that it writes; None: no copies.
        """
        self.files, self.own_reads, self.changed, self.seen = {}, {}, {}, set()
        self.vault = vault
        self.missing.names = set()
        self.on = True

    def named(self, paths: Any, files: dict[str, Any]) -> None:
        """Add files that the cell names to those that it read: C code reads files unseen."""
        for path in map(absolute, paths):
            if path not in self.written and not self.is_own(path):
                files.setdefault(self.short(path), identity(path))

    def end(self) -> dict[str, Any]:
        """End a cell; return the files that it used, and the packages that it was the first to use."""
        self.on = False
        packages: dict[str, str] = {}
        # Copies, made in one step: other threads of the cell may still import and open files.
        new = [name for name in list(sys.modules) if name not in self.modules]
        self.modules.update(new)
        for name in new:
            place = origin(sys.modules.get(name))
            if place is None:
                continue
            top = name.partition(".")[0]
            if "site-packages" in place or "dist-packages" in place:
                packages[top] = container(place, name)
            elif not os.path.realpath(place).startswith(self.roots) and place.endswith(".py"):
                path = os.path.abspath(place)
                if path not in self.written:
                    self.files.setdefault(self.short(path), identity(path))
        missing = sorted(name for name in self.missing.names.copy() if name not in sys.modules)
        return {
            "files": dict(self.files),
            "packages": packages,
            "missing": missing,
            "own_reads": {path: content and content[0] for path, content in self.own_reads.items()},
            "written": {
                self.short(path): [before, self.content(path)] for path, before in self.changed.items()
            },
        }


CHANGES = {
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.mkdir": 1,
    "os.truncate": 1,
    "os.link": 2,
    "os.symlink": 2,
}
"""Events of files that change, with the number of their arguments that are paths."""


def absolute(path: Any) -> str:
    """Return a path from the root of the file system."""
    return os.path.abspath(os.fsdecode(path))


def keep(path: str, copy: str) -> None:
    """Copy a file, unless that is done. If it cannot be, the cell that writes the file has to run again."""
    if os.path.exists(copy):
        return
    part = f"{copy}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copyfile(path, part)
        os.replace(part, copy)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)


def identity(path: str) -> list[Any] | None:
    """Return digest, size and time of a file, as celldeck computes them again; None if it is not there."""
    try:
        status = os.stat(path)
        if status.st_size > LARGEST_BYTES:
            return ["", status.st_size, status.st_mtime_ns]
        digest = hashlib.sha1()
        with open(path, "rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)
    except OSError:
        return None
    return [digest.hexdigest(), status.st_size, status.st_mtime_ns]


def origin(module: Any) -> str | None:
    """Return the file of a module, or the folder of a namespace package; None for what is built in."""
    spec = getattr(module, "__spec__", None)
    place = getattr(module, "__file__", None) or getattr(spec, "origin", None)
    if isinstance(place, str) and place not in ("built-in", "frozen"):
        return place
    if isinstance(spec, importlib.machinery.ModuleSpec) and spec.submodule_search_locations:
        return next(iter(spec.submodule_search_locations), None)
    return None


def container(place: str, name: str) -> str:
    """Return the folder that a module was found in: what stands before its dotted name in its path."""
    for marker in ("site-packages", "dist-packages"):
        before, found, _ = place.rpartition(os.sep + marker + os.sep)
        if found:
            return before + os.sep + marker
    return os.path.dirname(place)


def cache_folder() -> str:
    """Return the folder of the user's caches."""
    return os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
