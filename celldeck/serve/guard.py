"""Guard: who may ask this server for what. docs/security.md says why.

Every request has to name the server as one of its own names (`Host`), and must not come from a page of
another site (`Origin`, `Sec-Fetch-Site`). Whoever makes code run, or asks from another machine, holds the
token besides, which is in the address that the terminal prints, and then in a cookie.

Fetch metadata: https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from tornado.httputil import HTTPServerRequest

from celldeck.frozen import frozen

LOOPBACK = "127.0.0.1"
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN = "token"
"""The parameter of an address that holds the token."""

_NOWHERE = "base-uri 'none'; form-action 'none'"

COMMON_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": f"default-src 'none'; {_NOWHERE}; frame-ancestors 'none'",
}
"""Of every answer; pages put a policy of their own in the place of the last."""

_LOOKS = (
    "style-src 'unsafe-inline' data: http: https:; img-src data: blob: http: https:; "
    "font-src data: http: https:; media-src data: blob: http: https:; "
)


def page_policy(nonce: str) -> str:
    """Return the Content-Security-Policy of a page of ours: of scripts, only those with the nonce run.

    Looks may come from anywhere, since decks and outputs name pictures and fonts where they like.
    """
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; {_LOOKS}connect-src 'self'; "
        f"frame-src 'self' data: http: https:; {_NOWHERE}; frame-ancestors 'none'"
    )


FRAME_POLICY = (
    "sandbox allow-scripts allow-popups allow-downloads allow-modals; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' data: blob: http: https:; worker-src blob: data:; "
    f"{_LOOKS}connect-src data: blob: http: https:; frame-src data: http: https:; "
    f"{_NOWHERE}; frame-ancestors 'self'"
)
"""Of an output whose scripts run: in a frame, as a page of no site at all, which no cookie is sent for."""


@frozen
class Guard:
    """What requests are checked against."""

    token: str
    host: str | None = None
    """The name or address that the server was told to listen on; None: this machine only."""

    def refusal(self, request: HTTPServerRequest) -> str | None:
        """Return why a request gets no answer; None: it may have one."""
        hosts = request.headers.get_list("Host")
        if len(hosts) != 1 or not self._is_own_name(_name_of(hosts[0])):
            return "this server is not called that"
        origins = request.headers.get_list("Origin")
        if origins and not is_same_origin(origins, hosts[0]):
            return "pages of other sites get no answer here"
        return None

    def _is_own_name(self, name: str | None) -> bool:
        """Say whether a name is this server's: none that somebody else's name server could point here."""
        if name is None:
            return False
        if name in _OWN_NAMES:
            return True
        if self.host is None:
            return False
        with suppress(ValueError):
            # An address is no name, so nobody can have turned it round.
            ipaddress.ip_address(name)
            return True
        own = {self.host.lower(), socket.gethostname().lower()}
        return name in own | {f"{one}.local" for one in own}

    def cookie(self, port: int) -> str:
        """Return the name of the cookie: cookies are shared by all ports of a machine."""
        return f"celldeck-{port}"

    def is_held(self, token: str | None) -> bool:
        """Say whether this is the token."""
        return token is not None and secrets.compare_digest(token.encode(), self.token.encode())


def is_same_origin(origins: list[str], host: str) -> bool:
    """Say whether what a browser says of the page that asks is the server that is asked.

    Args:
        origins: the values of `Origin`, of which there must be one.
        host: the value of `Host`.
    """
    if len(origins) != 1:
        return False
    parts = urlsplit(origins[0])
    # Behind a proxy the page may have come over https.
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def is_from_here(address: str | None) -> bool:
    """Say whether who asks from this address is this machine itself, not another one of the network."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        # A socket in the file system, which has no address.
        return True


def is_foreign_part(request: HTTPServerRequest) -> bool:
    """Say whether a page of another site asks for something to put into itself: a script, a frame."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_visit = request.headers.get("Sec-Fetch-Dest") == "document"
    return site in ("cross-site", "same-site") and not is_visit


def _name_of(host: str) -> str | None:
    """Return the name in a `Host`, without its port; None if it is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    is_plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return parts.hostname if is_plain else None


def without_token(uri: str) -> str:
    """Return the path and the query of an address without the token."""
    parts = urlsplit(uri)
    rest = [(name, value) for name, value in parse_qsl(parts.query, True) if name != TOKEN]
    # Never `//`, which would be another server's name.
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{urlencode(rest)}" if rest else path


def kept_token(folder: Path) -> str:
    """Return the token of a project, made on first use and kept, so that pages outlive a restart.

    Args:
        folder: where celldeck keeps what it makes; the file is readable by its owner alone.
    """
    path = folder / "token"
    with suppress(OSError):
        token = path.read_text("ascii", errors="replace").strip()
        if len(token) >= 32 and token.isascii():
            return token
    token = secrets.token_urlsafe(32)
    with suppress(OSError):
        # Where it cannot be kept, it is one for this run.
        folder.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token)
    return token
