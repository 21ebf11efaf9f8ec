"""Site: the decks that are served, the last good build of each, and who hears of the next one."""

from __future__ import annotations

import json
import os
import secrets
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from celldeck.model import Deck, Page
from celldeck.render.mime.frames import Frames
from celldeck.render.page import document, notes_html
from celldeck.serve.audience.stage import Stage
from celldeck.serve.guard import Guard
from celldeck.serve.live import Lives
from celldeck.serve.problems import Problem
from celldeck.serve.slide_keys import digest, is_other, origins, slide_keys

Listener = Callable[[str], None]
State = Literal["building", "built", "failed", "gone"]
NONE = "0"
"""The version of a deck of which no build was good yet."""


@dataclass(frozen=True)
class Shown:
    """A good build of a deck, as its pages show it."""

    page: Page
    """Everything local is inside, or under an address of the site."""
    deck: Deck | None = None
    """What it was made of, its cells run."""
    problems: tuple[Problem, ...] = ()
    """What is to be told of it."""
    cells: tuple[int, int] = (0, 0)
    """How many cells ran in this build, and how many did not have to."""
    keys: tuple[str, ...] = ()
    """Of its slides, see `slide_keys`; filled in by the site."""
    version: str = NONE
    """Another one for another page, the same for the same one from another server; filled in by the site."""
    own_scripts: bool = False
    """The author lets raw HTML through, scripts too."""

    @property
    def lines(self) -> tuple[int, ...]:
        """The 1-based line of the source on which each slide starts."""
        return tuple(slide.line for slide in self.deck.slides) if self.deck else ()

    def slide_at(self, line: int) -> int | None:
        """Return the number (from 0) of the slide that a line of the source belongs to."""
        return max(0, bisect_right(self.lines, line) - 1) if self.lines else None


