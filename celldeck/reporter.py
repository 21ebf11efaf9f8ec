"""What the terminal shows while decks are built: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PLAIN_EVERY_S = 10.0
"""Where lines stay (a log), a cell that goes on is told this often."""


class Reporter:
    """Lines for people: results on `out`, warnings and errors on `err`, and the cells that run now."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        # A terminal that reports no capabilities, and CI, get lines that stay.
        self.live = self.out.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
        self._lock = threading.RLock()
        self._running: dict[str, tuple[int, int, float]] = {}
        self._shown = False
        self._stop = threading.Event()

    def result(self, line: str) -> None:
        """Print a line that stays."""
        self._print(self.out, line)

    def problem(self, text: str) -> None:
        """Print a warning or an error."""
        self._print(self.err, text)

    def cell(self, deck: str, number: int, count: int) -> None:
        """Say that cell `number` (from 1) of `count` runs now in `deck`."""
        with self._lock:
            self._running[deck] = (number, count, time.monotonic())
        if not self.live:
            self.result(f"{deck}: cell {number} of {count}")

    def done(self, deck: str) -> None:
        """Say that no cell runs in `deck` any more."""
        with self._lock:
            self._running.pop(deck, None)
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
                for deck, (number, count, since) in self._running.items():
                    last = max(told.get(deck, 0.0), since)
                    if now - last >= PLAIN_EVERY_S:
                        told[deck] = now
                        self.result(f"{deck}: cell {number} of {count}, {now - since:.0f} s so far")

    def _draw(self, now: float) -> None:
        parts = [
            f"{deck}: cell {n} of {count}, {now - t:.1f} s" for deck, (n, count, t) in self._running.items()
        ]
        if not parts:
            return
        width = shutil.get_terminal_size().columns - 1
        self.out.write("\r\x1b[K" + "  ".join(parts)[:width])
        self.out.flush()
        self._shown = True

    def _clear(self) -> None:
        if self._shown:
            self.out.write("\r\x1b[K")
            self.out.flush()
            self._shown = False

    def _print(self, stream: TextIO, text: str) -> None:
        with self._lock:
            self._clear()
            try:
                print(text, file=stream, flush=True)
            except UnicodeEncodeError:
                # A console of another encoding shows what it can, rather than ending the build.
                encoding = stream.encoding or "ascii"
                print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)
