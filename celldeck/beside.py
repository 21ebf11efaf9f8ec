"""What is written beside the HTML of a deck: PDF, pictures of slides, notebook, script.

All of it is made of one build. Each file is written beside its place and moved there, so that a failed export
leaves the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path

from celldeck.drawings import drawings_path, read_drawings, with_drawings
from celldeck.errors import DeckError, Notice
from celldeck.files import write_atomically
from celldeck.model import Deck, Page
from celldeck.parse.alt_texts import missing_alt_texts
from celldeck.render.inlines import alt_text
from celldeck.render.page import document
from celldeck.render.speaker import planned_seconds
from celldeck.settings import Settings
from celldeck.source import Source
from celldeck.tools import Tools

PRINT = partial(document, template="print")
_THUMBNAIL_PX = 1200
"""Wide: what sites that show a preview of a link ask for."""


def typesets_notes(settings: Settings) -> bool:
    """Say whether notes stand on the paper that the settings ask for."""
    return settings.pdf and settings.notes in {"below", "appendix"}


def write_printed(deck: Deck, page: Page, tools: Tools, html: Path) -> list[Notice]:
    """Write what a browser prints, the PDF and the pictures of slides, and return what is to be told.

    Args:
        page: self-contained, with a stylesheet for the template `print`.

    Raises:
        DeckError: a file could not be written, and what stood there is untouched; or there is no browser to
            print with, or it failed.
    """
    from celldeck.export.chosen import choose, chosen_numbers

    settings = tools.settings
    if settings.drawings and (drawings := drawings_path(deck.source.path)).is_file():
        page = with_drawings(page, read_drawings(drawings))
    # A note that only plans is for the presenter.
    said = tuple(tuple(n for n in notes if planned_seconds((n,)) is None) for notes in page.notes)
    page = replace(page, notes=said)
    numbers = tuple(range(1, len(page.slides) + 1))
    if settings.pages:
        numbers = chosen_numbers(settings.pages, len(page.slides))
        page = choose(page, numbers)
    told: list[Notice] = []
    if settings.pdf:
        told += _write_pdf(html.with_suffix(".pdf"), page, numbers, tools)
        told += missing_alt_texts(deck, alt_text)
    if settings.images:
        _write_pictures(html.with_suffix(""), page, numbers, tools)
    if settings.pptx:
        _write_powerpoint(html.with_suffix(".pptx"), page, tools)
    if settings.thumbnail:
        _write_thumbnail(thumbnail_path(html), page, tools)
    return told


def thumbnail_path(html: Path) -> Path:
    """Return where the picture of a deck's first slide goes."""
    return html.with_suffix(".png")


def _write_pdf(path: Path, page: Page, numbers: tuple[int, ...], tools: Tools) -> tuple[Notice, ...]:
    from celldeck.export.forms import Form, paper_of
    from celldeck.export.pdf import Press, write_pdf
    from celldeck.export.steps import for_paper

    settings = tools.settings
    shelf = tools.shelf(path)
    shelf.kept.turn()
    shown, places = for_paper(page, settings.steps, shelf.kept)
    form = Form(
        settings.notes,
        int(settings.handout) if settings.handout else None,
        settings.title_page,
        settings.paper,
    )
    paper = paper_of(shown, form, [str(numbers[place]) for place in places], shelf.kept)
    press = Press(
        PRINT,
        lambda: tools.browser,
        tools.browser_program,
        shelf,
        settings.cache / "pictures",
        settings.quality,
    )
    with writing(path):
        return write_pdf(path, paper, press)


def _write_pictures(folder: Path, page: Page, numbers: tuple[int, ...], tools: Tools) -> None:
    from celldeck.export.png import slide_pictures

    kind = tools.settings.images or "png"
    ending = {"png": "png", "jpeg": "jpg"}[kind]
    pictures = slide_pictures(PRINT, page, tools.browser, kind=kind, scale=2)
    with writing(folder):
        for number, picture in zip(numbers, pictures, strict=True):
            write_atomically(folder / f"{number:03}.{ending}", picture)


def _write_powerpoint(path: Path, page: Page, tools: Tools) -> None:
    from celldeck.export.pptx import powerpoint

    with writing(path):
        write_atomically(path, powerpoint(PRINT, page, tools.browser, [slide_text(s) for s in page.slides]))


def _write_thumbnail(path: Path, page: Page, tools: Tools) -> None:
    from celldeck.export.chosen import choose
    from celldeck.export.png import slide_pictures

    (picture,) = slide_pictures(
        PRINT, choose(page, (1,)), tools.browser, scale=_THUMBNAIL_PX / page.size_px[0]
    )
    with writing(path):
        write_atomically(path, picture)


def slide_text(slide: str) -> str:
    """Return the words of a slide, given as its HTML."""
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", slide, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def write_for_students(deck: Deck, tools: Tools, html: Path) -> None:
    """Write the notebook and the script that the settings ask for; errors as `write_printed`."""
    if tools.settings.notes_text:
        path = html.with_name(f"{html.stem}.notes.txt")
        with writing(path):
            write_atomically(path, notes_text([slide.notes for slide in deck.slides]))
    if not (tools.settings.ipynb or tools.settings.py):
        return
    from celldeck.export.local_files import kind_of
    from celldeck.export.notebook import notebook, script
    from celldeck.parse.markdown.brackets import without_classes

    # Jupyter shows the names of classes as text.
    deck = replace(deck, source=Source.of(without_classes(deck.source.text), deck.source.path))
    folders = (deck.source.path.parent, tools.settings.root)

    def embed(address: str) -> str:
        path = tools.files.find(address, folders) if kind_of(address) == "local" else None
        return tools.files.content(path, picture=True).url or address if path else address

    if tools.settings.ipynb:
        path = html.with_suffix(".ipynb")
        with writing(path):
            write_atomically(path, notebook(deck, embed))
    if tools.settings.py:
        path = html.with_suffix(".py")
        with writing(path):
            write_atomically(path, script(deck))


def notes_text(notes: Sequence[Sequence[str]]) -> str:
    """Return the notes of slides as Marp's CLI writes them: a ruler between slides, also those without notes.

    Marp: https://github.com/marp-team/marp-cli#speaker-notes
    """
    return "\n\n---\n\n".join("\n\n".join(told) for told in notes)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tell of what goes wrong while `path` is written as an author can mend it."""
    try:
        yield
    except OSError as error:
        file = next((folder for folder in path.parents if folder.is_file()), None)
        reason = f"{file} is a file, not a folder" if file else error.strerror or str(error)
        if path.is_dir():
            reason = "it is a folder"
        raise DeckError(f"{path} cannot be written: {reason}") from error
