"""Build, serve, and build again what changed, until Ctrl-C."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from tornado.httpserver import HTTPServer

from celldeck.errors import DeckError
from celldeck.pipeline import read_source
from celldeck.serve.app import application
from celldeck.serve.bounds import LIMITS, BoundedServer
from celldeck.serve.builder import Builder, Teller
from celldeck.serve.guard import LOOPBACK, TOKEN, Guard, kept_token
from celldeck.serve.site import Site
from celldeck.settings import Settings
from celldeck.tools import Tools

FIRST_PORT = 8000


def watch(decks: Sequence[Path], settings: Settings, teller: Teller, *, opens: bool = False) -> int:
    """Serve decks and keep them built; return the exit status once it is stopped.

    Args:
        teller: hears what people are to be told.
        opens: open the site in the browser.
    """
    try:
        for deck in decks:
            read_source(deck)
    except DeckError as error:
        teller.problem(str(error))
        return 1
    return asyncio.run(_serve(decks, settings, teller, opens))


async def _serve(decks: Sequence[Path], settings: Settings, teller: Teller, opens: bool) -> int:
    guard = Guard(kept_token(settings.cache), settings.host)
    site = Site(decks, guard)
    server = BoundedServer(application(site), **LIMITS)
    try:
        port = _listen(server, settings.port, settings.host or LOOPBACK)
    except OSError as error:
        reason = error.strerror or error
        where = f"port {settings.port or FIRST_PORT}" + (f" of {settings.host}" if settings.host else "")
        hint = "without --port, the next free one is taken"
        teller.problem(str(DeckError(f"{where} cannot be used: {reason}", hint=hint)))
        return 1
    address = f"http://{_shown_host(settings.host)}:{port}/"
    if len(decks) == 1:
        address += quote(f"{decks[0].stem}.html")
    address += f"?{TOKEN}={guard.token}"
    teller.result(f"serving {address} (Ctrl-C stops)")
    if settings.host and not _is_loopback(settings.host):
        teller.problem(
            "others on this network can see the decks; who has the token can run code on this machine"
        )
    builder = Builder(site, Tools(settings, standby=True, frames=site.frames), teller)
    builder.start()
    if opens:
        webbrowser.open(address)
    # Ctrl-C: asyncio.run cancels the task.
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    server.stop()
    builder.stop()
    return 0


def _shown_host(host: str | None) -> str:
    """Return the name under which this machine reaches the server."""
    if host is None or host in ("0.0.0.0", "::", LOOPBACK):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _listen(server: HTTPServer, wanted: int | None, host: str) -> int:
    """Listen on a host; without a wanted port, on the first free one."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        try:
            server.listen(port, address=host)
        except OSError:
            if wanted or port == FIRST_PORT + 99:
                raise
        else:
            return port
    raise AssertionError("the last port returns or raises")
