"""What the tests of gateways share: a real Jupyter Server, and a wire to it that can be cut."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

TOKEN = "open-sesame"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A Jupyter Server of its own; it works in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
        own["JUPYTER_RUNTIME_DIR"] = str(folder / "runtime")
        others = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        options = {
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "ServerApp.root_dir": str(folder),
            "IdentityProvider.token": TOKEN,
            "KernelRestarter.time_to_dead": 1.0,
            "ZMQChannelsWebsocketConnection.iopub_msg_rate_limit": 100,
        }
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyter_server",
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            cwd=folder,
            env={**others, **own},
            stdout=self._log,
            stderr=self._log,
        )
        for _ in range(600):
            with suppress(OSError):
                self.ask("/api")
                return
            time.sleep(0.1)
        self.close()
        raise AssertionError((folder / "log").read_text("utf-8"))

    def ask(self, path: str, method: str = "GET") -> Any:
        """Return the JSON at a path."""
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def kernels(self) -> int:
        """Return how many kernels it has."""
        return len(self.ask("/api/kernels"))

    def has_ended_all(self) -> bool:
        """Say whether it has no kernel, soon: who asks it to end one does not wait for long."""
        end = time.monotonic() + 20
        while self.kernels() and time.monotonic() < end:
            time.sleep(0.1)
        return self.kernels() == 0

    def end_kernels(self) -> None:
        """End all its kernels."""
        for kernel in self.ask("/api/kernels"):
            self.ask(f"/api/kernels/{kernel['id']}", "DELETE")

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


class Wire:
    """Passes on what comes to `url` to a server, until it is cut."""

    def __init__(self, server: Server, *, drops: int = 0) -> None:
        """Take the server, and how many connections to kernels are lost as soon as they stand."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.drops = drops
        self._port = server.port
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Lose every connection, and take no other."""
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self._listener.accept()
                other = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [one, other]
                threading.Thread(target=self._ask, args=(one, other), daemon=True).start()

    def _ask(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            first = here.recv(1 << 16)
            there.sendall(first)
            if b"/channels?" in first and self.drops:
                self.drops -= 1
                here.sendall(there.recv(1 << 16))
                here.close()
                there.close()
                return
            threading.Thread(target=self._pass, args=(there, here), daemon=True).start()
            self._pass(here, there)

    def _pass(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(1 << 16):
                there.sendall(data)
            there.shutdown(socket.SHUT_WR)
