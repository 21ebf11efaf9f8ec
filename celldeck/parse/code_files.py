"""Code that a cell takes from a file: the whole of it, or a part by its name.

A part is what stands between `# region NAME` and `# endregion`, as editors fold it, or a function or class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent

from celldeck.frozen import frozen
from celldeck.patterns import late
from celldeck.source import Source

_REGION = late(r"\s*(?:#|//|--|%)\s*region\s+(?P<name>[\w.-]+)\s*")
_END = late(r"\s*(?:#|//|--|%)\s*endregion\b.*")


@frozen
class Part:
    """Lines of a file."""

    code: str
    """Without what all its lines are indented by, and without a last line end."""
    first_line: int
    """1-based line of the file that it starts on."""


def part_of(source: Source, name: str) -> Part | None:
    """Return the part of a file that has a name; None: it has none. An empty name means the whole file.

    Args:
        name: of a region, or of a function or a class; `Model.call` is a method.
    """
    if not name:
        return _lines(source, 1, len(source.lines))
    for found, first, last in (*_regions(source), *_definitions(source)):
        if found == name:
            return _lines(source, first, last)
    return None


def names_in(source: Source) -> list[str]:
    """Return the names of the parts of a file, in its order."""
    return list(dict.fromkeys(name for name, _, _ in (*_regions(source), *_definitions(source))))


def _lines(source: Source, first: int, last: int) -> Part:
    # Marks of regions inside stay, as the comments that they are: so lines keep their numbers.
    text = dedent("\n".join(source.lines[first - 1 : last]))
    above = len(text) - len(text.lstrip("\n"))
    return Part(text.strip("\n"), first + above)


def _regions(source: Source) -> Iterator[tuple[str, int, int]]:
    """Give name, first and last line of what stands between marks; one that never ends goes to the end."""
    for number, line in enumerate(source.lines, 1):
        if mark := _REGION.fullmatch(line):
            depth = 1
            last = len(source.lines)
            for below, text in enumerate(source.lines[number:], number + 1):
                depth += bool(_REGION.fullmatch(text)) - bool(_END.fullmatch(text))
                if depth == 0:
                    last = below - 1
                    break
            yield mark["name"], number + 1, last


def _definitions(source: Source) -> Iterator[tuple[str, int, int]]:
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError):
        return
    yield from _defined(tree, "")


def _defined(node: ast.AST, above: str) -> Iterator[tuple[str, int, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            yield above + child.name, first, child.end_lineno or child.lineno
            yield from _defined(child, f"{above}{child.name}.")
