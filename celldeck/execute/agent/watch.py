"""Which files, packages and modules a cell used: what its outputs depend on beside the code."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.machinery
import os
import shutil
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable
from typing import Any

LARGEST_BYTES = 1 << 26
"""Files above this are known by size and time instead of content, which would take longer than most cells."""

SYSTEM = ("/usr/", "/lib", "/bin/", "/sbin/", "/etc/", "/opt/", "/var/", "/System/", "/Library/", "/nix/")
"""Where libraries look for what a system has."""
TAKES_TEXT = os.path.join("IPython", "core", "display.py")


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
        self.own_reads: dict[str, str | None] = {}
        """What those held that the running cell reads and a cell has written, or that it changes."""
        self.passing: set[str] = set()
        """Temporary files and the like that cells have written: what is in them is no news to a cell."""
        self.folders: dict[str, list[str]] = {}
        """What stood in folders that it has listed."""
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
        self.handlers: dict[str, Callable[..., None]] = {
            "open": self.opened,
            "os.listdir": self.lists,
            "os.scandir": self.lists,
            "os.remove": lambda path, at: self.changes(full(path, at)),
            "os.rmdir": lambda path, at: self.changes(full(path, at)),
            "os.mkdir": lambda path, mode, at: self.changes(full(path, at)),
            "os.truncate": lambda path, length: self.changes(full(path)),
            "os.rename": self.moves,
            "os.link": lambda old, new, *at: self.links(full(old, at[0]), full(new, at[1])),
            "os.symlink": lambda old, new, at: self.changes(full(new, at)),
            "shutil.rmtree": self.removes_all,
        }
        sys.addaudithook(self.audit)
        for name in ("stat", "lstat"):
            self.wrap(name)

    def audit(self, event: str, args: Any) -> None:
        """Python's audit hook: https://docs.python.org/3/library/audit_events.html"""
        if self.on and (handler := self.handlers.get(event)) and not getattr(self.busy, "here", False):
            self.note(handler, *args)

    def note(self, handler: Callable[..., None], *args: Any) -> None:
        """Note something, and nothing of what that takes."""
        self.busy.here = True
        try:
            handler(*args)
        except Exception:
            # An exception here would fail the author's own call.
            return
        finally:
            self.busy.here = False

    def wrap(self, name: str) -> None:
        """Note of which files a cell asks whether they are there; no event tells that."""
        plain = getattr(os, name)

        @functools.wraps(plain)
        def asks(path: Any, *args: Any, **options: Any) -> Any:
            if self.on and not options.get("dir_fd") and not getattr(self.busy, "here", False):
                self.note(self.looks_for, path)
            return plain(path, *args, **options)

        # Where it is found by who unpickles it.
        asks.__module__ = "os"
        for kind in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
            if plain in kind:
                kind.add(asks)
        setattr(os, name, asks)

    def opened(self, path: Any, mode: Any, flags: int | None) -> None:
        if (place := full(path)) is None:
            return
        flags = flags or 0
        if os.path.isdir(place):
            # A file without a name in it, or one whose name is found only now.
            return
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_EXCL | os.O_APPEND):
            # A temporary file has a name that no other file has.
            is_temporary = flags & os.O_EXCL and flags & getattr(os, "O_NOFOLLOW", 0)
            self.changes(place, depends=not (flags & os.O_TRUNC or is_temporary))
        else:
            self.reads(place)

    def reads(self, path: str) -> None:
        """Take a file that the cell depends on."""
        if path in self.seen or path in self.changed or path in self.passing or "__pycache__" in path:
            return
        self.seen.add(path)
        if path in self.written:
            self.own_reads[self.short(path)] = standing(path)
        elif not os.path.isdir(path) and not self.is_own(path):
            self.files[self.short(path)] = identity(path)

    def looks_for(self, path: Any) -> None:
        place = full(path)
        if place is None or place in self.seen or place in self.changed:
            return
        is_of_deck = place in self.written or (not place.startswith(SYSTEM) and self.is_tracked(place))
        if is_of_deck and not is_of_import():
            self.reads(place)

    def lists(self, path: Any) -> None:
        place = full("." if path is None else path)
        if place is None or is_of_import() or not self.is_tracked(place + os.sep):
            return
        if place != self.folder and os.path.realpath(place).startswith(self.roots):
            return
        here = self.short(place)
        if here not in self.folders:
            # What the cell itself has done there is no news to it.
            names = {name for name in names_in(place) if os.path.join(place, name) not in self.changed}
            names |= {
                os.path.basename(path)
                for path, before in self.changed.items()
                if before is not None and os.path.dirname(path) == place
            }
            self.folders[here] = sorted(names)

    def moves(self, old: Any, new: Any, old_at: int = -1, new_at: int = -1) -> None:
        source, target = full(old, old_at), full(new, new_at)
        if source is None or target is None:
            return
        for path in below(source):
            self.changes(path)
            self.changes(target + path.removeprefix(source), depends=False)
        self.changes(source)
        self.changes(target, depends=False)

    def links(self, old: str | None, new: str | None) -> None:
        if old is not None:
            self.reads(old)
        self.changes(new)

    def removes_all(self, path: Any, at: int | None = None) -> None:
        if place := full(path, -1 if at is None else at):
            for one in (*below(place), place):
                self.changes(one)

    def changes(self, path: str | None, *, depends: bool = True) -> None:
        """Take a file that is about to be written, moved or removed.

        Args:
            depends: what comes of it depends on what was there.
        """
        if path is None or path in self.changed or "__pycache__" in path:
            return
        if not self.is_tracked(path):
            self.passing.add(path)
            return
        self.written.add(path)
        self.changed[path] = self.content(path)
        if depends and path not in self.seen:
            self.own_reads[self.short(path)] = self.changed[path]

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
        held = standing(path)
        if held is not None and held != "folder" and " " not in held and self.vault is not None:
            keep(path, os.path.join(self.vault, held))
        return held

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
        self.files, self.own_reads, self.folders, self.changed, self.seen = {}, {}, {}, {}, set()
        self.vault = vault
        self.missing.names = set()
        self.on = True

    def named(self, paths: Any, used: dict[str, Any]) -> None:
        """Add files that the cell names to those that it read: C code reads files unseen."""
        for path in map(absolute, paths):
            if path in self.changed:
                continue
            if path in self.written:
                used["own_reads"].setdefault(self.short(path), standing(path))
            elif not self.is_own(path):
                used["files"].setdefault(self.short(path), identity(path))

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
                if path not in self.written and path not in self.passing:
                    self.files.setdefault(self.short(path), identity(path))
        missing = sorted(name for name in self.missing.names.copy() if name not in sys.modules)
        return {
            "files": dict(self.files),
            "packages": packages,
            "missing": missing,
            "own_reads": dict(self.own_reads),
            "folders": dict(self.folders),
            "written": {
                self.short(path): [before, self.content(path)] for path, before in self.changed.items()
            },
        }


