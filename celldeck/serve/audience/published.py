"""What the audience may have of a deck: one document and the pictures, sounds and fonts in it, all in memory.

No file is read when somebody asks: what an address leads to was put here when the deck was built, so no
address can lead anywhere else.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from celldeck.frozen import frozen
from celldeck.model import Metadata, Page
from celldeck.render.mime.frames import PLOTLY_ADDRESS
from celldeck.render.page import document
from celldeck.serve.audience.cleaned import cleaned, cleaned_css
from celldeck.serve.static import static_file

FOLLOW_ADDRESS = "follow"
"""Of the event stream, from the document's address."""
ASSET_FOLDER = "asset/"

# A small one travels faster inside the document than by a request of its own.
_SMALL = 1024
# Frames are left alone: as a data URL a page has no origin, as a file it would have that of the deck. So are
# scripts that write a picture over several lines, each with a backslash at its end.
_DATA_URL = re.compile(
    r"data:(?P<kind>(?:image|audio|video|font)/[\w.+-]+|application/(?:x-)?font[\w.+-]*)"
    rf"(?:;[\w-]+=[\w.+-]+)*;base64,(?P<data>[A-Za-z0-9+/=]{{{_SMALL},}}+)(?=[\"')&\s#])"
)
_FRAME = re.compile(r'<iframe\b[^>]* data-frame="([0-9a-f]{32})"')
_PLOTLY = "plotly.min.js"
_PICTURE = re.compile(rf'<img(?=[^>]*\ssrc="{ASSET_FOLDER})(?![^>]*\sloading=)', re.IGNORECASE)
_ENDINGS = {"image/svg+xml": "svg", "image/jpeg": "jpg", "audio/mpeg": "mp3", "font/woff2": "woff2"}


@frozen
class Asset:
    """A picture, a sound or a font."""

    data: bytes
    kind: str
    """Its MIME type."""


@frozen
class Published:
    """A deck as the audience gets it, and what a clicker shows of it."""

    version: str
    """Another one for each other document."""
    nonce: str
    """Of its policy: scripts that have it may run, and those are ours."""
    html: bytes
    gzipped: bytes
    assets: Mapping[str, Asset]
    """By their names, which say what is in them."""
    notes: tuple[str, ...]
    """HTML of each slide's notes: for the presenter's phone only."""
    titles: tuple[str, ...]


class Publisher:
    """Turns pages into what is published. Slides that stay what they were are not worked on again."""

    def __init__(self, frame: Callable[[str], str | None]) -> None:
        """Take what gives the document of an output that stands in a frame, by its name."""
        self._frame = frame
        self._known: dict[str, tuple[str, dict[str, Asset]]] = {}
        # An address of one version may be asked for while the next is there; what it holds is the same.
        self._nonce = secrets.token_urlsafe(16)

    def taken_apart(self, html: str) -> tuple[str, dict[str, Asset]]:
        """Return HTML without what is not for the audience, and the pictures and frames that belong to it."""
        html, assets = without_assets(cleaned(html))
        for name in _FRAME.findall(html):
            assets |= self._framed(name)
        return html, assets

    def _framed(self, name: str) -> dict[str, Asset]:
        text = self._frame(name)
        if text is None:
            return {}
        assets = {name: Asset(text.replace(PLOTLY_ADDRESS, _PLOTLY).encode(), "text/html; charset=utf-8")}
        if PLOTLY_ADDRESS in text and (found := static_file(_PLOTLY)):
            kind, content = found
            assets[_PLOTLY] = Asset(content, kind)
        return assets

    def publish(self, page: Page, *, own_scripts: bool = False) -> Published:
        """Return what the audience may have of a page.

        Args:
            own_scripts: scripts in the slides are the author's, who lets raw HTML through: they run.
        """
        known: dict[str, tuple[str, dict[str, Asset]]] = {}
        for slide in page.slides:
            known[slide] = self._known.get(slide) or self._slide(slide)
        css, assets = without_assets(cleaned_css(page.css))
        self._known = known
        for _, more in known.values():
            assets |= more
        shown = replace(
            page,
            slides=tuple(known[slide][0] for slide in page.slides),
            css=css,
            notes=((),) * len(page.slides),
            typeset_notes=(),
            plan=(),
            cells=(),
            # What it says of itself for search engines and archives is not on the slides.
            metadata=Metadata(title=page.metadata.title, lang=page.metadata.lang),
        )
        parts = json.dumps([shown.slides, css, asdict(shown.metadata)])
        version = hashlib.sha256(parts.encode()).hexdigest()[:16]
        html = document(
            shown,
            follow=FOLLOW_ADDRESS,
            version=version,
            nonce=self._nonce,
            own_scripts=own_scripts,
        ).encode()
        return Published(
            version=version,
            nonce=self._nonce,
            html=html,
            # The second level: a third of the time of the usual one, some percent larger.
            gzipped=gzip.compress(html, 2),
            assets=assets,
            notes=page.typeset_notes or ("",) * len(page.slides),
            titles=tuple(title or "" for title in page.titles),
        )

    def _slide(self, slide: str) -> tuple[str, dict[str, Asset]]:
        html, assets = self.taken_apart(slide)
        # Pictures wait until their slide is near: two hundred phones share one network.
        return _PICTURE.sub('<img loading="lazy"', html), assets


def without_assets(html: str) -> tuple[str, dict[str, Asset]]:
    """Return HTML or CSS with addresses in the place of the data in it, and the data by their names."""
    assets: dict[str, Asset] = {}

    def take(match: re.Match[str]) -> str:
        try:
            data = base64.b64decode(match["data"], validate=True)
        except binascii.Error:
            return match[0]
        kind = match["kind"]
        ending = _ENDINGS.get(kind) or re.sub(r"\W.*", "", kind.partition("/")[2]) or "bin"
        name = f"{hashlib.sha256(data).hexdigest()[:32]}.{ending}"
        assets[name] = Asset(data, kind)
        return ASSET_FOLDER + name

    return _DATA_URL.sub(take, html), assets
