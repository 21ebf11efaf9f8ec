"""What the print of a sheet depends on, as a key: with the same key, it need not be printed again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from pathlib import Path

import celldeck
from celldeck.export.paper import Paper

_EMBEDDED = re.compile(r"""data:[^"')\s]*""")
_TOTAL = re.compile(r' data-marpit-pagination-total="\d+"')
_ADDRESS = (
    r"""(?:src|srcset|poster|data|xlink:href)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
)
_REMOTE = re.compile(rf"{_ADDRESS}|<image[^>]*href=[\"']?https?:|@import\s", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_COUNTED = re.compile(r"counter-(?:increment|reset|set)\s*:")
_REFERENCE = re.compile(r"""url\(\s*["']?#([^"')]+)|<use\b[^>]*href=["']#([^"']+)""")
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "~/Library/Fonts")


@dataclass(frozen=True, slots=True)
class Keys:
    """What the prints of a paper's sheets depend on."""

    of_sheets: tuple[str, ...]
    """A key for each sheet; no two of them are the same."""
    are_apart: bool
    """Each sheet looks the same without the others."""
    steady: frozenset[str]
    """The keys of sheets that will look tomorrow as they do now: nothing in them is remote."""


def keys_of(paper: Paper, made_with: Sequence[str]) -> Keys:
    """Return the keys of a paper's sheets.

    Where a sheet may look otherwise because of what stands on the others, its key depends on all of them:
    where something is counted over slides, a script sees them all, or one shows what stands on another.

    Args:
        made_with: what else the print depends on: the quality of pictures, the browser.
    """
    css = paper.page.css
    start = blake2b(digest_size=16)
    told = (celldeck.__version__, repr(paper.size_px), str(paper.flows), *made_with, css, *_fonts())
    for text in told:
        start.update(text.encode("utf-8", "surrogatepass") + b"\0")
    shows_total = "pagination-total" in css
    htmls = [sheet.html if shows_total else _TOTAL.sub("", sheet.html) for sheet in paper.sheets]
    # Pictures are most of a deck, and say nothing of these things.
    bare = [_EMBEDDED.sub("", html) for html in htmls]
    bare_css = _EMBEDDED.sub("", css)
    are_apart = _COUNTED.search(bare_css) is None and all(map(_is_apart, bare))
    if not are_apart:
        for html in htmls:
            start.update(html.encode("utf-8", "surrogatepass"))
    keys: list[str] = []
    counted: dict[str, count[int]] = {}
    for html in htmls:
        own = start.copy()
        own.update(html.encode("utf-8", "surrogatepass"))
        key = own.hexdigest()
        keys.append(f"{key}-{next(counted.setdefault(key, count()))}")
    is_steady = _REMOTE.search(bare_css) is None
    steady = (key for key, html in zip(keys, bare, strict=True) if is_steady and not _REMOTE.search(html))
    return Keys(tuple(keys), are_apart, frozenset(steady))


def _is_apart(html: str) -> bool:
    if _SCRIPT.search(html) or _COUNTED.search(html):
        return False
    return all(f'id="{match[1] or match[2]}"' in html for match in _REFERENCE.finditer(html))


def browser_mark(program: Path) -> str:
    """Return what changes when the browser is another one."""
    try:
        told = program.resolve().stat()
    except OSError:
        return str(program)
    return f"{program} {told.st_size} {told.st_mtime_ns}"


def _fonts() -> list[str]:
    """Return what changes when fonts are installed."""
    times = []
    for name in _FONTS:
        try:
            times.append(str(Path(name).expanduser().stat().st_mtime_ns))
        except OSError:
            times.append("")
    return times
