"""A web server for strangers: no one of them can take all of it.

tornado: https://www.tornadoweb.org/en/stable/httpserver.html
"""

from __future__ import annotations

import socket
from collections import Counter
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application

MOST_CONNECTIONS = 1000
MOST_FROM_ONE = 300
"""Connections of one address; phones behind a router of their own share it."""
HEADERS_S = 10.0
"""A connection that has not asked for anything by then is closed."""
LARGEST_HEADERS = 8 * 1024
LARGEST_BODY = 256
FIRST_PORT = 8800


class GuestServer(HTTPServer):
    """Holds requests to small headers and bodies that come soon, and each address to some connections."""

    def initialize(self, application: Application) -> None:  # type: ignore[override]
        """Take an application."""
        super().initialize(
            application,
            max_header_size=LARGEST_HEADERS,
            max_body_size=LARGEST_BODY,
            max_buffer_size=256 * 1024,
            idle_connection_timeout=HEADERS_S,
            body_timeout=HEADERS_S,
        )
        self._most = min(MOST_CONNECTIONS, _open_files() // 2)
        self._from: Counter[str] = Counter()
        self._who: dict[int, str] = {}

    def listen_at(self, address: str, wanted: int | None) -> int:
        """Listen on one address alone and return the port: the wanted one, or the first free one.

        Raises:
            OSError: it cannot be had.
        """
        for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + 100):
            try:
                (listening,) = bind_sockets(port, address, family=socket.AF_INET)
            except OSError:
                if wanted is not None or port == FIRST_PORT + 99:
                    raise
            else:
                self.add_sockets([listening])
                return int(listening.getsockname()[1])
        raise AssertionError("the last port returns or raises")

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Take a connection, or close it."""
        who = str(address[0])
        if self._from.total() >= self._most or self._from[who] >= MOST_FROM_ONE:
            stream.close()
            return
        before = set(self._connections)
        super().handle_stream(stream, address)
        for connection in self._connections - before:
            self._who[id(connection)] = who
            self._from[who] += 1

    def on_close(self, server_conn: object) -> None:
        """Forget a connection."""
        who = self._who.pop(id(server_conn), None)
        if who is not None:
            self._from[who] -= 1
            if not self._from[who]:
                del self._from[who]
        super().on_close(server_conn)


def _open_files() -> int:
    """Return how many files and sockets the system lets this process have open."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit on sockets
        return 2 * MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2 * MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else soft
