"""What the print of a sheet depends on, as a key: with the same key, it need not be printed again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count
from pathlib import Path

import celldeck
from celldeck.export.paper import Paper

_TOTAL = re.compile(r' data-marpit-pagination-total="\d+"')
_ADDRESS = (
    r"""(?:src|srcset|poster|data|xlink:href)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
)
_REMOTE = re.compile(rf"{_ADDRESS}|<image[^>]*href=[\"']?https?:|@import\s", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_COUNTED = re.compile(r"counter-(?:increment|reset|set)\s*:")
_REFERENCE = re.compile(r"""url\(\s*["']?#([^"')]+)|<use\b[^>]*href=["']#([^"']+)""")
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "~/Library/Fonts")


def sheet_keys(paper: Paper, made_with: Sequence[str]) -> tuple[str, ...]:
    """Return a key for each sheet; no two of them are the same.

    Where a sheet may look otherwise because of what stands on the others, its key depends on all of them.

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
    if not are_apart(css, htmls):
        for html in htmls:
            start.update(html.encode("utf-8", "surrogatepass"))
    keys: list[str] = []
    counted: dict[str, count[int]] = {}
    for html in htmls:
        own = start.copy()
        own.update(html.encode("utf-8", "surrogatepass"))
        key = own.hexdigest()
        keys.append(f"{key}-{next(counted.setdefault(key, count()))}")
    return tuple(keys)


def are_apart(css: str, htmls: Sequence[str]) -> bool:
    """Say whether each sheet looks the same without the others.

    Nothing is counted over slides, no script sees them all, and none shows what stands on another.
    """
    if _COUNTED.search(css):
        return False
    for html in htmls:
        if _SCRIPT.search(html) or _COUNTED.search(html):
            return False
        for match in _REFERENCE.finditer(html):
            if f'id="{match[1] or match[2]}"' not in html:
                return False
    return True


def is_steady(text: str) -> bool:
    """Say whether a sheet, or a stylesheet, will look tomorrow as it does now: nothing in it is remote."""
    return not _REMOTE.search(text)


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
