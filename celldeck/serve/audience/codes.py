"""The secrets by which phones reach a talk, and the address at which they do."""

from __future__ import annotations

import hmac
import secrets
import socket
from typing import Literal

from celldeck.frozen import frozen

Kind = Literal["audience", "clicker"]


_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of codes that people may have to type: none that looks like another."""


@frozen
class Codes:
    """The two secrets: whoever has one may follow, or click."""

    audience: str
    clicker: str

    @classmethod
    def new(cls) -> Codes:
        """Return secrets nobody can guess: 49 bits to follow, short enough to be typed, and 118 to click."""
        return cls(_random(10), _random(24))

    def kind(self, code: str) -> Kind | None:
        """Return whose code it is; takes equally long for any wrong one."""
        follows = hmac.compare_digest(code.encode(), self.audience.encode())
        clicks = hmac.compare_digest(code.encode(), self.clicker.encode())
        return "clicker" if clicks else "audience" if follows else None


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def lan_address() -> str | None:
    """Return this machine's address in the network that it is in; None: it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only looks which way it would go to an address for documentation.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
