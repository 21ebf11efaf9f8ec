"""Slides of remark.js → the text of a Marp deck.

Layouts and templates are worked into the slides that they are for. A step (`--`) becomes Marp's `*` item
where it is one item of a list that goes on, else `<!-- pause -->`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from celldeck.errors import Notice
from celldeck.frozen import frozen
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.parse.comments import directives_in
from celldeck.parse.directives import known_keys
from celldeck.remark.page import Line, RemarkDeck, place
from celldeck.remark.slides import KNOWN, Property, RemarkSlide, Slides, read_slides
from celldeck.remark.styles import front_matter_style
from celldeck.remark.text import Reader
from celldeck.source import Source

_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t])")
_BACKGROUNDS = {
    "background-image": "_backgroundImage",
    "background-color": "_backgroundColor",
    "background-size": "_backgroundSize",
    "background-position": "_backgroundPosition",
    "background-repeat": "_backgroundRepeat",
}
_RATIOS = {"16:9": None, "4:3": "4:3"}
_REACHING = (
    (re.compile(r"^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE), "<hr />"),
    (re.compile(r"\$\$"), r"\$\$"),
    (re.compile(r"<(?=style|script|pre|textarea|[?]|!\[)", re.IGNORECASE), "&lt;"),
)
"""What divides a slide, or takes in those below, and what stands in its place."""


@frozen
class Imported:
    """A remark deck as a Marp deck."""

    text: str
    slides: int
    """How many it has."""
    notices: tuple[Notice, ...]
    """What Marp cannot say, in the order of the lines."""


def write_deck(deck: RemarkDeck) -> Imported:
    """Return a deck as Marp writes it."""
    slides = read_slides(deck.lines)
    writer = _Writer(deck, slides)
    text = writer.text()
    notices = sorted(dict.fromkeys(writer.notices), key=lambda n: n.span.line if n.span else 0)
    return Imported(text, len(slides.shown), (*deck.notices, *notices))


class _Writer:
    def __init__(self, deck: RemarkDeck, slides: Slides) -> None:
        self.deck = deck
        self.slides = slides
        self.notices: list[Notice] = []
        self.reader = Reader(deck, _links(deck, slides.shown), self._tell)

    def text(self) -> str:
        for line in self.slides.excluded:
            self._tell(line, "this slide is left out, since it says `exclude: true`", "")
        slides = [self._closed(slide, "\n".join(_tidy(self._slide(slide)))) for slide in self.slides.shown]
        return f"---\n{self._front_matter()}\n---\n\n" + "\n\n---\n\n".join(slides) + "\n"

    def _closed(self, slide: RemarkSlide, text: str) -> str:
        """Return the text of a slide, in which nothing may be open that takes in the slides below."""
        if _is_closed(text):
            return text
        self._tell(slide.line, "something on this slide reaches beyond it, so it is shown as text", "")
        for pattern, instead in _REACHING:
            text = pattern.sub(instead.replace("\\", r"\\"), text)
            if _is_closed(text):
                break
        return text

    def _tell(self, line: Line, told: str, text: str, hint: str | None = None) -> None:
        self.notices.append(Notice("remark", told, place(self.deck, line, text), hint))

    def _front_matter(self) -> str:
        deck = self.deck
        lines = ["marp: true"]
        if deck.title:
            lines.append(f"title: {json.dumps(deck.title, ensure_ascii=False)}")
        ratio = deck.ratio or ("4:3" if deck.is_page else None)
        if ratio and ratio not in _RATIOS:
            told = f"the slides have the shape {ratio}, and Marp's themes have 16:9 and 4:3"
            self.notices.append(Notice("remark", told, hint="a theme of your own can have that size"))
        elif ratio and (size := _RATIOS[ratio]):
            lines.append(f"size: {size}")
        lines.append(f"paginate: {str(deck.shows_numbers).lower()}")
        classes = {word for slide in self.slides.shown for word in _classes(slide)}
        text = "\n".join(line.text for line in deck.lines)
        classes |= set(re.findall(r"\.(left|center|right)\b(?=[\w.-]*\[)", text))
        style, told_of = front_matter_style(deck.styles, classes)
        self.notices += [Notice("remark", told) for told in told_of]
        if style:
            lines += ["style: |", *(f"  {line}".rstrip() for line in style.split("\n"))]
        return "\n".join(lines)

    def _slide(self, slide: RemarkSlide) -> Iterator[str]:
        yield from self._directives(slide)
        yield ""
        shown = self.reader.lines(slide.body)
        notes = [("", slide.notes)]
        state = 0
        for step in slide.steps:
            body = self.reader.lines(step.body)
            if any(line.strip() for line in body):
                state += 1
                shown = [*shown, *_step(shown, body)]
            notes.append((f"[click:{state}]\n" if state else "", step.notes))
        yield from shown
        for mark, lines in notes:
            yield from self._note(mark, lines)

    def _directives(self, slide: RemarkSlide) -> Iterator[str]:
        properties = slide.properties
        if classes := _classes(slide):
            yield f"<!-- _class: {' '.join(classes)} -->"
        for name, directive in _BACKGROUNDS.items():
            if found := properties.get(name):
                yield f"<!-- {directive}: {_quoted(found.value)} -->"
        if "background-image" in properties and "background-size" not in properties:
            # remark shows a picture that is too large as a whole; Marp fills the slide with it.
            yield "<!-- _backgroundSize: contain -->"
        if slide.again:
            told = "this step looks different, so it is a slide of its own"
            self._tell(slide.line, told, "")
        if slide.again or properties.get("count", _NO).value.lower() == "false":
            yield "<!-- _paginate: hold -->"
        variables = set(
            re.findall(r"\{\{\s*([^}\n]+?)\s*\}\}", "\n".join(line.text for line in self.deck.lines))
        )
        for name, found in properties.items():
            if name not in KNOWN and name not in variables:
                self._tell(found.line, f"Marp has no property '{name}', so it is left out", name)

    def _note(self, mark: str, lines: Sequence[Line]) -> Iterator[str]:
        text = "\n".join(line.text for line in lines).strip("\n").rstrip()
        if not text.strip():
            return
        text = text.replace("<!--", "&lt;!--").replace("-->", "--&gt;")
        # `class: x` in a note would be a directive.
        known = known_keys(cli=True, transition=True)
        if directives_in(text.strip(), known, MarpOptions().loose_yaml):
            text = f"Note.\n{text}"
        yield from ("", "<!--", *f"{mark}{text}".split("\n"), "-->")


_NO = Property("", Line("", 0))


def _is_closed(text: str) -> bool:
    slides = parse(Source.of(f"{text}\n\n---\n\n# end"), MarpOptions(collapse=False)).slides
    return len(slides) == 2 and slides[1].title == "end"


def _links(deck: RemarkDeck, slides: Sequence[RemarkSlide]) -> Mapping[str, str]:
    links: dict[str, str] = {}
    count = 0
    for number, slide in enumerate(slides, 1):
        addresses = [f"#{number}", *(f"#{number}.{state + 2}" for state in range(len(slide.steps)))]
        counted = slide.properties.get("count", _NO).value.lower() != "false"
        for state, address in enumerate(addresses):
            if counted and (state == 0 or deck.counts_steps):
                count += 1
                links[str(count)] = address
        for name, state in slide.names.items():
            links[name] = addresses[state - 1]
    return links


def _classes(slide: RemarkSlide) -> list[str]:
    found = slide.properties.get("class")
    return list(dict.fromkeys(re.split(r"[,\s]+", found.value.strip(", ")))) if found and found.value else []


def _quoted(value: str) -> str:
    return f'"{value}"' if '"' not in value else f"'{value}'"


def _step(shown: Sequence[str], body: Sequence[str]) -> list[str]:
    """Return what comes a step later: the next item of a list, or what follows a pause."""
    own = list(body)
    gap = False
    while own and not own[0].strip():
        own.pop(0)
        gap = True
    while own and not own[-1].strip():
        own.pop()
    found = _ITEM.match(own[0])
    rest = own[1:]
    is_item = found and all(not line.strip() or line[0] in " \t" for line in rest)
    before = [line for line in shown if line.strip()]
    last = next((line for line in reversed(before) if line[0] not in " \t"), "")
    if found and is_item and _ITEM.match(last) and bool(_ITEM.match(last)[1]) == bool(found[1]):  # type: ignore[index]
        marker = f"{found[1]})" if found[1] else "*"
        loose = gap or not shown[-1].strip()
        return [*([""] if loose else []), f"{marker}{own[0][found.end() :]}", *rest]
    return ["", "<!-- pause -->", "", *own]


def _tidy(lines: Iterator[str]) -> list[str]:
    """Return lines without empty ones at the ends, and with one where there were several outside of code."""
    tidied: list[str] = []
    fence = ""
    for line in lines:
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        if line.strip() or fence or (tidied and tidied[-1].strip()):
            tidied.append(line)
    while tidied and not tidied[-1].strip():
        tidied.pop()
    return tidied
