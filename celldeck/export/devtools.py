"""The Chrome DevTools Protocol over a pipe: start a browser, call its methods, hear its events.

A pipe rather than a port: no other program of the machine can connect to the browser, and when this process
ends, however it ends, the browser sees the pipe close and ends too.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any, BinaryIO

from celldeck.errors import DeckError

Json = dict[str, Any]

_CHUNK = 1 << 20


class ProtocolError(Exception):
    """The browser refused a call; a mistake of ours, not of an author."""


class NavigatedError(ProtocolError):
    """The page that was asked has gone to another address, or loaded itself anew, before it answered."""


_NAVIGATED = (
    "Inspected target navigated",
    "Execution context was destroyed",
    "Cannot find default execution context",
)
"""How Chromium begins to say so."""


class DevTools:
    """A browser's process and the pipe to it. Threads may share it, each with tabs of its own."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        """Start the browser.

        Args:
            command: program and arguments, without those about debugging.
            log: a file for what the browser prints.

        Raises:
            OSError: the program cannot be started.
        """
        self._program = command[0]
        self._log = log
        self._arrived = threading.Condition()
        """Held to change what follows, and told when something has come."""
        self._events: dict[str | None, deque[Json]] = {}
        """What the browser told of each tab, not yet handled."""
        self._listeners: dict[tuple[str | None, str], list[Callable[[Json], None]]] = {}
        self._answers: dict[int, Json] = {}
        self._writing = threading.Lock()
        self._calls = 0
        self._is_gone = False
        self._is_ended = False
        """By this process, so that nobody else can have killed it."""
        with log.open("wb") as errors:
            start = _start_on_windows if sys.platform == "win32" else _start_on_posix
            self.process, self._input, self._output = start(command, errors)
        self._reader = threading.Thread(target=self._read, name="celldeck-browser", daemon=True)
        self._reader.start()

    def call(
        self, method: str, params: Json | None = None, *, session: str | None = None, timeout_s: float = 30.0
    ) -> Json:
        """Call a method and return its result; events that come meanwhile reach their listeners.

        Args:
            session: of the tab that is meant; None: the browser itself.

        Raises:
            DeckError: the browser is gone, or has not answered in time.
            ProtocolError: it refused the call.
        """
        with self._arrived:
            self._calls += 1
            number = self._calls
        message: Json = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        try:
            with self._writing:
                self._input.write(json.dumps(message).encode() + b"\0")
                self._input.flush()
        except (OSError, ValueError):
            raise self._gone() from None
        if not self.wait(lambda: number in self._answers, timeout_s, session):
            raise DeckError(
                f"the browser has not answered {method} within {timeout_s:g} seconds",
                hint="a slide may keep it busy, or the machine may be short of memory",
            )
        answer = self._answers.pop(number)
        if "error" in answer:
            told = str(answer["error"].get("message"))
            kind = NavigatedError if told.startswith(_NAVIGATED) else ProtocolError
            raise kind(f"{method}: {told}")
        result: Json = answer["result"]
        return result

    def wait(self, until: Callable[[], bool], timeout_s: float, session: str | None = None) -> bool:
        """Handle the events of a tab until `until` holds, and say whether it does.

        Raises:
            DeckError: the browser is gone.
        """
        end = time.monotonic() + timeout_s
        while True:
            with self._arrived:
                while True:
                    events = self._events.get(session)
                    if until():
                        return True
                    if events:
                        event = events.popleft()
                        listeners = tuple(self._listeners.get((session, event["method"]), ()))
                        break
                    if self._is_gone:
                        raise self._gone()
                    left = end - time.monotonic()
                    if left <= 0:
                        return False
                    self._arrived.wait(left)
            # A listener may call the browser itself.
            for listener in listeners:
                listener(event["params"])

    def listen(self, method: str, listener: Callable[[Json], None], session: str | None = None) -> None:
        """Call `listener` with the parameters of every such event."""
        with self._arrived:
            self._listeners.setdefault((session, method), []).append(listener)

    @property
    def is_gone(self) -> bool:
        """The browser has closed its pipe."""
        return self._is_gone

    def forget(self, session: str) -> None:
        """Drop the listeners of a tab that was closed."""
        with self._arrived:
            self._events.pop(session, None)
            for key in [key for key in self._listeners if key[0] == session]:
                del self._listeners[key]

    def close(self) -> None:
        """End the browser and all its processes."""
        self._is_ended = True
        if sys.platform == "win32":
            # Killed, it would leave its helpers, which end a while later and until then hold their files.
            if not self._is_gone:
                with suppress(DeckError, ProtocolError):
                    self.call("Browser.close", timeout_s=2)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=2)
            self.process.kill()
        else:
            # Nothing that it has is worth the half second of a farewell. Also when the first process has
            # ended: its helpers may be left over.
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with suppress(OSError):
            self._input.close()
        # Not before: closing waits for a reader, and the reader for the browser's end.
        self._reader.join(timeout=2)
        if not self._reader.is_alive():
            self._output.close()

    def _read(self) -> None:
        """Sort what comes from the browser until it ends. Runs in its own thread."""
        pending = bytearray()
        while True:
            try:
                chunk = self._output.read1(_CHUNK)
            except (OSError, ValueError):
                chunk = b""
            if not chunk:
                with self._arrived:
                    self._is_gone = True
                    self._arrived.notify_all()
                return
            at = len(pending)
            pending += chunk
            while (end := pending.find(b"\0", at)) >= 0:
                self._take(json.loads(pending[:end]))
                del pending[: end + 1]
                at = 0

    def _take(self, message: Json) -> None:
        with self._arrived:
            if "id" in message:
                self._answers[message["id"]] = message
            elif (session := message.get("sessionId"), message["method"]) in self._listeners:
                self._events.setdefault(session, deque()).append(message)
            self._arrived.notify_all()

    def _gone(self) -> DeckError:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        # By SIGKILL, which Windows has not. What it said before is not why.
        if self.process.returncode == -9 and not self._is_ended:
            return DeckError(
                f"the browser {self._program} stopped: it was killed",
                hint="a system does so when its memory is short: build again when less runs beside",
            )
        said: list[str] = []
        with suppress(OSError):  # it is gone once the browser has been ended
            said = self._log.read_text("utf-8", "replace").splitlines()
        about = {
            "sandbox": "it has no sandbox here: install it from the system's packages, "
            "or set CHROME_NO_SANDBOX=1",
            "loading shared libraries": "it lacks a library of the system",
        }
        last = next((line.strip() for line in reversed(said) if line.strip()), "")
        for sign, hint in about.items():
            if line := next((line for line in said if sign in line.lower()), None):
                return DeckError(f"the browser {self._program} stopped: {line.strip()}", hint=hint)
        message = f"the browser {self._program} stopped" + (f": {last}" if last else "")
        return DeckError(message, hint="another browser can be named with --browser PATH")


_Started = tuple["subprocess.Popen[bytes]", BufferedWriter, BufferedReader]


def _start_on_posix(command: Sequence[str], errors: BinaryIO) -> _Started:
    # Chromium reads from descriptor 3 and writes to 4; a shell puts standard input and output there.
    rewire = 'exec "$0" "$@" --remote-debugging-pipe 3<&0 4>&1 0</dev/null 1>&2'
    process = subprocess.Popen(
        ["/bin/sh", "-c", rewire, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,  # so that one signal reaches all of its processes
    )
    assert isinstance(process.stdin, BufferedWriter)
    assert isinstance(process.stdout, BufferedReader)
    return process, process.stdin, process.stdout


def _start_on_windows(command: Sequence[str], errors: BinaryIO) -> _Started:
    if sys.platform != "win32":
        raise NotImplementedError
    # There are no inherited descriptors on Windows; Chromium takes handles by number instead.
    import msvcrt

    browser_reads, we_write = os.pipe()
    we_read, browser_writes = os.pipe()
    handles = [msvcrt.get_osfhandle(end) for end in (browser_reads, browser_writes)]
    for handle in handles:
        os.set_handle_inheritable(handle, True)
    process = subprocess.Popen(
        [
            *command,
            "--remote-debugging-pipe",
            f"--remote-debugging-io-pipes={handles[0]},{handles[1]}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        startupinfo=subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles}),
        creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
    )
    for end in (browser_reads, browser_writes):
        os.close(end)
    return process, os.fdopen(we_write, "wb"), os.fdopen(we_read, "rb")
