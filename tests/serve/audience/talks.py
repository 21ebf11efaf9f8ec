"""Talks to follow, and those who follow them over plain sockets."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from driver import page

from celldeck.model import Metadata, Page
from celldeck.serve.audience.server import Audience

SECRET = "what only the speaker knows"
PICTURE = b"\x89PNG\r\n" + bytes(range(256)) * 8
SOON_S = 20.0
"""Until what must happen is given up; the machine may be busy."""


def talk(*slides: str, **more: Any) -> Page:
    """Return a deck of three slides, or of these, with notes, a plan and a picture."""
    picture = base64.b64encode(PICTURE).decode()
    made = page(
        *(
            slides
            or (
                f'<h1>First</h1><!-- {SECRET} --><p data-line="7" data-theme="x">one</p>',
                '<ul><li data-marpit-fragment="1">a</li><li data-marpit-fragment="2">b</li></ul>'
                '<div class="cell" data-cell="0"><pre><code>print(1)</code></pre>'
                '<div class="cell-outputs"><div class="cell-output cell-output-stream"><pre>built</pre>'
                "</div></div></div>",
                f'<h1>Last</h1><img src="data:image/png;base64,{picture}" alt="p">',
            )
        ),
        metadata=Metadata(title="A talk", description=SECRET, author=SECRET, lang="en"),
        source=f"# {SECRET}\n",
        css=f"/* {SECRET} */ h1 {{ color: red }}",
    )
    number = len(made.slides)
    made = replace(
        made,
        notes=((SECRET,),) * number,
        typeset_notes=(f'<p>{SECRET}</p><div data-step="1"><p>click</p></div>',) * number,
        plan=(60.0,) * number,
        titles=("First", "List", "Last")[:number] + (None,) * (number - 3),
    )
    return replace(made, **more)


def request(
    audience: Audience,
    path: str,
    *,
    method: str = "GET",
    host: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, dict[str, str], bytes]:
    """Send a request exactly as it is written, and return status, headers and body of the answer."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'{audience.address}:{audience.port}'}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    data = "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body
    return answer(audience, data)


def answer(audience: Audience, data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and return the answer; status 0: the connection was closed without one."""
    with socket.create_connection((audience.address, audience.port), timeout=SOON_S) as connection:
        received = b""
        try:
            connection.sendall(data)
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    found = dict(field.split(": ", 1) for field in fields)
    return (int(status.split()[1]) if status else 0), found, body


class Following:
    """One follower: what it was told."""

    def __init__(self, audience: Audience, path: str | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.socket = socket.create_connection((audience.address, audience.port), timeout=SOON_S)
        address = path or f"/{audience.codes.audience}/follow"
        host = f"{audience.address}:{audience.port}"
        self.socket.sendall(f"GET {address} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        self._received = b""

    def until(self, name: str, value: object, within_s: float = SOON_S) -> float:
        """Wait until it is told that something is so, and return how many seconds that took."""
        began = time.monotonic()
        while not any(name in message and message[name] == value for message in self.messages):
            left = began + within_s - time.monotonic()
            assert left > 0, f"never {name} {value}, but {self.messages}"
            self.socket.settimeout(left)
            self._read()
        return time.monotonic() - began

    def read_for(self, seconds: float) -> None:
        """Take what comes within a time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                self._read()
            except TimeoutError:
                return

    def _read(self) -> None:
        part = self.socket.recv(65536)
        assert part, "the stream has ended"
        self._received += part
        *lines, self._received = self._received.split(b"\n")
        self.messages += [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]

    def close(self) -> None:
        self.socket.close()
