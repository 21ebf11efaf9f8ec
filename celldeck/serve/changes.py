"""Changes: files that were written, as batches of paths.

watchdog: https://python-watchdog.readthedocs.io/
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET_S = 0.03
"""A batch ends when nothing was written for this long: the first event of a save may be its truncation."""

_HIDDEN_ENDS = ("~", ".swp", ".swx", ".tmp", ".part", ".pyc", ".crswap")
# Our own reading makes these events too; listening to them would never end.
_WRITES = {"created", "modified", "moved", "deleted", "closed"}


class Changes(FileSystemEventHandler):
    """Watches folders, everything below them included."""

    def __init__(self, folders: Iterable[Path], ignored: Callable[[Path], bool]) -> None:
        """Start watching.

        Args:
            folders: that are there.
            ignored: says of a path that its changes mean nothing, such as what is built.
        """
        self._ignored = ignored
        self._events: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._observer = Observer()
        for folder in _outermost(folders):
            self._observer.schedule(self, str(folder), recursive=True)
        self._observer.start()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event of watchdog's."""
        if event.is_directory or event.event_type not in _WRITES:
            return
        for name in (event.src_path, event.dest_path):
            path = Path(str(name)) if name else None
            if path and not path.name.endswith(_HIDDEN_ENDS) and not self._ignored(path):
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

    def close(self) -> None:
        """Stop watching."""
        self._observer.stop()
        self._observer.join()


def _outermost(folders: Iterable[Path]) -> list[Path]:
    kept: list[Path] = []
    for folder in sorted({folder.resolve() for folder in folders}, key=lambda path: len(path.parts)):
        if not any(folder.is_relative_to(other) for other in kept):
            kept.append(folder)
    return kept