@dataclass
class ServedDeck:
    """One deck of the site."""

    path: Path
    name: str
    """Its address is `/NAME.html`."""
    shown: Shown | None = None
    """The last good build."""
    state: State = "building"
    """Of the newest build."""
    error: str | None = None
    """Why the newest build failed; None: it did not."""
    overflow: dict[int, tuple[Problem, ...]] = field(default_factory=dict)
    """What does not fit on slides (from 0), as far as pages have measured it."""
    listeners: set[Listener] = field(default_factory=set)
    stage: Stage | None = None
    """Where an audience follows it; None: none does."""
    keys: dict[str, str] = field(default_factory=dict)
    """Of the slides of the last good build."""
    digests: dict[str, str] = field(default_factory=dict)
    """Of its other texts, which can be long and seldom change."""

    @property
    def page(self) -> Page | None:
        """The page of the last good build."""
        return self.shown.page if self.shown else None

    @property
    def version(self) -> str:
        """Another one with each build that changed the page."""
        return self.shown.version if self.shown else NONE

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is to be told of the last good build."""
        own = self.shown.problems if self.shown else ()
        return (*own, *(problem for number in sorted(self.overflow) for problem in self.overflow[number]))


class Site:
    """What the server answers from. Builds call `publish` and `fail`; any thread may."""

    def __init__(
        self, paths: Sequence[Path], guard: Guard | None = None, root: Path = Path(), follow: str = "auto"
    ) -> None:
        """Take the decks' paths, which have different names.

        Args:
            guard: who may ask for what.
            root: the folder of the project.
            follow: see the setting of this name.
        """
        self.guard = guard or Guard(secrets.token_urlsafe(32))
        self.frames = Frames()
        self.lives: Lives | None = None
        """Runs cells; None: none can be run from pages."""
        self.decks = {path.stem: ServedDeck(path, path.stem) for path in paths}
        self.follow = follow
        self.root = os.path.realpath(root)
        self.files: dict[str, str] = {}
        """What is under `/~files/`: addresses and real paths, all of them in the project."""
        self.outputs: Callable[[Path], Path] | None = None
        """Gives where the HTML of a deck would be written; its PDF stands beside it."""
        self._observers: set[Callable[[], None]] = set()
        self._lock = threading.RLock()

    # ------------------------------------------------------------ decks that come and go

    def hold(self, paths: Sequence[Path]) -> list[str]:
        """Serve these decks from now on, and no others; return the names of those that are new."""
        with self._lock:
            wanted = {path.stem: path for path in paths}
            new = [name for name, path in wanted.items() if not self._has(name, path)]
            self._changed()
            for name in [name for name in self.decks if name not in wanted]:
                self._go(self.decks[name])
            for name, path in wanted.items():
                if name in self.decks:
                    self.decks[name].path = path
                else:
                    self.decks[name] = ServedDeck(path, name)
            return new

    def _has(self, name: str, path: Path) -> bool:
        return name in self.decks and self.decks[name].path == path and self.decks[name].state != "gone"

    def _go(self, deck: ServedDeck) -> None:
        """Note that a deck is not there; who looks at it goes on seeing what it was."""
        if not deck.listeners and deck.stage is None:
            del self.decks[deck.name]
        elif deck.state != "gone":
            deck.state, deck.error = "gone", f"{deck.path} is not there any more"
            self._tell_problems(deck)

    # ------------------------------------------------------------ what builds tell

    def begin(self, name: str) -> None:
        """Note that a deck is being built."""
        self.decks[name].state = "building"
        self._changed()

    def publish(
        self,
        name: str,
        page: Page,
        *,
        own_scripts: bool = False,
        deck: Deck | None = None,
        problems: tuple[Problem, ...] | None = None,
        cells: tuple[int, int] = (0, 0),
        edited: bool = False,
        embedded: Callable[[], Page] | None = None,
    ) -> None:
        """Put a new build in place and tell the pages that show the deck what changed.

        Args:
            page: see `Shown`, for this and what follows.
            own_scripts: …
            deck: …
            problems: …; None: those of the build before, until `note` has others.
            cells: …
            edited: the deck's own text was, so pages that follow the author turn to that place.
            embedded: gives the page with everything inside, for an audience, which files of the site do not
                reach; None: `page` is that.
        """
        page = replace(page, slides=tuple(map(self.frames.kept, page.slides)))
        with self._lock:
            served = self.decks[name]
            before, recovered = served.shown, served.error is not None
            known = served.problems
            served.state, served.error = "built", None
            served.keys = slide_keys(page.slides, served.keys)
            keys = tuple(served.keys[slide] for slide in page.slides)
            is_same = before is not None and _is_same(before.page, page)
            version = before.version if before and is_same else _version(served, page, keys)
            if problems is None:
                problems = before.problems if before else ()
            shown = Shown(page, deck, problems, cells, keys, version, own_scripts)
            served.shown = shown
            if not is_same:
                served.overflow = _carried(served.overflow, before, shown)
                edit = _edited_slide(before, shown) if edited else None
                self._tell(served, _news(before, shown, edit))
            self._changed()
            if before is None or recovered or served.problems != known:
                self._tell_problems(served)
        if served.stage is not None and not is_same:
            whole = embedded() if embedded else page
            slides = tuple(map(self.frames.kept, whole.slides))
            served.stage.publish(replace(whole, slides=slides), own_scripts=own_scripts)

    def note(self, name: str, problems: tuple[Problem, ...]) -> None:
        """Take what is to be told of the newest build."""
        with self._lock:
            deck = self.decks[name]
            if deck.shown is not None and deck.shown.problems != problems:
                deck.shown = replace(deck.shown, problems=problems)
                self._tell_problems(deck)

    def fail(self, name: str, error: str) -> None:
        """Note that a build failed; pages go on showing the last good one, and say so."""
        with self._lock:
            deck = self.decks[name]
            deck.state, deck.error = "failed", error
            self._tell_problems(deck)

    def measured(self, name: str, version: str, overflow: dict[int, tuple[Problem, ...]]) -> None:
        """Take what a page found not to fit on slides (from 0) of a build; each replaces what was known."""
        with self._lock:
            deck = self.decks[name]
            if version != deck.version:
                return
            known = deck.problems
            deck.overflow |= overflow
            deck.overflow = {number: found for number, found in deck.overflow.items() if found}
            if deck.problems != known:
                self._tell_problems(deck)

    # ------------------------------------------------------------ what pages hear

    def listen(
        self, name: str, listener: Listener, has: tuple[str, Sequence[str]] | None = None
    ) -> Callable[[], None]:
        """Call `listener` with each message for the deck, what it has missed first; return how to stop it.

        Args:
            has: the version that the page shows, and the keys of its slides; None: it shows none.
        """
        with self._lock:
            deck = self.decks[name]
            deck.listeners.add(listener)
            version, keys = has or (NONE, ())
            if deck.shown and version != deck.version:
                listener(json.dumps(_changes(version, keys, None, deck.shown)))
            listener(self._problems(deck))
        return lambda: deck.listeners.discard(listener)

    def html(
        self, name: str, *, nonce: str | None = None, run: str | None = None, leads: bool = False
    ) -> str | None:
        """Return the deck's document, following its builds; None if no build was good yet.

        Args:
            nonce: see `render.page.document`.
            run: the same.
            leads: it may lead the audience, which who may run no cells may not, either.
        """
        with self._lock:
            shown = self.decks[name].shown
        if shown is None:
            return None
        return document(
            shown.page,
            live=f"/~live/{quote(name)}",
            version=shown.version,
            slide_keys=shown.keys,
            follow_edits=self.follow,
            run=run,
            nonce=nonce,
            stage=f"/~stage/{quote(name)}" if self.decks[name].stage and leads else None,
            own_scripts=shown.own_scripts,
            also=("/~static/served.js", "/~static/running.js") if nonce else (),
        )

    def link(self, path: Path) -> str | None:
        """Return the address of a file of the project; None for any other.

        Only files that were linked are served. Where a link leads is what counts, not where it stands.
        """
        real = os.path.realpath(path)
        if not real.startswith(self.root + os.sep):
            return None
        try:
            changed = os.stat(real).st_mtime_ns
        except OSError:
            return None
        name = Path(real).relative_to(self.root).as_posix()
        self.files[name] = real
        return f"/~files/{quote(name)}?{changed:x}"

    def pdf(self, name: str) -> Path | None:
        """Return the PDF of a deck, if it has been written."""
        deck = self.decks.get(name)
        path = self.outputs(deck.path).with_suffix(".pdf") if deck and self.outputs else None
        return path if path and path.is_file() else None

    def observe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Call `observer` whenever something changes that the index shows; return how to stop it."""
        self._observers.add(observer)
        return lambda: self._observers.discard(observer)

    def _changed(self) -> None:
        for observer in tuple(self._observers):
            observer()

    def _tell(self, deck: ServedDeck, news: dict[str, Any]) -> None:
        if deck.listeners:
            message = json.dumps(news)
            for listener in tuple(deck.listeners):
                listener(message)

    def _tell_problems(self, deck: ServedDeck) -> None:
        self._changed()
        message = self._problems(deck)
        for listener in tuple(deck.listeners):
            listener(message)

    def _problems(self, deck: ServedDeck) -> str:
        told = [problem.as_json() for problem in deck.problems]
        return json.dumps({"kind": "problems", "error": deck.error, "told": told})


