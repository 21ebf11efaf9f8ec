"""`fix`: mend decks where it is sure what is meant; what would change is shown, `--write` writes it."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.commands.arguments import add_decks, what_is_named
from celldeck.errors import DeckError
from celldeck.files import write_atomically
from celldeck.reporter import Reporter

if TYPE_CHECKING:
    from celldeck.mends import Mended
    from celldeck.source import Source

GOOD, FAILED = 0, 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_decks(parser)
    parser.add_argument(
        "--write", action="store_true", help="write the decks, instead of showing what would change"
    )


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Show what would change in each deck as a unified diff, or change it.

    Returns:
        1 if a deck cannot be read.

    Raises:
        DeckError: what the command line or the settings name is wrong, or a deck cannot be written.
    """
    from celldeck.mends import mend_text
    from celldeck.pipeline import read_source
    from celldeck.tools import Tools

    settings, decks = what_is_named(given)
    tools = Tools(settings)
    failed = 0
    try:
        for path in decks:
            try:
                source = read_source(path)
                mended = mend_text(source, tools.options(path))
            except DeckError as error:
                reporter.problem(str(error))
                failed += 1
                continue
            if given.write and mended.mends:
                _write(path, mended.text)
            _tell(source, mended, reporter, is_written=given.write)
    finally:
        tools.close()
    return FAILED if failed else GOOD


def _tell(source: Source, mended: Mended, reporter: Reporter, *, is_written: bool) -> None:
    path = source.path
    if not is_written:
        for line in _diff(source, mended.text):
            reporter.result(line)
    for mend in mended.mends:
        reporter.result(f"{path}: {mend.why}")
    for left in mended.left:
        reporter.result(f"{path}: {left}")
    count = len(mended.mends)
    things = f"{count} thing{'s' * (count != 1)}"
    if not count:
        reporter.result(f"{path}: nothing to mend")
    elif is_written:
        reporter.result(f"{path}: {things} mended")
    else:
        reporter.result(f"{path}: {things} to mend; --write does it")


def _diff(source: Source, text: str) -> list[str]:
    before, after = (whole.removesuffix("\n").split("\n") for whole in (source.text, text))
    name = str(source.path)
    return list(difflib.unified_diff(before, after, name, name, lineterm=""))


def _write(path: Path, text: str) -> None:
    """Write a deck's text with the line ends and the byte order mark that its file has."""
    try:
        before = path.read_bytes()
        if before.count(b"\r\n") * 2 > before.count(b"\n"):
            text = text.replace("\n", "\r\n")
        mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
        # A link to a deck stays one.
        write_atomically(path.resolve(), mark + text.encode("utf-8"))
    except OSError as error:
        raise DeckError(f"{path} cannot be written: {error.strerror}") from error
