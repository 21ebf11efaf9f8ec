"""What the files held that cells write, so that a cell finds them as a clean run would have left them.

The agent copies a file before it is first written, and after each cell that wrote it, into a folder where
copies go by the digest of their content. A file that its author has changed meanwhile is taken as it is
now. What is known of files is noted, so that the next session still knows which of them are the cells' doing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from celldeck.errors import DeckError
from celldeck.execute.effects import digest
from celldeck.files import write_atomically

_VERSION = 1

Content = str | None
"""What stands for what a file holds: a digest, or `folder`; None: it is not there."""


class FileVault:
    """The files that the cells of one deck write."""

    def __init__(self, folder: Path, copies: Path, deck: str) -> None:
        """Take the deck's folder, the one for copies, which is made when needed, and the deck's path."""
        self._folder = folder
        self._copies = copies
        self._notes = copies / f"{digest(deck)}.json"
        self._noted: dict[str, tuple[Content, Content]] = {}
        self._first: dict[str, Content] = {}
        """Path to what was there before any cell wrote it."""
        self._last: dict[str, Content] = {}
        """Path to what we know to have left there."""
        self._recall()

    @property
    def copies(self) -> str:
        """The folder for copies, for the agent."""
        return str(self._copies.absolute())

    def knows(self, path: str) -> bool:
        """Say whether a cell has written a file."""
        return path in self._first

    def names(self, folder: str, files: Mapping[str, Content]) -> set[str]:
        """Return those of the files that we know that are in a folder where cells have written `files`."""
        found = set()
        for path in self._first:
            place, _, name = path.rpartition("/")
            if (place or ".") == folder and self.content(path, files) is not None:
                found.add(name)
        return found

    def content(self, path: str, files: Mapping[str, Content]) -> Content:
        """Return what a file that we know holds where cells have written `files`."""
        return files[path] if path in files else self._first.get(path)

    def take(self, written: Mapping[str, tuple[Content, Content]]) -> None:
        """Note what a cell has written: path to what was there before and is there now."""
        for path, (before, after) in written.items():
            self._first.setdefault(path, before)
            self._last[path] = after

    def learn(self, paths: Iterable[str]) -> None:
        """Note files that cells wrote before our time; what they hold now is what the first cell finds."""
        for path in paths:
            if path not in self._first:
                self._first[path] = self._last[path] = self._now(path)

    def note(self) -> None:
        """Keep for the next session what is known; if that cannot be written, it takes files as they are."""
        noted = {path: (first, self._last.get(path)) for path, first in self._first.items()}
        if noted == self._noted:
            return
        with suppress(OSError):
            write_atomically(self._notes, json.dumps({"version": _VERSION, "files": noted}))
            self._noted = noted

    def _recall(self) -> None:
        try:
            told = json.loads(self._notes.read_bytes())
            files = told["files"].items() if told["version"] == _VERSION else ()
            self._noted = {str(path): (first, last) for path, (first, last) in files}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return
        for path, (first, last) in self._noted.items():
            # Anything else is its author's doing.
            if self._is(path, last):
                self._first[path], self._last[path] = first, last

    def look(self) -> None:
        """Take files that their author has changed, or another program, as they are now."""
        for path, last in self._last.items():
            if last != (now := self._now(path)):
                self._first[path] = self._last[path] = now

    def unready(self, files: Mapping[str, Content]) -> list[str]:
        """Return the files that cannot be brought into a state, so that their cells have to write them."""
        return [
            path
            for path in self._first
            if not self._is(path, wanted := self.content(path, files)) and not self._can_make(wanted)
        ]

    def bring(self, files: Mapping[str, Content]) -> None:
        """Bring all files into the state in which cells have written `files`, as far as that can be done.

        Raises:
            DeckError: one cannot be written.
        """
        wanted: dict[str, Content] = {}
        for path in self._first:
            if self._last.get(path) != self._now(path) and path not in files:
                # Its author has changed it, or another program.
                self._first[path] = self._last[path] = self._now(path)
            wanted[path] = self.content(path, files)
        # What goes, from the inside out; then what comes, from the outside in.
        for path in (
            *sorted((path for path, content in wanted.items() if content is None), reverse=True),
            *sorted(path for path, content in wanted.items() if content is not None),
        ):
            if not self._is(path, wanted[path]) and self._can_make(wanted[path]):
                self._make(path, wanted[path])
            self._last[path] = self._now(path)

    def _now(self, path: str) -> Content:
        from celldeck.execute.agent.watch import standing

        return standing(str(self._folder / path))

    def _is(self, path: str, content: Content) -> bool:
        return self._now(path) == content

    def _can_make(self, content: Content) -> bool:
        return content in (None, "folder") or (self._copies / str(content)).is_file()

    def _make(self, path: str, content: Content) -> None:
        file = self._folder / path
        if content == "folder":
            file.mkdir(parents=True, exist_ok=True)
        elif content is None:
            with suppress(OSError):
                file.rmdir() if file.is_dir() else file.unlink(missing_ok=True)
        else:
            try:
                write_atomically(file, (self._copies / content).read_bytes())
            except OSError as error:
                told = f"{file} cannot be written as a cell has left it: {error.strerror or error}"
                raise DeckError(told, hint="free some room, or let the file be written") from error
