"""Rehearsals: the times that the presented deck saved, read again as a plan, and as a table.

The file stands beside its deck as `NAME.rehearsal.json`; `runtime/rehearsal.js` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

from celldeck.errors import DeckError
from celldeck.frozen import frozen


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


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines that the terminal shows: a slide a line, sums of the sections, and the whole."""
    lines = [f"{'slide':>6}  {'time':>7}  {'plan':>7}"]
    section: list[Row] = []
    name = ""
    has_sections = any(row.opens for row in rows)
    for number, row in enumerate(rows, 1):
        if row.opens and section:
            lines.append(_sum(f"section {name}".rstrip(), section))
            section = []
        if row.opens or number == 1:
            name = row.title
        section.append(row)
        lines.append(f"{number:>6}  {_columns(row.rehearsed, row.planned)}  {row.title}".rstrip())
    if has_sections and section:
        lines.append(_sum(f"section {name}".rstrip(), section))
    return [*lines, _sum("whole talk", rows)]


def _sum(title: str, rows: Sequence[Row]) -> str:
    rehearsed = [row.rehearsed for row in rows if row.rehearsed is not None]
    planned = [row.planned for row in rows if row.planned is not None]
    columns = _columns(sum(rehearsed) if rehearsed else None, sum(planned) if planned else None)
    return f"{'':>6}  {columns}  = {title}"


def _columns(rehearsed: float | None, planned: float | None) -> str:
    over = "" if rehearsed is None or planned is None else _signed(rehearsed - planned)
    return f"{_clock(rehearsed):>7}  {_clock(planned):>7}  {over:>7}"


def _signed(seconds: float) -> str:
    return ("+" if seconds >= 0 else "-") + _clock(abs(seconds))


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
