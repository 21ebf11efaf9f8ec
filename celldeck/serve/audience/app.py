"""The addresses of an audience's server.

    /AUDIENCE/          the deck, without its notes
    /AUDIENCE/asset/…   its pictures, sounds and fonts
    /AUDIENCE/follow    the stream of places and outputs that `runtime/follow.js` reads
    /CLICKER/           a page with buttons and notes, for the presenter's phone
    /CLICKER/stream     the stream that `runtime/clicker.js` reads
    /CLICKER/do         takes one of COMMANDS

AUDIENCE and CLICKER are two secrets. What it answers with stands in memory (`published.py`); nothing that is
sent to it is looked up, run or kept.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream, StreamClosedError
from tornado.web import Application, HTTPError, RequestHandler

from celldeck.serve.audience.clicker import CLICKER_POLICY, clicker_html
from celldeck.serve.audience.codes import Kind
from celldeck.serve.audience.follower import Follower
from celldeck.serve.audience.guests import MOST_CONNECTIONS
from celldeck.serve.audience.published import ASSET_FOLDER, FOLLOW_ADDRESS
from celldeck.serve.audience.stage import COMMANDS
from celldeck.serve.bounds import Rate
from celldeck.serve.guard import COMMON_HEADERS, is_foreign_part, page_policy

if TYPE_CHECKING:
    from celldeck.serve.audience.server import Audience

MOST_CLICKERS = 8
STALLED_S = 20.0
"""A follower that takes nothing for so long is let go; its browser comes back by itself."""
PING_S = 15.0
"""A silent stream is closed by routers on the way; a comment keeps it open."""
COMMANDS_A_SECOND = 10
_CHUNK = 64 * 1024

_ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_FRAME_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:;"
    " style-src 'unsafe-inline' data:; img-src data: blob: http: https:; font-src data:;"
    " media-src data: blob:;"
    " worker-src blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of an output whose scripts run: it is a page of no site, and reaches none."""


