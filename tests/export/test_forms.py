"""Forms of paper: what stands on which sheet, and that nothing of the notes is lost."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from driver import page, press

from celldeck.export.browser import Browser
from celldeck.export.forms import Form, paper_of
from celldeck.export.pdf import write_pdf
from celldeck.model import Metadata, Page


def deck(count: int = 7, notes: dict[int, str] | None = None) -> Page:
    """Return slides with titles, and with notes by their number."""
    notes = notes or {}
    slides = page(
        *(f"<h1>Title {n}</h1><p>text {n}</p>" for n in range(1, count + 1)),
        metadata=Metadata("The <deck>", "About it", "An Author"),
    )
    numbers = range(1, count + 1)
    return replace(
        slides,
        notes=tuple((notes[n],) if n in notes else () for n in numbers),
        typeset_notes=tuple(f"<p>{notes[n]}</p>" if n in notes else "" for n in numbers),
        titles=tuple(f"Title {n}" for n in numbers),
    )


def labels(form: Form, count: int = 7, notes: dict[int, str] | None = None) -> list[str]:
    told = [str(n) for n in range(1, count + 1)]
    return [sheet.label for sheet in paper_of(deck(count, notes), form, told).sheets]


def test_sheets_of_a_handout_are_called_for_the_slides_on_them() -> None:
    assert labels(Form(handout=3)) == ["1–3", "4–6", "7"]
    assert labels(Form(handout=1), 2) == ["1", "2"]
    assert labels(Form(handout=6)) == ["1–6", "7"]


def test_a_title_page_comes_first_and_an_appendix_last() -> None:
    assert labels(Form(title_page=True, notes="appendix"), 2, {2: "x"}) == ["Title", "1", "2", "Notes"]
    # Where nobody has said anything there is no appendix.
    assert labels(Form(notes="appendix"), 2) == ["1", "2"]


def test_a_title_page_says_what_the_deck_says_of_itself() -> None:
    sheet = paper_of(deck(), Form(title_page=True, handout=4), ["x"] * 7).sheets[0]
    told = "<h1>The &lt;deck&gt;</h1><p>About it</p><p>An Author</p>"
    assert told in sheet.html


def test_annotations_keep_the_markdown_of_notes() -> None:
    shown = replace(deck(2), notes=(("say *this*", "and - that"), ()))
    assert [s.remarks for s in paper_of(shown, Form(notes="annotations"), "12").sheets] == [
        ("say *this*\n\nand - that",),
        ("",),
    ]
    (sheet,) = paper_of(shown, Form(notes="annotations", handout=2), "12").sheets
    assert sheet.remarks == ("say *this*\n\nand - that", "")


def test_headings_in_notes_are_none_of_the_outline() -> None:
    shown = replace(deck(1), typeset_notes=('<h2 id="a">Head</h2><p>x</p>',))
    (sheet,) = paper_of(shown, Form(notes="below"), "1").sheets
    assert '<p class="celldeck-heading-2">Head</p><p>x</p>' in sheet.html


# ---------------------------------------------------------------- printed


def made(shown: Page, form: Form, browser: Browser, folder: Path) -> pikepdf.Pdf:
    path = folder / "deck.pdf"
    paper = paper_of(shown, form, [str(n) for n in range(1, len(shown.slides) + 1)])
    assert write_pdf(path, paper, press(browser, folder / "cache", path)) == ()
    return pikepdf.open(io.BytesIO(path.read_bytes()))


def text(folder: Path) -> list[str]:
    command = ["pdftotext", str(folder / "deck.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def titles(pdf: pikepdf.Pdf) -> list[str]:
    def all_of(items: Any) -> list[str]:
        return [title for item in items for title in (str(item.title), *all_of(item.children))]

    with pdf.open_outline() as outline:
        return all_of(outline.root)


LONG = " ".join(f"word{n}" for n in range(4000))


@pytest.mark.browser
@pytest.mark.parametrize(
    "form",
    [
        Form(notes="below"),
        Form(notes="below", handout=1),
        Form(notes="below", handout=3, paper="letter"),
        Form(notes="below", handout=6),
        Form(notes="appendix"),
        Form(notes="appendix", handout=4, title_page=True),
    ],
    ids=str,
)
def test_long_notes_are_printed_to_the_last_word(browser: Browser, tmp_path: Path, form: Form) -> None:
    pdf = made(deck(7, {1: "short", 2: LONG, 7: "last"}), form, browser, tmp_path)
    found = [word for word in text(tmp_path) if re.fullmatch(r"word\d+", word)]
    # In a handout notes of another slide may stand between its first part and its last.
    assert sorted(found) == sorted(LONG.split())
    assert {"short", "last"} <= set(text(tmp_path))
    expected = [f"Title {n}" for n in range(1, 8)]
    if form.title_page:
        expected.insert(0, "The <deck>")
    if form.notes == "appendix":
        expected += ["Notes", "1. Title 1", "2. Title 2", "7. Title 7"]
    assert titles(pdf) == expected


@pytest.mark.browser
def test_no_page_of_an_appendix_ends_with_a_heading(browser: Browser, tmp_path: Path) -> None:
    notes = {n: " ".join(["words"] * (9 + 7 * n % 31)) for n in range(1, 61)}
    pdf = made(deck(60, notes), Form(notes="appendix"), browser, tmp_path)
    assert len(pdf.pages) > 64
    for number in range(61, len(pdf.pages) + 1):
        command = ["pdftotext", "-f", str(number), "-l", str(number), str(tmp_path / "deck.pdf"), "-"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        assert [line for line in lines if line.strip("\f ")][-1].startswith("words")


@pytest.mark.browser
def test_a_page_is_as_much_higher_as_its_notes_are(browser: Browser, tmp_path: Path) -> None:
    pdf = made(deck(3, {2: "one line"}), Form(notes="below"), browser, tmp_path)
    heights = [float(sheet.mediabox[3]) for sheet in pdf.pages]
    assert heights[0] == heights[2] == 540
    assert 560 < heights[1] < 640


@pytest.mark.browser
@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_a_handout_is_paper_with_that_many_slides(browser: Browser, tmp_path: Path, count: int) -> None:
    pdf = made(deck(7), Form(handout=count), browser, tmp_path)
    assert len(pdf.pages) == -(-7 // count)
    assert [float(side) for side in pdf.pages[0].mediabox] == pytest.approx([0, 0, 595.3, 841.9], abs=1)
    assert set("1234567") <= set(text(tmp_path))
    assert titles(pdf) == [f"Title {n}" for n in range(1, 8)]


@pytest.mark.browser
def test_notes_as_annotations_are_read_and_stand_on_their_slides(browser: Browser, tmp_path: Path) -> None:
    shown = deck(3, {1: "say *this*", 3: "and that"})
    pdf = made(shown, Form(notes="annotations", handout=3), browser, tmp_path)
    notes = [a for a in pdf.pages[0].Annots if a.Subtype == "/Text"]
    assert [str(note.Contents) for note in notes] == ["say *this*", "and that"]
    assert notes[0].Rect[1] > notes[1].Rect[1] + 100
    rows = pdf.Root.StructTreeRoot.ParentTree.Nums
    tags = {int(rows[at]): rows[at + 1] for at in range(0, len(rows), 2)}
    assert [str(tags[int(note.StructParent)].S) for note in notes] == ["/Annot", "/Annot"]
