"""remark's Markdown → its slides: separators, properties, notes; layouts, templates and steps worked out.

remark: https://github.com/gnab/remark/wiki/Markdown
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

from celldeck.frozen import frozen
from celldeck.remark.page import Line

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_SLIDE = re.compile(r"---|<!--\s*break\s*-->")
_PROPERTY = re.compile(r"([-\w]+):(?!//)([^$]*)")
_COMMENT_PROPERTY = re.compile(r"\s*<!--\s*([-\w]+):(.*?)\s*-->\s*")
_CONTENT = re.compile(r"(?<!\\)\{\{\s*content\s*\}\}")
_VARIABLE = re.compile(r"(\\)?\{\{([^}\n]+)\}\}")
_OWN = frozenset({"name", "layout", "count"})
"""Properties that a template does not hand on."""
LOOKS = frozenset(
    {
        "class",
        "background-image",
        "background-color",
        "background-size",
        "background-position",
        "background-repeat",
    }
)
"""Properties that are seen."""
KNOWN = LOOKS | _OWN | {"template", "exclude", "continued"}


@frozen
class Property:
    """What a line at the start of a slide sets."""

    value: str
    line: Line


@frozen
class Written:
    """A slide between two separators."""

    is_step: bool
    """It began with `--`: the slide before goes on."""
    properties: Mapping[str, Property]
    body: tuple[Line, ...]
    notes: tuple[Line, ...]
    line: Line
    """Its first one."""

    def says(self, name: str) -> str:
        """Return the value of a property in lower case; empty if it is not set."""
        found = self.properties.get(name)
        return found.value.lower() if found else ""


@frozen
class Step:
    """What a slide shows a step later."""

    body: tuple[Line, ...]
    notes: tuple[Line, ...]


@frozen
class RemarkSlide:
    """A slide as it is shown, with the steps that follow."""

    properties: Mapping[str, Property]
    """Those of its templates among them."""
    body: tuple[Line, ...]
    notes: tuple[Line, ...]
    line: Line
    steps: tuple[Step, ...] = ()
    names: Mapping[str, int] = field(default_factory=dict)
    """Its names, each with the state that has it, from 1."""
    again: bool = False
    """It is a step of the slide before that looks different, so it is written as a slide of its own."""

    @property
    def whole(self) -> tuple[Line, ...]:
        """All that it shows in the end."""
        return self.body + tuple(line for step in self.steps for line in step.body)


@frozen
class Slides:
    """The slides of a deck, and those that are not shown."""

    shown: tuple[RemarkSlide, ...]
    excluded: tuple[Line, ...]
    """Where each begins."""


def read_slides(lines: Sequence[Line]) -> Slides:
    """Return the slides of remark's Markdown."""
    shown: list[RemarkSlide] = []
    excluded: list[Line] = []
    named: dict[str, RemarkSlide] = {}
    layout: RemarkSlide | None = None
    for written in _cut(lines):
        if written.says("exclude") == "true":
            excluded.append(written.line)
            continue
        name = written.properties.get("name")
        if written.is_step and shown:
            shown[-1:] = _continued(shown[-1], written)
            if name:
                named[name.value] = _frozen(shown[-1])
            continue
        template = (
            named.get(written.properties["template"].value) if "template" in written.properties else None
        )
        if template is None and written.says("layout") == "false":
            layout = None
        elif template is None and written.says("layout") != "true":
            template = layout
        slide = _inheriting(written, template)
        if name:
            slide = replace(slide, names={name.value: 1})
            named[name.value] = slide
        if written.says("layout") == "true":
            layout = slide
        else:
            shown.append(slide)
    return Slides(tuple(_with_variables(slide) for slide in shown), tuple(excluded))


def _frozen(slide: RemarkSlide) -> RemarkSlide:
    """Return a slide as a template: in its last state."""
    return replace(slide, body=slide.whole, steps=())


def _continued(slide: RemarkSlide, written: Written) -> list[RemarkSlide]:
    """Return a slide with a step more, or with a slide after it where that step looks different."""
    names = {**slide.names}
    name = written.properties.get("name")
    if LOOKS.isdisjoint(written.properties):
        if name:
            names[name.value] = len(slide.steps) + 2
        step = Step(written.body, written.notes)
        return [replace(slide, steps=(*slide.steps, step), names=names)]
    other = _inheriting(replace(written, properties=dict(written.properties)), _frozen(slide))
    return [slide, replace(other, names={name.value: 1} if name else {}, again=True)]


