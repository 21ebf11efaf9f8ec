"""Exceptions."""

from __future__ import annotations

from celldeck.model import Output
from celldeck.render.mime.text import preformatted
from celldeck.render.mime.tools import MimeTools


def render(output: Output, tools: MimeTools) -> str:
    """Return the traceback with its colours; the name and message alone if the kernel sent none."""
    told = output.data.get("text/plain", "").rstrip()
    if not told and output.error:
        told = ": ".join(part for part in output.error if part)
    return preformatted(told, tools)
