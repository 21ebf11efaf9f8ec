"""Pictures: plots, photos, drawings."""

from __future__ import annotations

import base64

from celldeck.model import Cell, Output
from celldeck.render.mime.figures import themed
from celldeck.render.mime.text import escape
from celldeck.render.mime.tools import MimeTools


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return a picture in base64 as `<img>`, as wide as the kernel said.

    For a plot with twice the pixels that is half its own width, so it is sharp on the wall and right in size.
    """
    return _img(f"data:{mime};base64,{''.join(output.data[mime].split())}", mime, output, cell)


def render_svg(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return a drawing that leaves colours open as part of the page, in those of its slide; else as `<img>`.

    As a picture of its own its ids cannot clash with another drawing's.
    """
    metadata = output.metadata.get(mime)
    if isinstance(metadata, dict):
        drawing = themed(output.data[mime], metadata, _alt(metadata, output, cell))
        if drawing is not None:
            return drawing
    encoded = base64.b64encode(output.data[mime].encode("utf-8")).decode("ascii")
    return _img(f"data:image/svg+xml;base64,{encoded}", "image/svg+xml", output, cell)


def _img(source: str, mime: str, output: Output, cell: Cell) -> str:
    metadata = output.metadata.get(mime)
    width = metadata.get("width") if isinstance(metadata, dict) else None
    # Only the width: with both, a theme's `max-width` would squeeze the picture.
    size = f' width="{width:g}"' if isinstance(width, int | float) else ""
    look = ""
    if size and isinstance(metadata, dict) and ("ink" in metadata or "paper" in metadata):
        # Its ground is open, its ink dark: on a dark slide it needs paper behind it, as large as itself.
        look, size = ' class="on-paper"', f' style="width:auto;max-width:min(100%,{width:g}px)"'
    return f'<img{look} src="{source}" alt="{escape(_alt(metadata, output, cell))}"{size} />'


def _alt(metadata: object, output: Output, cell: Cell) -> str:
    """Return what a reader who cannot see the picture is told."""
    own = cell.options.get("fig-alt") or cell.options.get("fig-cap")
    told = own or (metadata.get("alt") if isinstance(metadata, dict) else None)
    if isinstance(told, str):
        return told
    label = cell.label.replace("-", " ").replace("_", " ") if cell.label else None
    return f"Picture: {label}" if label else f"Picture made by the code on slide {cell.slide}"
