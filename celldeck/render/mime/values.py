"""Values in a line of text: what `` `{python} x` `` becomes."""

from __future__ import annotations

from celldeck.model import Cell, Output
from celldeck.render.mime import latex
from celldeck.render.mime.frames import is_active
from celldeck.render.mime.text import coloured, escape
from celldeck.render.mime.tools import MimeTools


def render_value(cell: Cell, tools: MimeTools) -> str:
    """Return the HTML of a cell's value: its last result, or what it printed.

    One that did not run is shown as its code, one that raised as a mark with the name of the exception.
    """
    if cell.outputs is None:
        return f"<code>{escape(cell.source)}</code>"
    for output in cell.outputs:
        if output.error:
            name, message = output.error
            told = escape(f"{name}: {message}" if message else name)
            return (
                f'<span class="cell-value cell-value-error" data-cell="{cell.index}" title="{told}">'
                f"⚠ {escape(name)}</span>"
            )
    shown = [output for output in cell.outputs if output.stream != "stderr"]
    inner = _value(shown[-1], tools) if shown else ""
    if tools.frame and is_active(inner):
        # A line of text has no room for a frame.
        inner = coloured(shown[-1].data.get("text/plain", "").strip())
    return f'<span class="cell-value" data-cell="{cell.index}">{inner}</span>'


def _value(output: Output, tools: MimeTools) -> str:
    data = output.data
    if "text/markdown" in data:
        return tools.inline(data["text/markdown"])
    if "text/latex" in data:
        return latex.in_text(data["text/latex"], tools)
    if "text/html" in data:
        return data["text/html"].strip()
    return coloured(data.get("text/plain", "").strip())
