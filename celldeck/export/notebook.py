"""A deck as a notebook (`.ipynb`) and as a script in percent format (`.py`), for students to run and change.

nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
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

_DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "tensorflow_datasets": "tensorflow-datasets",
    "keras_tuner": "keras-tuner",
    "umap": "umap-learn",
    "dotenv": "python-dotenv",
}
"""What pip calls modules that have another name there."""
_IN_EVERY_NOTEBOOK = {"IPython", "ipykernel"}


def notebook(deck: Deck, embed: Embed) -> str:
    """Return a deck as a Jupyter notebook: its text, its cells in run order, and what they gave.

    A cell whose code the slides hide is folded. One that may raise is marked so that a run goes on.
    """
    language = {"name": "python", "display_name": "Python 3", "language": "python"}
    parts = [part for slide in deck.slides for part in _parts(deck, slide, embed)]
    cells = [_code(part) if isinstance(part, Cell) else _text(part) for part in parts]
    if needed := _packages(deck, parts):
        told = "The cells need these packages. To install them, take away the first # of the next line."
        install = f"# {told}\n# {needed}"
        cells.insert(0, _plain_code(install))
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
    parts = [part for slide in deck.slides for part in _parts(deck, slide, lambda address: address)]
    texts = []
    if needed := _packages(deck, parts):
        texts.append(f"# {needed.lstrip('%')}\n")
    for part in parts:
        if isinstance(part, Cell):
            # What only a notebook understands would be no Python.
            code = re.sub(r"^(\s*)([%!].*)$", r"\1# \2", part.source, flags=re.MULTILINE)
            texts.append(f"# %%\n{code}\n")
        else:
            lines = "\n".join(f"# {line}".rstrip() for line in part.split("\n"))
            texts.append(f"# %% [markdown]\n{lines}\n")
    return "\n".join(texts)


def _packages(deck: Deck, parts: Sequence[str | Cell]) -> str:
    """Return the command that installs what the cells import and Python does not have; empty: nothing."""
    names: set[str] = set()
    for part in parts:
        if isinstance(part, Cell):
            names |= _imported(part.source)
    folder = deck.source.path.parent
    needed = {
        _DISTRIBUTIONS.get(name, name)
        for name in names - sys.stdlib_module_names - _IN_EVERY_NOTEBOOK
        if not (folder / f"{name}.py").exists() and not (folder / name).is_dir()
    }
    return f"%pip install {' '.join(sorted(needed))}" if needed else ""


def _imported(source: str) -> set[str]:
    """Return the modules that code imports, by their first names."""
    try:
        # What only a notebook understands is no Python.
        tree = ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


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


def _plain_code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def _code(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.options.get("echo") is False or cell.options.get("include") is False:
        # Jupyter's word, and Colab's.
        metadata = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    if cell.options.get("error"):
        metadata["tags"] = ["raises-exception"]
    outputs = [_output(output) for output in cell.outputs or ()]
    return _plain_code(cell.source) | {"metadata": metadata, "outputs": outputs}


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
