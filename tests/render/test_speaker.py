"""Notes for the presenter view."""

from __future__ import annotations

import pytest

from celldeck.render.speaker import planned_seconds, typeset_notes


def mark(text: str) -> str:
    return f"<p>{text.strip()}</p>"


@pytest.mark.parametrize(
    ("notes", "html"),
    [
        ((), ""),
        (("one", "two"), "<p>one</p><p>two</p>"),
        (
            ("a\n[click] b\n[click]\nc",),
            '<p>a</p><div data-step="1"><p>b</p></div><div data-step="2"><p>c</p></div>',
        ),
        (("[click] a", "b [click] c", "[click] d"), None),
        (("[click:3] a\n[click] b",), '<div data-step="3"><p>a</p></div><div data-step="4"><p>b</p></div>'),
        (("time: 2m", "a"), "<p>a</p>"),
        (("time: flies",), "<p>time: flies</p>"),
    ],
)
def test_notes_are_divided_by_steps(notes: tuple[str, ...], html: str | None) -> None:
    # Inside a line it is text.
    expected = (
        html
        if html is not None
        else ('<div data-step="1"><p>a</p></div><p>b [click] c</p><div data-step="2"><p>d</p></div>')
    )
    assert typeset_notes(notes, mark) == expected


@pytest.mark.parametrize(
    ("notes", "seconds"),
    [
        ((), None),
        (("time: 2m",), 120),
        ((" time: 1h 30m 5s ",), 5405),
        (("time: 90s",), 90),
        (("a", "time: 1.5 min"), 90),
        (("time:",), None),
        (("time: 2",), None),
        (("time: 2m, about",), None),
    ],
)
def test_a_slide_says_how_long_it_is_to_take(notes: tuple[str, ...], seconds: float | None) -> None:
    assert planned_seconds(notes) == seconds
