"""What the terminal shows while decks are built: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO
from unicodedata import east_asian_width

from celldeck.model import Cell, Deck
from celldeck.patterns import late

PLAIN_EVERY_S = 10.0
"""Where lines stay (a log), a cell that goes on is told this often."""

_ESCAPE = late(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass
class _Running:
    doing: str
    since: float
    """Seconds, as time.monotonic counts them."""
    line: str = ""
    """What it printed last."""


class Reporter:
    """Lines for people: results on `out`, warnings and errors on `err`, and the cells that run now."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        # A terminal that reports no capabilities, and CI, get lines that stay.
        self.live = self.out.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
        self._lock = threading.RLock()
        self._running: dict[str, _Running] = {}
        self._shown = False
        self._stop = threading.Event()

    def result(self, line: str) -> None:
        """Print a line that stays."""
        self._print(self.out, line)

    def problem(self, text: str) -> None:
        """Print a warning or an error."""
        self._print(self.err, text)

    # What `celldeck.execute.Progress` asks for.

    def starting(self, deck: Deck, count: int, reason: str) -> None:
        """Say that a kernel starts."""
        name = str(deck.source.path)
        with self._lock:
            self._running[name] = _Running("starting the kernel", time.monotonic())
        if not self.live:
            self.result(f"{name}: {count} of {len(deck.cells)} cells to run: {reason}")

    def started(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        """Say that a cell runs now."""
        label = f" ({cell.label})" if cell.label else ""
        with self._lock:
            doing = f"cell {number} of {count}{label}"
            self._running[str(deck.source.path)] = _Running(doing, time.monotonic())

    def wrote(self, deck: Deck, cell: Cell, line: str) -> None:
        """Show the last line that a cell has printed."""
        with self._lock:
            running = self._running.get(str(deck.source.path))
            if running:
                running.line = line

    def finished(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        """Say that a cell has run."""
        with self._lock:
            self._running.pop(str(deck.source.path), None)
        if not self.live:
            label = f" ({cell.label})" if cell.label else ""
            self.result(f"{deck.source.path}: cell {number} of {count}{label}, {cell.seconds or 0:.1f} s")

    def ended(self, deck: Deck) -> None:
        """Say that no cell of the deck runs any more."""
        with self._lock:
            self._running.pop(str(deck.source.path), None)
            self._clear()

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Keep the live line moving while the block runs."""
        self._stop.clear()
        thread = threading.Thread(target=self._tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            with self._lock:
                self._clear()

    def _tick(self) -> None:
        told: dict[str, float] = {}
        while not self._stop.wait(0.2 if self.live else 1.0):
            with self._lock:
                now = time.monotonic()
                if self.live:
                    self._draw(now)
                    continue
                for deck, running in self._running.items():
                    last = max(told.get(deck, 0.0), running.since)
                    if now - last >= PLAIN_EVERY_S:
                        told[deck] = now
                        self.result(f"{deck}: {running.doing}, {now - running.since:.0f} s so far")

    def _draw(self, now: float) -> None:
        parts = [
            f"{deck}: {running.doing}, {now - running.since:.1f} s  {running.line}".rstrip()
            for deck, running in self._running.items()
        ]
        if not parts:
            return
        # One column stays free: a full line would make the terminal begin another.
        # Imported where there is a terminal: it brings in what reads archives.
        from shutil import get_terminal_size

        line = _fitted("  ".join(parts), get_terminal_size().columns - 1)
        self._write(self.out, f"\r\x1b[K{line}")
        self._shown = True

    def _clear(self) -> None:
        if self._shown:
            self._write(self.out, "\r\x1b[K")
            self._shown = False

    def _print(self, stream: TextIO, text: str) -> None:
        with self._lock:
            self._clear()
            self._write(stream, f"{text}\n")

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except UnicodeEncodeError:
            # A console of another encoding shows what it can, rather than ending the build.
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except BrokenPipeError:
            # Nobody reads on, as after `| head`; the build goes on, and Python's own last flush is in peace.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fitted(text: str, columns: int) -> str:
    """Return the start of a line that fits, without colours and what else moves the cursor."""
    kept = []
    for character in _ESCAPE.sub("", text):
        if not character.isprintable():
            continue
        columns -= 2 if east_asian_width(character) in "WF" else 1
        if columns < 0:
            break
        kept.append(character)
    return "".join(kept)
