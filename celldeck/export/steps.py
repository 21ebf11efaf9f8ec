"""Which states of a slide get a page on paper, and slides as they are in a state.

A state is how many steps have been reached. The last one shows everything but the `only` pictures that went
with earlier steps; these are what a page more is for. Of a slide that copies were collapsed into, it is
whatever an earlier copy shows and none of the pages after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Literal

from celldeck.model import Page

Steps = Literal["final", "all", "auto"]

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_FRAGMENT = re.compile(r"(<[^<>]*?) data-marpit-fragment=")
_LAYER = re.compile(
    r'(<foreignObject[^<>]* data-celldeck-state="(\d+)"(?: data-celldeck-last="")?)'
    r'(?: data-celldeck-now="")?'
)
# What is not reached is hidden, as when presenting; a theme's `dim` and `spotlight` weigh more.
_CSS = '\n[data-bespoke-marp-fragment="inactive"] { visibility: hidden; }\n'


@dataclass(frozen=True, slots=True)
class States:
    """What the steps of a slide amount to."""

    steps: int
    opens_reached: bool
    """Its look is `dim` or `spotlight`: the first step is reached when it opens."""
    lost: tuple[int, ...]
    """The steps with something that no later page shows, such as an `only` picture; from 1, in order."""

    @property
    def all(self) -> range:
        """Every state: how many steps are reached in it."""
        return range(1 if self.opens_reached and self.steps else 0, self.steps + 1)

    def printed(self, steps: Steps) -> tuple[int, ...]:
        """Return the states that get a page, the last one always among them."""
        if steps == "all":
            return tuple(self.all)
        lost = self.lost if steps == "auto" else ()
        return (*(step for step in lost if step < self.steps), self.steps)


def states_of(slide: str) -> States:
    """Return the states of a slide, given as its HTML."""
    if "data-marpit-fragment=" not in slide:
        return States(0, False, ())
    if _LAYER.search(slide):
        return _states_of_copies(slide)
    reader = _Reader()
    reader.feed(slide)
    reader.close()
    # The last picture stays.
    return States(reader.steps, reader.opens_reached, tuple(dict.fromkeys(reader.pictured))[:-1])


def _states_of_copies(slide: str) -> States:
    reader = _CopiesReader()
    reader.feed(slide)
    reader.close()
    last = max(reader.shown)
    seen = set(reader.shown[last])
    lost = []
    for state in range(last - 1, 0, -1):
        if not reader.shown.get(state, set()) <= seen:
            lost.append(state)
            seen |= reader.shown[state]
    return States(last, True, tuple(reversed(lost)))


def for_paper(page: Page, steps: Steps) -> tuple[Page, tuple[int, ...]]:
    """Return the page with a slide for each state that is printed, and which slide each of them was, from 0.

    Notes stand with the last state of their slide. The page itself where every slide is one.
    """
    states = [states_of(slide) for slide in page.slides]
    printed = [state.printed(steps) for state in states]
    places = tuple(place for place, reached in enumerate(printed) for _ in reached)
    if len(places) == len(page.slides):
        return page, places
    slides = [
        slide if state.steps in (0, reached) else in_state(slide, reached)
        for slide, state, each in zip(page.slides, states, printed, strict=True)
        for reached in each
    ]
    # Of each slide the last state.
    lasts = [at + 1 == len(places) or places[at + 1] != place for at, place in enumerate(places)]
    shown = replace(
        page,
        slides=tuple(slides),
        css=page.css + _CSS,
        notes=tuple(page.notes[place] if last else () for place, last in zip(places, lasts, strict=True)),
        titles=tuple(page.titles[place] for place in places),
        typeset_notes=tuple(
            page.typeset_notes[place] if last else "" for place, last in zip(places, lasts, strict=True)
        )
        if page.typeset_notes
        else (),
        plan=(),
    )
    return shown, places


def in_state(slide: str, reached: int) -> str:
    """Return the HTML of a slide with as many steps reached, marked as when presenting."""
    count = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        state = "active" if count <= reached else "inactive"
        current = ' data-bespoke-marp-current-fragment="current"' if count == reached else ""
        return f'{found[1]} data-bespoke-marp-fragment="{state}"{current} data-marpit-fragment='

    def show(found: re.Match[str]) -> str:
        return found[1] + (' data-celldeck-now=""' if int(found[2]) == reached else "")

    return _LAYER.sub(show, _FRAGMENT.sub(mark, slide))


class _CopiesReader(HTMLParser):
    """Finds the words and the pictures of each state of a slide that copies were collapsed into."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[int, set[str]] = {}
        self._state = 0
        self._is_text = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "foreignobject":
            self._state = int(given.get("data-celldeck-state", self._state))
        shown = self.shown.setdefault(self._state, set())
        shown.update(given[name] for name in ("src", "href", "xlink:href", "d") if name in given)
        if tag == "figure":
            shown.add(given.get("style", ""))
        self._is_text = tag not in ("style", "script")

    def handle_data(self, data: str) -> None:
        if self._is_text and self._state:
            self.shown[self._state].update(data.split())


class _Reader(HTMLParser):
    """Counts steps, and finds the pictures that go with one."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.opens_reached = False
        self.pictured: list[int] = []
        self._open: list[tuple[str, int]] = []
        """Names of the elements that are open, and the step that each is in; 0: none."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        step = self._open[-1][1] if self._open else 0
        classes = (given.get("class") or "").split()
        if tag == "section" and not {"dim", "spotlight"}.isdisjoint(classes):
            self.opens_reached = True
        if "data-marpit-fragment" in given:
            self.steps += 1
            step = self.steps
        words = (given.get("alt") or "").split()
        if tag == "img" and step and ("only" in words if self.opens_reached else words[:1] == ["only"]):
            self.pictured.append(step)
        if tag not in _VOID:
            self._open.append((tag, step))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]
