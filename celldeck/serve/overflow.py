"""What pages have measured of slides that do not fit, as problems of the deck."""

from __future__ import annotations

from typing import Any

from celldeck.overflow import overflow_notices, read_all
from celldeck.serve.problems import Problem
from celldeck.serve.site import Shown


def read_overflow(slides: Any, shown: Shown) -> dict[int, tuple[Problem, ...]]:
    """Return what is to be told of slides (from 0) that a page has measured.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: a page says no such thing.
    """
    deck = shown.deck
    if deck is None:
        return {}
    numbers = {int(number): read_all(found) for number, found in slides.items()}
    return {
        number: tuple(
            Problem.of(notice, number) for notice in overflow_notices(deck, deck.slides[number], found)
        )
        for number, found in numbers.items()
        if 0 <= number < len(deck.slides)
    }
