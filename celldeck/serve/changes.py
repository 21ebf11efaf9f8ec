"""Changes: files that were written, as batches of paths.

Where the system tells that a file was closed (Linux), a save is over then and nobody waits. Elsewhere it is
over when nothing more comes.

watchdog: https://python-watchdog.readthedocs.io/
"""

from __future__ import annotations

import os
import queue
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

QUIET_S = 0.03
"""A batch ends when nothing was written for this long: the first event of a save may be its truncation."""
GRACE_S = 0.001
"""The same for one file whose save is known to be over: whether it is the first of many is seen at once."""
OPEN_S = 0.3
"""How long a file that is being written is waited for since it was last written."""
LONGEST_S = 1.0
"""What is written without an end is taken as it is after this time."""
PAIR_S = 0.02
"""How long the two halves of a rename are waited for before they are taken for a file that went and one that
came. Watchdog waits half a second, and sometimes all of it though both have come: a save would seem lost."""
LARGEST_TREE = 1000
"""Folders: of a larger tree, such as somebody's home, only the top is watched."""

_TELLS_CLOSING = sys.platform == "linux"
if _TELLS_CLOSING:
    # Watchdog has no other way to say it; from version 7 on it stands there.
    with suppress(ImportError):
        from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

        InotifyMoveEventGrouper.delay = PAIR_S
_ENDS_ASIDE = ("~", ".swp", ".swx", ".tmp", ".part", ".pyc", ".crswap", "___jb_tmp___", "___jb_old___")
_NAMES_ASIDE = {"__pycache__", "node_modules", "4913"}
"""Folders in which nothing is anybody's writing, and the file by which vim tries a folder."""
# Our own reading makes other events; listening to those would never end.
_WRITES = {"created", "modified", "moved", "deleted", "closed"}
_UNFINISHED = {"created", "modified"}


_Event = tuple[Path, str]
"""A path and what happened there: a kind of watchdog's."""


