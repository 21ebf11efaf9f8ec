"""The whole text of what is told; which lines it is told for stands in `cases/notices.md`."""

from __future__ import annotations

import pytest

from celldeck.parse import parse
from celldeck.parse.misspellings import directive_like
from celldeck.source import Source


def told(text: str) -> list[str]:
    return [str(notice) for notice in parse(Source.of(text)).notices]


def test_a_misspelt_directive_is_told_with_the_name_that_was_meant() -> None:
    assert told("<!--\n_clas: lead\n-->") == [
        "deck.md:2:1: warning: '_clas' is no directive [unknown-directive]\n"
        "  2 | _clas: lead\n"
        "    | ^^^^^\n"
        "  hint: did you mean '_class'?"
    ]


def test_text_after_a_comment_is_told_where_it_stands() -> None:
    assert told("<!--\nnote\n--> gone") == [
        "deck.md:3:5: warning: Marp drops what stands after --> on its line [text-lost]\n"
        "  3 | --> gone\n"
        "    |     ^^^^\n"
        "  hint: put it on a line of its own"
    ]


def test_an_open_comment_is_told_at_the_ruler_in_it() -> None:
    assert told("<!-- open\n\n---\n\n# Hidden\n-->") == [
        "deck.md:3:1: warning: a comment is still open here, so this --- starts no slide "
        "[slides-in-comment]\n"
        "  3 | ---\n"
        "    | ^^^\n"
        "  hint: it begins on line 1; end it with --> if the slides below are meant to be seen"
    ]


def test_one_place_is_told_once() -> None:
    assert len(told("A $5 or 6$ and $7 or 8$")) == 1


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("Class", "class"),
        ("_Class", "_class"),
        ("heading-divider", "headingDivider"),
        ("background", "backgroundColor"),
        ("pagination", "paginate"),
        ("_theme", "theme"),
        ("kernal", "kernel"),
        ("class", None),
        ("subtitle", None),
        ("date", None),
    ],
)
def test_directive_like(key: str, meant: str | None) -> None:
    assert directive_like(key) == meant
