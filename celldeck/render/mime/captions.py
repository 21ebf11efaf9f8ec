"""Captions: below the pictures of a cell, above its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celldeck.model import Cell
from celldeck.render.mime.tools import MimeTools


def with_captions(outputs: Sequence[str], cell: Cell, tools: MimeTools) -> Iterator[str]:
    """Give the HTML of outputs with the captions that their cell sets.

    A caption is part of the one picture or table that it belongs to; where there are several it stands by
    itself, after the last picture or before the first table. A table of text is a table, too. The caption of
    a row of pictures is none of these, see `caption_of_row`.
    """
    pictures = [
        n for n, output in enumerate(outputs) if _is(output, "cell-output-image", "cell-output-media")
    ]
    tables = [n for n, output in enumerate(outputs) if _is(output, "cell-output-table")]
    tables = tables or [n for n, output in enumerate(outputs) if output and n not in pictures]
    below = _caption(cell.options["fig-cap"], tools) if pictures else ""
    above = _caption(cell.options["tbl-cap"], tools) if tables else ""
    for number, output in enumerate(outputs):
        if above and number == tables[0]:
            if len(tables) == 1 and _is(output, "cell-output-table"):
                start = output.index(">") + 1
                output = output[:start] + above + output[start:]
            else:
                yield above + "\n"
        if below and number == pictures[-1]:
            if len(pictures) == 1:
                output = output.removesuffix("</div>\n") + below + "</div>\n"
            elif not are_alone(outputs):
                output += below + "\n"
        yield output


def are_alone(outputs: Sequence[str]) -> bool:
    """Say whether there are several pictures and nothing else: they stand side by side then."""
    shown = [output for output in outputs if output]
    return len(shown) > 1 and all(_is(output, "cell-output-image") for output in shown)


def caption_of_row(outputs: Sequence[str], cell: Cell, tools: MimeTools) -> str:
    """Return the caption of pictures that stand side by side, which is to follow their row; else nothing."""
    return (
        _caption(cell.options["fig-cap"], tools) + "\n"
        if are_alone(outputs) and cell.options["fig-cap"]
        else ""
    )


def _is(output: str, *kinds: str) -> bool:
    return any(kind in output.partition(">")[0] for kind in kinds)


def _caption(text: object, tools: MimeTools) -> str:
    return f'<div class="cell-caption">{tools.inline(text)}</div>' if isinstance(text, str) else ""
