"""`site`: the decks as a static site: an index with previews, HTML and PDF of each, relative links only."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.beside import thumbnail_path, writing
from celldeck.commands.arguments import add_decks, shown, what_is_named
from celldeck.commands.build import build_all
from celldeck.errors import DeckError
from celldeck.export.index import Entry, index_html
from celldeck.files import write_atomically
from celldeck.reporter import Reporter

if TYPE_CHECKING:
    from celldeck.pipeline import Built

FOLDER = "site"
"""Where it goes when nobody says."""
_DOWNLOADS = (
    (".pdf", "PDF"),
    (".pptx", "PowerPoint"),
    (".ipynb", "Notebook"),
    (".py", "Python"),
    (".notes.txt", "Notes"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_decks(parser)
    parser.add_argument("--title", default="Slides", help="of the index (default: Slides)")


def run(given: argparse.Namespace, reporter: Reporter) -> int:
    """Build the site and return the exit status: 1 if a deck failed; the index then has the others.

    Raises:
        DeckError: what the command line or the settings name is wrong, or the index cannot be written.
    """
    settings, decks = what_is_named(given)
    folder = Path(given.output) if given.output else settings.root / FOLDER
    if folder.suffix in {".html", ".pdf"}:
        raise DeckError(f"{folder} is no name of a folder, which a site is", hint="name a folder with -o")
    settings = replace(settings, output=str(folder), pdf=True, thumbnail=True)
    entries: dict[Path, Entry] = {}

    def heard(deck: Path, html: Path, built: Built) -> None:
        meta = built.page.metadata
        downloads = {
            label: html.stem + ending
            for ending, label in _DOWNLOADS
            if (folder / (html.stem + ending)).exists()
        }
        entries[deck] = Entry(
            meta.title or next(filter(None, built.page.titles), None) or deck.stem,
            html.name,
            thumbnail_path(html).name,
            meta.description,
            meta.author,
            len(built.deck.slides),
            downloads,
        )

    # With a folder, one deck is as good as many.
    status = build_all(decks, settings, reporter, heard)
    index = folder / "index.html"
    with writing(index):
        write_atomically(index, index_html(given.title, [entries[deck] for deck in decks if deck in entries]))
        # GitHub Pages would leave out what begins with an underscore.
        write_atomically(folder / ".nojekyll", "")
    reporter.result(f"{shown(index)}: {len(entries)} deck{'s' * (len(entries) != 1)}")
    return status
