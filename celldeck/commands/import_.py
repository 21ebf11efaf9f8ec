"""`import`: a remark.js deck, its HTML page or its Markdown, as a Marp deck."""

from __future__ import annotations

import argparse
from pathlib import Path

from celldeck.errors import DeckError
from celldeck.files import write_atomically
from celldeck.reporter import Reporter

GOOD, TOLD = 0, 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("deck", help="a remark.js deck: DECK.html or DECK.md")
    parser.add_argument(
        "-o", "--output", metavar="OUT.md", help="the file to write (default: beside the deck)"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.add_argument(
        "--strict", action="store_true", help="fail if there is something that Marp cannot say"
    )


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Write the deck, and tell what of it Marp cannot say.

    Returns:
        1 if something is told with `--strict`.

    Raises:
        DeckError: the deck cannot be read, or the file is there already or cannot be written.
    """
    from celldeck.model import MarpOptions
    from celldeck.parse import parse
    from celldeck.pipeline import read_code, read_source
    from celldeck.remark import read_deck, write_deck
    from celldeck.source import Source

    path = Path(given.deck)
    output = _output(path, given.output)
    if output.exists() and not given.force:
        raise DeckError(
            f"{output} is there already", hint="name another with -o, or write over it with --force"
        )
    imported = write_deck(read_deck(read_source(path), read_code))
    try:
        write_atomically(output, imported.text)
    except OSError as error:
        raise DeckError(f"{output} cannot be written: {error.strerror}") from error
    for notice in imported.notices:
        reporter.problem(str(notice))
    slides = len(parse(Source.of(imported.text, output), MarpOptions(collapse=False)).slides)
    told = len(imported.notices)
    if slides != imported.slides:
        told += 1
        reporter.problem(f"{output}: warning: {imported.slides} slides were read, and Marp finds {slides}")
    if output.parent.resolve() != path.parent.resolve():
        told += 1
        reporter.problem(f"{output}: warning: its pictures are looked for there, not beside {path}")
    things = f"{told} thing{'s' * (told != 1)} to tell" if told else "nothing to tell"
    reporter.result(f"{path} → {output}: {slides} slide{'s' * (slides != 1)}, {things}")
    return TOLD if told and given.strict else GOOD


def _output(path: Path, named: str | None) -> Path:
    if named:
        output = Path(named)
        output = output / path.with_suffix(".md").name if output.is_dir() else output
    else:
        output = path.with_suffix(".md") if path.suffix != ".md" else path.with_name(f"{path.stem}-marp.md")
    if output.exists() and path.exists() and output.samefile(path):
        raise DeckError(f"{path} would be written over", hint="name another file with -o")
    return output
