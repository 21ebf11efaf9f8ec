"""Sound and film that a kernel sends as such. (What IPython's `Audio` and `Video` send is HTML.)"""

from __future__ import annotations

from celldeck.model import Cell, Output
from celldeck.render.mime.tools import MimeTools


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return base64 content as `<audio>` or `<video>` with controls."""
    element = mime.split("/")[0]
    return f'<{element} controls src="data:{mime};base64,{"".join(output.data[mime].split())}"></{element}>'
