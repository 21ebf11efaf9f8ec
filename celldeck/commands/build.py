"""`build`: the decks to HTML and PDF; what the command line does when it names no command."""

from __future__ import annotations

import argparse
import os
import re
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from celldeck.commands.arguments import add_decks, output_path, shown, what_is_named
from celldeck.errors import DeckError
from celldeck.reporter import Reporter
from celldeck.settings import Settings
from celldeck.side_by_side import side_by_side

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from celldeck.cache import Cache
    from celldeck.javascript.mathjax import MathJax
    from celldeck.model import Deck
    from celldeck.pipeline import Built
    from celldeck.tools import Tools

BUILT, FAILED = 0, 1
_PICTURE = re.compile(r"!\[[^\]]*\]\(\s*<?([^)>\s]+)")
_BYTES_OF_PICTURES = 400
"""So many take as long, in a file of a picture, as a byte of Markdown."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_decks(parser)
    parser.add_argument("-w", "--watch", action="store_true", help="serve the decks and follow every change")
    parser.add_argument("--open", action="store_true", help="with --watch: open the browser")
    parser.add_argument(
        "--audience",
        action="store_true",
        help="serve one deck as --watch does, and let phones in this network follow it",
    )
    parser.add_argument(
        "--audience-address",
        type=_address,
        metavar="HOST[:PORT]",
        help="where phones reach this machine (default: its address in the network, port 8800 or the next)",
    )


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Build the decks, or serve them with `--watch`; return the exit status.

    Raises:
        DeckError: what the command line or the settings name is wrong.
    """
    settings, decks = what_is_named(given)
    if not (given.watch or given.audience):
        return build_all(decks, settings, reporter)
    from celldeck.serve import ForAudience, watch

    host, port = given.audience_address or (None, None)
    audience = ForAudience(host, port, draws=reporter.live) if given.audience else None
    with reporter.ticking():
        return watch(
            decks,
            settings,
            reporter,
            opens=given.open,
            audience=audience,
            what_is_named=lambda: what_is_named(given),
            outputs=lambda deck: output_path(deck, settings, len(decks) == 1),
        )


def _address(text: str) -> tuple[str, int | None]:
    """Return host and port; 0 as a port is any that is free."""
    host, colon, port = text.partition(":")
    if not host or (colon and not (port.isascii() and port.isdigit() and int(port) < 65536)):
        raise argparse.ArgumentTypeError(f"'{text}' is no HOST or HOST:PORT")
    return host, int(port) if colon else None


def _begun(decks: Sequence[Path], settings: Settings) -> tuple[Cache, MathJax]:
    """Return the cache and MathJax, which is being loaded if a deck has formulas that are new.

    That takes longer than to load the rest of this program and to read the deck, so it begins before.
    """
    from celldeck.cache import Cache
    from celldeck.javascript.expected import expect_formulas
    from celldeck.javascript.mathjax import MathJax

    cache, mathjax = Cache(settings.cache), MathJax()
    for deck in decks:
        # What cannot be read is told when the deck is built.
        with suppress(OSError):
            expect_formulas(deck.read_text("utf-8", errors="replace"), cache, mathjax)
    return cache, mathjax


def build_all(
    decks: Sequence[Path],
    settings: Settings,
    reporter: Reporter,
    heard: Callable[[Path, Path, Built], None] = lambda deck, output, built: None,
) -> int:
    """Build decks, tell what is to be told, and return the exit status.

    Args:
        heard: hears of each deck that was built, with where its HTML is.
    """
    begun = _begun(decks, settings)

    from celldeck.tools import Tools

    tools = Tools(settings, begun=begun)
    printing = _printing(tools)
    turns = _Turns(threading.Lock(), threading.BoundedSemaphore(settings.jobs), printing)

    def one(deck: Path) -> bool:
        return _build_one(deck, output_path(deck, settings, len(decks) == 1), tools, turns, reporter, heard)

    # While one deck is printed, the next is read: the browser has processes of its own.
    at_once = max(settings.jobs, (os.cpu_count() or 1) + 1) if tools.prints else settings.jobs
    try:
        if any(_may_print(output_path(deck, settings, len(decks) == 1), deck, tools) for deck in decks):
            tools.start_browser()
        with reporter.ticking():
            order = decks if at_once == 1 else sorted(decks, key=_effort, reverse=True)
            is_built = side_by_side(one, order, at_once, tools.stop)
    finally:
        if printing is not None:
            printing.shutdown()
        tools.close()
    return BUILT if all(is_built) else FAILED


def _effort(deck: Path) -> float:
    """Return how long a deck probably takes, in bytes of Markdown: its text, and the pictures in a PDF.

    Begun last, a long one would have the machine for itself at the end.
    """
    try:
        text = deck.read_text("utf-8", "replace")
    except OSError:
        return 0
    effort = float(len(text))
    for name in set(_PICTURE.findall(text)):
        with suppress(OSError, ValueError):
            effort += (deck.parent / unquote(name)).stat().st_size / _BYTES_OF_PICTURES
    return effort


