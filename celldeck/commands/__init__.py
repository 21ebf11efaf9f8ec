"""The commands of the command line, a file each: `python build.py COMMAND …`.

A command's module has `configure(parser)`, which adds what it takes, and `run(given, reporter)`, which
does it and returns the exit status: 0 all well, 1 a deck or a cell failed. A DeckError it raises is told,
with status 2.
"""

from __future__ import annotations

from celldeck.frozen import frozen


@frozen
class Command:
    """A row of the table of commands."""

    name: str
    """As typed; also the name of its module here (`import_` for a word of Python), which is imported when it
    is asked for."""
    summary: str


COMMANDS: tuple[Command, ...] = (
    Command("build", "build decks to HTML and PDF; without a command this is meant"),
    Command("site", "build all decks as a static site, with an index, PDFs and previews"),
    Command("check", "tell what is odd about decks, such as slides that were copied to make steps"),
    Command("fix", "mend what is surely meant otherwise; copied slides become one slide with steps"),
    Command("import", "make a Marp deck of a remark.js deck, a page or Markdown"),
    Command("cache", "what is kept in .celldeck: list it, prune it, export and import outputs"),
    Command("rehearsal", "the times of a rehearsed talk, for each slide and section"),
    Command("doctor", "what celldeck finds on this machine, and what to mend"),
)

DEFAULT = "build"
"""The command that is meant where none is named."""
