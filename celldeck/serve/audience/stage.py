"""Stage: where the talk is and what its cells show now, for all who follow it from elsewhere.

The presenter's windows say where they are; whoever runs cells says what they show; listeners hear which part
of it has changed and read the newest state themselves, so that nobody who is slow gets more than that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from celldeck.frozen import frozen
from celldeck.model import Page
from celldeck.serve.audience.published import Published, Publisher

Part = Literal["page", "place"] | int
"""What has changed: the page, the place, or what the cell of this index shows."""
Listener = Callable[[Part], None]

COMMANDS = ("next", "previous", "next-slide", "previous-slide", "blackout", "timer")
"""The actions of `keymap.py` that a clicker may ask for."""


@frozen
class CellShown:
    """What a cell shows that is not what the page has."""

    parts: tuple[str, ...] | None
    """The HTML of its outputs, as `output_parts` gives it; None: they are as the page has them."""
    code: str | None = None
    """The HTML of its code; None: as the page has it."""


@frozen
class Place:
    """Where the talk is."""

    slide: int = 0
    """From 0."""
    step: int = 0
    last: int = 0
    """The last step of the slide."""
    black: bool = False
    """The projector is black."""
    elapsed_ms: int = 0
    """How long the talk has gone on, by the presenter's timer."""
    runs: bool = False
    """The timer does."""

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Place:
        """Return what a window has said.

        Raises:
            ValueError: it is no place.
        """
        numbers = [message.get(name) for name in ("slide", "step", "last", "elapsed_ms")]
        flags = [message.get(name) for name in ("black", "runs")]
        if not all(type(number) is int and 0 <= number < 10**9 for number in numbers):
            raise ValueError("a place has numbers from 0")
        if not all(isinstance(flag, bool) for flag in flags):
            raise ValueError("a place says whether the screen is black, and whether the timer runs")
        slide, step, last, elapsed_ms = numbers
        return cls(slide, step, last, flags[0], elapsed_ms, flags[1])  # type: ignore[arg-type]


class PresenterWindow(Protocol):
    """A window of the presenter's, as the stage sees it."""

    view: str
    """`presenter`, or empty for the one that the room sees."""

    def send(self, message: dict[str, Any]) -> None:
        """Hand it a message; may be called from any thread."""


class Stage:
    """One talk. Any thread may call it."""

    def __init__(self, frame: Callable[[str], str | None] = lambda name: None) -> None:
        """Take what gives the document of an output that stands in a frame, by its name."""
        self._lock = threading.RLock()
        self._listeners: set[Listener] = set()
        self._windows: dict[PresenterWindow, float] = {}
        """The presenter's windows, and when each was last stepped in."""
        self.publisher = Publisher(frame)
        self.greeting: dict[str, Any] = {}
        """What a window of the presenter's is told first."""
        self.published: Published | None = None
        """What followers may have; None: there is nothing yet."""
        self.place: Place | None = None
        """None: nobody has said yet."""
        self.place_since = 0.0
        """When the place was told, as time.monotonic counts."""
        self.cells: dict[int, CellShown] = {}
        """What cells show that is not what the page has, by their index."""

    # ---- what is told

    def publish(self, page: Page, *, own_scripts: bool = False) -> None:
        """Take a page that was built; notes and what else is the presenter's own are left out of it.

        Args:
            own_scripts: see `Publisher.publish`.
        """
        published = self.publisher.publish(page, own_scripts=own_scripts)
        with self._lock:
            # What a build gave is newer than what was run live before it.
            self.cells.clear()
            self.published = published
        self._tell("page")

    def show_cell(self, cell: int, shown: CellShown | None) -> None:
        """Say what a cell shows now.

        Args:
            cell: its index in the deck, from 0.
            shown: None: again what the page has.
        """
        with self._lock:
            if self.cells.get(cell) == shown:
                return
            if shown is None:
                del self.cells[cell]
            else:
                self.cells[cell] = shown
        self._tell(cell)

    def show(self, place: Place) -> None:
        """Say where the talk is."""
        with self._lock:
            self.place, self.place_since = place, time.monotonic()
        self._tell("place")

    # ---- who hears of it

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each part that changes; return how to stop it."""
        with self._lock:
            self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def _tell(self, part: Part) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(part)

    # ---- the presenter's windows

    def attend(self, window: PresenterWindow) -> Callable[[], None]:
        """Count a window as the presenter's; return how to end that."""
        with self._lock:
            self._windows[window] = 0.0
        return lambda: self._leave(window)

    def stepped_in(self, window: PresenterWindow) -> None:
        """Note that the presenter has just used a window."""
        with self._lock:
            if window in self._windows:
                self._windows[window] = time.monotonic()

    def command(self, name: str) -> bool:
        """Let a window of the presenter's do an action, one of COMMANDS; say whether there is one.

        One only: the others come along by themselves. The presenter view has the say where there is one: it
        may be holding the projector.
        """
        with self._lock:
            used = {window: (window.view == "presenter", when) for window, when in self._windows.items()}
        if not used:
            return False
        max(used, key=lambda window: used[window]).send({"kind": "do", "action": name})
        return True

    def tell_presenter(self, message: dict[str, Any]) -> None:
        """Hand a message to all windows of the presenter's."""
        with self._lock:
            windows = tuple(self._windows)
        for window in windows:
            window.send(message)

    def _leave(self, window: PresenterWindow) -> None:
        with self._lock:
            self._windows.pop(window, None)
