"""Outputs frozen beside a deck, so that it is built where its cells cannot run.

`_freeze/NAME/` in the deck's folder has a file a cell, as the store has them, and `index.json`, which says
what they are of, in order. They are for git: no time, no path outside the project and nothing of one machine
is in them, and a build that gives the same writes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from difflib import SequenceMatcher
from pathlib import Path

from celldeck.cell_options import run_options
from celldeck.errors import DeckError, Notice
from celldeck.execute.facts import Facts, Identity, own_folders
from celldeck.execute.messages import updated
from celldeck.execute.plan import Step
from celldeck.execute.run import name_of
from celldeck.execute.store import BROKEN, Record, dumped, loaded
from celldeck.files import write_atomically
from celldeck.frozen import frozen
from celldeck.model import Deck

FORMAT = 1
_INDEX = "index.json"


@frozen
class Entry:
    """A row of the index: a cell as it was frozen."""

    name: str
    """What the kernel called it; also the name of its file."""
    label: str | None
    code: str
    """Digest of what ran."""
    options: str
    """Digest of the options that its run depends on, and of its seed."""
    outputs: str
    """Digest of its file."""


@frozen
class FrozenCell:
    """What is frozen of one cell."""

    entry: Entry
    record: Record | None
    """None: its file is gone or damaged."""


@frozen
class Taken:
    """What a deck is built from where nothing runs."""

    steps: tuple[Step, ...]
    """The steps that have outputs, by the names that the kernel knew them by."""
    records: tuple[Record, ...]
    """Of these steps."""
    reasons: tuple[str, ...]
    """For every step of the deck what its outputs are, in words."""
    notices: tuple[Notice, ...]


def freezes(deck: Deck, otherwise: bool = False) -> bool:
    """Say whether a deck is built from frozen outputs: by its front matter, or by the settings."""
    value = deck.settings.get("freeze")
    return value if isinstance(value, bool) else otherwise


def odd_value(deck: Deck) -> tuple[Notice, ...]:
    """Tell of a value of `freeze` that is none."""
    value = deck.settings.get("freeze")
    if value is None or isinstance(value, bool):
        return ()
    line = next((n for n, text in enumerate(deck.source.lines, 1) if text.startswith("freeze")), 1)
    hint = "write `freeze: true`; without it cells run when their code has changed"
    return (Notice("freeze", f"`freeze` is true or false, not '{value}'", deck.source.span(line), hint),)


def freeze_folder(deck: Deck) -> Path:
    """Return the folder of a deck's frozen outputs, whether it is there or not."""
    path = deck.source.path
    return path.parent / "_freeze" / path.stem


def is_there(deck: Deck) -> bool:
    """Say whether a deck's outputs have been frozen."""
    return (freeze_folder(deck) / _INDEX).is_file()


# ---------------------------------------------------------------- writing


def write(deck: Deck, steps: Sequence[Step], records: Sequence[Record]) -> None:
    """Freeze the outputs of a clean run, one record a step; files of cells that are gone are deleted.

    Raises:
        OSError: one cannot be written.
    """
    folder = freeze_folder(deck)
    parent = deck.source.path.absolute().parent
    updates = [update for record in records for update in record.updates]
    made = {path for record in records if record.effect for path in record.effect.files_after}
    entries = []
    for step, record in zip(steps, records, strict=True):
        # What says which output is which may be a random number: updates are made, and it is dropped.
        outputs = (replace(updated(output, updates), display_id=None) for output in record.outputs)
        facts = _portable(record.facts, parent, made)
        content = dumped(Record(tuple(outputs), facts=facts, left_out=record.left_out))
        path = _path(folder, step.name)
        if not path.is_file() or path.read_bytes() != content:
            write_atomically(path, content)
        entries.append(Entry(step.name, step.cell.label, *_key(step), _digest(content)))
    value = {"format": FORMAT, "cells": [asdict(entry) for entry in entries]}
    write_atomically(folder / _INDEX, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    names = {f"{entry.name}.cell" for entry in entries}
    for path in folder.glob("*.cell"):
        if path.name not in names:
            with suppress(OSError):
                path.unlink()


def _portable(facts: Facts, folder: Path, made: set[str]) -> Facts:
    """Return facts that say something on other machines.

    Args:
        folder: of the deck.
        made: files that cells write; what they hold follows from the cells.
    """
    project = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)
    files: dict[str, Identity | None] = {}
    for path, identity in sorted(facts.files.items()):
        place = Path(os.path.normpath(folder / path))
        if path not in made and place.is_relative_to(project):
            name = os.path.relpath(place, folder).replace(os.sep, "/")
            files[name] = (identity[0], identity[1], 0) if identity else None
    return Facts(files, dict.fromkeys(sorted(facts.packages), ""))


def _key(step: Step) -> tuple[str, str]:
    """Return digests of a cell's code, and of what else its run depends on."""
    options = repr((sorted(run_options(step.cell).items()), step.seed))
    return _digest(step.cell.source.encode("utf-8", "surrogatepass")), _digest(options.encode())


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.cell"


# ---------------------------------------------------------------- reading


