"""What the key of a cell depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decks import deck_of

from celldeck.execute.facts import Facts
from celldeck.execute.keys import Chain
from celldeck.model import Deck


def keys(deck: Deck, facts: Facts = Facts(), environment: dict[str, str] | None = None) -> list[str]:  # noqa: B008
    chain = Chain(deck.kernel or "", environment or {})
    found = []
    for cell in deck.cells:
        found.append(chain.key(cell))
        chain.advance(found[-1], facts)
    return found


def test_a_key_is_the_same_for_the_same_past() -> None:
    one, other = keys(deck_of("a", "b", "c")), keys(deck_of("a", "b", "x"))
    assert (one[:2], one[2]) != (other[:2], other[2])
    assert one[:2] == other[:2]
    assert len(set(one)) == 3


def test_a_changed_cell_changes_the_keys_from_it_on() -> None:
    one, other = keys(deck_of("a", "b", "c")), keys(deck_of("a", "x", "c"))
    assert [k == o for k, o in zip(one, other, strict=True)] == [True, False, False]


def test_what_a_cell_used_changes_the_keys_below_it() -> None:
    deck = deck_of("a", "b")
    one, other = keys(deck), keys(deck, Facts({"data.csv": ("1", 2, 3)}))
    assert [k == o for k, o in zip(one, other, strict=True)] == [True, False]


@pytest.mark.parametrize(
    "options", ["echo: false", "label: fit", "output: false", "error: allow", "timeout: 9"]
)
def test_looks_and_names_are_no_part_of_a_key(options: str) -> None:
    assert keys(deck_of(f"#| {options}\na")) == keys(deck_of("a"))


def test_the_kernel_and_what_it_sees_are_part_of_a_key() -> None:
    deck = deck_of("a")
    assert keys(deck) != keys(replace(deck, kernel="ir"))
    assert keys(deck) != keys(deck, environment={"KERAS_BACKEND": "jax"})
    assert keys(deck) == keys(deck, environment={"EDITOR": "vi", "TF_CPP_MIN_LOG_LEVEL": "0"})