def absolute(path: Any) -> str:
    """Return a path from the root of the file system."""
    return os.path.abspath(os.fsdecode(path))


def full(path: Any, at: int = -1) -> str | None:
    """Return a path from the root of the file system; None if it is none.

    Args:
        path: may also be the number of an open file, or a name in brackets of code that stands in no file.
        at: the number of the open folder that the path starts from; -1: the working directory.
    """
    if not isinstance(path, str | bytes | os.PathLike):
        return None
    text = os.fsdecode(path)
    if not text or os.path.basename(text).startswith("<"):
        return None
    if at == -1 or os.path.isabs(text):
        return absolute(text)
    return os.path.normpath(os.path.join(os.readlink(f"/proc/self/fd/{at}"), text))


def names_in(folder: str) -> list[str]:
    """Return what stands in a folder, but for what is hidden there; nothing if it is none."""
    try:
        return [name for name in os.listdir(folder) if name[0] != "." and name != "__pycache__"]
    except OSError:
        return []


def below(path: str) -> list[str]:
    """Return the files and folders in a folder, at any depth; nothing if it is a file."""
    return [
        os.path.join(folder, name)
        for folder, folders, files in os.walk(path, topdown=False)
        for name in (*files, *folders)
    ]


def standing(path: str) -> str | None:
    """Return what stands for what a path holds: a digest, or `folder`; None: it is not there."""
    if os.path.isdir(path):
        return "folder"
    known = identity(path)
    return None if known is None else str(known[0] or f"{known[1]} {known[2]}")


def is_of_import() -> bool:
    """Say whether it is an import that looks around, or IPython that takes a text for the name of a file."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if "importlib" in frame.f_code.co_filename or frame.f_code.co_filename.endswith(TAKES_TEXT):
            return True
        frame = frame.f_back
    return False


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
