"""Cells with outputs, and tools that say that they were asked."""

from __future__ import annotations

from celldeck.cell_options import DEFAULTS
from celldeck.model import Cell, Output
from celldeck.render.mime import MimeTools, render_outputs
from celldeck.source import Source

TOOLS = MimeTools(
    code=lambda code, language, _: f'<pre><code class="language-{language}">{code}</code></pre>\n',
    math=lambda tex, display: f"<math {'block' if display else 'inline'}>{tex}</math>",
    markdown=lambda text: f"<p>{text}</p>\n",
    inline=lambda text: text,
)
CODE = '<pre><code class="language-python">x</code></pre>\n'


def cell(*outputs: Output, label: str | None = None, **options: object) -> Cell:
    span = Source.of("```python").span(1)
    return Cell(4, "x", "x", "python", DEFAULTS | options, span, 2, 7, label, outputs)


def stream(text: str, name: str = "stdout") -> Output:
    return Output("stream", {"text/plain": text}, stream=name)  # type: ignore[arg-type]


def shown(**data: str) -> Output:
    return Output("display", {mime.replace("_", "/"): content for mime, content in data.items()})


def inner(output: Output, kind: str, /, **options: object) -> str:
    """Return what stands in the element of one output, whose classes are checked."""
    html = render_outputs(cell(output, **options), TOOLS)
    start, end = f'<div class="cell-outputs">\n<div class="cell-output {kind}">', "</div>\n</div>\n"
    assert html.startswith(start), html
    assert html.endswith(end)
    return html[len(start) : -len(end)]
