"""`check`: what is odd about decks, without writing anything."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from celldeck.commands.arguments import add_decks, what_is_named
from celldeck.errors import DeckError, Notice
from celldeck.reporter import Reporter

if TYPE_CHECKING:
    from celldeck.model import Deck
    from celldeck.tools import Tools

GOOD, TOLD = 0, 1
OTHER = "other-output"
"""The kind of what `outputs.check_outputs` tells of outputs that are not what a clean run gives."""

Check = Callable[["Deck", "Tools"], Iterable[Notice]]
"""Takes a deck, its cells not run, and gives what is to be told of it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_decks(parser)
    parser.add_argument(
        "--outputs", action="store_true", help="run the decks, and compare with the outputs that are stored"
    )
    parser.add_argument(
        "--text",
        action="store_true",
        help="read the text only: run no cell, and look at no slide in a browser",
    )


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Tell what the checks find.

    Returns:
        1 if a deck cannot be read, if `--outputs` finds others, or with `--strict` if anything is told.

    Raises:
        DeckError: what the command line or the settings name is wrong.
    """
    from celldeck import pipeline
    from celldeck.tools import Tools

    settings, decks = what_is_named(given)
    tools = Tools(settings)
    told = failed = 0
    try:
        for path in decks:
            try:
                deck = pipeline.load(path, tools)
            except DeckError as error:
                reporter.problem(str(error))
                failed += 1
                continue
            found = [notice for check in CHECKS for notice in check(deck, tools)]
            if given.outputs:
                others = list(_other_outputs(deck, tools, reporter))
                failed += any(notice.kind == OTHER for notice in others)
                found += others
            if not given.text:
                # After the outputs have been compared: what runs now is stored.
                found += _looks(deck, tools, reporter)
            found = [n for n in dict.fromkeys(found) if n.kind not in settings.silence]
            for notice in found:
                reporter.problem(str(notice))
            told += len(found)
            number = "nothing" if not found else f"{len(found)} thing{'s' * (len(found) > 1)}"
            reporter.result(f"{path}: {number} to tell{_offer(deck, tools) if found else ''}")
    finally:
        tools.close()
    return TOLD if failed or (told and settings.strict) else GOOD


def _offer(deck: Deck, tools: Tools) -> str:
    """Return what the command `fix` could do for a deck."""
    from celldeck.mends import mend_text

    count = len(mend_text(deck.source, tools.options(deck.source.path)).mends)
    mends = f"{count} mend{'s' * (count != 1)}"
    return f"; `python build.py fix {deck.source.path}` makes {mends}" if count else ""


def _other_outputs(deck: Deck, tools: Tools, reporter: Reporter) -> Iterable[Notice]:
    from celldeck.outputs import check_outputs

    try:
        yield from check_outputs(deck, tools, reporter)
    except DeckError as error:
        yield Notice(OTHER, error.message, error.span, error.hint)


def _looks(deck: Deck, tools: Tools, reporter: Reporter) -> Iterable[Notice]:
    from celldeck.looks import check_looks

    try:
        with reporter.ticking():
            yield from check_looks(deck, tools, reporter)
    except DeckError as error:
        yield Notice("failed-build", error.message, error.span, error.hint)


def _what_reading_told(deck: Deck, tools: Tools) -> Iterable[Notice]:
    return deck.notices


def _copied_slides(deck: Deck, tools: Tools) -> Iterable[Notice]:
    from celldeck.parse import parse
    from celldeck.parse.copied_runs import find_copied_runs

    if deck.settings.get("collapse") is False:
        return
    # Slides are told by the numbers that they have as they are written.
    deck = parse(deck.source, replace(tools.options(deck.source.path), collapse=False))
    for run in find_copied_runs(deck.slides, deck.cells):
        slide = deck.slides[run.first - 1]
        # A slide starts at its ruler, which says nothing of it.
        lines = range(slide.line + (run.first > 1), slide.end_line)
        line = next((n for n in lines if deck.source.lines[n - 1].strip()), slide.line)
        yield Notice(
            "copied-slides",
            f"slides {run.first}–{run.last} are one slide in {run.steps} steps",
            deck.source.span(line),
            _HINTS[run.kind],
        )


def _missing_alt_texts(deck: Deck, tools: Tools) -> Iterable[Notice]:
    """Tell of the pictures that readers of the PDF who cannot see get nothing from."""
    from celldeck.parse.alt_texts import missing_alt_texts
    from celldeck.render.inlines import alt_text

    return missing_alt_texts(deck, alt_text)


_HINTS = {
    "grey": "write it once, with `*` items and <!-- _class: dim -->",
    "append": "write the last of them only, with `*` items",
    "figure": "write it once, with `*` items and ![only](…) pictures",
}

CHECKS: tuple[Check, ...] = (_what_reading_told, _copied_slides, _missing_alt_texts)
