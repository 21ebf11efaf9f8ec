"""JSON, as IPython's `JSON` sends it."""

from __future__ import annotations

import json

from celldeck.model import Cell, Output
from celldeck.render.mime.tools import MimeTools


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return the JSON, indented, as a code block; None for what is no JSON."""
    try:
        value = json.loads(output.data[mime])
    except ValueError:
        return None
    return tools.code(json.dumps(value, indent=2, ensure_ascii=False), "json", ()).strip()
