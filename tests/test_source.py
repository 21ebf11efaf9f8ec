"""Texts and places in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.source import Source, Span

DECK = Source.of("# Title\n\n\tsome *text* here\n", "talks/a.md")


def test_a_text_is_read_as_marp_reads_it() -> None:
    source = Source.of("\ufeffa\r\nb\rc\0\n", "deck.md")
    assert source.text == "a\nb\nc\ufffd\n"
    assert source.lines == ("a", "b", "c\ufffd", "")
    assert source.path == Path("deck.md")


def test_an_empty_text_has_one_empty_line() -> None:
    assert Source.of("").lines == ("",)
    assert str(Source.of("").span(1)) == "deck.md:1:1"


@pytest.mark.parametrize(
    ("line", "text", "place", "length"),
    [
        (3, "*text*", "talks/a.md:3:7", 6),
        (3, "not there", "talks/a.md:3:2", 16),
        (3, "", "talks/a.md:3:2", 16),
        (3, "*text*\nmore", "talks/a.md:3:7", 6),
        (2, "", "talks/a.md:2:1", 1),
        (0, "", "talks/a.md:1:1", 7),
        (99, "", "talks/a.md:4:1", 1),
    ],
    ids=[
        "found",
        "another text",
        "the line",
        "first line",
        "empty line",
        "before the start",
        "after the end",
    ],
)
def test_span_points_at_a_text_or_its_line(line: int, text: str, place: str, length: int) -> None:
    span = DECK.span(line, text)
    assert (str(span), span.length, span.end_line) == (place, length, span.line)


def test_span_may_go_over_several_lines() -> None:
    assert DECK.span(1, end_line=3).end_line == 3
    assert DECK.span(3, end_line=1).end_line == 3


@pytest.mark.parametrize(
    ("span", "excerpt"),
    [
        (DECK.span(1, "Title"), ["  1 | # Title", "    |   ^^^^^"]),
        (DECK.span(3, "*text*"), ["  3 | \tsome *text* here", "    | \t     ^^^^^^"]),
        (DECK.span(2), ["  2 | ", "    | ^"]),
        (Span(DECK, 1, 7, 1, 99), ["  1 | # Title", "    |       ^"]),
        (Source.of("\n" * 99 + "x").span(100), ["  100 | x", "      | ^"]),
    ],
    ids=["word", "tab", "empty line", "too long", "three digits"],
)
def test_excerpt_shows_the_line_and_what_is_meant(span: Span, excerpt: list[str]) -> None:
    assert span.excerpt().split("\n") == excerpt
