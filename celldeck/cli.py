"""The command line: arguments to calls, errors to text, results to an exit status."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import celldeck
from celldeck.errors import DeckError
from celldeck.reporter import Reporter
from celldeck.settings import OPTIONS, Option, Settings, find_root, override, read_settings

if TYPE_CHECKING:
    from celldeck.pipeline import Built, Tools

BUILT, FAILED, WRONG_USE = 0, 1, 2
"""Exit statuses."""

_SHORT = {"output": ("-o",), "jobs": ("-j",)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 built, 1 a deck or a cell failed, 2 wrong use."""
    reporter = Reporter()
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = override(read_settings(find_root(Path.cwd())), _values(given))
        decks = [Path(deck) for deck in given.deck] or find_decks(settings)
        _refuse_unclear_output(settings, decks)
    except DeckError as error:
        reporter.problem(str(error))
        return WRONG_USE
    try:
        if given.watch:
            from celldeck.serve import watch

            return watch(decks, settings, reporter.result, reporter.problem, opens=given.open)
        return build_all(decks, settings, reporter)
    except KeyboardInterrupt:
        reporter.problem("stopped")
        return 130


def find_decks(settings: Settings) -> list[Path]:
    """Return the decks that the settings name, as paths relative to where we are if they lie below.

    Raises:
        DeckError: there is none.
    """
    found = sorted(
        {path for pattern in settings.decks for path in settings.root.glob(pattern) if path.is_file()}
    )
    if not found:
        patterns = ", ".join(settings.decks)
        raise DeckError(f"there is no deck: nothing matches {patterns}", hint="name one: build.py DECK.md")
    here = Path.cwd()
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in found]


def output_path(deck: Path, settings: Settings, alone: bool) -> Path:
    """Return where the HTML of a deck goes.

    Args:
        alone: it is the only one, so `output` may name a file.
    """
    if settings.output is None:
        return settings.root / "dist" / deck.with_suffix(".html").name
    output = Path(settings.output)
    if alone and output.suffix in {".html", ".htm", ".pdf"} and not output.is_dir():
        return output.with_suffix(".html") if output.suffix == ".pdf" else output
    return output / deck.with_suffix(".html").name


def build_all(decks: Sequence[Path], settings: Settings, reporter: Reporter) -> int:
    """Build decks, tell what is to be told, and return the exit status."""
    from concurrent.futures import ThreadPoolExecutor

    from celldeck.pipeline import Tools

    tools = Tools(settings)
    # Cells wait for their kernels, so several decks may run at once; parsing and rendering take turns.
    turn = threading.Lock()

    def one(deck: Path) -> bool:
        return _build_one(deck, output_path(deck, settings, len(decks) == 1), tools, turn, reporter)

    try:
        with reporter.ticking(), ThreadPoolExecutor(min(settings.jobs, len(decks))) as pool:
            good = list(pool.map(one, decks))
    finally:
        tools.close()
    return BUILT if all(good) else FAILED


def _build_one(path: Path, output: Path, tools: Tools, turn: threading.Lock, reporter: Reporter) -> bool:
    """Build one deck and say whether nothing failed; a failure is told and leaves its last good files."""
    from celldeck import pipeline

    start = time.monotonic()
    template = tools.settings.template
    try:
        with turn:
            deck = pipeline.load(path, tools)
        deck = pipeline.run(deck, tools, reporter)
        with turn:
            built = pipeline.write(pipeline.finish(deck, tools, template), tools, output, template)
    except DeckError as error:
        reporter.problem(str(error))
        reporter.result(f"{path}: failed after {time.monotonic() - start:.1f} s")
        return False
    except OSError as error:
        reporter.problem(f"{error.filename or output} could not be written: {error.strerror or error}")
        reporter.result(f"{path}: failed after {time.monotonic() - start:.1f} s")
        return False
    for text in (*map(str, built.notices), *built.failures):
        reporter.problem(text)
    reporter.result(summary(path, output, built, time.monotonic() - start))
    return not built.failures and not (tools.settings.strict and built.notices)


def summary(path: Path, output: Path, built: Built, seconds: float) -> str:
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
        parts.append(_count(len(built.notices), "warning"))
    return f"{path} → {_shown(output)}: {', '.join(parts)}, {seconds:.1f} s"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _refuse_unclear_output(settings: Settings, decks: Sequence[Path]) -> None:
    """Tell when one output file would be written by several decks."""
    if settings.output and len(decks) > 1 and Path(settings.output).suffix in {".html", ".htm", ".pdf"}:
        raise DeckError(
            f"{len(decks)} decks cannot all be written to {settings.output}", hint="name a folder with -o"
        )
    outputs: dict[Path, Path] = {}
    for deck in decks:
        other = outputs.setdefault(output_path(deck, settings, len(decks) == 1), deck)
        if other != deck:
            raise DeckError(
                f"{other} and {deck} would be written to the same file",
                hint="build them into two folders with -o",
            )


def _values(given: argparse.Namespace) -> dict[str, Any]:
    values = {option.field: getattr(given, option.field) for option in OPTIONS if option.flag}
    if given.html:
        values["html_tags"] = "all"
    if values["output"] and Path(values["output"]).suffix == ".pdf":
        values["pdf"] = True
    if values["theme_set"] is not None:
        # Paths on the command line are relative to where we are, those of the settings to their file.
        values["theme_set"] = tuple(str(Path(path).absolute()) for path in values["theme_set"])
    return values


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="celldeck",
        description="Build Marp decks, with live code cells, to HTML and PDF.",
        epilog="Settings stand in [tool.celldeck] of pyproject.toml too. "
        "Exit status: 0 built, 1 a deck or a cell failed, 2 wrong use.",
    )
    parser.add_argument("deck", nargs="*", help="a Markdown file; none: every deck of slides/")
    for option in OPTIONS:
        if option.flag:
            _add(parser, option)
    parser.add_argument("--html", action="store_true", help="the same as --html-tags all, as in marp-cli")
    parser.add_argument("-w", "--watch", action="store_true", help="serve the decks and follow every change")
    parser.add_argument("--open", action="store_true", help="with --watch: open the browser")
    parser.add_argument("--version", action="version", version=f"celldeck {celldeck.__version__}")
    return parser


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    names = (*_SHORT.get(option.name, ()), f"--{option.name}")
    choices = option.choices or None
    match option.kind:
        case "flag":
            parser.add_argument(*names, action="store_true", default=None, help=option.help)
        case "texts":
            parser.add_argument(*names, nargs="+", action="extend", metavar=option.metavar, help=option.help)
        case "count":
            parser.add_argument(*names, type=_positive, metavar=option.metavar, help=option.help)
        case _:
            parser.add_argument(*names, choices=choices, metavar=option.metavar, help=option.help)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number