@dataclass(frozen=True)
class _Turns:
    """What decks that are built at the same time wait for."""

    python: threading.Lock
    """Parsing and rendering."""
    cells: threading.BoundedSemaphore
    """Cells wait for their kernels, so several decks may run theirs at once."""
    printing: Executor | None
    """What waits for the browser; None: nothing does."""


def _printing(tools: Tools) -> Executor | None:
    if not tools.prints:
        return None
    # Not for a build that prints nothing: it is a good part of what that loads.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="print")


def _may_print(output: Path, deck: Path, tools: Tools) -> bool:
    """Say whether the browser will probably be needed for a deck, so that it may start meanwhile."""
    if not tools.prints:
        return False
    made = tools.shelf(output.with_suffix(".pdf")).made_ns
    return bool(tools.settings.images) or made is None or not deck.is_file() or deck.stat().st_mtime_ns > made


def _build_one(
    path: Path,
    output: Path,
    tools: Tools,
    turns: _Turns,
    reporter: Reporter,
    heard: Callable[[Path, Path, Built], None],
) -> bool:
    """Build one deck and say whether nothing failed; a failure is told and leaves its last good files."""
    from celldeck import pipeline

    start = time.monotonic()
    before = _written(output)
    template = tools.settings.template
    try:
        with turns.python:
            deck = pipeline.load(path, tools)
        if deck.kernel is not None and deck.cells:
            with turns.cells:
                deck = _run(deck, path, tools, reporter)
        with turns.python:
            finished = pipeline.finish(deck, tools, template)
            built, page = pipeline.ready(finished, tools, output, template)
        # The browser works while the HTML is written.
        printed = None
        if page is not None and turns.printing is not None:
            printed = turns.printing.submit(pipeline.print_ready, built, page, tools, output)
        try:
            with turns.python:
                pipeline.write_html(built, tools, output, template)
        finally:
            # Also where the HTML could not be written: who has built goes on only when all is at rest.
            failed = printed.exception() if printed is not None else None
        if printed is not None and failed is None:
            built = printed.result()
        elif failed is not None:
            raise failed
    except Exception as error:
        if not tools.is_stopped:
            reporter.problem(_failure(error))
            stays = _what_stands(output, before)
            reporter.result(f"{path}: failed after {time.monotonic() - start:.1f} s{stays}")
        return False
    heard(path, output, built)
    for text in (*map(str, built.notices), *built.failures):
        reporter.problem(text)
    reporter.result(summary(built, output, tools.settings, time.monotonic() - start))
    return not built.failures and not (tools.settings.strict and built.notices)


def _run(deck: Deck, path: Path, tools: Tools, reporter: Reporter) -> Deck:
    """Return the deck with outputs, all of one run from the top."""
    # Not before there is something to run: loading this takes a tenth of the time of a second build.
    from celldeck.session import Session

    with Session(path, tools=tools, progress=reporter, incremental=False) as session:
        build = session.build(deck)
    if tools.settings.explain:
        for line in build.explain.splitlines():
            reporter.result(f"  {line}")
    return build.deck


def _written(output: Path) -> int | None:
    """Return when a file was written, or None if it is not there."""
    return output.stat().st_mtime_ns if output.is_file() else None


def _what_stands(output: Path, before: int | None) -> str:
    """Return what a failed build leaves of a deck, as the end of a sentence."""
    now = _written(output)
    if now is None:
        return ""
    return f"; {shown(output)} stays as it was" if now == before else f"; {shown(output)} is built"


def _failure(error: Exception) -> str:
    """Return what is told of what ended a deck; a mistake of ours keeps its traceback."""
    if isinstance(error, DeckError):
        return str(error)
    return (
        f"celldeck itself has failed, which is worth a report:\n{''.join(traceback.format_exception(error))}"
    )


def summary(built: Built, output: Path, settings: Settings, seconds: float) -> str:
    """Return the line that is told of a deck that was built."""
    deck = built.deck
    ran = sum(cell.seconds is not None for cell in deck.cells)
    parts = [_count(len(deck.slides), "slide")]
    if deck.cells:
        parts.append(f"{_count(len(deck.cells), 'cell')} ({ran} run)")
    if deck.idle_python_blocks:
        parts.append(f"{_count(deck.idle_python_blocks, 'Python block')} left alone")
    if built.failures:
        parts.append(_count(len(built.failures), "failure"))
    if built.notices:
        refused = ", which --strict refuses" if settings.strict else ""
        parts.append(_count(len(built.notices), "warning") + refused)
    files = f"{shown(output)} and .pdf" if settings.pdf else shown(output)
    return f"{deck.source.path} → {files}: {', '.join(parts)}, {seconds:.1f} s"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
