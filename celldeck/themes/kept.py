"""Themes and style sheets that were made before, from the cache.

Both follow from texts alone; to read a theme and write a style sheet takes longer than to render the one
slide that was edited.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache as once
from hashlib import blake2b
from pathlib import Path

from celldeck.cache import Cache
from celldeck.errors import Notice
from celldeck.model import Deck, MarpOptions, Theme
from celldeck.themes.checks import tell
from celldeck.themes.find import find_theme, resize
from celldeck.themes.stylesheet import stylesheet
from celldeck.themes.theme_set import ThemeSet


class KeptThemes:
    """Makes what a deck needs of a set of themes, or finds it made."""

    def __init__(self, themes: ThemeSet, cache: Cache) -> None:
        """Take the themes, and what keeps what is made of them."""
        self._themes = themes
        self._cache = cache
        texts = [(name, one.name, one.source.text) for name, one in themes.items()]
        default = (themes.default.name, themes.default.source.text)
        self._key = blake2b(repr((_code(), texts, default)).encode("utf-8", "replace")).hexdigest()

    def find(self, name: str | None, size: tuple[str, str] | None = None) -> Theme:
        """Return what `find_theme` returns for a name, in another size if one is given; errors as there."""
        key = repr((self._key, name, size))
        kept = self._cache.get("theme", key)
        if kept is not None:
            found, size_px, page_size, presets, auto_scaling = json.loads(kept)
            source = self._themes.get(found, self._themes.default)
            sizes = {preset: (width, height) for preset, (width, height) in presets.items()}
            return Theme(found, source.source.text, tuple(size_px), tuple(page_size), sizes, auto_scaling)
        theme = find_theme(self._themes, name)
        if size is not None:
            theme = resize(self._themes, theme, size)
        if self._themes.get(theme.name, self._themes.default).source.text == theme.css:
            settled = [theme.name, theme.size_px, theme.page_size, dict(theme.presets), theme.auto_scaling]
            self._cache.put("theme", key, json.dumps(settled))
        return theme

    def stylesheet(
        self,
        theme: Theme,
        deck: Deck,
        *,
        size: tuple[str, str] | None,
        options: MarpOptions,
        container: str,
        extra: Sequence[str],
    ) -> tuple[str, tuple[Notice, ...]]:
        """Return a deck's style sheet, and what is to be told of it and its theme; arguments as there.

        Raises:
            DeckError: a theme that is imported is not CSS, or imports itself.
        """
        styles = [(style.css, style.scope) for style in deck.styles]
        own = [(style.css, style.slide is None) for style in deck.styles]
        key = repr((self._key, theme, styles, own, size, options, container, tuple(extra)))
        kept = self._cache.get("stylesheet", key)
        if kept is not None:
            return kept, self._themes.notices
        css = stylesheet(
            self._themes,
            theme,
            styles=styles,
            size=size,
            options=options,
            container=container,
            extra=extra,
        )
        told = tell(self._themes, theme, deck)
        if told == self._themes.notices:
            # What is to be told has its place in the deck, which may be another the next time.
            self._cache.put("stylesheet", key, css)
        return css, told


@once
def _code() -> str:
    """Return what changes with the code that makes style sheets."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return repr([(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files])
