"""What the print of a sheet depends on, as a key: with the same key, it need not be printed again."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count
from pathlib import Path

from xxhash import xxh3_128_digest

import celldeck
from celldeck.export.embedded import without_data_urls
from celldeck.export.kept import Kept
from celldeck.export.paper import Paper
from celldeck.export.pdf.rasterised import Rasterised, rasterised, smallest_scale
from celldeck.frozen import frozen

_TOTAL = ' data-marpit-pagination-total="'
_LOADS = re.compile(
    r"""(?:(?:src|srcset|poster|data|xlink:href)\s*=\s*["']?\s*|url\(\s*["']?|<image[^>]*href=["']?)(?:https?:)?\Z""",
    re.IGNORECASE,
)
_LONGEST_START = 300
"""Characters of a tag before an address in it, more than anybody writes."""
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_COUNTED = re.compile(r"counter-(?:increment|reset|set)\s*:")
_REFERENCE = re.compile(r"""url\(\s*["']?#([^"')]+)|<use\b[^>]*href=["']#([^"']+)""")
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "~/Library/Fonts")


@frozen
class Keys:
    """What the prints of a paper's sheets depend on."""

    of_sheets: tuple[str, ...]
    """A key for each sheet; no two of them are the same."""
    are_apart: bool
    """Each sheet looks the same without the others."""
    steady: frozenset[str]
    """The keys of sheets that will look tomorrow as they do now: nothing in them is remote."""
    scale: float
    """How small the paper of any of them may be for one of full size."""


@frozen
class _Read:
    """What is found out about a sheet's HTML."""

    is_apart: bool
    is_steady: bool
    rasterised: frozenset[Rasterised]


Known = dict[bytes, _Read]
"""What was found out, by the digest of the HTML: most sheets of a deck are those of its build before."""


def keys_of(
    paper: Paper, made_with: Sequence[str], known: Known | None = None, kept: Kept | None = None
) -> Keys:
    """Return the keys of a paper's sheets.

    Where a sheet may look otherwise because of what stands on the others, its key depends on all of them:
    where something is counted over slides, a script sees them all, or one shows what stands on another.

    Args:
        made_with: what else the print depends on: the quality of pictures, the browser.
        known: from the last time; it is brought up to date.
        kept: from the build before; None: there was none.
    """
    css = paper.page.css
    known = {} if known is None else known
    kept = kept or Kept()
    shows_total = kept(operator.contains, css, "pagination-total")
    wanted = [css, *(sheet.html for sheet in paper.sheets)]
    digests = [kept(_digest, css, True), *(kept(_digest, html, shows_total) for html in wanted[1:])]
    read = {digest: known.get(digest) or _read(html) for digest, html in zip(digests, wanted, strict=True)}
    known.clear()
    known.update(read)
    look, *sheets = (read[digest] for digest in digests)
    # Of all of them, so that a sheet is printed as it was whatever it is printed with.
    scale = _scale(paper, frozenset().union(*(part.rasterised for part in (look, *sheets))))
    start = blake2b(digests[0], digest_size=16)
    for text in (
        celldeck.__version__,
        repr(paper.size_px),
        str(paper.flows),
        str(scale),
        *made_with,
        *_fonts(),
    ):
        start.update(text.encode() + b"\0")
    are_apart = all(part.is_apart for part in (look, *sheets))
    if not are_apart:
        for digest in digests[1:]:
            start.update(digest)
    keys: list[str] = []
    counted: dict[str, count[int]] = {}
    for digest in digests[1:]:
        own = start.copy()
        own.update(digest)
        key = own.hexdigest()
        keys.append(f"{key}-{next(counted.setdefault(key, count()))}")
    steady = (key for key, sheet in zip(keys, sheets, strict=True) if look.is_steady and sheet.is_steady)
    return Keys(tuple(keys), are_apart, frozenset(steady), scale)


def _scale(paper: Paper, found: frozenset[Rasterised]) -> float:
    if paper.flows:
        return 1.0
    # On a handout, slides are smaller than they are.
    are_slides = paper.size_px == paper.page.size_px
    return smallest_scale(found) if are_slides else max(0.5, smallest_scale(found))


def _without_total(html: str) -> str:
    first, *others = html.split(_TOTAL)
    return first + "".join(other.partition('"')[2] for other in others) if others else html


def _digest(html: str, shows_total: bool) -> bytes:
    told = html if shows_total else _without_total(html)
    # A fast one will do: nobody gains by slides that are not told apart, and with pictures they are long.
    return xxh3_128_digest(told.encode("utf-8", "surrogatepass"))


def _read(html: str) -> _Read:
    # Pictures are most of a deck, and say nothing of these things.
    bare = without_data_urls(html)
    is_apart = not _SCRIPT.search(bare) and not _COUNTED.search(bare)
    for match in _REFERENCE.finditer(bare):
        is_apart &= f'id="{match[1] or match[2]}"' in bare
    return _Read(is_apart, not _is_remote(bare), rasterised(bare))


def _is_remote(bare: str) -> bool:
    """Say whether something is loaded from the network."""
    # Looking for what all addresses have is fast.
    at = bare.find("//")
    while at >= 0:
        if _LOADS.search(bare[max(0, at - _LONGEST_START) : at]):
            return True
        at = bare.find("//", at + 2)
    return "@import" in bare.lower()


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
