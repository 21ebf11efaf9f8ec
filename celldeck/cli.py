"""The command line: the command that is asked for, errors to text, results to an exit status."""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import keyword
import os
import signal
import sys
import threading
from collections.abc import Sequence

import celldeck
from celldeck.commands import COMMANDS, DEFAULT
from celldeck.errors import DeckError
from celldeck.reporter import Reporter

WRONG_USE, INTERRUPTED = 2, 130
"""Exit statuses beside those of the commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 built, 1 a deck or a cell failed, 2 wrong use."""
    # What is read of a deck is a tree without cycles, and looking for some in it again and again takes a
    # tenth of a build.
    gc.set_threshold(100_000, 20, 20)
    given = list(sys.argv[1:] if arguments is None else arguments)
    names = {command.name for command in COMMANDS}
    name = given.pop(0) if given and given[0] in names else DEFAULT
    # A word of Python cannot be the name of a module.
    command = importlib.import_module(f"celldeck.commands.{name}{'_' * keyword.iskeyword(name)}")
    parser = _parser(name)
    command.configure(parser)
    values = parser.parse_intermixed_args(given)
    reporter = Reporter()
    if threading.current_thread() is threading.main_thread():
        # Who is asked to end cleans up as well as who is interrupted.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(command.run(values, reporter))
    except DeckError as error:
        reporter.problem(str(error))
        return WRONG_USE
    except KeyboardInterrupt:
        reporter.problem("stopped")
        return INTERRUPTED


def _parser(name: str) -> argparse.ArgumentParser:
    if name != DEFAULT:
        summary = next(command.summary for command in COMMANDS if command.name == name)
        return argparse.ArgumentParser(
            prog=f"celldeck {name}",
            description=f"{summary[0].upper()}{summary[1:]}.",
            formatter_class=_help,
        )
    commands = "\n".join(f"  {command.name:10} {command.summary}" for command in COMMANDS)
    parser = argparse.ArgumentParser(
        prog="celldeck",
        description="Build Marp decks, with live code cells, to HTML and PDF.",
        epilog=f"commands, each with a --help of its own:\n{commands}\n\n"
        "Settings stand in [tool.celldeck] of pyproject.toml too.\n"
        "Exit status: 0 built, 1 a deck or a cell failed, 2 wrong use.",
        formatter_class=_help,
    )
    parser.add_argument("--version", action="version", version=f"celldeck {celldeck.__version__}")
    return parser


def _help(prog: str) -> argparse.HelpFormatter:
    """Return what writes the help; it is made for each option, and looks the width up if it is told none."""
    return argparse.RawDescriptionHelpFormatter(prog, width=_width())


@functools.cache
def _width() -> int:
    """Return the columns for text: of `COLUMNS`, or of the terminal, as `shutil.get_terminal_size` does."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given) > 0:
        return int(given) - 2
    try:
        return max(os.get_terminal_size().columns, 11) - 2
    except OSError:
        return 78