class Changes(FileSystemEventHandler):
    """Watches folders and trees of folders."""

    def __init__(self, ignored: Iterable[Path] = ()) -> None:
        """Take folders in which changes mean nothing, such as what is built."""
        self._ignored = tuple(path.resolve() for path in ignored)
        self._tops: set[Path] = set()
        """Trees that were asked for."""
        self._trees: set[Path] = set()
        """Those that are watched as such."""
        self._folders: set[Path] = set()
        self._watched: dict[Path, tuple[ObservedWatch, tuple[int, int] | None]] = {}
        """With what tells each of them from another folder of its name."""
        self._lost: set[Path] = set()
        """Trees and folders that went; they may come again, as where another branch is checked out."""
        self._events: queue.SimpleQueue[_Event | None] = queue.SimpleQueue()
        """None: somebody wants the next batch now."""
        self._wanted: frozenset[Path] = frozenset()
        self._observer = Observer()
        self._observer.start()

    def watch(self, folders: Iterable[Path], trees: Iterable[Path] = ()) -> None:
        """Watch these as well; those that are watched already cost nothing.

        Args:
            folders: their own files. For one that is not there, what is there of its path is watched, so that
                it is noticed when it comes; then it has to be given once more.
            trees: the files at any depth, but not in hidden folders; of a very large one, the top.

        Raises:
            OSError: the system watches no more.
        """
        self._let_go()
        tops = {tree.resolve() for tree in trees} - self._tops
        self._tops |= tops
        for tree in sorted(tops | (self._tops & self._lost)):
            if self._in_tree(tree) or not tree.is_dir() or _is_large(tree):
                continue
            self._schedule(tree, self._trees)
        for wanted in {folder.resolve() for folder in folders} | self._tops:
            folder = next(place for place in (wanted, *wanted.parents) if place.is_dir())
            if folder not in self._folders and not self._in_tree(folder):
                self._schedule(folder, self._folders)

    def _schedule(self, folder: Path, among: set[Path]) -> None:
        is_tree = among is self._trees
        told = self._observer.schedule(self, str(folder), recursive=is_tree)
        among.add(folder)
        self._watched[folder] = (told, _identity(folder))
        if folder in self._lost:
            self._lost.discard(folder)
            # What was written there before it was watched.
            for place, inner, names in os.walk(folder):
                inner[:] = inner if is_tree else []
                for name in names:
                    self._put(Path(place, name), "closed")

    def _let_go(self) -> None:
        """Watch no more what went, or is another folder by now: the system goes on with the old one."""
        alive = {emitter.watch for emitter in self._observer.emitters if emitter.is_alive()}
        for folder, (told, identity) in list(self._watched.items()):
            if told in alive and identity == _identity(folder):
                continue
            del self._watched[folder]
            with suppress(KeyError, OSError):  # it has ended by itself
                self._observer.unschedule(told)
            self._trees.discard(folder)
            self._folders.discard(folder)
            self._lost.add(folder)

    def want(self, files: Iterable[Path]) -> None:
        """Tell of these files whatever their names look like; instead of those named before."""
        self._wanted = frozenset(files)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event of watchdog's."""
        if event.event_type not in _WRITES or (event.is_directory and event.event_type == "modified"):
            return
        kind = "closed" if event.is_directory else event.event_type
        for name, what in ((event.src_path, kind), (event.dest_path, "closed")):
            if name:
                self._put(Path(os.fsdecode(name)), what)

    def _put(self, path: Path, kind: str) -> None:
        if self._counts(path):
            self._events.put((path, kind))

    def next_batch(self, timeout_s: float) -> set[Path]:
        """Wait for a change and return all that came with it; empty after `timeout_s` without one."""
        batch = _Batch()
        wait_s, deadline = timeout_s, None
        while deadline is None or time.monotonic() < deadline:
            try:
                event = self._events.get(timeout=wait_s)
            except queue.Empty:
                break
            if event is None:
                break
            batch.add(*event)
            deadline = deadline or time.monotonic() + LONGEST_S
            wait_s = batch.wait_s
        return batch.paths

    def wake(self) -> None:
        """Let who waits for a batch go on."""
        self._events.put(None)

    def keep(self, counts: Callable[[Path], bool]) -> None:
        """Forget the changes until now, but for those that count."""
        for path in self.next_batch(timeout_s=QUIET_S):
            if counts(path):
                self._events.put((path, "closed"))

    def close(self) -> None:
        """Stop watching."""
        self._observer.stop()
        self._observer.join()

    def _in_tree(self, folder: Path) -> bool:
        return any(folder.is_relative_to(tree) for tree in self._trees)

    def _counts(self, path: Path) -> bool:
        if (_is_aside_name(path.name) and path not in self._wanted) or any(
            path.is_relative_to(folder) for folder in self._ignored
        ):
            return False
        if path.parent in self._folders:
            return True
        return any(
            path.is_relative_to(tree) and not _is_aside(path.relative_to(tree).parts[:-1])
            for tree in self._trees
        )


class _Batch:
    """Changes that belong together, as they come."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()
        self._open: set[Path] = set()
        """Those whose writing is not over."""
        self._new: set[Path] = set()
        """Those that were not there before: somebody may be about to move them to where they belong."""

    def add(self, path: Path, kind: str) -> None:
        self.paths.add(path)
        if kind in _UNFINISHED:
            self._open.add(path)
            if kind == "created":
                self._new.add(path)
            return
        self._open.discard(path)
        if kind == "moved" and path in self._new:
            self.paths.discard(path)
        if kind in {"moved", "deleted"}:
            self._new.discard(path)

    @property
    def wait_s(self) -> float:
        """How long nothing must come before this is all."""
        if self._open:
            return OPEN_S if _TELLS_CLOSING else QUIET_S
        return GRACE_S if len(self.paths) <= 1 and not self._new else QUIET_S


def _is_aside_name(name: str) -> bool:
    # What programs write beside a file before they move it there, and what they lock it with.
    is_hidden = name.startswith(".") and not name.startswith(".marp")
    return is_hidden or name.startswith("#") or name.endswith(_ENDS_ASIDE) or name in _NAMES_ASIDE


def _is_aside(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") or part in _NAMES_ASIDE for part in parts)


def _identity(folder: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        told = folder.stat()
        return told.st_dev, told.st_ino
    return None


def _is_large(tree: Path) -> bool:
    # Its hidden folders as well, since the system has to watch those with the rest.
    return any(number >= LARGEST_TREE for number, _ in enumerate(os.walk(tree), 1))
