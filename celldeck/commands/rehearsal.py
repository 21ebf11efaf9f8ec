"""`rehearsal`: the times of rehearsed talks, a line a slide, with the sums of their sections."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace

from celldeck.commands.arguments import add_decks, what_is_named
from celldeck.errors import DeckError
from celldeck.model import CellTime, Deck, Slide
from celldeck.nodes import Heading
from celldeck.rehearsal import (
    Row,
    StepTime,
    cell_seconds_per_slide,
    read_cell_times,
    read_rehearsal,
    rehearsal_path,
    seconds_per_slide,
    table,
)
from celldeck.reporter import Reporter


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_decks(parser)


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Print the table of each deck that was rehearsed; return 0.

    Raises:
        DeckError: no deck was, or a file is none of a rehearsal.
    """
    from celldeck.pipeline import load
    from celldeck.tools import Tools

    settings, decks = what_is_named(given)
    rehearsed = [deck for deck in decks if rehearsal_path(deck).is_file()]
    if not rehearsed:
        raise DeckError(
            f"no rehearsal stands beside {', '.join(map(str, decks))}",
            hint="in the presented deck press r, talk, press r, then R; the file goes beside the deck",
        )
    tools = Tools(replace(settings, no_exec=True))
    for path in rehearsed:
        file = rehearsal_path(path)
        rows = rows_of(load(path, tools), read_rehearsal(file), read_cell_times(file))
        reporter.result("\n".join([str(path), *table(rows)]))
    return 0


def rows_of(deck: Deck, times: tuple[StepTime, ...], cells: tuple[CellTime, ...] = ()) -> list[Row]:
    """Return the table's rows: the deck's slides with their times."""
    from celldeck.render.speaker import planned_seconds

    seconds = seconds_per_slide(times, len(deck.slides))
    runs = cell_seconds_per_slide(cells, len(deck.slides))
    levels = [_level(slide) for slide in deck.slides]
    usual = Counter(level for level in levels if level).most_common(1)
    # A section begins where a heading stands above the usual ones, or where its slide is set apart as one.
    top = usual[0][0] if usual else 0
    return [
        Row(
            slide.title or "",
            bool(level and level < top) or _is_lead(slide),
            spent,
            planned_seconds(slide.notes),
            run,
        )
        for slide, level, spent, run in zip(deck.slides, levels, seconds, runs, strict=True)
    ]


def _level(slide: Slide) -> int | None:
    return next((block.level for block in slide.blocks if isinstance(block, Heading)), None)


def _is_lead(slide: Slide) -> bool:
    return not {"lead", "section"}.isdisjoint(str(slide.directives.get("class") or "").split())
