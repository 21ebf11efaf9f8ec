"""Painter: makes HTML of what cells give while they run, as often as a page can follow."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

from celldeck.errors import DeckError
from celldeck.model import Cell, Deck, Output
from celldeck.pipeline import output_tools
from celldeck.render.mime import MimeTools, output_parts
from celldeck.serve.live.state import bounded
from celldeck.tools import Tools

PAUSE_S = 0.04
"""Between two pictures of what a cell gives."""
EASE = 4
"""What takes long to make is made less often: the pause is this many times as long, if that is more."""
MOST_LINES = 400
"""Lines of a text that a page shows of a cell that runs in it; the middle of more is cut out."""

Paint = Callable[[int, tuple[str, ...]], object]
"""Takes the index of a cell, and the HTML of its outputs."""


class Painter:
    """A thread that paints one cell at a time; the engines that it needs live in it."""

    def __init__(self, make_tools: Callable[[], Tools], paint: Paint) -> None:
        """Take what rendering needs, made when it is first needed, and who takes what is painted."""
        self._make_tools = make_tools
        self._paint = paint
        self._news = threading.Condition()
        self._cell: Cell | None = None
        self._outputs: Callable[[], tuple[Output, ...]] | None = None
        self._deck: Deck | None = None
        self._is_due = False
        self._painted = 0
        self._wanted = 0
        self._is_last = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def begin(self, deck: Deck, cell: Cell, outputs: Callable[[], tuple[Output, ...]]) -> None:
        """Paint this cell from now on.

        Args:
            outputs: gives what has come until now.
        """
        with self._news:
            self._deck, self._cell, self._outputs = deck, cell, outputs
            self._is_due = self._is_last = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="painter")
                self._thread.start()

    def wake(self) -> None:
        """Something has come."""
        with self._news:
            self._is_due = True
            self._wanted += 1
            self._news.notify_all()

    def finish(self) -> None:
        """Paint what has come last, and wait until that is done."""
        with self._news:
            self._is_last = True
        self.wake()
        with self._news:
            wanted = self._wanted
            self._news.wait_for(lambda: self._painted >= wanted or self._closed)

    def close(self) -> None:
        """End."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        if self._thread:
            self._thread.join(5)

    def _work(self) -> None:
        tools = self._make_tools()
        known: tuple[Deck, MimeTools] | None = None
        try:
            while True:
                with self._news:
                    self._news.wait_for(lambda: self._is_due or self._closed)
                    if self._closed:
                        return
                    deck, cell, outputs = self._deck, self._cell, self._outputs
                    wanted, self._is_due = self._wanted, False
                began = time.monotonic()
                assert deck is not None
                assert cell is not None
                assert outputs is not None
                try:
                    if known is None or known[0] is not deck:
                        known = (deck, output_tools(deck, tools))
                    self._paint(cell.index, _html(cell, outputs(), known[1]))
                except Exception as error:
                    # Whatever it is, the next cell is painted; a mistake of ours keeps its traceback.
                    is_told = isinstance(error, DeckError)
                    text = str(error) if is_told else "".join(traceback.format_exception(error))
                    self._paint(cell.index, (_told(text),))
                took = time.monotonic() - began
                with self._news:
                    self._painted = wanted
                    self._news.notify_all()
                    if not self._is_last:
                        self._news.wait_for(lambda: self._is_last or self._closed, max(PAUSE_S, EASE * took))
        finally:
            with self._news:
                self._closed = True
                self._news.notify_all()
            tools.close()


def _html(cell: Cell, outputs: tuple[Output, ...], tools: MimeTools) -> tuple[str, ...]:
    most = cell.options["max-lines"]
    lines = min(most, MOST_LINES) if isinstance(most, int) and most else MOST_LINES
    options = {**cell.options, "max-lines": lines}
    return bounded(output_parts(replace(cell, outputs=outputs, options=options), tools))


def _told(text: str) -> str:
    from html import escape

    return f'<div class="cell-output cell-output-error"><pre><samp>{escape(text)}</samp></pre></div>'
