"""The outputs of cells as HTML: FORMATS, richest first, and a file a family of formats.

What a theme can style (`N` is the cell's place in the deck, from 0)::

    <div class="cell" data-cell="N">               also `cell-no-code` if its code is hidden, `cell-beside`
      <pre><code class="language-python">          the code: the very DOM of a Marp code block
      <div class="cell-outputs">
        <div class="cell-output cell-output-KIND">
          <div class="cell-caption">               below pictures, above tables

A cell that shows no outputs is its code block alone, without `.cell` around it. Outputs that stand on another
slide are a `.cell.cell-placed`. A value in a line of text is `<span class="cell-value" data-cell="N">`, with
`cell-value-error` too if it could not be had. The kinds:

=========================  =======================================================================
`cell-output-stream`       `<pre><samp>`: what it printed; also `cell-output-stdout`, `cell-output-stderr`
`cell-output-text`         `<pre><samp>`: the text of a value
`cell-output-html`         HTML of the author's code; also `cell-output-table` if it is a data frame, and
                           `cell-output-plotly` if it is a figure that Plotly's script draws
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

from collections.abc import Callable, Iterator
from dataclasses import replace

from celldeck.cell_options import shows_code, shows_on_next_slide, states_of_code
from celldeck.frozen import frozen
from celldeck.model import Cell, Output
from celldeck.render.mime import html, images, json, latex, markdown, media, plotly, text, traceback
from celldeck.render.mime.captions import caption_of_row, with_captions
from celldeck.render.mime.choice import shown_outputs
from celldeck.render.mime.tools import MimeTools
from celldeck.render.mime.values import render_value
from celldeck.render.steps import fragment, in_step

__all__ = [
    "FORMATS",
    "Format",
    "MimeTools",
    "output_parts",
    "render_cell",
    "render_outputs",
    "render_placed",
    "render_value",
    "unseen",
]


@frozen
class Format:
    """A MIME type, and how an output in it becomes HTML."""

    mime: str
    """A MIME type; `audio/` and `video/` stand for every type that starts with them."""
    classes: str
    """Of the element around the output, beside `cell-output`."""
    render: Callable[[str, Output, Cell, MimeTools], str | None]
    """Takes a MIME type of the output, the output, its cell and the tools. None: what the output holds in
    this type cannot be shown this way, so the next format gets its turn."""

    def takes(self, mime: str) -> bool:
        """Say whether it is for outputs of this type."""
        return mime == self.mime or (self.mime.endswith("/") and mime.startswith(self.mime))


FORMATS: tuple[Format, ...] = (
    Format(plotly.MIME, "cell-output-html cell-output-plotly", plotly.render),
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


def render_cell(cell: Cell, tools: MimeTools, step: int | None = None) -> str:
    """Return the HTML of a cell on its slide: its code and its outputs, as its options say.

    Args:
        step: the step of the slide in which its outputs appear, from 1; None: they stand there at once.
    """
    options = cell.options
    code = tools.code(cell.shown, cell.language, states_of_code(cell)) if shows_code(cell) else ""
    outputs = "" if shows_on_next_slide(cell) else render_outputs(cell, tools, step)
    if tools.frame is not None:
        # Where cells can be run from the page, it has to know which code is whose.
        code = code.replace("<pre", f'<pre data-code="{cell.index}"', 1)
    if not outputs and not (code and options["classes"]):
        return code
    return _in_cell(cell, code + outputs, "" if code else "cell-no-code")


def render_placed(cell: Cell, tools: MimeTools) -> str:
    """Return the HTML of a cell's outputs where they are asked for: those it hides in its own place, too."""
    options = dict(cell.options)
    options |= {"include": True, "output": options["output"] or True}
    outputs = render_outputs(replace(cell, options=options), tools)
    return _in_cell(cell, outputs, "cell-no-code cell-placed") if outputs else ""


def unseen(cell: Cell) -> Iterator[str]:
    """Give what a reader may not see of a cell's outputs, in words: what nobody knows, what is far away."""
    for output in shown_outputs(cell):
        if output.kind not in ("display", "result"):
            continue
        unknown = [mime for mime in output.data if not any(form.takes(mime) for form in FORMATS)]
        if unknown and len(unknown) == len(output.data):
            yield f"an output is in no form that a page can show: {', '.join(unknown)}"
        elif plotly.MIME in output.data and len(output.data) == 1 and plotly.script_file() is None:
            yield "a figure of Plotly needs the package plotly, which is not installed here"
        elif html.needs_network(output):
            yield "an output loads something from the network, so it is not seen without"


def _in_cell(cell: Cell, inner: str, kind: str) -> str:
    own = cell.options["classes"]
    assert isinstance(own, tuple)
    beside = cell.options["output-location"] == "beside" and not kind
    classes = " ".join(filter(None, ("cell", kind, "cell-beside" if beside else "", *own)))
    return f'<div class="{classes}" data-cell="{cell.index}">\n{inner}</div>\n'


def render_outputs(cell: Cell, tools: MimeTools, step: int | None = None) -> str:
    """Return the HTML of a cell's outputs, `<div class="cell-outputs">`; empty if it shows none.

    An exception that the cell does not allow is shown even if the cell hides its outputs.
    """
    parts = [_output(output, cell, tools) for output in shown_outputs(cell)]
    inner = "".join(with_captions(parts, cell, tools))
    if not inner:
        return ""
    size = cell.options["output-size"]
    zoom = "" if size == 1.0 else f' style="zoom:{size:g}"'
    row = in_step(caption_of_row(parts, cell, tools), step)
    return f'<div class="cell-outputs"{fragment(step)}{zoom}>\n{inner}</div>\n{row}'


def output_parts(cell: Cell, tools: MimeTools) -> list[str]:
    """Return what stands in `.cell-outputs`, an element each, for a page that replaces them one by one."""
    parts = [_output(output, cell, tools) for output in shown_outputs(cell)]
    return [part for part in with_captions(parts, cell, tools) if part]


def _output(output: Output, cell: Cell, tools: MimeTools) -> str:
    if output.kind == "error":
        return _wrapped("cell-output-error", traceback.render(output, tools))
    if output.kind == "stream" and output.stream == "stdout" and cell.options["output"] == "asis":
        return _wrapped("cell-output-markdown", _framed(tools.markdown(output.data["text/plain"]), tools))
    if output.kind == "stream":
        content = text.render("text/plain", output, cell, tools)
        return _wrapped(f"cell-output-stream cell-output-{output.stream}", content)
    for form in FORMATS:
        for mime in output.data:
            if form.takes(mime):
                rendered = form.render(mime, output, cell, tools)
                if rendered is not None:
                    return _wrapped(form.classes, _framed(rendered, tools))
    return ""


def _framed(rendered: str, tools: MimeTools) -> str:
    return tools.frame(rendered) if tools.frame else rendered


def _wrapped(classes: str, inner: str | None) -> str:
    if not inner:
        return ""
    if inner.startswith("<pre") and text.draws(inner):
        classes += " cell-output-drawing"
    return f'<div class="cell-output {classes}">{inner}</div>\n'
