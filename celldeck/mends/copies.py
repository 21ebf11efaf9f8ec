"""Mends of slides that were copied by hand: one slide with steps takes their place.

- A run of grey becomes a slide of the class `dim`, or `spotlight` where the light moves, with `*` items;
  pictures that change from copy to copy go with their items as `![only](…)`.
- A run that adds lines becomes its last slide, with `*` items, or `<!-- pause -->` before what is new.
- A run that swaps a picture becomes one slide with an item for each `![only](…)`.

Pictures that stood below the text do so on a slide of the class `figure-below`.

What a run is written as is read again: only if it is one slide with a state for each copy is it a mend.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from celldeck.frozen import frozen
from celldeck.js import as_text
from celldeck.mends.figures import Figure, figure_of
from celldeck.mends.mend import Mend, mended
from celldeck.model import Deck, MarpOptions, Slide
from celldeck.nodes import Block, CellPlace, Comment, InlineComment, Link, List, ListItem, Paragraph
from celldeck.parse import parse
from celldeck.parse.collapse import is_without_steps, joined_notes
from celldeck.parse.comments import directives_in
from celldeck.parse.copied_runs import CopiedRun, find_copied_runs, is_figure, marks_of
from celldeck.parse.directives import known_keys
from celldeck.parse.walk import every_node
from celldeck.source import Source

_RULER = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_MARKER = re.compile(r"(\s*)(?:[-+*]|(\d{1,9})[.)])(?=\s|$)")
_CLASS = re.compile(r"\s*_class\s*:[^\n]*")
_SLIDE_LINK = re.compile(r"(\]\(#)(\d+)(\))")


class Refused(Exception):
    """A run cannot be said with steps; the message says why."""


@frozen
class Runs:
    """What is to be done with the copied runs of a deck."""

    mends: tuple[Mend, ...]
    """Those of the first run that can be mended."""
    left: tuple[str, ...]
    """The runs that cannot, and why."""


def mends_of_copies(deck: Deck, options: MarpOptions) -> Runs:
    """Return the mends of the first run that can be mended.

    Args:
        deck: read with `collapse` off.
        options: how it was read.
    """
    left: list[str] = []
    for run in find_copied_runs(deck.slides, deck.cells):
        try:
            return Runs(tuple(_mends_of(run, deck, options)), tuple(left))
        except Refused as refused:
            left.append(f"{_named(run, deck)} stay as they are: {refused}")
    return Runs((), tuple(left))


def _mends_of(run: CopiedRun, deck: Deck, options: MarpOptions) -> list[Mend]:
    copies = [_Copy(deck, slide) for slide in deck.slides[run.first - 1 : run.last]]
    slides = [copy.slide for copy in copies]
    if not is_without_steps(run, deck.slides):
        raise Refused("they have steps of their own")
    if any(copy.slide.backgrounds != copies[-1].slide.backgrounds for copy in copies if run.kind != "append"):
        raise Refused("the picture beside or behind the text changes")
    if _labels(deck, slides[-1]) < set().union(*(_labels(deck, slide) for slide in slides)):
        raise Refused("cells of earlier copies have labels")
    if any(copy.inline_comments != copies[-1].inline_comments for copy in copies):
        raise Refused("comments inside a line differ")
    last = copies[-1]
    edit = _Edit(last)
    write = {"grey": _write_grey, "append": _write_added, "figure": _write_figures}[run.kind]
    look = write(copies, edit)
    head = _comments(copies, look, edit, options)
    notes = _notes(copies, edit)
    body = [*head, *edit.lines(), *notes]
    first = copies[0]
    mend = Mend(
        first.slide.line + first.has_ruler,
        last.slide.end_line,
        _tidy(body, starts_deck=first.slide.line == 1, ends_deck=last.slide.number == len(deck.slides)),
        f"{_named(run, deck)} are one slide in {run.steps} steps",
    )
    mends = [mend, *_links(deck, run, mend)]
    _check(deck, run, mends, options, steps=run.steps - (run.kind == "append"))
    return mends


def _named(run: CopiedRun, deck: Deck) -> str:
    # Numbers and lines change with each mend.
    title = deck.slides[run.first - 1].title
    return f"{run.steps} slides '{title}'" if title else f"{run.steps} slides without a title"


def _check(deck: Deck, run: CopiedRun, mends: Sequence[Mend], options: MarpOptions, steps: int) -> None:
    """Make sure that what was written is one slide with as many steps, and the other slides are as before."""
    lines, _ = mended(deck.source.lines, mends)
    after = parse(Source(deck.source.path, "\n".join(lines)), options).slides
    before = deck.slides
    at = run.first - 1
    is_one = len(after) == len(before) - run.steps + 1 and after[at].fragments == steps
    if is_one:
        others = [(s.title, s.fragments, len(s.blocks)) for s in (*before[:at], *before[run.last :])]
        is_one = others == [(s.title, s.fragments, len(s.blocks)) for s in (*after[:at], *after[at + 1 :])]
        words = set("".join(marks_of(before[run.last - 1].blocks, deck.cells).text).split())
        is_one &= words <= set("".join(marks_of(after[at].blocks, deck.cells).text).split())
    if not is_one:
        raise Refused("steps cannot say what they show")


# ---------------------------------------------------------------- the copies


class _Copy:
    """A slide of a run with the lines of its parts."""

    def __init__(self, deck: Deck, slide: Slide) -> None:
        self.slide = slide
        self.deck = deck
        self._lines = deck.source.lines
        self.has_ruler = bool(_RULER.fullmatch(self._lines[slide.line - 1])) and slide.number > 1
        self.blocks = [b for b in slide.blocks if not (isinstance(b, Paragraph) and not b.children)]
        self.figures = [block for block in self.blocks if is_figure(block)]
        self.parts = [b for b in self.blocks if not is_figure(b) and not isinstance(b, Comment)]
        self.comments = [block for block in slide.blocks if isinstance(block, Comment)]
        nodes = every_node(slide.blocks)
        self.inline_comments = [node.text for node in nodes if isinstance(node, InlineComment)]

    def line(self, block: Block | ListItem) -> int:
        """Return the 1-based line of a block."""
        return self.slide.origin_line + block.line

    def place(self, block: Block) -> range:
        """Return the lines of a block of the slide, with the empty ones below it."""
        following = [b.line for b in self.slide.blocks if b.line > block.line]
        end = self.slide.origin_line + min(following) if following else self.slide.end_line
        return range(self.line(block), end)

    def text(self, place: range) -> list[str]:
        """Return lines without the empty ones at the end."""
        lines = list(self._lines[place.start - 1 : place.stop - 1])
        while lines and not lines[-1].strip():
            lines.pop()
        return lines

    def items(self, among: Collection[int] | None = None) -> list[tuple[ListItem, range]]:
        """Return the items of the lists of the slide that are in no other, and their lines.

        Args:
            among: which of its parts are looked at; None: all.
        """
        found = []
        for at, block in enumerate(self.parts):
            if among is not None and at not in among:
                continue
            if isinstance(block, List):
                place = self.place(block)
                starts = [self.line(item) for item in block.items]
                ends = [*starts[1:], place.stop]
                found += [
                    (item, range(start, end))
                    for item, start, end in zip(block.items, starts, ends, strict=True)
                ]
        return found


@dataclass
class _Edit:
    """The lines of the last copy, and what is to stand in the place of some."""

    copy: _Copy
    instead: dict[int, list[str]] = field(default_factory=dict)
    """1-based line → what stands there; empty: nothing."""
    notes: list[str] = field(default_factory=list)

    def put(self, place: range, lines: Sequence[str]) -> None:
        """Put lines in the place of others."""
        for number in place:
            self.instead[number] = []
        self.instead[place.start] = list(lines)

    def before(self, line: int, lines: Sequence[str]) -> None:
        """Put lines above one."""
        now = self.instead.get(line, [self.copy.deck.source.lines[line - 1]])
        self.instead[line] = [*lines, *now]

    def lines(self) -> Iterator[str]:
        slide, lines = self.copy.slide, self.copy.deck.source.lines
        for number in range(slide.line + self.copy.has_ruler, slide.end_line):
            yield from self.instead.get(number, [lines[number - 1]])


# ---------------------------------------------------------------- grey


def _write_grey(copies: Sequence[_Copy], edit: _Edit) -> str:
    """Write the items as steps and return the look."""
    if len({marks_of(copy.parts).red for copy in copies}) > 1:
        raise Refused("red moves, and no look of steps does that")
    changing = [
        at
        for at, part in enumerate(copies[-1].parts)
        if isinstance(part, List) and len({marks_of((copy.parts[at],)).grey for copy in copies}) > 1
    ]
    items = [copy.items(changing) for copy in copies]
    if len({len(of_copy) for of_copy in items}) != 1:
        raise Refused("their lists are not written alike")
    marks = [
        [marks_of((item,), c.deck.cells) for item, _ in found] for c, found in zip(copies, items, strict=True)
    ]
    whole = [marks_of(copy.parts, copy.deck.cells) for copy in copies]
    outside = {len(m.grey) - sum(len(i.grey) for i in found) for m, found in zip(whole, marks, strict=True)}
    if len(outside) != 1:
        raise Refused("text outside of the items of a list is grey")
    lit: list[list[int]] = []
    for row in zip(*marks, strict=True):
        base = min(mark.grey_letters for mark in row)
        if any(mark.grey_letters not in (base, mark.letters) for mark in row):
            raise Refused("only a part of an item is grey")
        lit.append([state for state, mark in enumerate(row) if mark.grey_letters == base])
    look, first, source = _look_of(lit, len(copies))
    pictures = _pictures(copies)
    chosen = [copies[state] for state in source]
    for at, (item, place) in enumerate(items[-1]):
        if at < first:
            lines = copies[-1].text(place)
        else:
            state = at - first
            copy = chosen[at]
            item, own = items[source[at]][at]
            lines = _as_step(copy.text(own))
            if pictures[state] is not None:
                lines = _with_picture(lines, copy, item, pictures[state])
        blank = list(
            copies[-1].deck.source.lines[place.start - 1 + len(copies[-1].text(place)) : place.stop - 1]
        )
        edit.put(place, [*lines, *blank])
    if any(picture is not None for picture in pictures):
        for figure in copies[-1].figures:
            edit.put(copies[-1].place(figure), [])
        return look + _below(copies)
    return look


def _below(copies: Sequence[_Copy]) -> str:
    """Return the class for pictures below the text, if all of them stand there."""
    is_below = all(
        copy.line(part) < copy.line(figure)
        for copy in copies
        for figure in copy.figures
        for part in copy.parts
    )
    return " figure-below" if is_below else ""


def _look_of(lit: Sequence[Sequence[int]], states: int) -> tuple[str, int, list[int]]:
    """Return the look of items.

    Args:
        lit: for each item the states in which it is not grey.
        states: how many there are.

    Returns:
        The class, how many items come before the one that is lit in the first state, and for each item the
        state from which its text is to be taken.
    """
    last = states - 1
    always = [row for row in lit if list(row) == list(range(states))]
    first = len(always) - 1
    growing = [list(range(max(at - first, 0), states)) for at in range(len(lit))]
    if always and len(lit) - first == states and [list(row) for row in lit] == growing:
        return "dim", first, [last] * len(lit)
    if len(lit) == states and [list(row) for row in lit] == [[at] for at in range(states)]:
        return "spotlight", 0, list(range(states))
    raise Refused("they do not light one item after another")


def _as_step(lines: Sequence[str]) -> list[str]:
    found = _MARKER.match(lines[0])
    if not found:
        raise Refused("their list does not begin a line")
    marker = "*" if found[2] is None else f"{found[2]})"
    return [f"{found[1]}{marker}{lines[0][found.end() :]}", *lines[1:]]


def _with_picture(lines: list[str], copy: _Copy, item: ListItem, picture: Figure | None) -> list[str]:
    """Put a picture below the first paragraph of an item."""
    assert picture is not None
    found = _MARKER.match(lines[0])
    assert found
    spaces = lines[0][found.end() :]
    indent = " " * (found.end() + len(spaces) - len(spaces.lstrip(" ")))
    at = item.children[1].line - item.line if len(item.children) > 1 else len(lines)
    while at > 1 and not lines[at - 1].strip():
        at -= 1
    return [*lines[:at], indent + picture.as_only(), *lines[at:]]


def _pictures(copies: Sequence[_Copy]) -> list[Figure | None]:
    """Return the picture of each state; none at all where it is the same in all, and stays where it is."""
    found = [[figure_of(copy.text(copy.place(figure))) for figure in copy.figures] for copy in copies]
    if all(figures == found[0] for figures in found):
        return [None] * len(copies)
    if any(len(figures) > 1 or None in figures for figures in found):
        raise Refused("more changes with the grey than one picture")
    pictures = [figures[0] if figures else None for figures in found]
    first = next(at for at, picture in enumerate(pictures) if picture)
    if None in pictures[first:]:
        raise Refused("a picture goes away again")
    return pictures


# ---------------------------------------------------------------- lines, pictures


def _write_added(copies: Sequence[_Copy], edit: _Edit) -> str:
    """Write what each copy adds as a step."""
    last = copies[-1]
    births = _births(copies)
    order = sorted(births, key=lambda entry: entry[0].start)
    steps = [state for _, state in order]
    if steps != sorted(steps):
        raise Refused("what is new does not stand at the end")
    for at, (place, state) in enumerate(order):
        new = [entry for entry in order if entry[1] == state]
        if not state or order.index(new[0]) != at:
            continue
        is_item = any(place == own for _, own in last.items())
        if not is_item:
            edit.before(place.start, ["<!-- pause -->", ""])
        elif len(new) == 1:
            edit.put(place, _as_step(list(last.deck.source.lines[place.start - 1 : place.stop - 1])))
        else:
            raise Refused("several items are new at once")
    return ""


def _births(copies: Sequence[_Copy]) -> list[tuple[range, int]]:
    """Return the places of the last copy's parts and items, and in which copy each stands first."""
    last = copies[-1]
    found: list[tuple[range, int]] = []
    counts = [(len(copy.parts), len(copy.figures)) for copy in copies]
    for at, figure in enumerate(last.figures):
        found.append((last.place(figure), next(s for s, count in enumerate(counts) if count[1] > at)))
    for at, part in enumerate(last.parts):
        born = next(state for state, count in enumerate(counts) if count[0] > at)
        grown = [copy.parts[at] for copy in copies[born:]]
        if _go_on_growing(grown):
            raise Refused("something is added inside of what is there")
        if not isinstance(part, List) or all(
            isinstance(p, List) and len(p.items) == len(part.items) for p in grown
        ):
            found.append((last.place(part), born))
            continue
        sizes = [len(p.items) if isinstance(p, List) else 0 for p in grown]
        own = [place for item, place in last.items() if item in part.items]
        # The items of the first size are there with the list.
        if born and sizes[0] > 1:
            raise Refused("several items are new at once")
        found += [
            (place, born + next(s for s, size in enumerate(sizes) if size > number))
            for number, place in enumerate(own)
        ]
    return found


