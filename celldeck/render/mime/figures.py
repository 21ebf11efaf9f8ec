"""Figures that leave colours and fonts open: drawings that take them from the slide they stand on.

The kernel says which colours stand for what: `ink` for text and axes, `ground` for what is behind a legend,
`cycle` for lines and bars. A theme sets the variables `--figure-ground`, `--figure-1` … `--figure-8`; the ink
is the slide's own colour of text, the font its own font. So one drawing fits a light slide and a dark one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

from celldeck.patterns import late
from celldeck.render.mime.text import escape

_ROOT = late(r"<svg\b[^>]*>")
_VIEW_BOX = late(r'\bviewBox="[^"]*"')
_COMMENT = late(r"<!--.*?-->\s*", re.DOTALL)
_STYLE = late(r"<defs>\s*<style\b[^>]*>[^<]*</style>\s*</defs>\s*")
_METADATA = late(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_ID = late(r' id="([^"]*)"')
_REFERENCE = late(r'(href="#|url\(#)([^")]+)')
_OWN_FONT = late(r"font-family: '?DejaVu Sans'?,[^;\"]*;? ?")
"""The font that matplotlib falls to by itself, with all that it lists after it."""
_LINES = "stroke-linejoin:round;stroke-linecap:butt"
"""What the drawing's own style sheet says, which on a page would hold for everything."""


def themed(drawing: str, metadata: Mapping[str, object], alt: str) -> str | None:
    """Return a drawing as an element of the page; None if it leaves nothing open, or is no SVG.

    Args:
        drawing: SVG.
        metadata: as the kernel sent it.
        alt: what a reader who cannot see it is told.
    """
    ink = metadata.get("ink")
    root = _ROOT.search(drawing)
    if not isinstance(ink, str) or root is None:
        return None
    inner = _METADATA.sub("", _COMMENT.sub("", _STYLE.sub("", drawing[root.end() :])))
    inner = _coloured(inner, ink, metadata)
    inner = _named(_OWN_FONT.sub("", inner))
    view = _VIEW_BOX.search(root[0])
    width = metadata.get("width")
    size = f' width="{width:g}"' if isinstance(width, int | float) else ""
    return (
        f'<svg class="figure" role="img" aria-label="{escape(alt)}"{size}'
        f' {view[0] if view else ""} style="{_LINES}">{inner.strip()}'
    )


def _coloured(inner: str, ink: str, metadata: Mapping[str, object]) -> str:
    colours = {ink: "currentcolor"}
    ground = metadata.get("ground")
    if isinstance(ground, str):
        colours[ground] = "var(--figure-ground,transparent)"
    cycle = metadata.get("cycle")
    if isinstance(cycle, list):
        colours |= {
            colour: f"var(--figure-{number},{colour})" for number, colour in enumerate(map(str, cycle), 1)
        }
    pattern = re.compile("|".join(map(re.escape, colours)))
    return pattern.sub(lambda found: colours[found[0]], inner)


def _named(inner: str) -> str:
    """Return the elements with ids of their own on a page with other drawings; those nobody asks for go."""
    wanted = {found[2] for found in _REFERENCE.finditer(inner)}
    prefix = "f" + blake2b(inner.encode("utf-8"), digest_size=4).hexdigest()
    inner = _ID.sub(lambda found: f' id="{prefix}{found[1]}"' if found[1] in wanted else "", inner)
    return _REFERENCE.sub(lambda found: f"{found[1]}{prefix}{found[2]}", inner)
