"""The table of what the keyboard does in a presented deck.

`render/page.py` hands it to the page, whose modules say what each action does; the help of the page is made
from it, and the settings can give an action other keys.

Marp: https://github.com/marp-team/marp-cli#bespoke-template
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from celldeck.closest import closest
from celldeck.errors import DeckError
from celldeck.frozen import frozen


@frozen
class Action:
    """Something that a key does."""

    name: str
    keys: tuple[str, ...]
    """As in the browser's `KeyboardEvent.key`, letters small, perhaps after `Shift+`."""
    help: str
    group: str


ACTIONS: tuple[Action, ...] = (
    Action("next", ("ArrowRight", "ArrowDown", "PageDown", "Space"), "next step", "Slides"),
    Action("previous", ("ArrowLeft", "ArrowUp", "PageUp", "Shift+Space"), "previous step", "Slides"),
    Action(
        "next-slide",
        ("Shift+ArrowRight", "Shift+ArrowDown", "Shift+PageDown"),
        "show all of the slide, then the next one",
        "Slides",
    ),
    Action(
        "previous-slide",
        ("Shift+ArrowLeft", "Shift+ArrowUp", "Shift+PageUp"),
        "previous slide",
        "Slides",
    ),
    Action("first", ("Home",), "first slide", "Slides"),
    Action("last", ("End",), "last slide", "Slides"),
    Action("go", ("g",), "go to a slide by number or title", "Slides"),
    Action("search", ("/",), "search slides and notes", "Slides"),
    Action("back", ("Backspace",), "back to where you were", "Slides"),
    Action("overview", ("o", "Escape"), "overview of all slides", "Views"),
    Action("presenter", ("p",), "open the presenter view", "Views"),
    Action("audience", ("a",), "show where the audience can follow (with --audience)", "Views"),
    Action("fullscreen", ("f", "F11", "F5"), "full screen", "Views"),
    Action("help", ("?",), "this list of keys", "Views"),
    Action("blackout", ("b", "."), "black screen", "Tools"),
    Action("hold", ("h",), "hold the projector while you look elsewhere", "Tools"),
    Action("laser", ("l",), "laser pointer", "Tools"),
    Action("pen", ("d",), "draw on the slide", "Tools"),
    Action("undo", ("u",), "take back the last stroke", "Tools"),
    Action("clear", ("c",), "clear the drawings of this slide", "Tools"),
    Action("save-drawings", ("Shift+D",), "save the drawings as a file, for the PDF", "Tools"),
    Action("zoom", ("z",), "zoom to the pointer, and back", "Tools"),
    Action("timer", ("t",), "start or pause the timer", "Presenter view"),
    Action("reset-timer", ("Shift+T",), "set the timer to zero", "Presenter view"),
    Action("larger-notes", ("+", "="), "larger notes", "Presenter view"),
    Action("smaller-notes", ("-",), "smaller notes", "Presenter view"),
    Action("scroll-notes", ("n",), "scroll the notes down", "Presenter view"),
    Action("scroll-notes-back", ("Shift+N",), "scroll the notes up", "Presenter view"),
    Action("rehearse", ("r",), "start or end a rehearsal", "Rehearsal"),
    Action("save-rehearsal", ("Shift+R",), "save the times of the rehearsal as a file", "Rehearsal"),
)

_NAMES = """
ArrowLeft ArrowRight ArrowUp ArrowDown PageUp PageDown Home End Space Enter Escape Tab Backspace Delete Insert
MediaTrackNext MediaTrackPrevious MediaPlayPause AudioVolumeUp AudioVolumeDown BrowserBack BrowserForward
"""
_NAMED = frozenset(_NAMES.split())


def with_keys(entries: Iterable[str], actions: tuple[Action, ...] = ACTIONS) -> tuple[Action, ...]:
    """Return the table with keys of an author's own.

    Args:
        entries: `action = key key …`; no key leaves the action without one. A key that another action had
            is taken from it.

    Raises:
        DeckError: no such action, or no such key.
    """
    for entry in entries:
        name, _, written = (part.strip() for part in entry.partition("="))
        names = [action.name for action in actions]
        if name not in names:
            near = closest(name, names)
            hint = f"did you mean '{near}'?" if near else f"actions: {', '.join(names)}"
            raise DeckError(f"no action of the presented deck is named '{name}'", hint=hint)
        keys = tuple(_key(key, entry) for key in written.split())
        actions = tuple(
            replace(action, keys=keys)
            if action.name == name
            else replace(action, keys=tuple(key for key in action.keys if key not in keys))
            for action in actions
        )
    return actions


def _key(text: str, entry: str) -> str:
    shift = "Shift+" if text.startswith("Shift+") and len(text) > len("Shift+") else ""
    key = text.removeprefix(shift)
    if len(key) == 1:
        return shift + (key.upper() if shift else key.lower())
    if key in _NAMED or re.fullmatch(r"F([1-9]|1[0-9]|2[0-4])", key):
        return shift + key
    near = closest(key, sorted(_NAMED))
    raise DeckError(
        f"no key is named '{key}' (in '{entry}')",
        hint=f"did you mean {near}?" if near else "a key is a sign, F1 to F24, ArrowRight, PageDown, Space …",
    )
