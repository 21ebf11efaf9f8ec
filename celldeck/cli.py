"""The command line: arguments to calls, errors to text, results to an exit status."""

from __future__ import annotations

import argparse
import signal
import threading
import time
import traceback
from collections.abc import Sequence
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import celldeck
from celldeck.errors import DeckError
from celldeck.reporter import Reporter
from celldeck.settings import OPTIONS, Option, Settings, find_root, override, read_settings

if TYPE_CHECKING:
    from celldeck.pipeline import Built
    from celldeck.tools import Tools

BUILT, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""

_FILES = {".html", ".htm", ".pdf"}
"""Endings by which `output` names a file."""
_SHORT = {"output": ("-o",), "jobs": ("-j",)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 built, 1 a deck or a cell failed, 2 wrong use."""
    given = _parser().parse_intermixed_args(arguments)
    reporter = Reporter()
    if threading.current_thread() is threading.main_thread():
        # Who is asked to end cleans up as well as who is interrupted.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        try:
            settings, decks = _what_to_build(given)
        except DeckError as error:
            reporter.problem(str(error))
            return WRONG_USE
        if not given.watch:
            return build_all(decks, settings, reporter)
        from celldeck.serve import watch

        with reporter.ticking():
            return watch(decks, settings, reporter, opens=given.open)
    except KeyboardInterrupt:
        reporter.problem("stopped")
        return INTERRUPTED


def _what_to_build(given: argparse.Namespace) -> tuple[Settings, list[Path]]:
    here = Path.cwd()
    root = find_root(here)
    # Relative where it can be, so that what is told names files as their author does.
    root = Path() if root == here else root
    settings = override(read_settings(root), _values(given, root))
    _check_themes(settings)
    decks = list(dict.fromkeys(Path(deck) for deck in given.deck)) or find_decks(settings)
    _check_outputs(settings, decks)
    return settings, decks


def find_decks(settings: Settings) -> list[Path]:
    """Return the decks that the settings name.

    Raises:
        DeckError: there is none.
    """
    names = {
        name for pattern in settings.decks for name in glob(pattern, root_dir=settings.root, recursive=True)
    }
    found = sorted(path for name in names if (path := settings.root / name).is_file())
    if not found:
        patterns = ", ".join(settings.decks)
        raise DeckError(f"there is no deck: nothing matches {patterns}", hint="name one: build.py DECK.md")
    return found


def output_path(deck: Path, settings: Settings, alone: bool) -> Path:
    """Return where the HTML of a deck goes.

    Args:
        alone: it is the only one, so `output` may name a file.
    """
    if settings.output is None:
        return settings.root / "dist" / deck.with_suffix(".html").name
    output = Path(settings.output)
    if alone and output.suffix in _FILES and not output.is_dir():
        return output.with_suffix(".html") if output.suffix == ".pdf" else output
    return output / deck.with_suffix(".html").name


def build_all(decks: Sequence[Path], settings: Settings, reporter: Reporter) -> int:
    """Build decks, tell what is to be told, and return the exit status."""
    from concurrent.futures import ThreadPoolExecutor, wait

    from celldeck.tools import Tools

    tools = Tools(settings)
    # Cells wait for their kernels, so several decks may run at once; parsing and rendering take turns.
    turn = threading.Lock()

    def one(deck: Path) -> bool:
        return _build_one(deck, output_path(deck, settings, len(decks) == 1), tools, turn, reporter)

    try:
        with reporter.ticking(), ThreadPoolExecutor(min(settings.jobs, len(decks))) as pool:
            try:
                building = [pool.submit(one, deck) for deck in decks]
                # A wait without end can miss the signal that comes just before it.
                while wait(building, timeout=0.2).not_done:
                    pass
            except KeyboardInterrupt:
                # The pool waits for its threads; so what they wait for has to end.
                tools.stop()
                pool.shutdown(cancel_futures=True)
                raise
    finally:
        tools.close()
    return BUILT if all(built.result() for built in building) else FAILED


def _build_one(path: Path, output: Path, tools: Tools, turn: threading.Lock, reporter: Reporter) -> bool:
    """Build one deck and say whether nothing failed; a failure is told and leaves its last good files."""
    from celldeck import pipeline

    start = time.monotonic()
    before = _written(output)
    template = tools.settings.template
    try:
        with turn:
            deck = pipeline.load(path, tools)
        deck = pipeline.run(deck, tools, reporter)
        with turn:
            built = pipeline.write(pipeline.finish(deck, tools, template), tools, output, template)
    except Exception as error:
        if not tools.is_stopped:
            reporter.problem(_failure(error))
            stays = _what_stands(output, before)
            reporter.result(f"{path}: failed after {time.monotonic() - start:.1f} s{stays}")
        return False
    for text in (*map(str, built.notices), *built.failures):
        reporter.problem(text)
    reporter.result(summary(built, output, tools.settings, time.monotonic() - start))
    return not built.failures and not (tools.settings.strict and built.notices)


def _written(output: Path) -> int | None:
    """Return when a file was written, or None if it is not there."""
    return output.stat().st_mtime_ns if output.is_file() else None


def _what_stands(output: Path, before: int | None) -> str:
    """Return what a failed build leaves of a deck, as the end of a sentence."""
    now = _written(output)
    if now is None:
        return ""
    return f"; {_shown(output)} stays as it was" if now == before else f"; {_shown(output)} is built"


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
    files = f"{_shown(output)} and .pdf" if settings.pdf else _shown(output)
    return f"{deck.source.path} → {files}: {', '.join(parts)}, {seconds:.1f} s"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _check_themes(settings: Settings) -> None:
    for path in settings.theme_paths:
        if not path.exists():
            raise DeckError(f"there is no theme file or folder {path}")
        if path.suffix == ".md":
            raise DeckError(
                f"{path} is no theme", hint="name the decks before --theme-set, which takes all that follows"
            )


def _check_outputs(settings: Settings, decks: Sequence[Path]) -> None:
    """Tell when a file would be written by several decks, or over its own deck."""
    alone = len(decks) == 1
    if settings.output and not alone and Path(settings.output).suffix in _FILES:
        raise DeckError(
            f"{len(decks)} decks cannot all be written to {settings.output}", hint="name a folder with -o"
        )
    outputs: dict[Path, Path] = {}
    for deck in decks:
        output = output_path(deck, settings, alone)
        other = outputs.setdefault(output, deck)
        if other is not deck:
            raise DeckError(
                f"{other} and {deck} would be written to the same file, {_shown(output)}",
                hint="build them one by one, into two folders with -o",
            )
        if output.resolve() == deck.resolve():
            raise DeckError(f"{deck} would be written over", hint="name another file or folder with -o")


def _values(given: argparse.Namespace, root: Path) -> dict[str, Any]:
    values = {option.field: getattr(given, option.field) for option in OPTIONS if option.flag}
    if given.html:
        values["html_tags"] = "all"
    if values["output"] and Path(values["output"]).suffix == ".pdf":
        values["pdf"] = True
    if values["theme_set"] is not None:
        # Paths on the command line are relative to where we are, those of the settings to their file.
        here = Path.cwd() if root.is_absolute() else Path()
        values["theme_set"] = tuple(str(here / path) for path in values["theme_set"])
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
            parser.add_argument(*names, type=_whole, metavar=option.metavar, help=option.help)
        case "port":
            parser.add_argument(*names, type=_port, metavar=option.metavar, help=option.help)
        case _:
            parser.add_argument(*names, choices=choices, metavar=option.metavar, help=option.help)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number above 0")
    return int(text)


def _port(text: str) -> int:
    port = _whole(text)
    if port > 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port: they go up to 65535")
    return port
