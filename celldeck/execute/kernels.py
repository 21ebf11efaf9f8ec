"""What execution needs of a kernel, whoever speaks to it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from celldeck.execute.kernel import JupyterKernel

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

    def run(
        self,
        code: str,
        *,
        name: str,
        timeout_s: float,
        on_message: OnMessage,
        options: Mapping[str, object] | None = None,
    ) -> Reply:
        """Run code to its end.

        Args:
            code: in the kernel's language.
            name: what tracebacks and warnings call it: `<cell NAME>`.
            timeout_s: seconds until it is interrupted, and killed if that does not help.
            on_message: called from another thread.
            options: what `cell_options.run_options` gives: it goes to the agent as it is, in JSON.

        Raises:
            TimedOut: it took too long; what it had sent has been handed on.
            KernelDied: the process went away, or the kernel was closed meanwhile.
        """

    def interrupt(self) -> None:
        """Interrupt what runs; may be called from any thread."""

    def close(self) -> None:
        """End the process; may be called from any thread."""


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


class Kernels:
    """Starts kernels of Jupyter, and can end all of them at once: when a build is stopped, for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: weakref.WeakSet[JupyterKernel] = weakref.WeakSet()
        self._stopped = False

    def start(self, name: str, folder: Path) -> Kernel:
        """Stand for `StartKernel`: start a kernel and return it when it is ready.

        Raises:
            CannotStart: there is no kernel of this name, or its process does not come up, or it was stopped.
        """
        # With what it needs, this takes a fifth of a second to import: only where a cell must run.
        from celldeck.execute.kernel import JupyterKernel

        kernel = JupyterKernel(name, folder)
        with self._lock:
            self._running.add(kernel)
            stopped = self._stopped
        try:
            if stopped:
                raise CannotStart(f"kernel '{name}' was stopped")
            kernel.start()
        except BaseException:
            kernel.close()
            raise
        return kernel

    def stop(self) -> None:
        """End the kernels that run, whatever they do, and start no other."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for kernel in running:
            kernel.close()
