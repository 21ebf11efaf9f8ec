"""Builder: builds the decks of a site, and again those that a change touches."""

from __future__ import annotations

import gc
import threading
import time
import traceback
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Protocol

from celldeck import pipeline
from celldeck.errors import DeckError, Notice
from celldeck.execute import Progress
from celldeck.looks import what_text_lacks
from celldeck.model import Deck
from celldeck.serve.changes import Changes
from celldeck.serve.printer import Outputs, Printer
from celldeck.serve.problems import Problem
from celldeck.serve.site import Site
from celldeck.serve.verifier import Verifier
from celldeck.session import Session, Verified
from celldeck.settings import Settings
from celldeck.tools import Tools

HOLD_S = 0.25
"""How long a deck that cannot be read, or is empty all at once, is taken to be half written."""
POLL_S = 0.25
"""How often it is asked whether a deck should be verified, or has been, while there is one."""
IDLE_S = 60.0
TIDY_S = 2.0
"""How long nothing must have happened before what earlier builds left is collected."""
MOST_UNTIDY = 100
"""Builds after which it is collected all the same."""

_PROJECT_FILES = frozenset({"pyproject.toml", "package.json"})
"""Where settings stand, beside files that begin with `.marprc`, and `marp.config` ones."""

WhatIsNamed = Callable[[], tuple[Settings, list[Path]]]
"""Gives the settings and the decks as they are now; DeckError if they are wrong, or there is no deck."""


class Teller(Progress, Protocol):
    """Hears what people are to be told, and which cell runs."""

    def result(self, line: str) -> None:
        """Take a line."""

    def problem(self, text: str) -> None:
        """Take a warning or an error."""


@dataclass
class _Later:
    """A deck that is to be read once more."""

    at: float
    edited: bool


