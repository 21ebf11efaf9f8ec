"""What a cell prints: bounded, and complete when it ends, also if C code or a child process prints it."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import sys
import threading
from collections import deque
from typing import Any


class Bounded:
    """Stands before a stream's `write`: sends the head on, drops the middle, sends the tail at the end."""

    def __init__(self, stream: Any, head: int, tail: int) -> None:
        self.stream = stream
        self.head = head
        self.tail = tail
        self.plain_write = stream.write
        self.left = head
        self.kept: deque[str] = deque()
        self.kept_size = 0
        self.dropped = 0
        self.lock = threading.RLock()
        self.pipe: Pipe | None = None
        stream.write = self.write

    def write(self, text: str) -> int:
        """Take what the cell prints."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.pipe is not None and self.pipe.is_behind():
            # What a child process wrote before comes first.
            self.pipe.drain()
        # A progress bar writes over itself, so much of it comes to little.
        cost = len(text) if "\r" not in text and "\b" not in text else 1 + len(text) // 64
        with self.lock:
            if self.left > 0:
                head = text if cost <= self.left else text[: self.left]
                self.left -= cost
                self.plain_write(head)
                rest = text[len(head) :]
            else:
                rest = text
            if rest:
                self.keep(rest)
        return len(text)

    def keep(self, text: str) -> None:
        if len(text) > self.tail:
            self.dropped += len(text) - self.tail
            text = text[-self.tail :]
        self.kept.append(text)
        self.kept_size += len(text)
        while self.kept_size > self.tail:
            excess = self.kept_size - self.tail
            first = self.kept.popleft()
            if len(first) > excess:
                self.kept.appendleft(first[excess:])
            gone = min(len(first), excess)
            self.kept_size -= gone
            self.dropped += gone

    def end(self) -> int:
        """Send the tail, make room for the next cell, and return how many characters were dropped."""
        with self.lock:
            dropped, tail = self.dropped, "".join(self.kept)
            self.left, self.dropped, self.kept_size = self.head, 0, 0
            self.kept.clear()
        if dropped:
            self.plain_write(f"\n⋯ {size(dropped)} left out ⋯\n")
        if tail:
            self.plain_write(tail)
        return dropped


def size(characters: int) -> str:
    """Return a number of characters for a reader."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if characters >= unit:
            return f"{characters / unit:.3g} {name}"
    return f"{characters} characters"


class Pipe:
    """Reads what is written to a file descriptor past Python, and writes it to the stream of that name.

    ipykernel does the same, with two flaws that make outputs differ from run to run: it splits characters at
    its buffer's end, and what is still in the pipe when a cell ends comes with the next one.
    """

    def __init__(self, stream: Any, descriptor: int) -> None:
        self.stream = stream
        self.descriptor = descriptor
        self.mark = b"\0celldeck " + os.urandom(12).hex().encode() + b"\0"
        self.reached = threading.Event()
        self.busy = False
        self.pid = os.getpid()
        self.read_end, write_end = os.pipe()
        widen(write_end)
        os.dup2(write_end, descriptor)
        os.close(write_end)
        # ipykernel's own reader now waits for ever at a pipe that nobody writes to; it must not be joined.
        stream._should_watch = False
        self.thread = threading.Thread(target=self.run, daemon=True, name="celldeck-pipe")
        self.thread.start()

    def run(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = b""
        while True:
            self.busy = False
            # Only then is the flag up for as long as something was read and not sent.
            is_readable(self.read_end, None)
            self.busy = True
            try:
                data = held + os.read(self.read_end, 1 << 16)
            except OSError:
                return
            before, found, after = data.partition(self.mark)
            while found:
                self.send(decoder.decode(before))
                self.reached.set()
                before, found, after = after.partition(self.mark)
            # The mark may have come in two pieces.
            cut = next((n for n in range(len(self.mark) - 1, 0, -1) if before.endswith(self.mark[:n])), 0)
            held = before[len(before) - cut :]
            self.send(decoder.decode(before[: len(before) - cut]))

    def send(self, text: str) -> None:
        if text:
            try:
                self.stream.write(text)
            except ValueError:
                # The author's code closed the stream; there is nowhere to tell it.
                return

    def is_behind(self) -> bool:
        """Say whether something was written that has not been sent on; asked by other threads."""
        if threading.current_thread() is self.thread or os.getpid() != self.pid:
            # A forked child has the object, but not the thread that reads.
            return False
        return self.busy or is_readable(self.read_end, 0)

    def drain(self) -> None:
        """Wait until all that was written before has been sent on."""
        self.reached.clear()
        try:
            os.write(self.descriptor, self.mark)
        except OSError:
            return
        self.reached.wait(2)


def is_readable(descriptor: int, timeout_s: float | None) -> bool:
    """Wait until a pipe holds something; where a system cannot tell, say that it holds nothing."""
    try:
        return bool(select.select([descriptor], [], [], timeout_s)[0])
    except (OSError, ValueError):
        return False


def widen(descriptor: int) -> None:
    """Make a pipe hold more, where that can be asked for: C code that prints holds the interpreter's lock."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 1 << 20)
    except (ImportError, AttributeError, OSError):
        return


class Replaced:
    """What a cell has put in the place of a stream and cannot be flushed: None, an object of its own."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        # `print` writes nothing where the stream is None.
        return len(text) if self.stream is None else self.stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(Exception):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def keep_flushable() -> None:
    """Let the kernel end its cell: where it cannot flush the streams, it never says that it is done."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name, None)
        try:
            stream.flush()
        except Exception:
            if not isinstance(stream, Replaced):
                setattr(sys, name, Replaced(stream))


class Streams:
    """Both streams of a kernel."""

    def __init__(self, head: int, tail: int) -> None:
        self.bounded = {name: Bounded(getattr(sys, name), head, tail) for name in ("stdout", "stderr")}
        self.pipes: list[Pipe] = []
        self.pid = os.getpid()
        if os.name == "posix":
            self.pipes = [Pipe(sys.stdout, 1), Pipe(sys.stderr, 2)]
        for bounded, pipe in zip(self.bounded.values(), self.pipes, strict=False):
            bounded.pipe = pipe

    def end(self) -> dict[str, int]:
        """Finish the streams of a cell; return what was left out of each."""
        if os.getpid() != self.pid:
            # A forked child has the objects, but not the threads that read the pipes.
            return {}
        keep_flushable()
        for pipe in self.pipes:
            pipe.drain()
        left_out = {}
        for name, bounded in self.bounded.items():
            try:
                dropped = bounded.end()
                if getattr(sys, name, None) is not bounded.stream:
                    # The kernel flushes what a cell has put in its place.
                    bounded.stream.flush()
            except ValueError:
                # The author's code closed the stream.
                continue
            if dropped:
                left_out[name] = dropped
        return left_out
