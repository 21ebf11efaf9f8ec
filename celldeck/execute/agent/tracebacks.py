"""Tracebacks made of the author's own lines: those of the deck's cells, and of modules beside the deck."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

RED = "\x1b[31m"
BOLD_RED = "\x1b[1;31m"
BLUE = "\x1b[34m"
OFF = "\x1b[0m"

TIMED = ("<timed exec>", "<timed eval>")
"""What `%%time` calls the lines below it."""

MOST_FRAMES = 8
MOST_LINES = 40


class Tracebacks:
    """Takes the place of IPython's tracebacks, which show the insides of every library on the way."""

    def __init__(self, shell: Any, names: Any) -> None:
        self.shell = shell
        self.names = names
        self.folder = os.getcwd()
        shell.showtraceback = self.show
        shell.showsyntaxerror = self.show
        shell.showindentationerror = self.show
        if hasattr(shell, "_format_exception_for_storage"):
            # IPython 9 formats every exception for a history that nobody here reads: a tenth of a second.
            shell._format_exception_for_storage = lambda *args, **kwargs: {}

    def show(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        """Send the exception that is being handled, or the one given as by `sys.exc_info()`."""
        value = exc_tuple[1] if isinstance(exc_tuple, tuple) and exc_tuple[1] else sys.exc_info()[1]
        if value is None:
            return
        sys.last_type, sys.last_value, sys.last_traceback = type(value), value, value.__traceback__
        try:
            lines = self.told(value)
        except Exception:
            # An exception whose own text raises.
            lines = [f"{BOLD_RED}{type(value).__name__}{OFF}"]
        self.shell._showtraceback(type(value), value, lines)

    def told(self, value: BaseException) -> list[str]:
        """Return the lines of the traceback, and of the exceptions that led to it if the deck was in them."""
        told = traceback.TracebackException(type(value), value, value.__traceback__, compact=True)
        lines: list[str] = []
        for one, link in reversed(list(chain(told))):
            part = self.one(one)
            if link and not self.frames(one):
                continue
            lines += part
            if link:
                lines += ["", link, ""]
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES // 2], "⋮", *lines[-MOST_LINES // 2 :]]
        return lines

    def one(self, told: traceback.TracebackException) -> list[str]:
        lines: list[str] = []
        frames = self.frames(told)
        for at, frame in enumerate(frames):
            if MOST_FRAMES // 2 <= at < len(frames) - MOST_FRAMES // 2 and len(frames) > MOST_FRAMES:
                if at == MOST_FRAMES // 2:
                    lines.append(f"  ⋮ {len(frames) - MOST_FRAMES} more calls")
                continue
            lines += self.frame(frame)
        name, *rest = without_file(told)
        kind, colon, message = name.partition(":")
        lines.append(f"{BOLD_RED}{kind.rpartition('.')[2]}{OFF}{colon}{message}")
        if is_syntax(told):
            lines = [*lines[:-1], *self.syntax(told), lines[-1]]
        for inner in getattr(told, "exceptions", None) or ():
            rest += ["  | " + line for line in self.one(inner)]
        return lines + rest

    def frames(self, told: traceback.TracebackException) -> list[traceback.FrameSummary]:
        frames = [frame for frame in told.stack if self.where(frame.filename)]
        # The line of a cell magic says nothing beside the line that it runs.
        return [frame for frame in frames if frame is frames[-1] or not self.written(frame).startswith("%%")]

    def where(self, path: str) -> str | None:
        """Return what a file is called for the author; None: it is not the author's."""
        if path.startswith("<cell "):
            return path
        if path in TIMED:
            return f"<cell {self.names.cell}+1>"
        inside = os.path.isabs(path) and path.startswith(self.folder + os.sep)
        if inside and "site-packages" not in path and not path.startswith(sys.prefix + os.sep):
            return os.path.relpath(path, self.folder)
        return None

    def frame(self, frame: traceback.FrameSummary) -> list[str]:
        inside = "" if frame.name == "<module>" else f", in {frame.name}"
        lines = [f"{BLUE}{self.where(frame.filename)}:{frame.lineno}{OFF}{inside}"]
        written = self.written(frame)
        if written and written != (frame.line or "").strip():
            # A magic: Python ran something else than what the author wrote.
            return [*lines, f"    {written}"]
        shown = traceback.StackSummary.from_list([frame]).format()[0].rstrip("\n").split("\n")[1:]
        return lines + [f"{RED}{line}{OFF}" if is_marks(line) else line for line in shown]

    def written(self, frame: traceback.FrameSummary) -> str:
        """Return the line of a cell as its author wrote it; empty for other files."""
        lines = self.names.lines.get(frame.filename, ())
        if frame.filename in TIMED:
            lines = self.names.source.splitlines()[1:]
        return lines[frame.lineno - 1].strip() if frame.lineno and frame.lineno <= len(lines) else ""

    def syntax(self, told: Any) -> list[str]:
        where = self.where(told.filename or "") or told.filename
        text = told.text.rstrip("\n")
        shown = text.lstrip()
        indent = len(text) - len(shown)
        lines = [f"{BLUE}{where}:{told.lineno}{OFF}", f"    {shown}"]
        if told.offset:
            start = max(0, int(told.offset) - 1 - indent)
            end = int(told.end_offset or 0) - 1 - indent if told.end_lineno == told.lineno else start + 1
            lines.append(f"    {' ' * start}{RED}{'^' * max(1, min(end, len(shown)) - start)}{OFF}")
        return lines


def chain(told: traceback.TracebackException | None) -> Any:
    """Give the exceptions from the last to the first, each with the words between it and the next."""
    link = ""
    while told is not None:
        yield told, link
        if told.__cause__ is not None:
            link = "The exception above led to this one:"
            told = told.__cause__
        elif told.__context__ is not None and not told.__suppress_context__:
            link = "While that was handled, this happened:"
            told = told.__context__
        else:
            told = None


def without_file(told: traceback.TracebackException) -> list[str]:
    """Return the lines that name the exception, without the place of a syntax error."""
    lines = "".join(told.format_exception_only()).rstrip("\n").split("\n")
    if is_syntax(told):
        first = next((i for i, line in enumerate(lines) if line and not line.startswith(" ")), 0)
        return lines[first:]
    return lines


def is_syntax(told: traceback.TracebackException) -> bool:
    """Say whether it is a SyntaxError that says where."""
    return bool(getattr(told, "text", None))


def is_marks(line: str) -> bool:
    """Say whether a line of a traceback only points at the one above it."""
    return bool(line.strip()) and not line.strip(" ~^")
