"""Which states get a page, for slides of all kinds, and what they then show."""

from __future__ import annotations

from dataclasses import replace

import hypothesis
import pytest
from driver import page, slide
from hypothesis import given
from hypothesis import strategies as st

from celldeck.export.steps import Steps, for_paper, in_state, states_of


def items(pictures: list[bool], look: str) -> str:
    """Return a slide with an item for each, some of them with a picture."""
    shown = "".join(
        f'<li data-marpit-fragment="{n}">x<br />{f"<img src=p{n}.png alt=only />" if has else ""}</li>'
        for n, has in enumerate(pictures, 1)
    )
    return slide(f"<ul>{shown}</ul>", 1, f' class="{look}"')


def seen(pictures: list[bool], state: int) -> set[int]:
    """Return the pictures that a talk shows in a state: that of the current item; the last one stays."""
    having = [n for n, has in enumerate(pictures, 1) if has]
    return {n for n in having if n == state or (n == having[-1] and n <= state)}


DECKS = st.lists(
    st.tuples(st.lists(st.booleans(), max_size=6), st.sampled_from(["", "dim", "spotlight"])), min_size=1
)


@hypothesis.settings(deadline=None)
@given(DECKS)
def test_auto_has_a_page_a_slide_and_one_for_each_state_that_shows_what_the_last_lacks(
    deck: list[tuple[list[bool], str]],
) -> None:
    wanted = 0
    for pictures, look in deck:
        last = len(pictures)
        states = range(1 if look and last else 0, last)
        wanted += 1 + sum(bool(seen(pictures, state) - seen(pictures, last)) for state in states)
    whole = replace(page(*[""] * len(deck)), slides=tuple(items(*one) for one in deck))
    assert len(for_paper(whole, "auto")[0].slides) == wanted
    assert len(for_paper(whole, "final")[0].slides) == len(deck)


@pytest.mark.parametrize(("steps", "slides"), [("final", (0, 1)), ("auto", (0, 0, 1)), ("all", (0, 0, 0, 1))])
def test_pages_of_a_slide_are_told_by_it_and_its_notes_stand_once(
    steps: Steps, slides: tuple[int, ...]
) -> None:
    whole = replace(
        page("", "", notes=[("say",), ("more",)]),
        slides=(items([True, False, True], "dim"), slide("<p>x</p>", 2)),
    )
    shown, found = for_paper(whole, steps)
    assert found == slides
    assert [note for note in shown.notes if note] == [("say",), ("more",)]


def test_a_state_is_marked_as_when_presenting() -> None:
    assert in_state('<li data-marpit-fragment="1">a</li><li data-marpit-fragment="2">b</li>', 1) == (
        '<li data-bespoke-marp-fragment="active" data-bespoke-marp-current-fragment="current"'
        ' data-marpit-fragment="1">a</li>'
        '<li data-bespoke-marp-fragment="inactive" data-marpit-fragment="2">b</li>'
    )


def test_a_picture_after_a_list_goes_with_no_step() -> None:
    assert states_of('<ul><li data-marpit-fragment="1">a</li></ul><img alt="only" />').lost == ()
