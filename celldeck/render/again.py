"""Rerenderer: slides rendered again after an edit, where those that are as they were keep their HTML.

What a slide shows depends on the slide, on what all slides have in common, and on what rendering it asks of
its neighbours: formulas, which earlier definitions reach, and cells. So a slide is kept with its questions
and the answers. The next time the same is asked again, in the same order; that is cheap, and all that asking
brings about comes about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from celldeck.model import Slide
from celldeck.render.slides import Frame, render_slide

_PLACES = {"line", "end_line", "origin_line", "notes", "title", "copies"}
"""Fields of a slide that its HTML does not depend on, since it may move in the file; its copies may, too."""
_SHOWN = tuple(field.name for field in fields(Slide) if field.name not in _PLACES)

Answers = list[str]


@dataclass(frozen=True)
class _Rendered:
    shown: tuple[object, ...]
    asked: tuple[tuple[str, tuple[Any, ...]], ...]
    """Functions of the Context by name, and what they were given."""
    answers: Answers
    html: str


class Rerenderer:
    """Renders one deck again and again; what it gives is what `render_slide` gives."""

    def __init__(self) -> None:
        self._common: tuple[object, ...] = ()
        self._slides: dict[int, _Rendered] = {}

    def render(self, slides: tuple[Slide, ...], frame: Frame) -> Iterator[str]:
        """Give the HTML of each slide."""
        common = _common(frame)
        if common != self._common:
            self._slides.clear()
            self._common = common
        for slide in slides:
            yield self._html(slide, frame)
        for number in [number for number in self._slides if number > len(slides)]:
            del self._slides[number]

    def _html(self, slide: Slide, frame: Frame) -> str:
        shown = _shown(slide)
        last = self._slides.get(slide.number)
        answers: Answers = []
        if last is not None and last.shown == shown:
            answers = [getattr(frame.context, name)(*given) for name, given in last.asked]
            if answers == last.answers:
                return last.html
        rendered = _render(slide, shown, frame, answers)
        self._slides[slide.number] = rendered
        return rendered.html


def _render(slide: Slide, shown: tuple[object, ...], frame: Frame, answers: Answers) -> _Rendered:
    """Return the slide as rendered.

    Args:
        answers: to what it will ask first; nobody is to be asked twice, since asking has effects.
    """
    known = deque(answers)
    asked: list[tuple[str, tuple[Any, ...]]] = []
    heard: Answers = []

    def asking(name: str) -> Callable[..., str]:
        ask = getattr(frame.context, name)

        def answer(*given: Any) -> str:
            asked.append((name, given))
            heard.append(known.popleft() if known else ask(*given))
            return heard[-1]

        return answer

    context = replace(frame.context, math=asking("math"), cell=asking("cell"))
    html = render_slide(slide, replace(frame, context=context))
    return _Rendered(shown, tuple(asked), heard, html)


def _shown(slide: Slide) -> tuple[object, ...]:
    """Return what the HTML of a slide depends on."""
    # `True == 1` in Python, and they are not written alike.
    kinds = tuple(map(type, slide.directives.values()))
    return (kinds, *(getattr(slide, name) for name in _SHOWN), tuple(map(_shown, slide.copies)))


def _common(frame: Frame) -> tuple[object, ...]:
    directives = frame.deck.directives
    kinds = tuple(map(type, directives.values()))
    context = frame.context
    return kinds, directives, context.options, context.theme, frame.width, frame.height, frame.size
