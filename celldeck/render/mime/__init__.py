"""The outputs of cells as HTML: FORMATS, richest first, and a file a family of formats.

What a theme can style (`N` is the cell's place in the deck, from 0)::

    <div class="cell" data-cell="N">               also `cell-no-code` if its code is hidden
      <pre><code class="language-python">          the code: the very DOM of a Marp code block
      <div class="cell-outputs">
        <div class="cell-output cell-output-KIND">

A cell that shows no outputs is its code block alone, without `.cell` around it. The kinds:

=========================  =======================================================================
`cell-output-stream`       `<pre><samp>`: what it printed; also `cell-output-stdout`, `cell-output-stderr`
`cell-output-text`         `<pre><samp>`: the text of a value
`cell-output-html`         HTML of the author's code; also `cell-output-table` if it is a data frame
`cell-output-image`        `<img>`: a plot or a picture
`cell-output-media`        `<audio controls>` or `<video controls>`
`cell-output-latex`        a formula
`cell-output-markdown`     the blocks that the Markdown gives
`cell-output-json`         a code block, its language json
`cell-output-error`        `<pre><samp>`: a traceback
=========================  =======================================================================

Text that draws with box characters also has `cell-output-drawing`: its lines must touch.

Coloured text holds `<span>`s with `ansi-bold`, `ansi-dim`, `ansi-italic`, `ansi-underline`, `ansi-strike`,
`ansi-inverse`, `ansi-COLOUR`, `ansi-bright-COLOUR`, `ansi-bg-COLOUR` and `ansi-bg-bright-COLOUR`, where
COLOUR is black, red, green, yellow, blue, magenta, cyan or white.

HTML of an output passes as it is, scripts too, whatever the policy for raw HTML in the deck's text: the
author's own code made it, and that code has already run on the author's machine, which is far more than a
script in a page may do. Animations and interactive plots live from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from celldeck.model import Cell, Output
from celldeck.render.mime import html, images, json, latex, markdown, media, text, traceback
from celldeck.render.mime.tools import MimeTools

__all__ = ["FORMATS", "Format", "MimeTools", "render_cell", "render_outputs"]


@dataclass(frozen=True, slots=True)
class Format:
    """A MIME type, and how an output in it becomes HTML."""

    mime: str
    """A MIME type; `audio/` and `video/` stand for every type that starts with them."""
    classes: str
    """Of the element around the output, beside `cell-output`."""
    render: Callable[[str, Output, Cell, MimeTools], str | None]
    """Takes a MIME type of the output, the output, its cell and the tools. None: what the output holds in
    this type cannot be shown this way, so the next format gets its turn."""


FORMATS: tuple[Format, ...] = (
    Format("text/html", "cell-output-html cell-output-table", html.render_table),
    Format("text/html", "cell-output-html", html.render),
    Format("image/svg+xml", "cell-output-image", images.render_svg),
    Format("image/png", "cell-output-image", images.render),
    Format("image/jpeg", "cell-output-image", images.render),
    Format("image/gif", "cell-output-image", images.render),
    Format("image/webp", "cell-output-image", images.render),
    Format("video/", "cell-output-media", media.render),
    Format("audio/", "cell-output-media", media.render),
    Format("text/latex", "cell-output-latex", latex.render),
    Format("text/markdown", "cell-output-markdown", markdown.render),
    Format("application/json", "cell-output-json", json.render),
    Format("text/plain", "cell-output-text", text.render),
)


def render_cell(cell: Cell, tools: MimeTools) -> str:
    """Return the HTML of a cell on its slide: its code and its outputs, as its options say."""
    options = cell.options
    code = tools.code(cell.shown, cell.language) if options["echo"] and options["include"] else ""
    outputs = render_outputs(cell, tools)
    if not outputs:
        return code
    classes = "cell" if code else "cell cell-no-code"
    return f'<div class="{classes}" data-cell="{cell.index}">\n{code}{outputs}</div>\n'


def render_outputs(cell: Cell, tools: MimeTools) -> str:
    """Return the HTML of a cell's outputs, `<div class="cell-outputs">`; empty if it shows none.

    An exception that the cell does not allow is shown even if the cell hides its outputs.
    """
    shown = [output for output in cell.outputs or () if _is_shown(output, cell)]
    inner = "".join(_output(output, cell, tools) for output in _joined(shown))
    return f'<div class="cell-outputs">\n{inner}</div>\n' if inner else ""


def _joined(outputs: Iterable[Output]) -> list[Output]:
    """Return the outputs with texts of values that follow each other made one: a slide has little room."""
    joined: list[Output] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and all(one.kind in ("display", "result") and html.is_text(one) for one in (last, output)):
            text = last.data["text/plain"].removesuffix("\n") + "\n" + output.data["text/plain"]
            joined[-1] = Output("display", {"text/plain": text})
        else:
            joined.append(output)
    return joined


def _is_shown(output: Output, cell: Cell) -> bool:
    options = cell.options
    if output.kind == "error" and not options["error"]:
        return True
    if not options["output"] or not options["include"]:
        return False
    return output.stream != "stderr" or bool(options["warning"])


def _output(output: Output, cell: Cell, tools: MimeTools) -> str:
    if output.kind == "error":
        return _wrapped("cell-output-error", traceback.render(output, tools))
    if output.kind == "stream":
        content = text.render("text/plain", output, cell, tools)
        return _wrapped(f"cell-output-stream cell-output-{output.stream}", content)
    for form in FORMATS:
        for mime in output.data:
            if mime == form.mime or (form.mime.endswith("/") and mime.startswith(form.mime)):
                rendered = form.render(mime, output, cell, tools)
                if rendered is not None:
                    return _wrapped(form.classes, rendered)
    return ""


def _wrapped(classes: str, inner: str | None) -> str:
    if not inner:
        return ""
    if inner.startswith("<pre") and text.draws(inner):
        classes += " cell-output-drawing"
    return f'<div class="cell-output {classes}">{inner}</div>\n'
