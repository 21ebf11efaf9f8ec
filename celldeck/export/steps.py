"""Which states of a slide get a page on paper, and slides as they are in a state.

A state is how many steps have been reached. The last one shows everything but the `only` pictures that went
with earlier steps; these are what a page more is for. Of a slide that copies were collapsed into, it is
whatever an earlier copy shows and none of the pages after it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Literal

from celldeck.export.kept import Kept
from celldeck.export.step_places import read_steps
from celldeck.frozen import frozen
from celldeck.model import Page

Steps = Literal["final", "all", "auto"]

_LAYER = re.compile(
    r'(<foreignObject[^<>]* data-celldeck-state="(\d+)"(?: data-celldeck-last="")?)'
    r'(?: data-celldeck-now="")?'
)
_LINE = re.compile(r'<span class="code-line(?: code-line-out)?" data-celldeck-lit="([\d ]*)"')
# What is not reached is hidden, as when presenting; a theme's `dim` and `spotlight` weigh more.
_CSS = """
[data-bespoke-marp-fragment="inactive"] { visibility: hidden; }
section:not(.dim, .spotlight) figure[data-bespoke-marp-fragment="inactive"] { visibility: hidden !important; }
"""


@frozen
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
    if "data-celldeck-state=" in slide and _LAYER.search(slide):
        return _states_of_copies(slide)
    found = read_steps(slide)
    states = States(len(found.steps), found.opens_reached, ())
    lost: list[int] = []
    seen = frozenset(n for n, figure in enumerate(found.figures) if figure.stays)
    for reached in reversed(states.all[:-1]):
        if not found.figures_in(reached) <= seen:
            lost.append(reached)
            seen = seen | found.figures_in(reached)
    return replace(states, lost=tuple(reversed(lost)))


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


def for_paper(page: Page, steps: Steps, kept: Kept | None = None) -> tuple[Page, tuple[int, ...]]:
    """Return the page with a slide for each state that is printed, and which slide each of them was, from 0.

    Notes stand with the last state of their slide. The page itself where every slide is one.

    Args:
        kept: from the build before; None: there was none.
    """
    kept = kept or Kept()
    states = [kept(states_of, slide) for slide in page.slides]
    printed = [state.printed(steps) for state in states]
    places = tuple(place for place, reached in enumerate(printed) for _ in reached)
    if len(places) == len(page.slides):
        return page, places
    slides = [
        # On paper for students the last state has everything in the light, which `spotlight` would not.
        slide
        if reached == state.steps and (not reached or steps != "all")
        else kept(in_state, slide, reached)
        for slide, state, each in zip(page.slides, states, printed, strict=True)
        for reached in each
    ]
    # Of each slide the last state.
    lasts = [at + 1 == len(places) or places[at + 1] != place for at, place in enumerate(places)]
    shown = replace(
        page,
        slides=tuple(slides),
        css=kept(operator.add, page.css, _CSS),
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
    found = read_steps(slide)
    marks: list[tuple[int, str]] = []
    ends = dict.fromkeys(found.codes, 0)
    current = ' data-bespoke-marp-current-fragment="current"'
    for number, step in enumerate(found.steps, 1):
        now = current if number == reached else ""
        state = "active" if number <= reached else "inactive"
        marks += [(at, f' data-bespoke-marp-fragment="{state}"{now}') for at in step.parts]
        if step.code is not None and number <= reached:
            ends[step.code] = step.state
            marks.append((step.code, now))
    parts: list[str] = []
    before = 0
    for at, mark in sorted(marks):
        parts += [slide[before:at], mark]
        before = at
    marked = _with_lines("".join([*parts, slide[before:]]), list(ends.values()))

    def show(layer: re.Match[str]) -> str:
        return layer[1] + (' data-celldeck-now=""' if int(layer[2]) == reached else "")

    return _LAYER.sub(show, marked)


def _with_lines(slide: str, states: Sequence[int]) -> str:
    """Return the slide with the lines of each block of code that has states as they are in one of them."""
    parts = re.split(r"(?=<code[^<>]* data-celldeck-states=)", slide)
    for number, state in enumerate(states, 1):

        def light(line: re.Match[str], state: int = state) -> str:
            out = "" if str(state) in line[1].split() else " code-line-out"
            return f'<span class="code-line{out}" data-celldeck-lit="{line[1]}"'

        parts[number] = _LINE.sub(light, parts[number])
    return "".join(parts)


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
