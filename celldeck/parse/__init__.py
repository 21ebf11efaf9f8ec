"""Text → Deck: what a deck says, with nothing run and nothing rendered."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from celldeck.model import Deck, MarpOptions
from celldeck.parse.accidents import tell_accidents
from celldeck.parse.backgrounds import read_images
from celldeck.parse.cells import ReadFile, find_cells
from celldeck.parse.code_lines import read_code_lines
from celldeck.parse.collapse import collapse_copies
from celldeck.parse.draft import Draft, Pass
from celldeck.parse.fitting import find_fitting_headings
from celldeck.parse.fragments import number_fragments
from celldeck.parse.front_matter import read_front_matter
from celldeck.parse.header_footer import read_headers_and_footers
from celldeck.parse.heading_divider import divide_at_headings
from celldeck.parse.markdown.again import Rereader
from celldeck.parse.metadata import describe
from celldeck.parse.misspellings import tell_misspellings
from celldeck.parse.notes import collect_notes
from celldeck.parse.pagination import count_pages
from celldeck.parse.rulers import split_at_rulers
from celldeck.parse.scopes import (
    choose_theme,
    settle_globals,
    settle_locals,
    unknown_themes,
)
from celldeck.parse.slugs import name_headings
from celldeck.parse.step_figures import find_step_figures
from celldeck.parse.styles import collect_styles
from celldeck.parse.survey import survey
from celldeck.parse.transitions import settle_transitions
from celldeck.source import Source

__all__ = ["PASSES", "Draft", "Pass", "Rereader", "choose_theme", "parse", "unknown_themes"]


def take_cells(draft: Draft) -> Draft:
    """Return the draft with the blocks that run taken out as cells."""
    deck = find_cells(draft.deck, draft.options, draft.read_file)
    taken = replace(draft, deck=deck)
    return survey(taken) if deck.cells else taken


PASSES: tuple[Pass, ...] = (
    split_at_rulers,
    read_front_matter,
    survey,
    find_fitting_headings,  # before the notes: `<!-- fit -->` in a heading is none
    settle_globals,  # before the headings divide: `headingDivider` may stand on any slide
    divide_at_headings,
    take_cells,  # after the splits: a cell knows its slide, and makes one for what it gives
    settle_locals,  # after both splits: local and spot directives need slides
    collect_styles,  # after both splits: a scoped style belongs to its slide
    read_code_lines,  # after the cells: it reads the blocks that are none
    number_fragments,
    find_step_figures,
    read_images,  # after settle_locals: without inline SVG, a background becomes a directive
    read_headers_and_footers,  # the header that holds is known from here on
    collect_notes,  # after these: their comments are notes of each slide that shows them
    tell_misspellings,
    tell_accidents,  # after what else tells: what another pass has told is not told again
    collapse_copies,  # after these, which look at each copy; before the numbers, of which a run has one
    count_pages,
    name_headings,  # after the splits: headings share their names with slides
    settle_transitions,  # after the styles: scoped keyframes carry the key of their slide
    describe,
)


def parse(
    source: Source,
    options: MarpOptions | None = None,
    *,
    read_file: ReadFile | None = None,
    again: Rereader | None = None,
) -> Deck:
    """Return the deck that a text is.

    Args:
        options: as in Marp; None: what Marp's CLI has.
        read_file: gives the files that cells take their code from; None: nobody does.
        again: has read the deck before, if it was read before.

    Returns:
        The deck with its cells not run. `Deck.directives["theme"]` is the theme named last;
        `choose_theme` settles which of the named ones there is.
    """
    options = options or MarpOptions()
    draft = Draft(Deck(source, ()), options, (again or Rereader()).read(source, options), read_file)
    return reduce(lambda done, step: step(done), PASSES, draft).deck
