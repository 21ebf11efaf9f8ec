"""Printer: keeps the PDFs of served decks as new as their pages, in a thread and with tools of its own."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from celldeck import pipeline
from celldeck.errors import DeckError
from celldeck.model import Deck
from celldeck.settings import Settings
from celldeck.tools import Tools

_MOST_PRINTS = 64
"""While edits come one after the other, only what they change is printed."""
_PAUSE_S = 5.0
"""Nobody edits for so long: time to print a PDF anew that has come to be of many prints."""

Outputs = Callable[[Path], Path]
"""Gives where the HTML of a deck would be written, beside which its PDF goes."""


class Listener(Protocol):
    """Hears what people are to be told."""

    def result(self, line: str) -> None:
        """Take a line."""

    def problem(self, text: str) -> None:
        """Take a warning or an error."""


@dataclass(frozen=True)
class _Order:
    """A deck that is to be printed."""

    deck: Deck
    settings: Settings
    age: int
    """Of the files that were known when it was built."""
    is_whole: bool = False
    """All of it is to be printed, not only what has changed."""


class Printer(threading.Thread):
    """Prints the newest build of each deck; builds that were overtaken are passed over."""

    def __init__(self, outputs: Outputs, listener: Listener) -> None:
        """Take where PDFs go, and who hears of them."""
        super().__init__(name="printer", daemon=True)
        self._outputs = outputs
        self._listener = listener
        self._tools: Tools | None = None
        self._age = 0
        self._orders: dict[Path, _Order] = {}
        self._scattered: dict[Path, _Order] = {}
        """The last prints of decks whose PDF would be smaller if it were printed as a whole."""
        self._told: dict[Path, tuple[str, ...]] = {}
        self._wakes = threading.Condition()
        self._is_stopped = False

    def put(self, deck: Deck, settings: Settings, age: int) -> None:
        """Let a deck be printed, its cells run.

        Args:
            age: another one when files may have changed, pictures or themes.
        """
        with self._wakes:
            self._orders[deck.source.path] = _Order(deck, settings, age)
            self._wakes.notify()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End it, with what it is printing."""
        with self._wakes:
            self._is_stopped = True
            self._wakes.notify()
        if self._tools is not None:
            self._tools.stop()
        if self.is_alive():
            self.join(timeout_s)

    def run(self) -> None:
        """Print what is put, until it is stopped."""
        try:
            while (order := self._next()) is not None:
                self._print(order)
        finally:
            if self._tools is not None:
                self._tools.close()

    def _next(self) -> _Order | None:
        with self._wakes:
            while not self._orders and not self._is_stopped:
                is_woken = self._wakes.wait(_PAUSE_S if self._scattered else None)
                if not is_woken and self._scattered:
                    _, order = self._scattered.popitem()
                    return replace(order, is_whole=True)
            return None if self._is_stopped else self._orders.pop(next(iter(self._orders)))

    def _print(self, order: _Order) -> None:
        start = time.monotonic()
        path = order.deck.source.path
        tools = self._tools_for(order)
        html = self._outputs(path)
        shelf = tools.shelf(html.with_suffix(".pdf"))
        shelf.most_prints = _MOST_PRINTS
        # A deck that cannot be printed now is not printed as it was before.
        self._scattered.pop(path, None)
        if order.is_whole:
            shelf.forget()
        try:
            notices = pipeline.print_again(order.deck, tools, html)
        except Exception as error:
            # Whatever it is, watching goes on; a mistake of ours keeps its traceback.
            text = str(error) if isinstance(error, DeckError) else "".join(traceback.format_exception(error))
            self._tell(path, text)
            return
        self._tell(path, *(str(notice) for notice in notices if notice.kind == "pdf-pages"))
        if shelf.is_scattered:
            self._scattered[path] = order
        if not order.is_whole:
            self._listener.result(f"{path} → {html.with_suffix('.pdf')}: {time.monotonic() - start:.2f} s")
        with suppress(DeckError):  # the next print tells what is wrong with it
            tools.browser.warm()

    def _tell(self, path: Path, *problems: str) -> None:
        for problem in problems:
            if problem not in self._told.get(path, ()) and not self._is_stopped:
                self._listener.problem(problem)
        self._told[path] = problems

    def _tools_for(self, order: _Order) -> Tools:
        if self._tools is None or self._tools.settings != order.settings:
            if self._tools is not None:
                self._tools.close()
            self._scattered.clear()
            self._tools = Tools(order.settings)
            self._tools.start_browser()
        elif order.age != self._age:
            self._tools.files.look_anew()
            self._tools.forget_themes()
        self._age = order.age
        return self._tools
