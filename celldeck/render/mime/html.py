"""HTML that a value gives of itself: data frames, animations, interactive plots."""

from __future__ import annotations

import re
from html import unescape

from celldeck.model import Cell, Output
from celldeck.patterns import late
from celldeck.render.mime.tools import MimeTools

_FRAME = late(r'<table\b[^>]*\bclass="[^"]*\bdataframe\b[^"]*"', re.IGNORECASE)
_FRAME_STYLE = late(r"<style scoped>.*?</style>\s*", re.DOTALL | re.IGNORECASE)
_BORDER = late(r'(<table\b[^>]*?) border="\d+"', re.IGNORECASE)
_ROW_STYLE = late(r' style="text-align: (?:right|left);"')
# What the library `rich` sends, and through it Keras for `model.summary()`: text in looks of its own.
_RICH = late(r'\s*<pre style="white-space:pre;overflow-x:auto;line-height:normal;font-family:')
_REMOTE = late(
    r"<(?:script|iframe|img|link|video|audio|source)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    # Addresses that a script loads from, as Vega's and Bokeh's do.
    r"|<script\b[^>]*>(?:(?!</script>).)*?[\"']https?://(?:cdn\.|unpkg\.com|[^\"'\s]+\.js\b)",
    re.IGNORECASE | re.DOTALL,
)


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return the HTML as it is.

    HTML that loads something from the network gives way to a picture of the same, if the kernel sent one: a
    deck must work unplugged. What is only coloured text gives way to the text, which takes the theme's looks.
    """
    content = output.data[mime]
    if is_text(output):
        return None
    if _REMOTE.search(content) and any(other.startswith("image/") for other in output.data):
        return None
    return content.strip()


def needs_network(output: Output) -> bool:
    """Say whether all that an output has to show is HTML that loads something from the network."""
    content = output.data.get("text/html", "")
    return bool(_REMOTE.search(content)) and not any(mime.startswith("image/") for mime in output.data)


_TABLE = late(r"<table\b[^>]*?(?=>)", re.IGNORECASE)
_CELL = late(r"<t[hd]\b(?![^>]*colspan)[^>]*>(.*?)</t[hd]>", re.DOTALL)
_TAG = late(r"<[^>]*>")
_BODY = late(r"(<tbody>)(.*?)(</tbody>)", re.DOTALL)
_ROW = late(r"<tr\b.*?</tr>\s*", re.DOTALL)


def _cut(content: str, most_rows: object) -> str:
    """Return a table with the middle of its rows cut out if it has more than that."""
    body = _BODY.search(content)
    if not isinstance(most_rows, int) or body is None or "rowspan=" in content:
        return content
    rows = _ROW.findall(body[2])
    if len(rows) <= most_rows:
        return content
    columns = len(re.findall(r"<t[hd]\b", rows[0]))
    told = f"⋯ {len(rows) - most_rows} of {len(rows)} rows left out ⋯"
    cut = f'<tr><td class="cell-cut" colspan="{columns}">{told}</td></tr>\n'
    kept = [*rows[: (most_rows + 1) // 2], cut, *rows[len(rows) - most_rows // 2 :]]
    return content[: body.start(2)] + "\n" + "".join(kept) + content[body.end(2) :]


def is_text(output: Output) -> bool:
    """Say whether all that an output has to show is its text."""
    return set(output.data) == {"text/plain"} or (
        set(output.data) == {"text/plain", "text/html"} and bool(_RICH.match(output.data["text/html"]))
    )


def render_table(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return a pandas data frame without the looks it brings, which are a notebook's; None for other HTML.

    The table keeps its class `dataframe` and stays inside its `<div>`, so a wide one can be made to scroll.
    """
    content = output.data[mime]
    if not _FRAME.search(content):
        return None
    content = _cut(_FRAME_STYLE.sub("", content), cell.options["max-lines"])
    content = _ROW_STYLE.sub("", _BORDER.sub(r"\1", content)).strip()
    # A theme makes text smaller where a table is wider than the slide.
    return _TABLE.sub(rf'\g<0> style="--characters:{_characters(content)}"', content, count=1)


def _characters(content: str) -> int:
    """Return about how many characters wide a table is, the space between its columns counted."""
    widths: dict[int, int] = {}
    for row in _ROW.findall(content):
        for column, cell in enumerate(_CELL.findall(row)):
            widths[column] = max(widths.get(column, 0), len(unescape(_TAG.sub("", cell))))
    return sum(widths.values()) + 3 * len(widths)
