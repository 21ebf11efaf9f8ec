"""What execution needs of a kernel, whoever speaks to it."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from celldeck.frozen import frozen

if TYPE_CHECKING:
    from celldeck.execute.kernel import JupyterKernel
    from celldeck.execute.standby import Standby

OWN_PYTHON = frozenset({"python3", "python"})
"""Kernel names that mean the Python which runs celldeck, whatever a kernelspec of that name says: there the
author of a deck has the packages."""


def is_own_python(name: str | None, gateway: str | None) -> bool:
    """Say whether a kernel is the Python that runs celldeck.

    Args:
        name: of the kernel.
        gateway: address of the server that it runs on; None: this machine.
    """
    return gateway is None and name in OWN_PYTHON


ENVIRONMENT = {
    # The same run, the same order of sets, the same widths.
    "PYTHONHASHSEED": "0",
    "COLUMNS": "80",
    "LINES": "24",
    # Whatever the author's shell says: a slide shows the figure.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # What libraries say while they start; what they say before they read this, `noise.py` drops.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GLOG_minloglevel": "3",
    "GRPC_VERBOSITY": "ERROR",
    "KMP_WARNINGS": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""Set for every kernel."""


def environment() -> dict[str, str]:
    """Return the variables that a kernel has, but for those that are its own."""
    return {**os.environ, **ENVIRONMENT}


OnMessage = Callable[[str, Mapping[str, Any]], None]
"""Takes the kind and the content of each message of the iopub channel, as it comes."""


OnInput = Callable[[str, bool], None]
"""Takes the question that a cell asks by `input()`, and whether the answer is a secret; `answer` has it."""


@frozen
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


class LiveKernel(Kernel, Protocol):
    """A kernel that people work with: its cells may ask them, and it is asked about its state."""

    def run(
        self,
        code: str,
        *,
        name: str,
        timeout_s: float,
        on_message: OnMessage,
        options: Mapping[str, object] | None = None,
        on_input: OnInput | None = None,
    ) -> Reply:
        """Run code to its end, as `Kernel.run`.

        Args:
            on_input: called from another thread when the code asks for input; None: asking is an error.
        """

    def answer(self, text: str) -> None:
        """Answer what a cell asks; may be called from any thread."""

    def ask(self, kind: str, content: Mapping[str, object], timeout_s: float) -> Mapping[str, Any] | None:
        """Return the content of the kernel's reply; None if none came in time.

        Nothing may run meanwhile: a kernel answers one request after another.

        Args:
            kind: of the message, without `_request`: `complete`, `inspect`, `execute`.

        Raises:
            KernelDied: the process went away.
        """

    def is_alive(self) -> bool:
        """Say whether its process runs."""

    @property
    def pid(self) -> int | None:
        """The number of its process on this machine; None: it has none."""


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


class NoServer(CannotStart):
    """There is no server at the address that a kernel is to run on, or it does not let us in."""


StartKernel = Callable[[str, Path, str | None], Kernel]
"""Takes the name of a kernel, the folder it works in, and the address of the Jupyter server that it runs on,
None: this machine; gives it when it is ready. Raises CannotStart."""


class Kernels:
    """Starts kernels of Jupyter, and can end all of them at once: when a build is stopped, for one."""

    def __init__(self, *, standby: bool = False) -> None:
        """Start nothing yet.

        Args:
            standby: have the next kernel ready before it is asked for, once `warm` has said what it needs.
        """
        self._standby: Standby | None = None
        if standby:
            from celldeck.execute.standby import Standby

            self._standby = Standby(environment)
        self._lock = threading.Lock()
        self._running: weakref.WeakSet[JupyterKernel] = weakref.WeakSet()
        self._stopped = False

    def start(self, name: str, folder: Path, gateway: str | None = None) -> LiveKernel:
        """Stand for `StartKernel`: start a kernel and return it when it is ready.

        Raises:
            CannotStart: there is no kernel of this name, or no such server, or its process does not come up,
                or it was stopped.
        """
        # With what it needs, this takes a fifth of a second to import: only where a cell must run.
        try:
            from celldeck.execute.kernel import JupyterKernel
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if missing == "celldeck":
                raise
            hint = f"install {missing}; or freeze the deck where it is installed, see `freeze: true`"
            told = f"kernel '{name}' cannot be started: {missing} is not installed"
            raise CannotStart(told, hint) from None

        is_here = self._standby and not self._stopped and gateway is None
        ready = self._standby.take(name, folder) if self._standby and is_here else None
        kernel = ready or JupyterKernel(name, folder, gateway=gateway)
        with self._lock:
            self._running.add(kernel)
            stopped = self._stopped
        try:
            if stopped:
                raise CannotStart(f"kernel '{name}' was stopped")
            if not ready:
                kernel.start()
        except BaseException:
            kernel.close()
            raise
        return kernel

    def warm(self, name: str, folder: Path, modules: Iterable[str] = ()) -> None:
        """Prepare a kernel in the background, if kernels stand by here; see `Standby.warm`."""
        if self._standby and not self._stopped:
            self._standby.warm(name, folder, modules)

    def close(self) -> None:
        """End what stands by, and every kernel."""
        self.stop()

    def stop(self) -> None:
        """End the kernels that run, whatever they do, and start no other."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for kernel in running:
            kernel.close()
        if self._standby:
            self._standby.close()
