"""What is told about a deck's CSS."""

from __future__ import annotations

from celldeck.model import Deck, Style, Theme
from celldeck.source import Source
from celldeck.themes import ThemeSet, ThemeSource, find_theme, tell


def told(theme: str, deck: str = "", *styles: Style) -> list[str]:
    themes = ThemeSet(
        {"a": ThemeSource("a", Source.of(theme, "a.css")), "b": ThemeSource("b", Source.of("", "b.css"))}
    )
    found: Theme = find_theme(themes, "a")
    return [str(notice) for notice in tell(themes, found, Deck(Source.of(deck), (), styles=styles))]


def test_nothing_is_told_of_a_theme_and_a_deck_that_are_in_order() -> None:
    assert told("@import 'b'; @import url(x); @import 'file.css';", "", Style("p { x: y }", 1)) == []


def test_an_import_of_a_theme_that_nobody_has_is_told_with_its_place() -> None:
    assert told("p {}\n@import 'gone';") == [
        "a.css:2:9: warning: the theme `a` imports `gone`, which nobody has [unknown-theme-import]\n"
        "  2 | @import 'gone';\n"
        "    |         ^^^^^^\n"
        "  hint: themes here: a, b"
    ]


def test_a_style_that_is_not_css_is_told_with_its_place_in_the_deck() -> None:
    deck = "# A\n\n<style>\np {\n  x: 'y\n}\n</style>\n"
    assert told("", deck, Style("\np {\n  x: 'y\n}\n", 3)) == [
        "deck.md:5:6: warning: all CSS of this deck is ignored, because this is not CSS: "
        "a string is never closed [invalid-style]\n"
        "  5 |   x: 'y\n"
        "    |      ^"
    ]
    assert told("", deck, Style("\np {\n  x: 'y\n}\n", 3, slide=1))[0].startswith(
        "deck.md:5:6: warning: this style is ignored, because"
    )


def test_styles_that_make_one_text_that_is_css_are_not_told() -> None:
    assert told("", "p {\n}", Style("p {", 1), Style("}", 2)) == []


def test_a_style_directive_is_found_below_its_key() -> None:
    deck = "---\nstyle: |\n  p { x: y }\n  p { x:: y }\n---\n"
    assert told("", deck, Style("p { x: y }\np { x:: y }\n", 2))[0].startswith(
        "deck.md:4:9: warning: all CSS"
    )
    assert told("", '---\nstyle: "p { x:: y }"\n---\n', Style("p { x:: y }", 2))[0].startswith(
        "deck.md:2:15: "
    )


def test_a_style_that_stands_nowhere_is_told_at_its_line() -> None:
    assert told("", "<!-- style: p\\u007b -->", Style("p{", 1))[0].startswith("deck.md:1:1: ")
