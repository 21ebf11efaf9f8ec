"""Markdown, as IPython's `Markdown` sends it."""

from __future__ import annotations

from celldeck.model import Cell, Output
from celldeck.render.mime.tools import MimeTools


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return the blocks of the Markdown as HTML."""
    return tools.markdown(output.data[mime])
