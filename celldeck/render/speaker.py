"""Notes for the presenter view: typeset, divided by steps, and what they plan.

A part that begins with `[click]`, on a line of its own or before its text, belongs to the next step, one with
`[click:3]` to the third (Slidev's way: https://sli.dev/guide/syntax#notes). A note `time: 2m` says how long
its slide is to take; Marp takes it for a note like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from celldeck.patterns import late

_CLICK = late(r"^[ \t]*\[click(?::(\d{1,4}))?\][ \t]*", re.MULTILINE)
_TIME = late(
    r"\s*time:\s*(?:(?P<hours>\d+(?:\.\d+)?)\s*h)?\s*(?:(?P<minutes>\d+(?:\.\d+)?)\s*m(?:in)?)?\s*"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)\s*s)?\s*"
)


def planned_seconds(notes: Sequence[str]) -> float | None:
    """Return how long a slide is to take, in seconds; None: its notes do not say."""
    for note in notes:
        found = _TIME.fullmatch(note)
        if found and any(found.groups()):
            units = {"hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
            return sum(float(found[name] or 0) * seconds for name, seconds in units.items())
    return None


def typeset_notes(notes: Sequence[str], markdown: Callable[[str], str]) -> str:
    """Return the HTML of a slide's notes, without those that only plan.

    What belongs to a step stands in a `<div data-step="N">`; counting goes on from one note to the next.

    Args:
        markdown: gives the HTML of Markdown.
    """
    html: list[str] = []
    step = 0
    for note in notes:
        if (found := _TIME.fullmatch(note)) and any(found.groups()):
            continue
        before, *parts = _CLICK.split(note)
        if before.strip():
            html.append(markdown(before))
        # What split gives goes on as number, text, number, text …
        for number, text in zip(parts[::2], parts[1::2], strict=True):
            step = int(number) if number else step + 1
            html.append(f'<div data-step="{step}">{markdown(text)}</div>')
    return "".join(html)
