from __future__ import annotations

from celldeck.model import Deck, MarpOptions
from celldeck.parse import choose_theme, parse, unknown_themes
from celldeck.source import Source


def read(text: str, options: MarpOptions | None = None) -> Deck:
    return parse(Source.of(text), options)


def test_choose_theme_takes_the_last_name_that_there_is() -> None:
    deck = read("---\ntheme: one\n---\n\n---\n<!-- theme: two -->\n\n---\n<!-- theme: three -->")
    assert deck.theme_names == (("one", 2), ("two", 6), ("three", 9))
    assert choose_theme(deck, {"one", "two"}).directives == {"theme": "two"}
    assert list(unknown_themes(deck, {"one", "two"})) == [("three", 9)]


def test_choose_theme_leaves_no_theme_where_none_is_known() -> None:
    deck = read("---\nlang: de\ntheme: one\n---\n")
    assert choose_theme(deck, ()).directives == {"lang": "de"}


def test_a_theme_that_is_no_text_names_none() -> None:
    assert read("---\ntheme: [one]\n---\n").theme_names == ()


def test_overrides_beat_the_deck() -> None:
    options = MarpOptions(overrides={"title": "Given", "theme": "given"})
    deck = read("---\ntitle: Own\ntheme: own\n---\n# Heading", options)
    assert deck.metadata.title == "Given"
    assert deck.directives["theme"] == "given"


def test_slides_that_agree_share_their_directives() -> None:
    deck = read("<!-- class: a -->\n\n---\n\ntwo\n\n---\n\n<!-- _class: b -->\n")
    first, second, third = deck.slides
    assert first.directives is second.directives
    assert third.directives == {"class": "b"}


def test_a_refused_value_is_told_and_the_one_before_it_stays() -> None:
    deck = read("---\nmath: katex\n---\n\n<!--\nlang: de\nmath: asciimath\n-->")
    assert deck.directives == {"math": "katex", "lang": "de"}
    assert str(deck.notices[0]) == (
        "deck.md:7:1: warning: 'math' cannot be 'asciimath', so it is ignored [directive-value]\n"
        "  7 | math: asciimath\n"
        "    | ^^^^\n"
        "  hint: it takes mathjax or katex"
    )
