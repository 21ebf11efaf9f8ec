"""The site's addresses. `guard.py` says who gets an answer; no GET changes or runs anything.

tornado: https://www.tornadoweb.org/en/stable/web.html
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import quote

from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError

from celldeck.serve.bounds import Outbox
from celldeck.serve.guard import FRAME_POLICY
from celldeck.serve.handler import Handler
from celldeck.serve.site import Site
from celldeck.serve.stage_socket import StageSocket
from celldeck.serve.static import static_file

PING_S = 15.0
"""A silent stream is closed by proxies and sleeping laptops; a comment keeps it open."""

_WAITING = """<!DOCTYPE html><meta charset="utf-8"><title>{title}</title>
<style>:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }} body {{ margin: 3rem }}
pre {{ overflow: auto; padding: 1rem; background: #8882; border-radius: 6px }}</style>
<h1>{title}</h1>{content}
<script nonce="{nonce}">
new EventSource("/~live/{address}").addEventListener("message", ({{ data }}) => {{
  const news = JSON.parse(data);
  if (news.version !== "0" || news.failed) location.reload();
}});
</script>"""

_INDEX = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Decks</title>
<meta name="viewport" content="width=device-width">
<style>:root {{ color-scheme: light dark; font: 18px/1.6 system-ui, sans-serif }}
body {{ max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}
li {{ margin: .6rem 0 }} small {{ opacity: .7 }}</style>
<h1>Decks</h1><ul>{items}</ul></html>"""


class Index(Handler):
    """`/`: the decks."""

    def get(self) -> None:
        items = []
        for name, deck in self.site.decks.items():
            title = deck.page.metadata.title if deck.page else None
            number = len(deck.page.slides) if deck.page else 0
            state = (
                "failed" if deck.error else f"{number} slide{'s' * (number != 1)}" if number else "building"
            )
            link = f'<a href="/{quote(name)}.html">{escape(title or name)}</a>'
            items.append(f"<li>{link} <small>{escape(str(deck.path))}, {state}</small></li>")
        self.page(_INDEX.format(items="".join(items)), secrets.token_urlsafe(16))


class DeckPage(Handler):
    """`/NAME.html`: a deck that follows its builds."""

    def get(self, name: str) -> None:
        nonce = secrets.token_urlsafe(16)
        run = f"/~run/{quote(name)}" if self.holds_token else None
        html = self.site.html(self.known(name), nonce=nonce, run=run)
        if html is None:
            error = self.site.decks[name].error
            content = f"<pre>{escape(error)}</pre>" if error else "<p>It is being built.</p>"
            html = _WAITING.format(title=escape(name), content=content, address=quote(name), nonce=nonce)
        self.page(html, nonce)


class Live(Handler):
    """`/~live/NAME`: the event stream that `runtime/live.js` reads."""

    def initialize(self, site: Site) -> None:
        """Take the site."""
        super().initialize(site)
        self._messages = Outbox(self._give_up)

    async def get(self, name: str) -> None:
        self.set_header("Content-Type", "text/event-stream")
        loop = asyncio.get_running_loop()

        def listen(message: str) -> None:
            # While the server ends, builds may still have something to say.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._messages.put, message)

        stop = self.site.listen(self.known(name), listen)
        # The page has gone, or the server ends.
        with suppress(StreamClosedError, asyncio.CancelledError):
            while (message := await self._next()) is not None:
                self.write(message)
                await self.flush()
        stop()

    def _give_up(self) -> None:
        # Whoever does not read is not written to, either, so only this ends the wait.
        connection: Any = self.request.connection
        connection.stream.close()

    async def _next(self) -> str | None:
        try:
            message = await self._messages.get(PING_S)
        except TimeoutError:
            return ": still here\n\n"
        return message and f"data: {message}\n\n"

    def on_connection_close(self) -> None:
        """End: the page has gone."""
        self._messages.close()


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
            (r"/~live/([^/]+)", Live, arguments),
            (r"/~frame/([0-9a-f]{32})", Frame, arguments),
            (r"/~static/([\w.-]+)", Static, arguments),
            (r"/~stage/([^/]+)", StageSocket, arguments),
            (r".*", Nothing, arguments),
        ],
        log_function=lambda handler: None,
    )
