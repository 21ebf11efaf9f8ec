"""Some slides of a page."""

from __future__ import annotations

import pytest

from celldeck.errors import DeckError
from celldeck.export.chosen import chosen_numbers


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [("3", (3,)), ("2-4,1", (2, 3, 4, 1)), (" 4 - , 5", (4, 5)), ("1,1-2", (1, 2))],
)
def test_numbers_and_ranges_name_slides(chosen: str, numbers: tuple[int, ...]) -> None:
    assert chosen_numbers(chosen, 5) == numbers


@pytest.mark.parametrize("chosen", ["", "x", "1,,2", "-3", "1:2"])
def test_what_names_no_slides_is_told(chosen: str) -> None:
    with pytest.raises(DeckError, match="names no slides"):
        chosen_numbers(chosen, 5)


@pytest.mark.parametrize("chosen", ["0", "6", "2-9", "4-2"])
def test_slides_that_there_are_not_are_told(chosen: str) -> None:
    with pytest.raises(DeckError, match="which has 5"):
        chosen_numbers(chosen, 5)
