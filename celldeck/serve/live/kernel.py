"""DeckKernel: a kernel, and which cells of a deck it has run; Spare: one that is being prepared."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from celldeck.cell_options import run_options
from celldeck.execute.kernels import KernelFailed, LiveKernel, OnInput, OnMessage, Reply
from celldeck.execute.plan import Step

FOREVER_S = 7 * 24 * 3600.0
"""A cell that was started by hand is ended by hand."""
ASK_S = 3.0
"""How long completion and help may take."""


StartLive = Callable[[], LiveKernel]
"""Starts a kernel in the deck's folder. Raises CannotStart."""

# What the agent needs to start a cell as a build does: with its seed, and random streams that start alike.
_PLAIN_REQUEST = {"drop": (), "park": (), "stand_ins": (), "reads": (), "channels": None, "vault": None}

_DEVICE_CODE = """
import sys
answer = {"device": None, "used": 0}
tensorflow, torch = sys.modules.get("tensorflow"), sys.modules.get("torch")
if hasattr(tensorflow, "config"):
    gpus = tensorflow.config.list_physical_devices("GPU")
    answer["device"] = f"GPU ({len(gpus)})" if len(gpus) > 1 else "GPU" if gpus else "CPU"
    # Asking for memory would set the GPU up, and then a cell could not say how any more.
    context = sys.modules["tensorflow.python.eager.context"].context()
    if gpus and context._initialized:
        info = tensorflow.config.experimental.get_memory_info
        answer["used"] = sum(info(f"GPU:{number}")["current"] for number in range(len(gpus)))
elif hasattr(torch, "cuda"):
    is_used = torch.cuda.is_available()
    answer["device"] = "GPU" if is_used else "CPU"
    if is_used and torch.cuda.is_initialized():
        answer["used"] = torch.cuda.memory_allocated()
"""
_DEVICE = f"(lambda scope: (exec({_DEVICE_CODE!r}, scope), scope['answer'])[1])({{}})"
"""An expression for Python kernels: the device that a library computes on, and the bytes in use there."""


class DeckKernel:
    """A kernel, and what it has run."""

    def __init__(self, kernel: LiveKernel) -> None:
        """Take a kernel that has run nothing."""
        self._kernel = kernel
        self.trail: list[tuple[int, str]] = []
        """The indices and the identities of the cells that have run, in order."""

    @property
    def has_run(self) -> frozenset[int]:
        """The indices of the cells that have run."""
        return frozenset(index for index, _ in self.trail)

    def is_prefix_of(self, steps: Sequence[Step]) -> bool:
        """Say whether it has run the first of these steps, in order, and nothing else."""
        return self.trail == [(step.cell.index, step.identity) for step in steps[: len(self.trail)]]

    def run(self, step: Step, on_message: OnMessage, on_input: OnInput | None = None) -> Reply:
        """Run a step to its end.

        Raises:
            KernelFailed: the kernel died, or was closed.
        """
        self.trail.append((step.cell.index, step.identity))
        return self._kernel.run(
            step.cell.source,
            name=step.name,
            timeout_s=FOREVER_S,
            on_message=on_message,
            options={**run_options(step.cell), "trace": {**_PLAIN_REQUEST, "seed": step.seed}},
            on_input=on_input,
        )

    def answer(self, text: str) -> None:
        """Answer what the cell asks."""
        self._kernel.answer(text)

    def interrupt(self) -> None:
        """Interrupt what runs."""
        self._kernel.interrupt()

    def is_alive(self) -> bool:
        """Say whether its process runs."""
        return self._kernel.is_alive()

    def close(self) -> None:
        """End it."""
        self._kernel.close()

    def complete(self, code: str, cursor: int) -> dict[str, object]:
        """Return what may stand at a place of some code: the texts, and the place that they replace.

        Args:
            cursor: how many characters of the code stand before it.
        """
        told = self._kernel.ask("complete", {"code": code, "cursor_pos": cursor}, ASK_S) or {}
        types = (told.get("metadata") or {}).get("_jupyter_types_experimental") or []
        kinds = {one.get("text"): one.get("type", "") for one in types if isinstance(one, dict)}
        return {
            "matches": [[text, kinds.get(text, "")] for text in (told.get("matches") or [])[:200]],
            "start": told.get("cursor_start", cursor),
            "end": told.get("cursor_end", cursor),
        }

    def inspect(self, code: str, cursor: int) -> str:
        """Return the help for what stands at a place of some code, with terminal colours; empty: none."""
        asked = {"code": code, "cursor_pos": cursor, "detail_level": 0}
        told = self._kernel.ask("inspect", asked, ASK_S) or {}
        return str((told.get("data") or {}).get("text/plain", "")) if told.get("found") else ""

    def status(self, *, is_python: bool) -> str:
        """Return what it uses, in words: the device that its library computes on, and memory.

        Args:
            is_python: it can be asked for the device.
        """
        memory = _resident(self._kernel.pid)
        asked = {
            "code": "",
            "silent": True,
            "store_history": False,
            "user_expressions": {"device": _DEVICE},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        device, used = None, 0
        with suppress(SyntaxError, ValueError, TypeError, KeyError):
            told = (self._kernel.ask("execute", asked, ASK_S) if is_python else None) or {}
            answer = told["user_expressions"]["device"]
            if answer["status"] == "ok":
                import ast

                value = ast.literal_eval(answer["data"]["text/plain"])
                device, used = value["device"], int(value["used"] or 0)
        parts = [str(device)] if device else []
        parts += [f"{_size(used)} on it"] if used else []
        parts += [f"{_size(memory)} memory"] if memory else []
        return ", ".join(parts)


def _resident(pid: int | None) -> int:
    """Return the bytes of memory that a process holds; 0 where the system does not tell."""
    if pid is None:
        return 0
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _size(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


class Spare:
    """A kernel that is brought to where the deck stood, so that a reset finds it there."""

    def __init__(self, start: StartLive, steps: Sequence[Step], done: Callable[[], object]) -> None:
        """Begin, in the background.

        Args:
            steps: to run, as they were built.
            done: called when it is ready, or has failed.
        """
        self.steps = tuple(steps)
        self._start = start
        self._done = done
        self._lock = threading.Lock()
        self._closed = False
        self._kernel: DeckKernel | None = None
        self._is_ready = False
        self._thread = threading.Thread(target=self._prepare, daemon=True, name="spare kernel")
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """It has run its steps."""
        return self._is_ready

    @property
    def is_over(self) -> bool:
        """It is ready, or it has failed."""
        return not self._thread.is_alive()

    def take(self) -> DeckKernel | None:
        """Wait until it is ready and return the kernel; None: there is none."""
        self._thread.join()
        with self._lock:
            kernel, self._kernel = self._kernel, None
            return kernel if self._is_ready and kernel and kernel.is_alive() else None

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._closed = True
            kernel, self._kernel = self._kernel, None
        if kernel:
            kernel.close()

    def _prepare(self) -> None:
        # What fails here is told when somebody asks for the same.
        with suppress(KernelFailed):
            kernel = DeckKernel(self._start())
            with self._lock:
                if not self._closed:
                    self._kernel = kernel
            if self._closed:
                kernel.close()
                return
            for step in self.steps:
                kernel.run(step, lambda kind, content: None)
            self._is_ready = True
        if not self._closed:
            self._done()
