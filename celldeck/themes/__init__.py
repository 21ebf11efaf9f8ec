"""Themes: CSS → Theme, and the style sheet of a deck."""

from __future__ import annotations

from celldeck.themes.checks import tell
from celldeck.themes.find import find_theme, resize
from celldeck.themes.kept import KeptThemes
from celldeck.themes.metadata import find_name
from celldeck.themes.stylesheet import stylesheet
from celldeck.themes.theme_set import ThemeSet, ThemeSource, add_theme_file, builtin_folder, load_themes

__all__ = [
    "KeptThemes",
    "ThemeSet",
    "ThemeSource",
    "add_theme_file",
    "builtin_folder",
    "find_name",
    "find_theme",
    "load_themes",
    "resize",
    "stylesheet",
    "tell",
]
