"""Edits: what was changed in cells on stage, as a diff of the deck, and written back into its file.

All that is changed of a deck's file are the lines of the code of the cells: fences, options and everything
else stay as they are, line ends too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from celldeck.errors import DeckError
from celldeck.model import Cell, Deck
from celldeck.source import Source


def why_not(cell: Cell) -> str | None:
    """Return why a cell's code cannot be changed in the deck's file, in words; None: it can."""
    if cell.inline:
        return "a value in a line of text is changed in the text"
    if cell.origin is not None:
        return f"its code stands in {cell.origin.path}"
    return None


def with_edits(deck: Deck, edits: Mapping[int, str]) -> str:
    """Return the deck's text, its line ends being `\\n`, with other code in some of its cells.

    Args:
        edits: the new code, by the index of the cell.

    Raises:
        DeckError: code that cannot stand in its cell, because of its fence for one.
    """
    lines = list(deck.source.lines)
    # From the last to the first, so that the lines above keep their numbers.
    for index in sorted(edits, key=lambda index: deck.cells[index].span.line, reverse=True):
        cell = deck.cells[index]
        if reason := why_not(cell):
            raise DeckError(f"this cell cannot be changed here: {reason}", cell.span)
        first, count = cell.first_line, _length(cell)
        if not count:
            raise DeckError("a cell without code cannot be changed here", cell.span)
        _check_fence(cell, edits[index])
        before = _before(cell, lines[first - 1 : first - 1 + count])
        new = [before + line if line else line for line in edits[index].split("\n")]
        lines[first - 1 : first - 1 + count] = new
    return "\n".join(lines)


def _length(cell: Cell) -> int:
    return len(cell.source.split("\n")) if cell.source else 0


def _before(cell: Cell, lines: list[str]) -> str:
    """Return what stands before the code in each of its lines: the indent of a list, the mark of a quote."""
    for text, line in zip(cell.source.split("\n"), lines, strict=True):
        if text and line.endswith(text):
            return line[: len(line) - len(text)]
    return ""


def _check_fence(cell: Cell, code: str) -> None:
    opening = cell.span.source.lines[cell.span.line - 1]
    fence = re.search(r"(`{3,}|~{3,})", opening)
    if fence is None:
        return
    closing = re.compile(rf"[ \t]*{re.escape(fence[1][0])}{{{len(fence[1])},}}[ \t]*")
    for line in code.split("\n"):
        if closing.fullmatch(line):
            hint = "open the cell with more backticks than its code has in a row"
            raise DeckError("this code would end the fence of its cell", cell.span, hint)
    if "\r" in code or "\0" in code:
        raise DeckError("code has neither carriage returns nor NUL", cell.span)


def difference(deck: Deck, new: str, path: Path) -> str:
    """Return a unified diff of the deck's text and a new one, as `git apply` and `patch -p1` take it."""
    name = path.as_posix().lstrip("/")
    parts = difflib.unified_diff(
        deck.source.text.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"a/{name}",
        f"b/{name}",
    )
    return "".join(
        part if part.endswith("\n") else f"{part}\n\\ No newline at end of file\n" for part in parts
    )


def written(deck: Deck, new: str, now: bytes) -> bytes:
    """Return the content of the deck's file with a new text, in the file's own line ends.

    Args:
        new: as `with_edits` gives it.
        now: the file's content.

    Raises:
        DeckError: the file is not what the deck was read from, so it has changed meanwhile.
    """
    try:
        text = now.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if Source.of(text, deck.source.path).text != deck.source.text:
        raise DeckError(
            f"{deck.source.path} has changed meanwhile", hint="wait until it is built, then try again"
        )
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    old = re.split(r"(\r\n|\r|\n)", text.removeprefix("\ufeff"))
    lines, ends = old[::2], old[1::2]
    usual = max(("\n", "\r\n", "\r"), key=ends.count) if ends else "\n"
    result: list[str] = []
    matcher = difflib.SequenceMatcher(None, deck.source.text.split("\n"), new.split("\n"), autojunk=False)
    fresh = new.split("\n")
    for kind, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if kind == "equal":
            # As they are in the file, NUL and all.
            result += [lines[at] + (ends[at] if at < len(ends) else "") for at in range(from_old, to_old)]
        else:
            last = len(fresh) - 1
            result += [fresh[at] + (usual if at < last else "") for at in range(from_new, to_new)]
    return (mark + "".join(result)).encode("utf-8")
