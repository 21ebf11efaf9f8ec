"""What is made of texts is kept from one build to the next, and no longer."""

from __future__ import annotations

import pytest

from celldeck.export.kept import Kept


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, text: str, *rest: object) -> object:
        self.count += 1
        return None if text == "nothing" else (text.upper(), rest)


@pytest.mark.parametrize("text", ["a slide", "nothing"])
def test_what_was_made_of_a_text_is_there_the_next_time(text: str) -> None:
    kept, make = Kept(), Maker()
    first = kept(make, text, 1)
    assert first == Maker()(text, 1)
    for _ in range(3):
        kept.turn()
        assert kept(make, text, 1) is first
    assert make.count == 1


def test_another_text_another_rest_and_another_maker_are_something_else() -> None:
    kept, make, other = Kept(), Maker(), Maker()
    text = "a slide"
    equal = "".join(["a ", "slide"])
    assert equal == text
    assert equal is not text
    assert kept(make, text, 1) == ("A SLIDE", (1,))
    assert kept(make, text, 2) == ("A SLIDE", (2,))
    kept(make, equal, 1)
    kept(other, text, 1)
    assert (make.count, other.count) == (3, 1)


def test_what_a_build_does_not_ask_for_is_let_go() -> None:
    kept, make = Kept(), Maker()
    kept(make, "x")
    kept.turn()
    kept.turn()
    kept(make, "x")
    assert make.count == 2


def test_a_text_that_has_the_place_in_memory_of_one_that_went_is_not_taken_for_it() -> None:
    kept = Kept()
    for turn in range(2000):
        if turn % 3 == 0:
            kept.turn()
        text = f"{turn} " * 20
        assert kept(str.upper, text) == text.upper()