def _inheriting(written: Written, template: RemarkSlide | None) -> RemarkSlide:
    own = dict(written.properties)
    if template is None:
        return RemarkSlide(own, written.body, written.notes, written.line)
    inherited = {name: value for name, value in template.properties.items() if name not in _OWN}
    properties = {**inherited, **own}
    if "class" in inherited and "class" in own:
        both = f"{inherited['class'].value}, {own['class'].value}"
        properties["class"] = Property(both, own["class"].line)
    body = tuple(_expanded(template.whole, written.body))
    return RemarkSlide(properties, body, written.notes, written.line)


def _expanded(template: Sequence[Line], body: Sequence[Line]) -> Iterator[Line]:
    """Give the lines of a template with a slide's own in the place of `{{content}}`, or after them."""
    if not any(_CONTENT.search(line.text) for line in template):
        yield from template
        if template and template[-1].text.strip() and body and body[0].text.strip():
            yield template[-1].with_text("")
        yield from body
        return
    for line in template:
        found = _CONTENT.search(line.text)
        if found is None:
            yield line
            continue
        own = list(body)
        while own and not own[0].text.strip():
            own.pop(0)
        while own and not own[-1].text.strip():
            own.pop()
        before, after = line.text[: found.start()], line.text[found.end() :]
        if len(own) <= 1:
            text = own[0].text if own else ""
            yield (own[0] if own else line).with_text(before + text + after)
            continue
        yield own[0].with_text(before + own[0].text)
        yield from own[1:-1]
        yield own[-1].with_text(own[-1].text + after)


def _with_variables(slide: RemarkSlide) -> RemarkSlide:
    """Return the slide with `{{name}}` as the value of that property."""

    def value(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        name = found[2].strip()
        known = slide.properties.get(name)
        return known.value if known else "" if name == "content" else found[0]

    def expanded(lines: Sequence[Line]) -> tuple[Line, ...]:
        return tuple(line.with_text(_VARIABLE.sub(value, line.text)) for line in lines)

    steps = tuple(replace(step, body=expanded(step.body)) for step in slide.steps)
    return replace(slide, body=expanded(slide.body), steps=steps)


# ---------------------------------------------------------------- separators


def in_fences(lines: Sequence[Line]) -> list[bool]:
    """Say for each line whether it is part of a fenced block of code; one that is never closed is none."""
    inside = [False] * len(lines)
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at].text)
        end = None
        if opening:
            closing = re.compile(rf"\s*{re.escape(opening[1][0])}{{{len(opening[1])},}}\s*")
            end = next((n for n in range(at + 1, len(lines)) if closing.fullmatch(lines[n].text)), None)
        if end is None:
            at += 1
            continue
        inside[at : end + 1] = [True] * (end + 1 - at)
        at = end + 1
    return inside


def _cut(lines: Sequence[Line]) -> Iterator[Written]:
    part: list[Line] = []
    notes: list[Line] | None = None
    is_step = False
    first = lines[0]
    for line, is_code in zip(lines, in_fences(lines), strict=True):
        is_slide = not is_code and bool(_SLIDE.fullmatch(line.text))
        if is_slide or (not is_code and line.text == "--"):
            yield _written(part, notes, first, is_step=is_step)
            part, notes, is_step, first = [], None, not is_slide, line
        elif not is_code and line.text == "???":
            notes = [] if notes is None else notes
        elif notes is not None:
            notes.append(line)
        else:
            part.append(line)
    yield _written(part, notes, first, is_step=is_step)


def _written(part: Sequence[Line], notes: Sequence[Line] | None, first: Line, *, is_step: bool) -> Written:
    properties: dict[str, Property] = {}
    rest = list(part)
    while rest:
        at = next((n for n, line in enumerate(rest) if line.text.strip()), None)
        if at is None:
            break
        found = _PROPERTY.fullmatch(rest[at].text) or _COMMENT_PROPERTY.fullmatch(rest[at].text)
        if not found:
            break
        properties[found[1].strip()] = Property(found[2].strip(), rest[at])
        del rest[: at + 1]
    kept: list[Line] = []
    for line in rest:
        # Properties in comments may stand further down.
        found = _COMMENT_PROPERTY.fullmatch(line.text)
        if found and found[1] in KNOWN:
            properties.setdefault(found[1], Property(found[2].strip(), line))
        else:
            kept.append(line)
    return Written(is_step, properties, tuple(kept), tuple(notes or ()), first)
