"""The Jupyter server that a deck's kernel runs on: by the settings, front matter, or Jupyter's own variable.

The token of a server stands in none of these, and in no deck: see `execute/gateway.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from celldeck.errors import DeckError
from celldeck.model import Deck
from celldeck.source import Span

VARIABLE = "JUPYTER_GATEWAY_URL"
"""Where Jupyter's own programs look for the address, too."""
TOKEN = "JUPYTER_GATEWAY_AUTH_TOKEN"

_OFF = frozenset({"none", "false", "no", "off"})


def with_gateway(deck: Deck, wanted: str | None) -> Deck:
    """Return the deck with the address of the server that its kernel runs on, if it is to run on one.

    Args:
        deck: as it has been read.
        wanted: what the settings say for every deck; None: nothing, then front matter counts, and after that
            the environment. `none` stands for this machine.

    Raises:
        DeckError: what counts is no address, or has a token in it.
    """
    if deck.kernel is None:
        return deck
    kernel = deck.settings.get("kernel")
    own = kernel.get("gateway") if isinstance(kernel, Mapping) else None
    for said, span in ((wanted, None), (own, _span(deck, own)), (os.environ.get(VARIABLE), None)):
        if said is not None and said != "":
            return replace(deck, gateway=address(said, span))
    return deck


def address(said: object, span: Span | None = None) -> str | None:
    """Return the address of a server, without a slash at its end; None for this machine.

    Args:
        said: what stands in the settings, in front matter, or in the environment.
        span: where it stands.

    Raises:
        DeckError: it is none, or has a token in it.
    """
    text = str(said).strip()
    if text.lower() in _OFF:
        return None
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        hint = "an address such as https://gpu.example.org:8888, or none"
        raise DeckError(f"this is no address of a Jupyter server: '{text}'", span, hint)
    if parts.username or parts.password or parts.query or parts.fragment:
        # What is told may be logged, so it has no token either.
        told = "the address of a Jupyter server has no token or password in it"
        raise DeckError(told, span, f"set the token as {TOKEN} in the environment")
    return text.rstrip("/")


def _span(deck: Deck, said: object) -> Span | None:
    """Return where the front matter says it."""
    for number, line in enumerate(deck.source.lines, 1):
        if number > 1 and line.rstrip() in ("---", "..."):
            return None
        if "gateway" in line:
            return deck.source.span(number, str(said))
    return None
