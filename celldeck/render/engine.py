"""A JavaScript engine for the two libraries that have no equal in Python: MathJax and highlight.js.

The engine is quickjs-ng, in a wheel; there is no Node and nothing is downloaded. It gets the libraries' files
from their packages and, as input, JSON only.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from celldeck.errors import DeckError

# The library's thread has room for this, and JavaScript may fill three quarters of it. The main thread would
# not do: it has 1 MB on Windows, and a runtime of QuickJS must not be entered from two threads.
_THREAD_STACK_BYTES = 64 << 20
_SCRIPT_STACK_BYTES = 48 << 20
_REPAIR = "python -m pip install --force-reinstall quickjs-ng"


class ScriptError(Exception):
    """JavaScript threw, or ran for longer than it may; the message is JavaScript's."""


class Engine:
    """One JavaScript world, with some files loaded. Calls may come from any thread and are run one by one."""

    def __init__(self, files: Sequence[Path], *, before: str = "", after: str = "") -> None:
        """Start an engine and run files in it.

        Args:
            files: scripts, in the order in which they run.
            before: a script to run before them, such as stand-ins for what a browser has.
            after: a script to run after them; it defines the functions to call.

        Raises:
            DeckError: quickjs-ng or one of the files is not there.
            ScriptError: one of the scripts threw.
        """
        try:
            scripts = [before, *(file.read_text(encoding="utf-8") for file in files), after]
        except OSError as error:
            raise DeckError(
                f"cannot read {error.filename}: {error.strerror}",
                hint="install celldeck's requirements again",
            ) from error
        self._world: list[Any] = []
        self._worker = _one_thread()
        self._finalizer = weakref.finalize(self, _end, self._worker, self._world)
        # At exit the threads have already ended, and the process takes the memory with it.
        self._finalizer.atexit = False
        self._worker.submit(_start, self._world, scripts).result()

    def call(self, function: str, *arguments: Any, time_limit_s: float = 5.0) -> Any:
        """Call a global function and return what it returns.

        Args:
            function: its name.
            arguments: anything that JSON can hold.
            time_limit_s: seconds of CPU time after which it is stopped.

        Returns:
            What the function returned, by way of JSON.

        Raises:
            ScriptError: it threw, or was stopped. A stopped library may be in any state: start a new engine.
        """
        # Stringified in JavaScript: the wrapper cannot take over a long string that QuickJS holds as a rope.
        code = f"JSON.stringify({function}({','.join(json.dumps(argument) for argument in arguments)}))"
        result = self._worker.submit(_evaluate, self._world, code, time_limit_s).result()
        return None if result is None else json.loads(result)

    def close(self) -> None:
        """End the engine's thread and free its memory; it cannot be called any more."""
        self._finalizer()


def _one_thread() -> ThreadPoolExecutor:
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="celldeck-javascript")
    # The size holds for threads started after it is set, and a pool starts its thread with the first job.
    before = threading.stack_size(_THREAD_STACK_BYTES)
    try:
        worker.submit(_nothing).result()
    finally:
        threading.stack_size(before)
    return worker


def _nothing() -> None:
    return None


def _start(world: list[Any], scripts: list[str]) -> None:
    quickjs = _quickjs()
    context = quickjs.Context()
    context.set_max_stack_size(_SCRIPT_STACK_BYTES)
    if context.eval("typeof Iterator") != "function":
        raise DeckError(
            "the Python module 'quickjs' is an old one, not that of quickjs-ng", hint=f"run: {_REPAIR}"
        )
    world.append(context)
    for script in scripts:
        _guarded(context.eval, script)


def _quickjs() -> Any:
    try:
        import quickjs
    except ImportError as error:
        raise DeckError(
            "formulas and highlighted code need the Python package 'quickjs-ng', which is not installed",
            hint=f"run: {_REPAIR}",
        ) from error
    return quickjs


def _evaluate(world: list[Any], code: str, time_limit_s: float) -> str | None:
    context = world[0]
    context.set_time_limit(time_limit_s)
    result: str | None = _guarded(context.eval, code)
    return result


def _guarded(evaluate: Callable[[str], Any], code: str) -> Any:
    try:
        return evaluate(code)
    except _quickjs().JSException as error:
        raise ScriptError(str(error).partition("\n")[0]) from error


def _end(worker: ThreadPoolExecutor, world: list[Any]) -> None:
    # The context is freed by the thread that made it.
    worker.submit(world.clear)
    worker.shutdown(wait=False)
