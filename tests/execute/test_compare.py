"""Whether cells of two runs give the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decks import deck_of

from celldeck.execute.compare import differences, masked
from celldeck.model import Deck, Output


def deck(*texts: str, mime: str = "text/plain") -> Deck:
    made = deck_of(*("pass" for _ in texts))
    outputs = [(Output("stream", {mime: text}, "stdout"),) if text else () for text in texts]
    return replace(made, cells=tuple(replace(c, outputs=o) for c, o in zip(made.cells, outputs, strict=True)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<object at 0x7f0abb7027a0>", "<object at 0x7F0ABB7029FF>"),
        ("25/25 3ms/step - loss: 0.5", "25/25 12ms/step - loss: 0.5"),
        ("\x1b[1m4s\x1b[0m 3ms/step", "\x1b[1m0s\x1b[0m 13ms/step"),
        ("CPU times: user 1.2 s, sys: 3 µs", "CPU times: user 0.9 s, sys: 1e+03 ns"),
        ("Wall time: 5.72 μs", "Wall time: 12 ms"),
        ("[00:03<00:00, 31.2it/s]", "[00:01<00:00, 87.9it/s]"),
        ("at 12:03:55.123", "at 13:04:01.000"),
        (
            '<div id="5fbf1c1c-4d5c-4a0e-8f63-64d3cc0a9c6f">',
            '<div id="0e37df36-f698-41e6-8dd4-3dd4ed9dcb3d">',
        ),
        ('#T_65b37_row0_col1 {} <table id="T_65b37">', '#T_c96bc_row0_col1 {} <table id="T_c96bc">'),
        ('<g clip-path="url(#p9aacf9d4b7)">', '<g clip-path="url(#p3d7e70b0ec)">'),
        ('<clipPath id="p9aacf9d4b7"/>', '<clipPath id="p3d7e70b0ec"/>'),
        ('<use xlink:href="#C0_1_aafd85b7e6"/>', '<use xlink:href="#C0_1_07bb55ff60"/>'),
    ],
)
def test_times_addresses_and_ids_made_by_chance_do_not_count(one: str, other: str) -> None:
    assert masked(one) == masked(other)
    assert list(differences(deck(one), deck(other))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("0.5", "0.6"), ("a 1", "a 2"), ("", "a"), ("3 steps", "4 steps"), ("p9aacf9d4b7", "p3d7e70b0ec")],
)
def test_numbers_and_words_do(one: str, other: str) -> None:
    (found,) = differences(deck("same", one), deck("same", other))
    assert found.cell.index == 1


def test_a_difference_is_shown_line_by_line() -> None:
    (found,) = differences(deck("a\nb\nc"), deck("a\nx\nc"))
    assert found.text == "-b\n+x"


def test_of_a_picture_its_digest_is_shown() -> None:
    (found,) = differences(deck("aGk=", mime="image/png"), deck("aG8=", mime="image/png"))
    assert found.text.count("image/png, 4 characters, ") == 2


def test_a_long_difference_is_cut() -> None:
    one, other = ("\n".join(f"{word} {n} words" for n in range(40)) for word in ("old", "new"))
    (found,) = differences(deck(one), deck(other))
    assert found.text.count("\n") == 11
