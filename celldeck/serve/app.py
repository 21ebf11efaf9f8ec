"""The site's addresses. It answers this machine only, and changes nothing.

tornado: https://www.tornadoweb.org/en/stable/web.html
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import quote

from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError, RequestHandler

from celldeck.serve.site import Site

PING_S = 15.0
"""A silent stream is closed by proxies and sleeping laptops; a comment keeps it open."""

_WAITING = """<!DOCTYPE html><meta charset="utf-8"><title>{title}</title>
<style>:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }} body {{ margin: 3rem }}
pre {{ overflow: auto; padding: 1rem; background: #8882; border-radius: 6px }}</style>
<h1>{title}</h1>{content}
<script>
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


class _Handler(RequestHandler):
    site: Site

    def initialize(self, site: Site) -> None:
        self.site = site

    def prepare(self) -> None:
        # A page of another site can make the browser ask a name that leads here; it gets no answer.
        if self.request.host_name not in {"localhost", "127.0.0.1", "::1", "[::1]"}:
            raise HTTPError(403)
        self.set_header("Cache-Control", "no-store")

    def known(self, name: str) -> str:
        if name not in self.site.decks:
            raise HTTPError(404)
        return name


class Index(_Handler):
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
        self.finish(_INDEX.format(items="".join(items)))


class DeckPage(_Handler):
    """`/NAME.html`: a deck that follows its builds."""

    def get(self, name: str) -> None:
        html = self.site.html(self.known(name))
        if html is None:
            error = self.site.decks[name].error
            content = f"<pre>{escape(error)}</pre>" if error else "<p>It is being built.</p>"
            html = _WAITING.format(title=escape(name), content=content, address=quote(name))
        self.finish(html)


class Live(_Handler):
    """`/~live/NAME`: the event stream that `runtime/live.js` reads."""

    def initialize(self, site: Site) -> None:
        super().initialize(site)
        self._messages: asyncio.Queue[str | None] = asyncio.Queue()
        """What is to be sent; None: nobody listens any more."""

    async def get(self, name: str) -> None:
        self.set_header("Content-Type", "text/event-stream")
        loop = asyncio.get_running_loop()

        def listen(message: str) -> None:
            # While the server ends, builds may still have something to say.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._messages.put_nowait, message)

        stop = self.site.listen(self.known(name), listen)
        # The page has gone, or the server ends.
        with suppress(StreamClosedError, asyncio.CancelledError):
            while (message := await self._next()) is not None:
                self.write(message)
                await self.flush()
        stop()

    async def _next(self) -> str | None:
        try:
            message = await asyncio.wait_for(self._messages.get(), PING_S)
        except TimeoutError:
            return ": still here\n\n"
        return message and f"data: {message}\n\n"

    def on_connection_close(self) -> None:
        self._messages.put_nowait(None)


class NoIcon(_Handler):
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
        ],
        log_function=lambda handler: None,
    )
