"""What execution needs of a kernel, whoever speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

OWN_PYTHON = frozenset({"python3", "python"})
"""Kernel names that mean the Python which runs celldeck, whatever a kernelspec of that name says: there the
author of a deck has the packages."""

OnMessage = Callable[[str, Mapping[str, Any]], None]
"""Takes the kind and the content of each message of the iopub channel, as it comes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a cell's run ended."""

    error: tuple[str, str] | None = None
    """Name and message of the exception that it raised."""


class Kernel(Protocol):
    """A process that runs cells, one at a time, and keeps its state between them."""

    files: tuple[Path, ...]
    """Files that say what kind of kernel it is: with other ones it may be another."""

    def run(self, code: str, *, name: str, timeout_s: float, on_message: OnMessage) -> Reply:
        """Run code to its end.

        Args:
            code: in the kernel's language.
            name: what tracebacks and warnings call it: `<cell NAME>`.
            timeout_s: seconds until it is interrupted, and killed if that does not help.
            on_message: called from another thread.

        Raises:
            TimedOut: it took too long; what it had sent has been handed on.
            KernelDied: the process went away.
        """

    def interrupt(self) -> None:
        """Interrupt what runs; may be called from any thread."""

    def close(self) -> None:
        """End the process."""


class KernelFailed(Exception):
    """The kernel cannot go on; the message says why, in words that end a sentence."""


class KernelDied(KernelFailed):
    """The process went away."""


class TimedOut(KernelFailed):
    """A cell took too long, and was interrupted or killed."""


class CannotStart(KernelFailed):
    """There is no such kernel, or its process does not come up."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        """What to install."""


StartKernel = Callable[[str, Path], Kernel]
"""Takes the name of a kernel and the folder it works in; gives it when it is ready. Raises CannotStart."""
