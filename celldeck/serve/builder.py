"""Builder: builds the decks of a site, and again those that a change touches."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import indent
from typing import Protocol

from celldeck import pipeline
from celldeck.errors import DeckError, Notice
from celldeck.execute import Progress
from celldeck.serve.changes import Changes
from celldeck.serve.site import Site
from celldeck.serve.verifier import Verifier
from celldeck.session import Session, Verified
from celldeck.tools import Tools


class Teller(Progress, Protocol):
    """Hears what people are to be told, and which cell runs."""

    def result(self, line: str) -> None:
        """Take a line."""

    def problem(self, text: str) -> None:
        """Take a warning or an error."""


class Builder(threading.Thread):
    """A thread that builds until it is stopped."""

    def __init__(self, site: Site, tools: Tools, teller: Teller) -> None:
        """Take what it is to build, and with what; `tools` are its own from now on, and it closes them."""
        super().__init__(name="builder", daemon=True)
        self._site = site
        self._tools = tools
        self._teller = teller
        self._changes = Changes([tools.settings.cache, tools.settings.root / "dist"])
        self._stopped = threading.Event()
        self._cells_ran = False
        self._told: dict[str, tuple[str, ...]] = {}
        self._sessions: dict[str, Session] = {}
        self._verifier = Verifier()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End what it waits for, and it."""
        self._stopped.set()
        self._tools.stop()
        self.join(timeout_s)

    def run(self) -> None:
        """Build all decks, then those that changes touch."""
        try:
            self._watch()
            self._build(self._site.decks)
            while not self._stopped.is_set():
                batch = self._changes.next_batch(timeout_s=0.25)
                if self._verifier.is_running:
                    batch = set(filter(self._authored(True), batch))
                if touched := self._touched(batch):
                    self._verifier.interrupt()
                    self._build(touched)
                elif found := self._verifier.poll(self._sessions):
                    self._take_over(*found)
        finally:
            self._changes.close()
            self._verifier.interrupt()
            for session in self._sessions.values():
                session.close()
            self._tools.close()

    def _build(self, names: Iterable[str]) -> None:
        for name in names:
            if self._stopped.is_set():
                return
            self._cells_ran = False
            is_built = self._build_one(name)
            self._watch()
            if self._cells_ran:
                self._skip_own_changes(is_built)

    def _build_one(self, name: str) -> bool:
        """Build a deck and say whether that went well; if not, its pages go on with the last good one."""
        start = time.monotonic()
        path = self._site.decks[name].path
        tools = self._tools
        try:
            deck = pipeline.load(path, tools)
            self._cells_ran = bool(deck.kernel and deck.cells)
            build = self._session(name).build(deck)
            deck = build.deck
            self._cells_ran = bool(build.ran)
            built = pipeline.self_contained(pipeline.finish(deck, tools), tools, path.with_suffix(".html"))
        except Exception as error:
            # Whatever it is, watching goes on; a mistake of ours keeps its traceback.
            is_told = isinstance(error, DeckError)
            text = str(error) if is_told else "".join(traceback.format_exception(error))
            if not self._stopped.is_set():
                self._site.fail(name, text)
                self._tell(name, text)
            return False
        own_scripts = tools.options(path).html is True
        self._site.publish(name, built.page, own_scripts=own_scripts)
        self._tell(name, *map(str, built.notices), *built.failures)
        slides = f"{len(deck.slides)} slide{'s' * (len(deck.slides) != 1)}"
        self._teller.result(f"{path}: {slides}, {time.monotonic() - start:.2f} s")
        return True

    def _take_over(self, name: str, verified: Verified) -> None:
        """Show what a clean run gave, where it is something else than what is shown."""
        path = self._site.decks[name].path
        if not verified.differences:
            self._teller.result(f"{path}: verified by a clean run")
            return
        for difference in verified.differences:
            told = "a clean run gives something else here, and that is shown now"
            place = difference.cell.span
            self._teller.problem(f"{Notice('other-output', told, place)}\n{indent(difference.text, '  ')}")
        self._build([name])

    def _session(self, name: str) -> Session:
        """Return what keeps the kernel of a deck, and what is known of its cells."""
        if name not in self._sessions:
            path = self._site.decks[name].path
            self._sessions[name] = Session(path, tools=self._tools, progress=self._teller)
        return self._sessions[name]

    def _tell(self, name: str, *problems: str) -> None:
        """Tell what is wrong with a deck, but for what was so with its last build."""
        for problem in problems:
            if problem not in self._told.get(name, ()):
                self._teller.problem(problem)
        self._told[name] = problems

    def _watch(self) -> None:
        """Watch what the decks are known to be made of."""
        decks = [deck.path for deck in self._site.decks.values()]
        folders = {path.resolve().parent for path in decks} | self._tools.folders()
        trees = [path.parent for path in decks] + [
            path for path in self._tools.settings.theme_paths if path.is_dir()
        ]
        try:
            self._changes.watch(folders, trees)
        except OSError as error:
            self._teller.problem(f"not all changes will be noticed: {error.strerror or error}")

    def _touched(self, batch: set[Path]) -> list[str]:
        """Return the decks to build: those that changed, or all if something that they may share did."""
        if not batch:
            return []
        decks = {deck.path.resolve(): name for name, deck in self._site.decks.items()}
        shared = {path for path in batch if path not in decks and path.suffix != ".md"}
        # Another Markdown file in the folder is no part of these decks; a picture, a style or data may be.
        if shared:
            self._tools.forget_themes()
        return [name for path, name in decks.items() if shared or path in batch]

    def _skip_own_changes(self, is_built: bool) -> None:
        """Take the files that cells wrote off the list, or building would never end."""
        self._changes.keep(self._authored(is_built))

    def _authored(self, is_built: bool) -> Callable[[Path], bool]:
        """Return what says whether a file that changed while cells ran is the author's doing.

        Args:
            is_built: the deck is, so that it is known what its page shows.
        """
        kept = {deck.path.resolve() for deck in self._site.decks.values()}
        if is_built:
            kept |= {path.resolve() for path in self._tools.files.paths} | self._tools.parts
        return lambda path: path in kept or path.suffix == ".css"
