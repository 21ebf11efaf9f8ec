"""What is told, as people read it."""

from __future__ import annotations

from celldeck.errors import DeckError, Notice
from celldeck.source import Source

DECK = Source.of("---\ntheme: gaia2\n---\n", "slides/intro.md")


def test_an_error_names_the_place_shows_the_line_and_says_what_to_write() -> None:
    error = DeckError("unknown theme 'gaia2'", DECK.span(2, "gaia2"), "did you mean 'gaia'?")
    assert str(error) == (
        "slides/intro.md:2:8: unknown theme 'gaia2'\n"
        "  2 | theme: gaia2\n"
        "    |        ^^^^^\n"
        "  hint: did you mean 'gaia'?"
    )


def test_an_error_without_a_place_or_a_hint_has_neither() -> None:
    assert str(DeckError("there is no deck")) == "there is no deck"
    assert str(DeckError("there is no deck", hint="name one")) == "there is no deck\n  hint: name one"


def test_a_notice_says_that_it_is_one_and_its_kind() -> None:
    notice = Notice("unknown-theme", "unknown theme 'gaia2'", DECK.span(2, "gaia2"))
    assert str(notice) == (
        "slides/intro.md:2:8: warning: unknown theme 'gaia2' [unknown-theme]\n"
        "  2 | theme: gaia2\n"
        "    |        ^^^^^"
    )
    assert str(Notice("marp-config", "odd")) == "warning: odd [marp-config]"


def test_equal_notices_are_equal_wherever_their_text_was_read() -> None:
    again = Source.of(DECK.text, DECK.path)
    assert Notice("k", "m", DECK.span(2)) == Notice("k", "m", again.span(2))
    assert Notice("k", "m", DECK.span(2)) != Notice("k", "m", DECK.span(1))
