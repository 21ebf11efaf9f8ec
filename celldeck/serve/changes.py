"""Changes: files that were written, as batches of paths.

watchdog: https://python-watchdog.readthedocs.io/
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET_S = 0.03
"""A batch ends when nothing was written for this long: the first event of a save may be its truncation."""
LARGEST_TREE = 1000
"""Folders: of a larger tree, such as somebody's home, only the top is watched."""

_ENDS_ASIDE = ("~", ".swp", ".swx", ".tmp", ".part", ".pyc", ".crswap")
_NAMES_ASIDE = {"__pycache__", "node_modules"}
# Our own reading makes other events; listening to those would never end.
_WRITES = {"created", "modified", "moved", "deleted", "closed"}


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
        self._events: queue.SimpleQueue[Path] = queue.SimpleQueue()
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
        tops = {tree.resolve() for tree in trees} - self._tops
        self._tops |= tops
        for tree in sorted(tops):
            if self._in_tree(tree) or not tree.is_dir() or _is_large(tree):
                continue
            self._observer.schedule(self, str(tree), recursive=True)
            self._trees.add(tree)
        for wanted in {folder.resolve() for folder in folders} | self._tops:
            folder = next(place for place in (wanted, *wanted.parents) if place.is_dir())
            if folder not in self._folders and not self._in_tree(folder):
                self._observer.schedule(self, str(folder), recursive=False)
                self._folders.add(folder)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event of watchdog's."""
        if event.event_type not in _WRITES or (event.is_directory and event.event_type == "modified"):
            return
        for name in (event.src_path, event.dest_path):
            if name and self._counts(path := Path(os.fsdecode(name))):
                self._events.put(path)

    def next_batch(self, timeout_s: float) -> set[Path]:
        """Wait for a change and return all that came with it; empty after `timeout_s` without one."""
        try:
            batch = {self._events.get(timeout=timeout_s)}
        except queue.Empty:
            return set()
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            try:
                batch.add(self._events.get(timeout=QUIET_S))
            except queue.Empty:
                break
        return batch

    def keep(self, counts: Callable[[Path], bool]) -> None:
        """Forget the changes until now, but for those that count."""
        for path in self.next_batch(timeout_s=QUIET_S):
            if counts(path):
                self._events.put(path)

    def close(self) -> None:
        """Stop watching."""
        self._observer.stop()
        self._observer.join()

    def _in_tree(self, folder: Path) -> bool:
        return any(folder.is_relative_to(tree) for tree in self._trees)

    def _counts(self, path: Path) -> bool:
        if path.name.endswith(_ENDS_ASIDE) or any(path.is_relative_to(folder) for folder in self._ignored):
            return False
        if path.parent in self._folders:
            return True
        return any(
            path.is_relative_to(tree) and not _is_aside(path.relative_to(tree).parts[:-1])
            for tree in self._trees
        )


def _is_aside(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") or part in _NAMES_ASIDE for part in parts)


def _is_large(tree: Path) -> bool:
    # Its hidden folders as well, since the system has to watch those with the rest.
    return any(number >= LARGEST_TREE for number, _ in enumerate(os.walk(tree), 1))
