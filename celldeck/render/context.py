"""Context: what rendering an element needs from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from celldeck.model import MarpOptions, Theme
from celldeck.nodes import CellPlace, CellValue, OutputPlace


@dataclass(frozen=True)
class Context:
    """The options and the neighbours that elements are rendered with, as plain functions."""

    options: MarpOptions
    theme: Theme
    sanitize: Callable[[str], str]
    """One raw tag or block of HTML, as written, to what may pass."""
    highlight: Callable[[str, str], str | None]
    """Code and its language to the HTML inside `<code>`; None: the language is unknown."""
    math: Callable[[str, bool], str]
    """TeX, and whether it is displayed on lines of its own, to HTML."""
    emojify: Callable[[str, bool], str]
    """Text that is not yet escaped, and whether it is prose, to HTML with pictures for emoji.

    In prose `:name:` counts; in code Marp makes a picture of the first character of a sequence only.
    """
    cell: Callable[[CellPlace | OutputPlace | CellValue], str]
    """Where a cell, its output or its value stands, to the HTML of what is shown there."""
