"""A deck as a notebook (`.ipynb`) and as a script in percent format (`.py`), for students to run and change.

nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from celldeck.model import Cell, Deck, Output, Slide

Embed = Callable[[str], str]
"""Gives the address of a picture for a file that stands elsewhere: a data URL, or the address as it is."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLE = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\]]*)\]\((\s*<[^>\n]*>|[^)\s]+)([^)\n]*)\)")
_RULER = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_FILTER = (
    r"(?:blur|brightness|contrast|drop-shadow|grayscale|hue-rotate|invert|opacity|saturate|sepia)(?::\S+)?"
)
_KEYWORD = re.compile(rf"[wh]:\S+|width:\S+|height:\S+|{_FILTER}")
_BACKGROUND = re.compile(r"bg|fit|auto|cover|contain|vertical|(?:left|right)(?::\S+)?|\d+(?:\.\d+)?%")


def notebook(deck: Deck, embed: Embed) -> str:
    """Return a deck as a Jupyter notebook: its text, its cells in run order, and what they gave.

    A cell whose code the slides hide is folded. One that may raise is marked so that a run goes on.
    """
    language = {"name": "python", "display_name": "Python 3", "language": "python"}
    cells = [
        _code(part) if isinstance(part, Cell) else _text(part)
        for slide in deck.slides
        for part in _parts(deck, slide, embed)
    ]
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"part-{number}"
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": language | {"name": deck.kernel or "python3"},
            "language_info": {"name": "python"},
            "title": deck.metadata.title or deck.source.path.stem,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def script(deck: Deck) -> str:
    """Return a deck as a Python file in percent format: the text as comments, the cells as code.

    Jupytext: https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format
    """
    parts = []
    for slide in deck.slides:
        for part in _parts(deck, slide, lambda address: address):
            if isinstance(part, Cell):
                # What only a notebook understands would be no Python.
                code = re.sub(r"^(\s*)([%!].*)$", r"\1# \2", part.source, flags=re.MULTILINE)
                parts.append(f"# %%\n{code}\n")
            else:
                lines = "\n".join(f"# {line}".rstrip() for line in part.split("\n"))
                parts.append(f"# %% [markdown]\n{lines}\n")
    return "\n".join(parts)


def _parts(deck: Deck, slide: Slide, embed: Embed) -> Iterator[str | Cell]:
    """Give the texts of a slide and the cells between them, as they stand."""
    # Of copies that are one slide, the last has all of the text.
    at = slide.copies[-1].end_line if slide.copies else slide.line
    for cell in (cell for cell in deck.cells if cell.slide == slide.number and cell.span.line >= at):
        if cell.options.get("eval") is False:
            continue
        yield from _markdown(deck, at, cell.span.line, embed)
        yield cell
        at = cell.span.end_line + 1
    yield from _markdown(deck, at, slide.end_line, embed)


def _markdown(deck: Deck, first: int, end: int, embed: Embed) -> Iterator[str]:
    """Give the text of these lines as plain Markdown, if there is any."""
    lines = list(deck.source.lines[first - 1 : end - 1])
    if first == 1 and lines and lines[0].rstrip() == "---":
        close = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
        lines = lines[close + 1 :]
    elif lines and _RULER.fullmatch(lines[0].rstrip()):
        lines = lines[1:]
    text = _STYLE.sub("", _COMMENT.sub("", "\n".join(lines)))

    def image(match: re.Match[str]) -> str:
        words = [word for word in match[1].split() if not _KEYWORD.fullmatch(word)]
        if "bg" in words:
            words = [word for word in words if not _BACKGROUND.fullmatch(word)]
        return f"![{' '.join(words)}]({embed(match[2].strip().strip('<>'))}{match[3]})"

    text = re.sub(r"\n{3,}", "\n\n", _IMAGE.sub(image, text)).strip()
    if text:
        yield text


def _text(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.options.get("echo") is False or cell.options.get("include") is False:
        # Jupyter's word, and Colab's.
        metadata = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    if cell.options.get("error"):
        metadata["tags"] = ["raises-exception"]
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [_output(output) for output in cell.outputs or ()],
        "source": cell.source.splitlines(keepends=True),
    }


def _output(output: Output) -> dict[str, Any]:
    plain = output.data.get("text/plain", "")
    if output.kind == "stream":
        return {"output_type": "stream", "name": output.stream or "stdout", "text": plain}
    if output.kind == "error":
        name, message = output.error or ("Error", "")
        return {"output_type": "error", "ename": name, "evalue": message, "traceback": plain.split("\n")}
    data = {mime: _loaded(mime, content) for mime, content in output.data.items()}
    kept = {mime: told for mime, told in output.metadata.items() if mime in data}
    shown: dict[str, Any] = {"output_type": "display_data", "data": data, "metadata": kept}
    return shown | (
        {"output_type": "execute_result", "execution_count": None} if output.kind == "result" else {}
    )


def _loaded(mime: str, content: str) -> object:
    """Return what a MIME bundle holds: JSON is no text there."""
    if mime != "application/json" and not mime.endswith("+json"):
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content