def _go_on_growing(parts: Sequence[Block]) -> bool:
    """Say whether a part has more text in a later copy, other than items at the end of a list."""
    before: list[str] = []
    for part in parts:
        own = part.items if isinstance(part, List) else (part,)
        texts = [marks_of((piece,)).text for piece in own]
        if texts[: len(before)] != before:
            return True
        before = texts
    return False


def _write_figures(copies: Sequence[_Copy], edit: _Edit) -> str:
    """Write each picture as an item, which gives way to the next."""
    last = copies[-1]
    pictures = [figure_of(c.text(c.place(f))) for c in copies for f in c.figures]
    if len(pictures) != len(copies) or None in pictures:
        raise Refused("more changes than one picture")
    edit.put(last.place(last.figures[0]), [*(f"* {p.as_only()}" for p in pictures if p is not None), ""])
    return f"dim{_below(copies)}"


# ---------------------------------------------------------------- what stands around


def _comments(copies: Sequence[_Copy], look: str, edit: _Edit, options: MarpOptions) -> list[str]:
    """Return the directives that the last copy does not have itself, and the look with its other classes."""
    known = known_keys(cli=options.cli, transition=options.transition)
    last = copies[-1]
    kept = {comment.text for comment in last.comments}
    found = []
    for copy in copies[:-1]:
        for comment in copy.comments:
            sets = directives_in(comment.text, known, options.loose_yaml)
            if sets and comment.text not in kept and not (look and _CLASS.fullmatch(comment.text)):
                kept.add(comment.text)
                found += copy.text(copy.place(comment))
    if look:
        for comment in last.comments:
            if _CLASS.fullmatch(comment.text):
                edit.put(last.place(comment), [])
        classes = as_text(last.slide.directives.get("class", "")).split()
        found.append(f"<!-- _class: {' '.join([*classes, look])} -->")
    return [*found, ""] if found else []


