"""PDFs: pages, sizes, text, links and what they say of themselves."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from driver import page, words

from celldeck.export.browser import Browser
from celldeck.export.pdf import finish, write_pdf
from celldeck.export.png import slide_pictures
from celldeck.model import Metadata, Page
from celldeck.render.page import document

pytestmark = pytest.mark.browser

SLIDES = (
    '<h1 id="top">First heading</h1><p>Some plain text</p>',
    '<h2>Second</h2><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>',
    '<h1>Third</h1><p><a href="https://example.org/x?a=1&amp;b=2">out</a> <a href="#1">in</a> '
    '<a href="#top">named</a> <a href="../files/a%20b.csv">file</a> '
    '<a href="mailto:a@example.org">mail</a></p>',
)


def printed(page: Page, browser: Browser, path: Path) -> pikepdf.Pdf:
    assert write_pdf(path, document(page, template="print"), page, browser) == ()
    return pikepdf.open(io.BytesIO(path.read_bytes()))


def outline(items: Any) -> list[Any]:
    return [(str(item.title), outline(item.children)) if item.children else str(item.title) for item in items]


def test_every_slide_is_a_page_of_its_size_with_its_text(browser: Browser, tmp_path: Path) -> None:
    pdf = printed(page(*SLIDES), browser, tmp_path / "deck.pdf")
    assert [[float(side) for side in sheet.mediabox] for sheet in pdf.pages] == [[0, 0, 960, 540]] * 3
    assert [word for word, _, _ in words(tmp_path / "deck.pdf", 1)] == [
        "First",
        "heading",
        "Some",
        "plain",
        "text",
    ]
    # Fragments are all there.
    assert [word for word, _, _ in words(tmp_path / "deck.pdf", 2)] == ["Second", "one", "two"]


@pytest.mark.parametrize(
    "size",
    [(960, 720), (1920, 1080), (793.7, 1122.52), (1279.37, 719.61), (377.95, 377.95), (3370.4, 2383.9)],
)
def test_odd_sizes_make_no_further_pages(browser: Browser, tmp_path: Path, size: tuple[float, float]) -> None:
    width, height = size
    plain = page("<p>x</p>", "<p>y</p>", "<p>z</p>")
    slides = tuple(
        slide.replace('"0 0 1280 720"', f'"0 0 {width} {height}"').replace(
            'width="1280" height="720"', f'width="{width}" height="{height}"'
        )
        for slide in plain.slides
    )
    css = plain.css.replace("width: 1280px; height: 720px", f"width: {width}px; height: {height}px")
    pdf = printed(
        Page(**{**_fields(plain), "slides": slides, "css": css, "size_px": size}), browser, tmp_path / "d.pdf"
    )
    for sheet in pdf.pages:
        # Paper sizes are whole numbers of points at best.
        assert [float(side) for side in sheet.mediabox] == pytest.approx(
            [0, 0, width * 0.75, height * 0.75], abs=1
        )


def _fields(page: Page) -> dict[str, Any]:
    return {name: getattr(page, name) for name in page.__slots__}


def test_links_live_out_in_and_to_files(browser: Browser, tmp_path: Path) -> None:
    pdf = printed(page(*SLIDES), browser, tmp_path / "deck.pdf")
    links = [
        str(link.A.URI) if "/A" in link else ("page", str(link.Dest)) for link in pdf.pages[2].get("/Annots")
    ]
    assert links == [
        "https://example.org/x?a=1&b=2",
        ("page", "/1"),
        ("page", "/top"),
        "../files/a%20b.csv",
        "mailto:a@example.org",
    ]
    assert pdf.Root.Dests["/1"][0].objgen == pdf.pages[0].obj.objgen
    assert b"/tmp/" not in (tmp_path / "deck.pdf").read_bytes()


def test_it_has_title_author_keywords_language_tags_and_an_outline(browser: Browser, tmp_path: Path) -> None:
    meta = Metadata("Títle “x”", "What it is", "An Author", ("one", "two"), None, None, "en-CA")
    pdf = printed(page(*SLIDES, metadata=meta), browser, tmp_path / "deck.pdf")
    info = {str(key): str(value) for key, value in pdf.docinfo.items() if "Date" not in key}
    assert info == {
        "/Title": "Títle “x”",
        "/Author": "An Author",
        "/Subject": "What it is",
        "/Keywords": "one, two",
        "/Creator": info["/Producer"],
        "/Producer": info["/Producer"],
    }
    assert info["/Producer"].startswith("celldeck ")
    assert str(pdf.Root.Lang) == "en-CA"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_outline() as toc:
        assert outline(toc.root) == [("First heading", ["Second"]), "Third"]
    with pdf.open_metadata() as xmp:
        assert xmp["dc:creator"] == ["An Author"]


def test_a_deck_that_says_nothing_has_its_file_name_as_title_and_no_language(
    browser: Browser, tmp_path: Path
) -> None:
    pdf = printed(page("<p>x</p>"), browser, tmp_path / "other.pdf")
    assert str(pdf.docinfo.Title) == "deck"
    assert "/Author" not in pdf.docinfo
    assert "/Lang" not in pdf.Root


def test_a_style_that_breaks_slides_over_pages_is_told(browser: Browser, tmp_path: Path) -> None:
    broken = page("<p>x</p>", "<p>y</p>", css="svg { height: 800px !important }")
    path = tmp_path / "deck.pdf"
    (notice,) = write_pdf(path, document(broken, template="print"), broken, browser)
    assert (notice.kind, notice.message) == ("pdf-pages", f"{path} has 4 pages for 2 slides")


def test_a_file_that_cannot_be_written_leaves_the_old_one(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    deck = page("<p>x</p>")
    with pytest.raises(OSError):  # noqa: PT011
        write_pdf(tmp_path / "file" / "deck.pdf", document(deck, template="print"), deck, browser)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_pdf_that_is_finished_twice_is_the_same(browser: Browser, tmp_path: Path) -> None:
    deck = page(*SLIDES)
    content = (tmp_path / "deck.pdf").read_bytes() if printed(deck, browser, tmp_path / "deck.pdf") else b""
    assert finish(content, deck)[1] == 3


def test_pictures_of_slides_show_each_with_all_its_fragments(browser: Browser) -> None:
    red = '<li data-marpit-fragment="1" style="list-style:none;height:720px;background:red"></li>'
    deck = page("<p>x</p>", red)
    first, second = slide_pictures(document(deck, template="print"), deck, browser, scale=0.5)
    assert [int.from_bytes(second[at : at + 4], "big") for at in (16, 20)] == [640, 360]
    assert first != second
