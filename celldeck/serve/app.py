"""The site's addresses. `guard.py` says who gets an answer; no GET changes or runs anything.

tornado: https://www.tornadoweb.org/en/stable/web.html
"""

from __future__ import annotations

import json
import os
import secrets
from html import escape
from typing import Any
from urllib.parse import quote

from tornado.web import Application, HTTPError, StaticFileHandler

from celldeck.serve.bounds import LARGEST_MESSAGE
from celldeck.serve.channel import PING_S, Channel, DeckList
from celldeck.serve.guard import FRAME_POLICY
from celldeck.serve.handler import Handler
from celldeck.serve.index import index_html
from celldeck.serve.live.socket import RunSocket
from celldeck.serve.site import Site
from celldeck.serve.stage_socket import StageSocket
from celldeck.serve.static import static_file

_WAITING = """<!DOCTYPE html><meta charset="utf-8"><title>{title}</title>
<style>:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }} body {{ margin: 3rem }}
pre {{ overflow: auto; padding: 1rem; background: #8882; border-radius: 6px }}</style>
<h1>{title}</h1>{content}
<script nonce="{nonce}">
const socket = new WebSocket(`${{location.origin.replace("http", "ws")}}/~live/{address}`);
const have = {{ kind: "have", version: "0", slides: [] }};
socket.addEventListener("open", () => socket.send(JSON.stringify(have)));
socket.addEventListener("message", ({{ data }}) => {{
  const news = JSON.parse(data);
  if (news.kind === "news" || (news.error ?? "") !== {error}) location.reload();
}});
socket.addEventListener("close", () => setTimeout(() => location.reload(), 1000));
</script>"""


class Index(Handler):
    """`/`: the decks."""

    def get(self) -> None:
        """Answer with the index."""
        nonce = secrets.token_urlsafe(16)
        self.page(index_html(self.site, nonce), nonce)


class DeckPage(Handler):
    """`/NAME.html`: a deck that follows its builds."""

    def get(self, name: str) -> None:
        nonce = secrets.token_urlsafe(16)
        has_cells = self.site.lives is not None and self.site.lives.get(self.known(name)) is not None
        run = f"/~run/{quote(name)}" if has_cells and self.holds_token else None
        html = self.site.html(self.known(name), nonce=nonce, run=run, leads=self.holds_token)
        if html is None:
            error = self.site.decks[name].error
            content = f"<pre>{escape(error)}</pre>" if error else "<p>It is being built.</p>"
            known = json.dumps(error or "").replace("<", "\\u003c")
            html = _WAITING.format(
                title=escape(name), content=content, address=quote(name), nonce=nonce, error=known
            )
        self.page(html, nonce)


class File(Handler, StaticFileHandler):
    """`/~files/PATH`: a file of the project that a deck shows."""

    def initialize(self, site: Site) -> None:  # type: ignore[override]
        Handler.initialize(self, site)
        StaticFileHandler.initialize(self, site.root)

    def set_extra_headers(self, path: str) -> None:
        # A drawing can carry scripts; opened by itself it is a page of this site, and may do nothing.
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
        # The address has the time of the file in it.
        self.set_header("Cache-Control", "max-age=31536000, immutable" if self.request.query else "no-cache")

    def parse_url_path(self, url_path: str) -> str:
        return url_path

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        return path

    def validate_absolute_path(self, root: str, absolute_path: str) -> str:
        real = self.site.files.get(absolute_path)
        # What the file was when it was linked, it must still be: a link may lead elsewhere by now.
        if real is None or os.path.realpath(real) != real or not os.path.isfile(real):
            raise HTTPError(404)
        return real


class Pdf(File):
    """`/~pdf/NAME.pdf`: the PDF of a deck, where it has been written."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str:
        path = self.site.pdf(self.known(absolute_path.removesuffix(".pdf")))
        if path is None:
            raise HTTPError(404)
        return str(path)


class Frame(Handler):
    """`/~frame/NAME`: an output whose scripts run, as a page of no site."""

    may_be_part = True

    def get(self, name: str) -> None:
        """Answer with the output."""
        document = self.site.frames.document(name)
        if document is None:
            raise HTTPError(404)
        self.set_header("Content-Security-Policy", FRAME_POLICY)
        self.finish(document)


class Static(Handler):
    """`/~static/NAME`: modules of the runtime and scripts of packages, which pages load when needed."""

    may_be_part = True

    def get(self, name: str) -> None:
        """Answer with the file."""
        found = static_file(name)
        if found is None:
            raise HTTPError(404)
        kind, content = found
        self.set_header("Content-Type", kind)
        # Frames have no origin, so they count as another site's.
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.finish(content)


class Nothing(Handler):
    """Every other address."""

    def get(self) -> None:
        """Answer that there is nothing."""
        raise HTTPError(404)


class NoIcon(Handler):
    """`/favicon.ico`: browsers ask for it, and complain to the author where there is nothing."""

    def get(self) -> None:
        self.set_status(204)


def application(site: Site) -> Application:
    """Return the web application of a site."""
    arguments: dict[str, Any] = {"site": site}
    return Application(
        [
            (r"/", Index, arguments),
            (r"/favicon\.ico", NoIcon, arguments),
            (r"/([^/]+)\.html", DeckPage, arguments),
            (r"/~live/([^/]+)", Channel, arguments),
            (r"/~decks", DeckList, arguments),
            (r"/~files/(.+)", File, arguments),
            (r"/~pdf/([^/]+\.pdf)", Pdf, arguments),
            (r"/~run/([^/]+)", RunSocket, arguments),
            (r"/~frame/([0-9a-f]{32})", Frame, arguments),
            (r"/~static/([\w.-]+)", Static, arguments),
            (r"/~stage/([^/]+)", StageSocket, arguments),
            (r".*", Nothing, arguments),
        ],
        log_function=lambda handler: None,
        websocket_ping_interval=PING_S,
        websocket_max_message_size=LARGEST_MESSAGE,
    )