def _notes(copies: Sequence[_Copy], edit: _Edit) -> list[str]:
    """Return the notes of earlier copies, and take those of the last one out where they belong to a step."""
    notes = [list(copy.slide.notes) for copy in copies]
    if all(own == notes[-1] for own in notes) or not any(notes):
        return []
    # What is said from the first state on may stay where it is.
    stays = set(notes[0]) & set(notes[-1])
    joined = [note for note in joined_notes([copy.slide for copy in copies]) if note not in stays]
    mine = set(notes[-1]) - stays
    for comment in copies[-1].comments:
        if comment.text in mine:
            edit.put(copies[-1].place(comment), [])
    lines: list[str] = [""]
    for note in joined:
        lines += ["<!--", *note.split("\n"), "-->", ""]
    return lines


def _tidy(lines: Sequence[str], *, starts_deck: bool, ends_deck: bool) -> tuple[str, ...]:
    """Return lines with one empty line where there were several, and one at each end but the deck's."""
    tidied: list[str] = [""]
    fence = ""
    for line in lines:
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        if line.strip() or tidied[-1].strip() or fence:
            tidied.append(line)
    while len(tidied) > 1 and not tidied[-1].strip():
        tidied.pop()
    return (*tidied[starts_deck:], *([] if ends_deck else [""]))


def _links(deck: Deck, run: CopiedRun, mend: Mend) -> Iterator[Mend]:
    """Give the mends of links to slides by their numbers, which change."""

    def moved(found: re.Match[str]) -> str:
        number = int(found[2])
        if number <= run.first:
            return found[0]
        if number <= run.last:
            return f"{found[1]}{run.first}.{number - run.first + 1}{found[3]}"
        return f"{found[1]}{number - run.steps + 1}{found[3]}"

    for slide in deck.slides:
        for node in every_node(slide.blocks):
            if not isinstance(node, Link) or not re.fullmatch(r"#\d+", node.href):
                continue
            line = slide.origin_line + node.line
            text = deck.source.lines[line - 1]
            changed = _SLIDE_LINK.sub(moved, text)
            if int(node.href[1:]) <= run.first or changed == text:
                continue
            if line in mend.place:
                raise Refused("they have links to slides by number")
            yield Mend(line, line + 1, (changed,), "the slide that it leads to has another number")


def _labels(deck: Deck, slide: Slide) -> set[str]:
    nodes = every_node(slide.blocks)
    labels = (deck.cells[node.index].label for node in nodes if isinstance(node, CellPlace))
    return {label for label in labels if label is not None}
