"""Site: the decks that are served, the last good build of each, and who hears of the next one."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

from celldeck.model import Page
from celldeck.render.mime.frames import Frames
from celldeck.render.page import document, notes_html
from celldeck.serve.audience.stage import Stage
from celldeck.serve.guard import Guard

Listener = Callable[[str], None]
_NUMBERS = re.compile(r' (?:(?:id|data-marpit-pagination(?:-total)?)="\d+"|data-marpit-scope-\w+="")')
NONE = "0"
"""The version of a deck of which no build was good yet."""


@dataclass
class ServedDeck:
    """One deck of the site."""

    path: Path
    name: str
    """Its address is `/NAME.html`."""
    version: str = NONE
    """Another one with each build that changed the page."""
    page: Page | None = None
    """The last good one, with everything local inside."""
    own_scripts: bool = False
    """The author lets raw HTML through, scripts too."""
    error: str | None = None
    """Why the newest build failed; None: it did not."""
    listeners: set[Listener] = field(default_factory=set)
    stage: Stage | None = None
    """Where an audience follows it; None: none does."""


class Site:
    """What the server answers from. Builds call `publish` and `fail`; any thread may."""

    def __init__(self, paths: Sequence[Path], guard: Guard | None = None) -> None:
        """Take the decks' paths, which have different names, and who may ask for what."""
        self.guard = guard or Guard(secrets.token_urlsafe(32))
        self.frames = Frames()
        self.decks = {path.stem: ServedDeck(path, path.stem) for path in paths}
        self._lock = threading.RLock()
        # A page may have been left open since another server stood here, which has counted by itself.
        self._versions = (f"{time.time_ns():x}.{number}" for number in count(1))

    def publish(self, name: str, page: Page, *, own_scripts: bool = False) -> None:
        """Put a new build in place and tell the pages that show the deck what changed."""
        with self._lock:
            deck = self.decks[name]
            deck.own_scripts = own_scripts
            before = deck.page
            deck.page, deck.error = page, None
            if before == page:
                return
            base, deck.version = deck.version, next(self._versions)
            self._tell(deck, _changes(before, page, base, deck.version))
        if deck.stage is not None:
            deck.stage.publish(page, own_scripts=own_scripts)

    def fail(self, name: str, error: str) -> None:
        """Note that a build failed; pages go on showing the last good one, and say so if there is none."""
        with self._lock:
            deck = self.decks[name]
            deck.error = error
            if deck.page is None:
                self._tell(deck, json.dumps({"version": NONE, "failed": True}))

    def listen(self, name: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each message for the deck, the version first; return how to stop it."""
        with self._lock:
            deck = self.decks[name]
            deck.listeners.add(listener)
            listener(json.dumps({"version": deck.version}))
        return lambda: deck.listeners.discard(listener)

    def html(self, name: str, *, nonce: str | None = None, run: str | None = None) -> str | None:
        """Return the deck's document, following its builds; None if no build was good yet.

        Args:
            nonce: see `render.page.document`.
            run: the same.
        """
        with self._lock:
            deck = self.decks[name]
            if deck.page is None:
                return None
            return document(
                deck.page,
                live=f"/~live/{quote(name)}",
                version=deck.version,
                run=run,
                nonce=nonce,
                # Who may not run cells may not lead the audience, either.
                stage=f"/~stage/{quote(name)}" if deck.stage and run else None,
                own_scripts=deck.own_scripts,
                also=("/~static/running.js",) if nonce else (),
            )

    def _tell(self, deck: ServedDeck, message: str) -> None:
        for listener in tuple(deck.listeners):
            listener(message)


def _changes(before: Page | None, page: Page, base: str, version: str) -> str:
    """Return the message of `runtime/live.js` that turns one page into the other.

    With another size or no page before, the page loads anew.
    """
    if before is None or before.size_px != page.size_px:
        return json.dumps({"version": version})
    origins = _origins(before.slides, page.slides)
    slides: list[int | str | tuple[int, str]] = []
    for slide, origin in zip(page.slides, origins, strict=True):
        if origin is None:
            slides.append(slide)
        else:
            slides.append(origin if before.slides[origin] == slide else (origin, slide))
    return json.dumps(
        {
            "version": version,
            "base": base,
            "slides": slides,
            "css": page.css if page.css != before.css else None,
            "title": page.metadata.title or page.source.path.stem,
            "notes": notes_html(page),
        }
    )


def _origins(before: Sequence[str], after: Sequence[str]) -> list[int | None]:
    """Return for each slide the number (from 0) of the one that it was; None: it is a new one.

    One that has only moved has other numbers in it all the same: its own, that of its page.
    """
    origins: list[int | None] = [None] * len(after)
    left = list(range(len(before)))
    for look in (str, _unnumbered):
        places: dict[str, list[int]] = {}
        for number in left:
            places.setdefault(look(before[number]), []).append(number)
        for number, slide in enumerate(after):
            same = places.get(look(slide)) if origins[number] is None else None
            if same:
                # A slide that stands twice keeps its own place where it can.
                origins[number] = same.pop(same.index(number) if number in same else 0)
        left = [number for number in left if number not in origins]
    for number, origin in enumerate(origins):
        before_it = origins[number - 1] if number else -1
        if origin is None and before_it is not None and before_it + 1 in left:
            # It stands where one stood that is nowhere now: that one was edited.
            origins[number] = before_it + 1
            left.remove(before_it + 1)
    return origins


def _unnumbered(slide: str) -> str:
    return _NUMBERS.sub("", slide)