class Builder(threading.Thread):
    """A thread that builds until it is stopped."""

    def __init__(
        self,
        site: Site,
        tools: Tools,
        teller: Teller,
        what_is_named: WhatIsNamed | None = None,
        outputs: Outputs | None = None,
    ) -> None:
        """Take what it is to build, and with what; `tools` are its own from now on, and it closes them.

        Args:
            what_is_named: asked when settings change, and when decks come or go; None: both stay as they are.
            outputs: where PDFs go, if the settings ask for them; None: nowhere.
        """
        super().__init__(name="builder", daemon=True)
        self._site = site
        self._tools = tools
        self._teller = teller
        self._what_is_named = what_is_named
        self._changes = Changes([tools.settings.cache, tools.settings.root / "dist"])
        self._stopped = threading.Event()
        self._cells_ran = False
        self._told: dict[str, tuple[str, ...]] = {}
        self._sessions: dict[str, Session] = {}
        self._verifier = Verifier()
        self._later: dict[str, _Later] = {}
        self._read: dict[str, tuple[int, ...]] = {}
        """What each deck was like, as `_stamp` tells, just before it was last read."""
        self._untidy = 0
        self._outputs = outputs
        self._printer = Printer(outputs, teller) if outputs is not None else None

    @property
    def tools(self) -> Tools:
        """What it builds with now."""
        return self._tools

    def stop(self, timeout_s: float = 10.0) -> None:
        """End what it waits for, and it."""
        self._stopped.set()
        self._changes.wake()
        self._tools.stop()
        if self._printer is not None:
            self._printer.stop(timeout_s)
        self.join(timeout_s)

    def run(self) -> None:
        """Build all decks, then those that changes touch."""
        # Looking for cycles in the trees of a deck takes longer than reading them; it is done at rest.
        gc.disable()
        try:
            self._watch()
            self._build(tuple(self._site.decks))
            while not self._stopped.is_set():
                self._turn()
        finally:
            gc.enable()
            self._changes.close()
            self._verifier.interrupt()
            for session in self._sessions.values():
                session.close()
            self._tools.close()

    def _turn(self) -> None:
        """Wait for something to do, and do it."""
        batch = self._changes.next_batch(self._patience_s())
        if self._verifier.is_running or (self._site.lives and self._site.lives.is_running):
            batch = set(filter(self._authored(True), batch))
        if batch:
            batch = self._renewed(batch)
        touched, edited = self._touched(batch)
        if touched:
            self._verifier.interrupt()
            self._build(touched, edited=edited)
        elif due := [name for name, later in self._later.items() if later.at <= time.monotonic()]:
            self._build(due, edited={name for name in due if self._later[name].edited}, is_last=True)
        elif not batch and (found := self._verifier.poll(self._sessions)):
            self._take_over(*found)
        self._tidy(is_idle=not batch)

    def _patience_s(self) -> float:
        """Return how long a change may be waited for."""
        times = [later.at - time.monotonic() for later in self._later.values()]
        if self._verifier.is_running or any(s.last and s.last.provisional for s in self._sessions.values()):
            times.append(POLL_S)
        return max(0.0, min([*times, TIDY_S if self._untidy else IDLE_S]))

    def _tidy(self, *, is_idle: bool) -> None:
        if self._untidy and (is_idle or self._untidy >= MOST_UNTIDY) and not self._later:
            gc.collect()
            self._untidy = 0

    # ------------------------------------------------------------ building

    def _build(self, names: Iterable[str], edited: Iterable[str] = (), *, is_last: bool = False) -> None:
        for name in names:
            if self._stopped.is_set():
                return
            self._cells_ran = False
            self._later.pop(name, None)
            is_built = self._build_one(name, name in edited, is_last)
            self._untidy += 1
            self._watch()
            if self._cells_ran:
                self._skip_own_changes(is_built)

    def _build_one(self, name: str, edited: bool, is_last: bool) -> bool:
        """Build a deck and say whether that went well; if not, its pages go on with the last good one."""
        start = time.monotonic()
        served, tools = self._site.decks[name], self._tools
        path = served.path
        self._site.begin(name)
        can_wait = served.shown is not None and not is_last
        self._read[name] = _stamp(path)
        try:
            deck = pipeline.load(path, tools)
            if can_wait and not deck.source.text.strip():
                return self._read_later(name, edited)
        except DeckError as error:
            return self._read_later(name, edited) if can_wait else self._fail(name, error)
        except Exception as error:
            return self._fail(name, error)
        try:
            self._cells_ran = bool(deck.kernel and deck.cells)
            build = self._session(name).build(deck)
            deck = build.deck
            self._cells_ran = bool(build.ran)
            if build.ran:
                tools.files.look_anew()
            tools.parts.update(build.files)
            tools.listed.update(path.resolve() for path in build.folders)
            output = path.with_suffix(".html")
            built = pipeline.self_contained(pipeline.finish(deck, tools), tools, output, link=self._site.link)
        except Exception as error:
            # Whatever it is, watching goes on; a mistake of ours keeps its traceback.
            return self._fail(name, error)
        ran = sum(cell.seconds is not None for cell in deck.cells)
        self._site.publish(
            name,
            built.page,
            own_scripts=tools.options(path).html is True,
            deck=deck,
            cells=(ran, len(deck.cells) - ran),
            edited=edited,
            embedded=lambda: pipeline.self_contained(pipeline.finish(deck, tools), tools, output).page,
        )
        if self._site.lives:
            self._site.lives.built(name, deck, build.provisional)
        self._site.note(name, tuple(_problems(built, tools)))
        self._tell(name, *map(str, built.notices), *built.failures)
        if self._printer is not None and tools.prints:
            self._printer.put(deck, tools.settings, tools.files.age)
            if not self._printer.is_alive():
                self._printer.start()
        slides = f"{len(deck.slides)} slide{'s' * (len(deck.slides) != 1)}"
        self._teller.result(f"{path}: {slides}, {time.monotonic() - start:.2f} s")
        return True

    def _read_later(self, name: str, edited: bool) -> bool:
        """Take a deck to be half written; it is read again soon, or when it has changed."""
        self._later[name] = _Later(time.monotonic() + HOLD_S, edited)
        return False

    def _fail(self, name: str, error: Exception) -> bool:
        text = str(error) if isinstance(error, DeckError) else "".join(traceback.format_exception(error))
        if not self._stopped.is_set():
            self._site.fail(name, text)
            self._tell(name, text)
        return False

    def _take_over(self, name: str, verified: Verified) -> None:
        """Show what a clean run gave, where it is something else than what is shown."""
        path = self._site.decks[name].path
        if not verified.differences:
            self._teller.result(f"{path}: verified by a clean run")
            if self._site.lives:
                self._site.lives.built(name, verified.build.deck, verified=True)
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

    # ------------------------------------------------------------ what changes

    def _watch(self) -> None:
        """Watch what the decks are known to be made of."""
        settings = self._tools.settings
        decks = [deck.path for deck in self._site.decks.values()]
        folders = {path.resolve().parent for path in decks} | self._tools.folders() | {settings.root}
        trees = [path.parent for path in decks] + [path for path in settings.theme_paths if path.is_dir()]
        try:
            self._changes.watch(folders, trees)
        except OSError as error:
            self._teller.problem(f"not all changes will be noticed: {error.strerror or error}")

    def _renewed(self, batch: set[Path]) -> set[Path]:
        """Take over other settings, and decks that came or went; return what else is to be looked at."""
        paths = {deck.path.resolve() for deck in self._site.decks.values()}
        has_settings = any(path.name == "pyproject.toml" for path in batch)
        comes_or_goes = any(
            (path.suffix == ".md" and path.exists() is not (path in paths)) or path.is_dir() for path in batch
        )
        gone = any(deck.state == "gone" for deck in self._site.decks.values())
        if self._what_is_named is None or not (has_settings or comes_or_goes or gone):
            return batch
        try:
            settings, decks = self._what_is_named()
        except DeckError as error:
            if has_settings:
                self._teller.problem(str(error))
                for name in self._site.decks:
                    self._site.fail(name, str(error))
                return {path for path in batch if path.name != "pyproject.toml"}
            settings, decks = self._tools.settings, []
        if settings != self._tools.settings:
            self._tools.settings = settings
            self._tools.forget_themes()
            for session in self._sessions.values():
                session.close()
            self._sessions.clear()
            self._later |= {name: _Later(0.0, False) for name in self._site.decks}
        for name in self._site.hold(decks):
            self._later[name] = _Later(0.0, False)
        for name in [name for name in self._sessions if self._is_gone(name)]:
            self._sessions.pop(name).close()
        return batch

    def _is_gone(self, name: str) -> bool:
        return name not in self._site.decks or self._site.decks[name].state == "gone"

    def _touched(self, batch: set[Path]) -> tuple[list[str], set[str]]:
        """Return the decks that a change touches, and those of them whose own text it is."""
        if not batch:
            return [], set()
        decks = {deck.path.resolve(): name for name, deck in self._site.decks.items() if deck.state != "gone"}
        # A save is more than one change, and some of them may be heard of when the deck has been read.
        edited = {
            name for path, name in decks.items() if path in batch and _stamp(path) != self._read.get(name)
        }
        # What is printed here may stand beside the decks, where it would count as a file that they may use.
        others = batch - decks.keys() - self._printed()
        if not others:
            return list(edited), edited
        self._tools.files.look_anew()
        looks = {path for path in others if path.suffix == ".css" or _is_of_project(path)}
        if looks:
            self._tools.forget_themes()
        known = self._known_files()
        shared = bool(looks) or any(path in known for path in others)
        # What else lies in the folder of a deck, or in the project, cells may look for. Elsewhere counts what
        # they have read or listed, and nothing beside it: all programs write to the temporary folder.
        ours = {self._tools.settings.root.resolve(), *(path.parent for path in decks)}
        listed = self._tools.listed
        data = {
            path
            for path in others
            if path.suffix != ".md" and (path.parent in listed or (ours & {*path.parents} and path.exists()))
        }
        return [
            name
            for name in decks.values()
            if shared or name in edited or (data and self._runs_cells(name)) or self._site.decks[name].error
        ], edited

    def _printed(self) -> set[Path]:
        """Return the PDFs that are written here."""
        if self._outputs is None:
            return set()
        outputs = (self._outputs(deck.path) for deck in self._site.decks.values())
        return {html.with_suffix(".pdf").resolve() for html in outputs}

    def _runs_cells(self, name: str) -> bool:
        shown = self._site.decks[name].shown
        return bool(shown and shown.deck and shown.deck.kernel and shown.deck.cells)

    def _known_files(self) -> set[Path]:
        """Return the files that decks are made of, and where such were looked for, without links."""
        folders: dict[Path, Path] = {}
        known = set()
        for path in (*self._tools.files.places, *self._tools.parts):
            if path.parent not in folders:
                folders[path.parent] = path.parent.resolve()
            known.add(folders[path.parent] / path.name)
        return known

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
        return lambda path: path in kept or path.suffix == ".css" or _is_of_project(path)


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes with each save of a file; empty if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_of_project(path: Path) -> bool:
    return path.name in _PROJECT_FILES or path.name.startswith((".marprc", "marp.config"))


def _problems(built: pipeline.Built, tools: Tools) -> Iterator[Problem]:
    """Give what an author is to be told in the page: failed cells first, then warnings."""
    deck = built.deck
    for text in built.failures:
        yield Problem("failed-cell", text.splitlines()[0])
    seen = set()
    for notice in (*built.notices, *what_text_lacks(built)):
        if notice not in seen and notice.kind not in tools.settings.silence:
            seen.add(notice)
            yield Problem.of(notice, _slide_of(deck, notice))


def _slide_of(deck: Deck, notice: Notice) -> int | None:
    """Return the number (from 0) of the slide that a notice is about."""
    if notice.span is None or notice.span.path != deck.source.path:
        return None
    return max(0, bisect_right(deck.slides, notice.span.line, key=lambda slide: slide.line) - 1)
