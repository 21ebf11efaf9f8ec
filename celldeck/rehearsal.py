"""Rehearsals: the times that the presented deck saved, read again as a plan, and as a table.

The file stands beside its deck as `NAME.rehearsal.json`; `runtime/rehearsal.js` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeGuard

from celldeck.errors import DeckError
from celldeck.frozen import frozen
from celldeck.model import CellTime


@frozen
class StepTime:
    """How long a step was on screen."""

    slide: int
    """From 1."""
    step: int
    seconds: float


def rehearsal_path(deck: Path) -> Path:
    """Return where the rehearsal of a deck stands, if it was rehearsed."""
    return deck.with_suffix(".rehearsal.json")


def read_rehearsal(path: Path) -> tuple[StepTime, ...]:
    """Return the times of a rehearsal, in the order of the deck.

    Raises:
        DeckError: the file cannot be read, or is no rehearsal.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DeckError(f"the rehearsal {path} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise DeckError(f"the rehearsal {path} is no JSON: {error}", hint=_HINT) from error
    steps = content.get("steps") if isinstance(content, dict) else None
    if not isinstance(steps, list):
        raise DeckError(f"{path} is no rehearsal: it has no list 'steps'", hint=_HINT)
    return tuple(_step_time(entry, path) for entry in steps)


_HINT = "press R in the presented deck to save one anew"


def _step_time(entry: object, path: Path) -> StepTime:
    if isinstance(entry, dict):
        slide, step, seconds = entry.get("slide"), entry.get("step"), entry.get("seconds")
        if _is_whole(slide) and slide > 0 and _is_whole(step) and _is_number(seconds) and seconds >= 0:
            return StepTime(slide, step, float(seconds))
    raise DeckError(f"{path} is no rehearsal: {json.dumps(entry)[:80]} is no step", hint=_HINT)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_cell_times(path: Path) -> tuple[CellTime, ...]:
    """Return how long cells ran in a rehearsal, or when the deck was built; empty: that is not known.

    Raises:
        DeckError: as for `read_rehearsal`.
    """
    read_rehearsal(path)
    entries = json.loads(path.read_text("utf-8")).get("cells", [])
    if not isinstance(entries, list):
        raise DeckError(f"{path} is no rehearsal: its 'cells' are no list", hint=_HINT)
    return tuple(_cell_time(entry, path) for entry in entries)


def _cell_time(entry: object, path: Path) -> CellTime:
    if isinstance(entry, dict):
        cell, slide, seconds = entry.get("cell"), entry.get("slide"), entry.get("seconds")
        if _is_whole(cell) and _is_whole(slide) and _is_number(seconds) and min(cell, slide, seconds) >= 0:
            return CellTime(cell, slide, float(seconds))
    raise DeckError(f"{path} is no rehearsal: {json.dumps(entry)[:80]} is no cell", hint=_HINT)


def cell_seconds_per_slide(times: Sequence[CellTime], slides: int) -> tuple[float | None, ...]:
    """Return how long the cells of each of a deck's slides run; None: it has none that is known."""
    totals: dict[int, float] = {}
    for time in times:
        totals[time.slide] = totals.get(time.slide, 0.0) + (time.seconds or 0.0)
    return tuple(totals.get(number) for number in range(1, slides + 1))


def seconds_per_slide(times: Sequence[StepTime], slides: int) -> tuple[float | None, ...]:
    """Return how long each of a deck's slides was on screen; None: it was not."""
    totals: dict[int, float] = {}
    for time in times:
        totals[time.slide] = totals.get(time.slide, 0.0) + time.seconds
    return tuple(totals.get(number) for number in range(1, slides + 1))


@frozen
class Row:
    """A slide in the table of a rehearsal."""

    title: str
    """What the slide is called; empty: it has no heading."""
    opens: bool
    """It begins a section."""
    rehearsed: float | None
    """Seconds; None: it was not shown."""
    planned: float | None
    """Seconds that its notes plan; None: they do not."""
    cells: float | None = None
    """Seconds that its cells run; None: it has none that is known."""


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines that the terminal shows: a slide a line, sums of the sections, and the whole."""
    runs = any(row.cells is not None for row in rows)
    lines = [f"{'slide':>6}  {'time':>7}  {'plan':>7}" + (f"  {'':>7}  {'cells':>7}" if runs else "")]
    section: list[Row] = []
    name = ""
    has_sections = any(row.opens for row in rows)
    for number, row in enumerate(rows, 1):
        if row.opens and section:
            lines.append(_sum(f"section {name}".rstrip(), section, runs))
            section = []
        if row.opens or number == 1:
            name = row.title
        section.append(row)
        lines.append(f"{number:>6}  {_columns(row, runs)}  {row.title}".rstrip())
    if has_sections and section:
        lines.append(_sum(f"section {name}".rstrip(), section, runs))
    return [*lines, _sum("whole talk", rows, runs)]


def _sum(title: str, rows: Sequence[Row], runs: bool) -> str:
    def total(values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    columns = Row(
        title,
        False,
        total(row.rehearsed for row in rows),
        total(row.planned for row in rows),
        total(row.cells for row in rows),
    )
    return f"{'':>6}  {_columns(columns, runs)}  = {title}"


def _columns(row: Row, runs: bool) -> str:
    given = row.rehearsed is not None and row.planned is not None
    over = _signed((row.rehearsed or 0) - (row.planned or 0)) if given else ""
    cells = f"  {_clock(row.cells):>7}" if runs else ""
    return f"{_clock(row.rehearsed):>7}  {_clock(row.planned):>7}  {over:>7}{cells}"


def _signed(seconds: float) -> str:
    return ("+" if seconds >= 0 else "-") + _clock(abs(seconds))


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
