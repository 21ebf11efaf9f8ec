"""A JavaScript engine for the two libraries that have no equal in Python: MathJax and highlight.js.

The engine is quickjs-ng, in a wheel; there is no Node and nothing is downloaded. It gets the libraries' files
from their packages and, as input, JSON only.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

# The library's thread has room for this, and JavaScript may fill three quarters of it. The main thread would
# not do: it has 1 MB on Windows, and a runtime of QuickJS must not be entered from two threads.
_THREAD_STACK_BYTES = 64 << 20
_SCRIPT_STACK_BYTES = 48 << 20
_REPAIR = "run: python -m pip install --force-reinstall quickjs-ng"

_Answer = SimpleQueue[str | Exception | None]
_Jobs = SimpleQueue[tuple[str, float, _Answer] | None]
"""Code to evaluate, for how many seconds at most, and where its result goes; None: stop."""


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
            from celldeck.errors import DeckError

            raise DeckError(
                f"cannot read {error.filename}: {error.strerror}",
                hint="install celldeck's requirements again",
            ) from error
        self._jobs: _Jobs = SimpleQueue()
        # A queue and not a thread pool, because this may run inside the garbage collector, where a lock that
        # the very same thread holds would never be freed. `SimpleQueue.put` may be entered twice.
        self._end = weakref.finalize(self, self._jobs.put, None)
        _start_thread(_quickjs(), self._jobs)
        for script in scripts:
            self._evaluate(f"{script}\n;void 0", time_limit_s=20.0)

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
        result = self._evaluate(code, time_limit_s=time_limit_s)
        return None if result is None else json.loads(result)

    def close(self) -> None:
        """End the engine's thread and free its memory; it must not be called any more."""
        self._end()

    def _evaluate(self, code: str, *, time_limit_s: float) -> str | None:
        answer: _Answer = SimpleQueue()
        self._jobs.put((code, time_limit_s, answer))
        result = answer.get()
        if isinstance(result, Exception):
            raise result
        return result


def _quickjs() -> Any:
    try:
        import quickjs
    except ImportError as error:
        from celldeck.errors import DeckError

        raise DeckError(
            "formulas and highlighted code need the Python package 'quickjs-ng', which is not installed",
            hint=_REPAIR,
        ) from error
    if quickjs.Context().eval("typeof Iterator") != "function":
        from celldeck.errors import DeckError

        raise DeckError(
            "the Python module 'quickjs' is an old one, not that of the package 'quickjs-ng'", hint=_REPAIR
        )
    return quickjs


def _start_thread(quickjs: Any, jobs: _Jobs) -> None:
    thread = threading.Thread(target=_serve, args=(quickjs, jobs), name="celldeck-javascript", daemon=True)
    before = threading.stack_size(_THREAD_STACK_BYTES)
    try:
        thread.start()
    finally:
        threading.stack_size(before)


def _serve(quickjs: Any, jobs: _Jobs) -> None:
    context = quickjs.Context()
    context.set_max_stack_size(_SCRIPT_STACK_BYTES)
    while job := jobs.get():
        code, time_limit_s, answer = job
        context.set_time_limit(time_limit_s)
        try:
            result = context.eval(code)
        except quickjs.JSException as error:
            answer.put(ScriptError(str(error).partition("\n")[0]))
        except Exception as error:
            answer.put(error)
        else:
            answer.put(result)