class Handler(RequestHandler):
    """Checks what every request must fulfil, before anything is done with it."""

    kinds: tuple[Kind, ...] = ("audience",)
    """Whose codes open it."""

    def initialize(self, audience: Audience) -> None:
        self.audience = audience

    def set_default_headers(self) -> None:
        # Without what tornado says of itself.
        self.clear_header("Server")
        for name, value in {**COMMON_HEADERS, "X-Frame-Options": "DENY"}.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        _check(self.request, self.audience)
        self.kind = self.audience.codes.kind(self.path_args[0]) if self.path_args else None
        if self.kind not in self.kinds:
            raise HTTPError(404)
        # Frames of outputs have no origin; what they load counts as another site's part.
        if is_foreign_part(self.request) and not isinstance(self, AssetFile):
            raise HTTPError(403)

    def write_error(self, status_code: int, **more: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(
            {404: "There is nothing here.", 403: "No."}.get(status_code, "That does not work.") + "\n"
        )

    def takes_gzip(self) -> bool:
        """Say whether the answer may be packed, and then say in the answer that it is."""
        takes = re.search(r"\bgzip\b", self.request.headers.get("Accept-Encoding", "")) is not None
        if takes:
            self.set_header("Content-Encoding", "gzip")
        return takes

    @property
    def stream(self) -> IOStream:
        """The connection."""
        return cast(HTTP1Connection, self.request.connection).stream

    def compute_etag(self) -> None:
        return None

    async def send(self, data: bytes) -> None:
        """Send a whole answer, piece by piece: a phone that takes it slowly costs one piece of memory.

        Raises:
            StreamClosedError: nobody is there any more, or takes it.
        """
        self.set_header("Content-Length", str(len(data)))
        view = memoryview(data)
        for start in range(0, len(data), _CHUNK):
            self.write(bytes(view[start : start + _CHUNK]))
            await self.flush_soon()

    async def flush_soon(self) -> None:
        """Send what was written.

        Raises:
            StreamClosedError: it is not taken.
        """
        try:
            await asyncio.wait_for(self.flush(), STALLED_S)
        except TimeoutError:
            self.stream.close()
            raise StreamClosedError from None


def _check(request: HTTPServerRequest, audience: Audience) -> None:
    """Refuse what was sent under another name, or from the page of another site.

    Raises:
        HTTPError: 403.
    """
    # A name that leads here by trickery is none of ours; that is how another site's page would read answers.
    if request.headers.get_list("Host") != [request.host] or request.host not in audience.hosts:
        raise HTTPError(403)
    origins = request.headers.get_list("Origin")
    if origins and origins != [f"http://{request.host}"]:
        raise HTTPError(403)


class Document(Handler):
    """The deck, or for the presenter's phone its clicker."""

    kinds = ("audience", "clicker")

    async def get(self, code: str) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        published = self.audience.stage.published
        with suppress(StreamClosedError):
            if self.kind == "clicker":
                self.set_header("Content-Security-Policy", CLICKER_POLICY)
                await self.send(clicker_html().encode())
            elif published is None:
                self.set_header("Refresh", "2")
                await self.send(_WAITING.encode())
            else:
                self.set_header("Content-Security-Policy", page_policy(published.nonce))
                self.set_header("Vary", "Accept-Encoding")
                await self.send(published.gzipped if self.takes_gzip() else published.html)


_WAITING = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Soon</title>
<meta name="viewport" content="width=device-width">
<style>:root { color-scheme: light dark; font: 20px/1.5 system-ui, sans-serif }
body { margin: 3rem 1.5rem }</style>
<h1>The talk has not begun</h1><p>This page goes on by itself.</p></html>"""


class AssetFile(Handler):
    """A picture, a sound, a font, or an output whose scripts run in a frame of their own."""

    async def get(self, code: str, name: str) -> None:
        asset = self.audience.asset(name)
        if asset is None:
            raise HTTPError(404)
        self.set_header("Content-Type", asset.kind)
        # The name says what is in it, so it never changes.
        self.set_header("Cache-Control", "private, max-age=86400, immutable")
        if asset.kind.startswith("text/"):
            # Frames have no origin, so they count as another site's.
            self.set_header("Cross-Origin-Resource-Policy", "cross-origin")
            self.set_header("Content-Security-Policy", _FRAME_POLICY)
            self.clear_header("X-Frame-Options")
            data = _packed(asset.data) if self.takes_gzip() else asset.data
        else:
            self.set_header("Content-Security-Policy", _ASSET_POLICY)
            self.set_header("Accept-Ranges", "bytes")
            data = self._part(asset.data)
        with suppress(StreamClosedError):
            await self.send(data)

    def _part(self, data: bytes) -> bytes:
        """Return the part that is asked for; Safari plays no film from a server that gives no parts."""
        match = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", self.request.headers.get("Range", ""))
        if not match or not (match[1] or match[2]):
            return data
        if match[1]:
            start, end = int(match[1]), min(int(match[2] or len(data)) + 1, len(data))
        else:
            start, end = max(0, len(data) - int(match[2])), len(data)
        if start >= end:
            self.set_header("Content-Range", f"bytes */{len(data)}")
            raise HTTPError(416)
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
        return data[start:end]


@lru_cache(maxsize=64)
def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 6)


class Stream(Handler):
    """A stream of events, to a follower or to a clicker."""

    most = MOST_CONNECTIONS

    def initialize(self, audience: Audience) -> None:
        super().initialize(audience)
        self._follower = Follower()

    def others(self) -> set[Follower]:
        """Return all that have a stream like this."""
        return self.audience.followers

    def first(self) -> list[bytes]:
        """Return what it begins with."""
        return self.audience.first_messages()

    async def get(self, code: str) -> None:
        others = self.others()
        if len(others) >= self.most:
            raise HTTPError(503)
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")
        others.add(self._follower)
        self.audience.came_or_went()
        try:
            self.write(b"retry: 1500\n\n" + b"".join(self.first()))
            await self.flush_soon()
            while not self.stream.closed():
                self.write(b"".join(await self._next()))
                await self.flush_soon()
        except (StreamClosedError, asyncio.CancelledError):
            pass
        finally:
            others.discard(self._follower)
            self.audience.came_or_went()

    async def _next(self) -> list[bytes]:
        try:
            return await asyncio.wait_for(self._follower.take(), PING_S)
        except TimeoutError:
            return [b": still here\n\n"]

    def on_connection_close(self) -> None:
        self.others().discard(self._follower)
        # Wakes the loop above, which then finds the stream closed.
        self._follower.put("end", b"")


class ClickerStream(Stream):
    """Place, notes and timer."""

    kinds = ("clicker",)
    most = MOST_CLICKERS

    def others(self) -> set[Follower]:
        return self.audience.clickers

    def first(self) -> list[bytes]:
        return [self.audience.clicker_message()]


class Do(Handler):
    """Takes what the clicker asks for."""

    kinds = ("clicker",)

    def initialize(self, audience: Audience, rate: Rate) -> None:  # type: ignore[override]
        super().initialize(audience)
        self._rate = rate

    def post(self, code: str) -> None:
        # A form of another site cannot send this type, and no other page this origin.
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
        if content_type != "application/json" or not self.request.headers.get("Origin"):
            raise HTTPError(403)
        if not self._rate.allows():
            raise HTTPError(429)
        try:
            message = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise HTTPError(400) from None
        action = message.get("do") if isinstance(message, dict) else None
        if action not in COMMANDS:
            raise HTTPError(400)
        self.set_status(204 if self.audience.stage.command(action) else 409)


class Nothing(Handler):
    """Every other address."""

    kinds = ()


class NoIcon(Handler):
    """`/favicon.ico`: browsers ask for it without a code."""

    def prepare(self) -> None:
        _check(self.request, self.audience)

    def get(self) -> None:
        self.set_status(204)


def application(audience: Audience) -> Application:
    arguments: dict[str, Any] = {"audience": audience}
    code = "/([a-z0-9]{1,64})"
    return Application(
        [
            (r"/favicon\.ico", NoIcon, arguments),
            (rf"{code}/", Document, arguments),
            (rf"{code}/{FOLLOW_ADDRESS}", Stream, arguments),
            (rf"{code}/{ASSET_FOLDER}([a-z0-9.]{{1,80}})", AssetFile, arguments),
            (rf"{code}/stream", ClickerStream, arguments),
            (rf"{code}/do", Do, arguments | {"rate": Rate(COMMANDS_A_SECOND, 2 * COMMANDS_A_SECOND)}),
        ],
        default_handler_class=Nothing,
        default_handler_args=arguments,
        log_function=lambda handler: None,
    )
