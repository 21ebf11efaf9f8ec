"""Handler: what all answers of the site have in common."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError, RequestHandler

from celldeck.serve.guard import (
    COMMON_HEADERS,
    TOKEN,
    is_foreign_part,
    is_from_here,
    page_policy,
    without_token,
)
from celldeck.serve.site import Site

NEEDS_TOKEN = "this needs the token: open the address that the terminal shows"


class Handler(RequestHandler):
    """What all addresses have in common: who gets an answer."""

    site: Site
    may_be_part = False
    """A page of another site, or of none, may have it as a part of its own; that page sends no cookie."""

    def initialize(self, site: Site) -> None:
        """Take the site."""
        self.site = site

    def set_default_headers(self) -> None:
        """Set what every answer has, errors too."""
        self.clear_header("Server")
        for name, value in COMMON_HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuse who is to get no answer; take the token out of the address and into a cookie."""
        refusal = self.site.guard.refusal(self.request)
        if refusal is None and is_foreign_part(self.request) and not self.may_be_part:
            refusal = "no part of this site is for other pages"
        if refusal is not None:
            raise HTTPError(403, reason=refusal)
        given = self.get_query_argument(TOKEN, None)
        if given is None:
            # Notes and comments stand in the pages, and are for no one else on the network.
            if not (self.holds_token or self.may_be_part or is_from_here(self.request.remote_ip)):
                raise HTTPError(403, reason=NEEDS_TOKEN)
            return
        if not self.site.guard.is_held(given):
            raise HTTPError(403, reason="this is not the token: open the address that the terminal shows")
        self.set_cookie(self._cookie, self.site.guard.token, httponly=True, samesite="Strict", path="/")
        self.redirect(without_token(self.request.uri or "/"), status=303)

    @property
    def _cookie(self) -> str:
        # The port that the browser sees: it may have been forwarded.
        _, _, port = self.request.host.rpartition(":")
        return self.site.guard.cookie(int(port) if port.isdigit() else 80)

    @property
    def holds_token(self) -> bool:
        """Whoever asks may have code run."""
        return self.site.guard.is_held(self.get_cookie(self._cookie))

    def page(self, html: str, nonce: str) -> None:
        """Answer with a page of ours."""
        self.set_header("Content-Security-Policy", page_policy(nonce))
        self.finish(html)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Tell in one line of text what is wrong."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")

    def known(self, name: str) -> str:
        """Return a deck's name; 404 if there is no such deck."""
        if name not in self.site.decks:
            raise HTTPError(404)
        return name
