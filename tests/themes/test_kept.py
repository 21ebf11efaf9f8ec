"""Themes and style sheets from the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.cache import Cache
from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.source import Source
from celldeck.themes import KeptThemes, find_theme, kept, load_themes, resize, stylesheet

THEMES = load_themes()


def deck_of(text: str) -> Deck:
    return parse(Source.of(text, Path("deck.md")), MarpOptions())


def sheet(themes: KeptThemes, deck: Deck, container: str = "main") -> tuple[str, list[str]]:
    theme = themes.find("default")
    css, told = themes.stylesheet(
        theme, deck, size=None, options=MarpOptions(), container=container, extra=()
    )
    return css, [one.kind for one in told]


def test_what_is_kept_is_what_would_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deck = deck_of(
        "# One\n\n<style>h1 { color: red }</style>\n\n---\n\n<style scoped>p { margin: 0 }</style>\n"
    )
    first = KeptThemes(THEMES, cache := Cache(tmp_path))
    made = [
        first.find(name, size) for name in ("default", "gaia", None) for size in (None, ("960px", "720px"))
    ]
    css = sheet(first, deck)
    assert made[0] == find_theme(THEMES, "default")
    assert made[1] == resize(THEMES, made[0], ("960px", "720px"))
    styles = [(style.css, style.scope) for style in deck.styles]
    assert css == (stylesheet(THEMES, made[0], styles=styles, container="main"), [])
    cache.flush()

    monkeypatch.setattr(kept, "find_theme", None)
    monkeypatch.setattr(kept, "stylesheet", None)
    again = KeptThemes(THEMES, Cache(tmp_path))
    assert made == [
        again.find(name, size) for name in ("default", "gaia", None) for size in (None, ("960px", "720px"))
    ]
    assert sheet(again, deck) == css


def test_another_style_or_container_is_another_sheet() -> None:
    themes = KeptThemes(THEMES, Cache(None))
    one = sheet(themes, deck_of("<style>h1 { color: red }</style>"))
    assert sheet(themes, deck_of("<style>h1 { color: blue }</style>")) != one
    assert sheet(themes, deck_of("<style>h1 { color: red }</style>"), "body") != one


def test_what_is_to_be_told_is_told_again() -> None:
    themes = KeptThemes(THEMES, Cache(None))
    deck = deck_of("<style>h1 { color: red; } } p {</style>")
    assert sheet(themes, deck)[1] == ["invalid-style"]
    assert sheet(themes, deck)[1] == ["invalid-style"]
