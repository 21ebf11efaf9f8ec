"""Build, serve, and build again what changed, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tornado.httpserver import HTTPServer

from celldeck.errors import DeckError
from celldeck.frozen import frozen
from celldeck.pipeline import read_source
from celldeck.serve.app import application
from celldeck.serve.audience.stage import Stage
from celldeck.serve.bounds import LIMITS, BoundedServer
from celldeck.serve.builder import Builder, Teller, WhatIsNamed
from celldeck.serve.guard import LOOPBACK, TOKEN, Guard, kept_token
from celldeck.serve.live import Lives
from celldeck.serve.printer import Outputs
from celldeck.serve.site import Site
from celldeck.settings import Settings
from celldeck.tools import Tools

if TYPE_CHECKING:
    from celldeck.serve.audience.server import Audience
    from celldeck.serve.live.deck import LiveDeck

FIRST_PORT = 8000
SWITCH_S = 0.001
"""How soon the thread that tells pages gets its turn from the one that builds on."""


@frozen
class ForAudience:
    """How an audience is served beside the deck."""

    address: str | None = None
    """Of this machine, where phones reach it; None: that of the network it is in."""
    port: int | None = None
    """None: the first free one from 8800."""
    draws: bool = False
    """The address is also drawn on the terminal, as a QR code."""


def watch(
    decks: Sequence[Path],
    settings: Settings,
    teller: Teller,
    *,
    opens: bool = False,
    audience: ForAudience | None = None,
    what_is_named: WhatIsNamed | None = None,
    outputs: Outputs | None = None,
) -> int:
    """Serve decks and keep them built; return the exit status once it is stopped.

    Args:
        teller: hears what people are to be told.
        opens: open the site in the browser.
        audience: None: nobody follows from elsewhere.
        what_is_named: see `Builder`.
        outputs: as `what_is_named`.
    """
    try:
        for deck in decks:
            # What is wrong in one that is there, the page tells.
            if not deck.is_file():
                read_source(deck)
    except DeckError as error:
        teller.problem(str(error))
        return 1
    sys.setswitchinterval(SWITCH_S)
    return asyncio.run(_serve(decks, settings, teller, opens, audience, what_is_named, outputs))


async def _serve(
    decks: Sequence[Path],
    settings: Settings,
    teller: Teller,
    opens: bool,
    audience: ForAudience | None,
    what_is_named: WhatIsNamed | None,
    outputs: Outputs | None,
) -> int:
    guard = Guard(kept_token(settings.cache), settings.host)
    site = Site(decks, guard, settings.root, settings.follow)
    site.outputs = outputs
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
    try:
        followed = _open_to(audience, site, teller) if audience else None
    except DeckError as error:
        teller.problem(str(error))
        return 1
    teller.result(f"serving {address} (Ctrl-C stops)")
    if settings.host and not _is_loopback(settings.host):
        teller.problem(
            "others on this network can see the decks; who has the token can run code on this machine"
        )
    builder = Builder(site, Tools(settings, standby=True, frames=site.frames), teller, what_is_named, outputs)
    site.lives = Lives(
        lambda *given: builder.tools.kernels.start(*given),
        lambda: Tools(builder.tools.settings, frames=site.frames),
        settings.cache / "edits",
        made=lambda name, live: _feed(site, name, live),
    )
    builder.start()
    if opens:
        webbrowser.open(address)
    # Ctrl-C: asyncio.run cancels the task.
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    server.stop()
    if followed is not None:
        followed.stop()
    site.lives.close()
    builder.stop()
    return 0


def _feed(site: Site, name: str, live: LiveDeck) -> None:
    """Let what cells show reach those who follow the deck, if anybody may."""
    from celldeck.serve.audience.feed import Feed

    deck = site.decks.get(name)
    if deck is not None and deck.stage is not None:
        Feed(live, deck.stage)


def _open_to(audience: ForAudience, site: Site, teller: Teller) -> Audience:
    """Let an audience follow the site's one deck, and tell where.

    Raises:
        DeckError: there is no one deck, no network, or no such address here.
    """
    from celldeck.serve.audience.codes import lan_address
    from celldeck.serve.audience.qr import qr_lines, qr_svg
    from celldeck.serve.audience.server import Audience

    if len(site.decks) != 1:
        told = f"an audience follows one deck, and here are {len(site.decks)}"
        raise DeckError(told, hint="name it: build.py --audience DECK.md")
    address = audience.address or lan_address()
    if address is None:
        raise DeckError(
            "this machine is in no network, so nobody can follow",
            hint="join one that phones can join, or open a hotspot",
        )
    (deck,) = site.decks.values()
    stage = deck.stage = Stage(site.frames.document)
    followed = Audience(stage, address, audience.port)
    try:
        followed.start()
    except OSError as error:
        where = address if audience.port is None else f"{address}:{audience.port}"
        raise DeckError(
            f"no audience can be served at {where}: {error.strerror or error}",
            hint="an address of this machine and a free port: --audience-address HOST:PORT",
        ) from error
    follow, click = followed.url(), followed.url("clicker")
    stage.greeting = {
        "kind": "audience",
        "address": follow,
        "code": qr_svg(follow),
        "clicker": {"address": click, "code": qr_svg(click)},
    }
    for line in qr_lines(follow) if audience.draws else ():
        teller.result(line)
    teller.result(f"the audience follows at {follow}")
    teller.result(f"your phone is a clicker at {click}")
    return followed


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
