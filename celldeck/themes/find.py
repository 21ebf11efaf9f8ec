"""A theme by name, with what it inherits from the themes it imports settled.

Marpit: https://marpit.marp.app/theme-css?id=customized-theme, and its `ThemeSet.getThemeProp` for the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from celldeck.errors import DeckError
from celldeck.model import Theme
from celldeck.source import Span
from celldeck.themes import scaffold
from celldeck.themes.imports import CircularImport, Sheet, inherited
from celldeck.themes.sizes import read_presets, to_pixels
from celldeck.themes.theme_set import ThemeSet, ThemeSheet, ThemeSource


def find_theme(themes: ThemeSet, name: str | None, *, nesting: bool = True) -> Theme:
    """Return the theme with a name; the default one if nobody has that name, or if there is none.

    Args:
        themes: where it is looked up.
        name: None: the deck names no theme.
        nesting: whether nested rules are made flat, as for the style sheet.

    Raises:
        DeckError: the theme, or one that it imports, is not CSS, or imports itself.
    """
    source = themes.get(name, themes.default) if name is not None else themes.default
    chain = _chain(themes, source, nesting)
    default = themes.default.read(nesting=nesting)
    auto_scaling = next((t.metadata.auto_scaling for t in chain if t.metadata.auto_scaling), None)
    presets = read_presets(line for theme in reversed(chain) for line in theme.metadata.sizes)
    return Theme(
        name=source.name,
        css=source.source.text,
        size_px=_pixels([*(theme.size for theme in chain), default.size]),
        page_size=_lengths(chain, default),
        presets=presets,
        auto_scaling=auto_scaling,
    )


def resize(themes: ThemeSet, theme: Theme, size: tuple[str, str], *, nesting: bool = True) -> Theme:
    """Return a theme with slides of another size, such as one of its presets.

    Where the size is in units without a number of pixels, slides are as large as the theme would have them.

    Args:
        themes: the set that the theme comes from.
        theme: found in it.
        size: width and height, as CSS lengths.
        nesting: as for `find_theme`.
    """
    source = themes.get(theme.name, themes.default)
    if source.source.text != theme.css:
        source = themes.default
    inherited_sizes = [theme.size for theme in _chain(themes, source, nesting)[1:]]
    default = themes.default.read(nesting=nesting)
    return replace(theme, size_px=_pixels([size, *inherited_sizes, default.size]), page_size=size)


def _chain(themes: ThemeSet, source: ThemeSource, nesting: bool) -> list[ThemeSheet]:
    """Return the theme and those it is built on, nearest first."""
    by_sheet: dict[int, ThemeSheet] = {}

    def find(name: str) -> Sheet | None:
        return keep(themes[name]) if name in themes else None

    def keep(found: ThemeSource) -> Sheet:
        read = found.read(nesting=nesting)
        by_sheet[id(read.sheet)] = read
        return read.sheet

    try:
        return [by_sheet[id(sheet)] for sheet in inherited(source.name or None, keep(source), find)]
    except CircularImport as error:
        raise circular(themes, error) from error


def circular(themes: ThemeSet, error: CircularImport) -> DeckError:
    """Return what is told of a theme that imports itself."""
    source = themes[error.path[0]].source
    pattern = rf"""@import(?:-theme)?\s+(["']){re.escape(error.path[1])}\1"""
    found = re.search(pattern, source.text)
    span = None
    if found:
        line = source.text.count("\n", 0, found.start()) + 1
        span = Span(
            source, line, found.start() - source.text.rfind("\n", 0, found.start()), line, len(found[0])
        )
    return DeckError(
        f"the theme `{error.path[0]}` imports itself: {error}",
        span,
        "take out one of these imports, or give one of the themes another name",
    )


def _lengths(chain: Iterable[ThemeSheet], default: ThemeSheet) -> tuple[str, str]:
    sizes = [*(theme.size for theme in chain), default.size]
    width, height = (next((size[side] for size in sizes if size[side]), None) for side in (0, 1))
    return width or scaffold.SIZE[0], height or scaffold.SIZE[1]


def _pixels(sizes: Iterable[tuple[str | None, str | None]]) -> tuple[float, float]:
    """Return width and height from the first sizes that have a number of pixels, each by itself."""
    candidates = [*sizes, scaffold.SIZE]
    width, height = (next(px for size in candidates if (px := to_pixels(size[side]))) for side in (0, 1))
    return _plain(width), _plain(height)


def _plain(number: float) -> float:
    """Return a whole number as an int, which prints without a point."""
    return int(number) if number == int(number) else number