def read(deck: Deck) -> tuple[FrozenCell, ...]:
    """Return what is frozen of a deck.

    Raises:
        DeckError: the index cannot be read.
    """
    folder = freeze_folder(deck)
    index = folder / _INDEX
    try:
        value = json.loads(index.read_text("utf-8"))
        if value["format"] != FORMAT:
            raise ValueError("another format")
        entries = [Entry(**row) for row in value["cells"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DeckError(f"{index} is no list of frozen outputs: {error}", hint=_hint(deck)) from None
    return tuple(FrozenCell(entry, _record(folder, entry)) for entry in entries)


def _record(folder: Path, entry: Entry) -> Record | None:
    # The index comes with the project, so a name in it leads nowhere else.
    if not entry.name.replace("-", "").isalnum():
        return None
    try:
        content = _path(folder, entry.name).read_bytes()
        return loaded(content) if _digest(content) == entry.outputs else None
    except (OSError, *BROKEN):
        return None


def _hint(deck: Deck) -> str:
    return f"python build.py {deck.source.path} --thaw runs its cells and freezes what they give"


def take(deck: Deck, steps: Sequence[Step], cells: Sequence[FrozenCell], folder: Path) -> Taken:
    """Return the frozen outputs of a deck, with notices of those that are stale.

    Args:
        steps: those of the deck as it is now.
        cells: what is frozen.
        folder: the folder that cells work in.
    """
    places, why = _paired(steps, cells)
    found: list[tuple[Step, Record]] = []
    reasons: list[str] = []
    notices: list[Notice] = []
    for number, step in enumerate(steps):
        place = places[number]
        cell = None if place is None else cells[place]
        record = cell and cell.record
        stale = why.get(number) or (cell and _objection(cell, folder)) or ""
        if cell and record:
            found.append((replace(step, name=cell.entry.name), record))
        reasons.append(f"it is frozen, but {stale}" if stale else "it is frozen")
        if stale:
            below = len(steps) - number - 1
            also = f"; what stands in the {below} below may not fit" if below and not notices else ""
            shown = "what it gave before is shown" if record else "nothing is shown of it"
            told = f"{name_of(step.cell)} is stale, since {stale}: {shown}{also}"
            notices.append(Notice("stale-cell", told, step.cell.span, _hint(deck)))
    notices += _gone(deck, steps, cells, places)
    notices += _other_packages(deck, [record for _, record in found])
    return Taken(tuple(s for s, _ in found), tuple(r for _, r in found), tuple(reasons), tuple(notices))


def _paired(steps: Sequence[Step], cells: Sequence[FrozenCell]) -> tuple[list[int | None], dict[int, str]]:
    """Return for each step which frozen cell is its own, and for those that are stale why, in words."""
    keys = [_key(step) for step in steps]
    known = [(cell.entry.code, cell.entry.options) for cell in cells]
    places: list[int | None] = [None] * len(steps)
    why: dict[int, str] = {}
    for block in SequenceMatcher(None, known, keys, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            places[block.b + offset] = block.a + offset
    free = [place for place in range(len(cells)) if place not in places]

    def choose(fits: Callable[[int, int], bool]) -> None:
        for number in range(len(steps)):
            if (
                places[number] is None
                and (place := next((p for p in free if fits(number, p)), None)) is not None
            ):
                places[number] = place
                free.remove(place)
                why[number] = _difference(keys[number], known[place])

    def by_label(number: int, place: int) -> bool:
        label = steps[number].cell.label
        return label is not None and label == cells[place].entry.label

    def by_place(number: int, place: int) -> bool:
        before = places[number - 1] if number else -1
        labels = (steps[number].cell.label, cells[place].entry.label)
        same = labels[0] == labels[1] or None in labels or keys[number][0] == known[place][0]
        return same and before is not None and place == before + 1

    for fits in (lambda number, place: keys[number] == known[place], by_label, by_place):
        choose(fits)
    for number, place in enumerate(places):
        if place is None:
            why[number] = "it is new"
    return places, why


def _difference(key: tuple[str, str], other: tuple[str, str]) -> str:
    if key == other:
        return "it stands elsewhere in the deck now"
    return "its code has changed" if key[0] != other[0] else "its options or its seed have changed"


def _objection(cell: FrozenCell, folder: Path) -> str:
    """Return why a frozen cell is not to be trusted though its code is the same; empty if it is."""
    if cell.record is None:
        return "its frozen file is gone or damaged"
    from celldeck.execute.agent.watch import identity

    for path, known in cell.record.facts.files.items():
        now = identity(str(folder / path))
        if now is None:
            # Data that is not there says nothing: to build without it is what freezing is for.
            continue
        if known is None:
            return f"{path} is there now"
        if now[1] != known[1] or (known[0] and now[0] != known[0]):
            return f"{path} has changed"
    return ""


def _gone(
    deck: Deck, steps: Sequence[Step], cells: Sequence[FrozenCell], places: Sequence[int | None]
) -> Iterator[Notice]:
    """Tell of frozen cells that the deck has no more, where cells stand below."""
    for place, cell in enumerate(cells):
        below = next((n for n, at in enumerate(places) if at is not None and at > place), None)
        if place not in places and below is not None:
            gone = f"cell '{cell.entry.label}'" if cell.entry.label else "a cell"
            stale = f"{name_of(steps[below].cell)} is stale, since {gone} above it is gone"
            told = f"{stale}: what it gave before is shown"
            yield Notice("stale-cell", told, steps[below].cell.span, _hint(deck))


def _other_packages(deck: Deck, records: Sequence[Record]) -> Iterator[Notice]:
    """Tell of packages that are here in another version than the cells ran with."""
    wanted = dict(_version(name) for record in records for name in record.facts.packages)
    here: dict[str, str] = {}
    for folder in own_folders() if wanted else ():
        with suppress(OSError):
            names = [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]
            here |= dict(map(_version, names))
    other = [f"{p} {v} (here {here[p]})" for p, v in sorted(wanted.items()) if here.get(p, v) != v]
    if other:
        yield Notice("frozen-packages", f"the cells ran with {', '.join(other)}", hint=_hint(deck))


def _version(folder: str) -> tuple[str, str]:
    """Return name and version of a package, from the name of its `.dist-info` folder."""
    name, _, version = folder.rpartition(".")[0].partition("-")
    return name.lower().replace("_", "-"), version