def _is_same(one: Page, other: Page) -> bool:
    """Say whether two pages show the same; where it came from, and what is told of it, may differ."""
    return replace(one, source=other.source, notices=other.notices) == other


def _version(deck: ServedDeck, page: Page, keys: Sequence[str]) -> str:
    texts = (page.css, notes_html(page))
    deck.digests = {text: deck.digests.get(text) or digest(text) for text in texts}
    rest = [*deck.digests.values(), page.size_px, page.metadata.title, page.plan, keys]
    return digest(json.dumps(rest))


def _news(before: Shown | None, after: Shown, edited: int | None) -> dict[str, Any]:
    """Return the message of `runtime/live.js` that turns one build into the other."""
    news = _changes(before.version if before else NONE, before.keys if before else (), before, after)
    return news if edited is None else {**news, "edited": edited}


def _changes(base: str, keys: Sequence[str], before: Shown | None, after: Shown) -> dict[str, Any]:
    """Return what a page needs that has slides with these keys.

    Args:
        base: the version it shows.
        before: the build that it shows; None: what the keys do not tell of it is not known.
    """
    page, old = after.page, before.page if before else None
    news: dict[str, Any] = {"kind": "news", "version": after.version, "base": base}
    if not keys or (old and old.size_px != page.size_px):
        # With another size, or nothing before, the page loads anew.
        return {**news, "anew": True}
    if tuple(keys) != after.keys:
        news["slides"] = [
            _entry(number, origin, keys, old, after)
            for number, origin in enumerate(origins(keys, after.keys))
        ]
        news["keys"] = after.keys
    if old is None or old.css != page.css:
        news["css"] = page.css
    if old is None or old.metadata.title != page.metadata.title:
        news["title"] = page.metadata.title or page.source.path.stem
    if old is None or (old.notes, old.typeset_notes) != (page.notes, page.typeset_notes):
        news["notes"] = notes_html(page)
    if old is None:
        news["size"] = page.size_px
    return news


def _entry(
    number: int, origin: int | None, keys: Sequence[str], old: Page | None, after: Shown
) -> int | str | tuple[int, str] | tuple[int, str, str]:
    """Return what `replaceSlides` of `runtime/deck.js` takes for a slide."""
    slide = after.page.slides[number]
    if origin is None:
        return slide
    if keys[origin] == after.keys[number]:
        return origin
    return (origin, slide) if old is None else (origin, old.slides[origin], slide)


def _edited_slide(before: Shown | None, after: Shown) -> int | None:
    """Return the number (from 0) of the slide that the author has just edited; None: nobody knows."""
    if before is None or not after.lines:
        return None
    old, new = before.page.source.lines, after.page.source.lines
    if old == new:
        return None
    room = min(len(old), len(new))
    above = next((n for n in range(room) if old[n] != new[n]), room)
    below = next((n for n in range(room - above) if old[-1 - n] != new[-1 - n]), room - above)
    # A ruler that is new begins the slide below it, and an empty line says nothing.
    written = (n for n in range(above, len(new) - below) if new[n].strip(" -_*\t"))
    return after.slide_at(min(next(written, above) + 1, len(new)))


def _carried(
    overflow: dict[int, tuple[Problem, ...]], before: Shown | None, after: Shown
) -> dict[int, tuple[Problem, ...]]:
    """Return what is still known not to fit, after slides have moved."""
    if before is None or before.page.css != after.page.css or before.page.size_px != after.page.size_px:
        return {}
    carried = {}
    for number, origin in enumerate(origins(before.keys, after.keys)):
        if origin in overflow and not is_other(before.keys[origin], after.keys[number]):
            moved = after.lines[number] - before.lines[origin] if after.lines and before.lines else 0
            carried[number] = tuple(problem.moved(number, moved) for problem in overflow[origin])
    return carried
