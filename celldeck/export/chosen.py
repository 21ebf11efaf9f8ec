"""Some slides of a page: `3-17,22`."""

from __future__ import annotations

import re
from dataclasses import replace

from celldeck.errors import DeckError
from celldeck.model import Page


def chosen_numbers(chosen: str, count: int) -> tuple[int, ...]:
    """Return the numbers of slides, from 1, that a text such as `3-17,22,40-` names, in its order, each once.

    Raises:
        DeckError: it is no such text, or names a slide that there is not.
    """
    numbers: list[int] = []
    for part in chosen.split(","):
        match = re.fullmatch(r"\s*(\d+)\s*(?:(-)\s*(\d*))?\s*", part)
        if not match:
            raise DeckError(f"'{chosen}' names no slides", hint="write numbers and ranges, such as 3-17,22")
        first = int(match[1])
        last = int(match[3] or count) if match[2] else first
        if not 1 <= first <= last <= count:
            raise DeckError(f"'{part.strip()}' are no slides of this deck, which has {count}")
        numbers += range(first, last + 1)
    return tuple(dict.fromkeys(numbers))


def choose(page: Page, numbers: tuple[int, ...]) -> Page:
    """Return the page with only these slides."""
    return replace(
        page,
        slides=tuple(page.slides[number - 1] for number in numbers),
        notes=tuple(page.notes[number - 1] for number in numbers),
        titles=tuple(page.titles[number - 1] for number in numbers),
        typeset_notes=tuple(page.typeset_notes[number - 1] for number in numbers)
        if page.typeset_notes
        else (),
    )
