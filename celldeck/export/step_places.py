"""Where the steps of a slide are in its HTML, and which pictures go with them.

It finds the steps that `runtime/fragments.js` finds in a page, see `celldeck/render/steps.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html.parser import HTMLParser

from celldeck.frozen import frozen

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


@frozen
class Step:
    """What appears together. Places are where an attribute of an element can be written, as in the HTML."""

    parts: list[int]
    code: int | None = None
    """The block of code in which other lines stand out; None: it is no such step."""
    state: int = 0
    """Which of its states that is."""


Around = tuple[tuple[int, int], ...]
"""The elements around something that appear in a step, outermost first: that step, from 1, and the place."""


@frozen
class Figure:
    """An `only` picture."""

    around: Around
    stays: bool
    """It is the last one."""


@dataclass(slots=True)
class SlideSteps:
    """The steps of a slide, as `runtime/fragments.js` finds them."""

    steps: list[Step] = field(default_factory=list)
    opens_reached: bool = False
    codes: list[int] = field(default_factory=list)
    """The blocks of code with states."""
    figures: list[Figure] = field(default_factory=list)
    around: dict[int, set[int]] = field(default_factory=dict)
    """For each step, from 1, the places of the elements around it that appear in one."""

    def figures_in(self, reached: int) -> frozenset[int]:
        """Return which of the figures show when so many steps are reached.

        As themes have it: those of the current step, and of steps around it while it has none of its own; and
        the last one from when it is reached, unless there is one of the current step.
        """
        shown, own = set(), set()
        near = self.around.get(reached, set())
        for number, figure in enumerate(self.figures):
            if max(step for step, _ in figure.around) > reached:
                continue
            if any(step == reached for step, _ in figure.around):
                own.add(number)
            if figure.stays or all(step == reached or at in near for step, at in figure.around):
                shown.add(number)
        return frozenset(own or shown)


def read_steps(slide: str) -> SlideSteps:
    """Return the steps of a slide, given as its HTML."""
    # To keep a slide, with its pictures, takes longer than to see that it has none.
    has_steps = "data-marpit-fragment" in slide or "data-celldeck-states" in slide
    return _read_steps(slide) if has_steps else SlideSteps()


@lru_cache(maxsize=512)
def _read_steps(slide: str) -> SlideSteps:
    reader = _Reader(slide)
    reader.feed(slide)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    """Finds the steps of a slide, the places of their elements, and the pictures that go with one."""

    def __init__(self, slide: str) -> None:
        super().__init__()
        self.found = SlideSteps()
        self._lines = [0, *(match.end() for match in re.finditer("\n", slide))]
        self._shared: dict[str, int] = {}
        self._has_look = False
        self._open: list[tuple[str, Around]] = []
        """Names of the elements that are open, and the steps around what stands in them."""
        self._later: list[tuple[str, int]] = []
        """Pictures behind the slide: they stand before its text, which has the place of their step."""

    def close(self) -> None:
        """End the text."""
        super().close()
        for key, at in self._later:
            if key in self._shared:
                self.found.steps[self._shared[key] - 1].parts.append(at)
        figures = self.found.figures
        if figures and not any(figure.stays for figure in figures):
            figures[-1] = replace(figures[-1], stays=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        around: Around = self._open[-1][1] if self._open else ()
        line, column = self.getpos()
        at = self._lines[line - 1] + column + 1 + len(tag)
        if tag == "section":
            self._has_look = not {"dim", "spotlight"}.isdisjoint(given.get("class", "").split())
        if "data-marpit-fragment" in given:
            around = self._part(tag, given, at, around)
        if "data-celldeck-states" in given:
            self.found.codes.append(at)
            for state in range(1, int(given["data-celldeck-states"])):
                self.found.steps.append(Step([], at, state))
                self._note(len(self.found.steps), around)
        if tag == "img" and around and self._is_figure(given):
            self.found.figures.append(Figure(around, "step-figure-last" in given.get("class", "").split()))
        if tag not in _VOID:
            self._open.append((tag, around))

    def _note(self, step: int, around: Around) -> None:
        self.found.around.setdefault(step, set()).update(at for _, at in around)

    def _part(self, tag: str, given: dict[str, str], at: int, around: Around) -> Around:
        """Note an element that appears in a step; return the steps around what stands in it."""
        key = given.get("data-celldeck-step")
        if tag == "figure" and key is not None:
            self._later.append((key, at))
            return around
        if key is not None and key in self._shared:
            number = self._shared[key]
            self.found.steps[number - 1].parts.append(at)
            self._note(number, around)
            return (*around, (number, at))
        self.found.steps.append(Step([at]))
        number = len(self.found.steps)
        if key is not None:
            self._shared[key] = number
        elif number == 1:
            self.found.opens_reached = self._has_look
        self._note(number, around)
        return (*around, (number, at))

    def _is_figure(self, given: dict[str, str]) -> bool:
        # The word in place of the class: raw HTML, which themes take for the same.
        words = given.get("alt", "").split()
        is_named = "only" in words if self._has_look else words[:1] == ["only"]
        return is_named or "step-figure" in given.get("class", "").split()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]
