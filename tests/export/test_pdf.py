"""PDFs: pages, sizes, text, links and what they say of themselves."""

from __future__ import annotations

import base64
import io
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from driver import page, painted_text, pixels, press, printed, words
from PIL import Image, ImageChops

from celldeck.export.browser import Browser
from celldeck.export.paper import plain_paper
from celldeck.export.pdf import write_pdf
from celldeck.export.pdf.structure import mark_artifacts
from celldeck.export.png import slide_pictures
from celldeck.model import Metadata, Page
from celldeck.render.page import document

pytestmark = pytest.mark.browser

PRINT = partial(document, template="print")


@pytest.fixture
def browser(printer: Browser) -> Browser:
    return printer


SLIDES = (
    '<h1 id="top">First heading</h1><p>Some plain text</p>',
    '<h2>Second</h2><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>',
    '<h1>Third</h1><p><a href="https://example.org/x?a=1&amp;b=2">out</a> <a href="#1">in</a> '
    '<a href="#top">named</a> <a href="../files/a%20b.csv">file</a> '
    '<a href="mailto:a@example.org">mail</a></p>',
)


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
    # A word for "unknown": never the language of the machine.
    assert str(pdf.Root.Lang) == "und"


def test_a_style_that_breaks_slides_over_pages_is_told(browser: Browser, tmp_path: Path) -> None:
    broken = page("<p>x</p>", "<p>y</p>", css=".celldeck-sheet { height: 800px !important }")
    path = tmp_path / "deck.pdf"
    (notice,) = write_pdf(path, plain_paper(broken), press(browser, tmp_path, path))
    assert (notice.kind, notice.message) == ("pdf-pages", f"{path} has 4 pages for 2 slides")


def test_a_file_that_cannot_be_written_leaves_the_old_one(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    path = tmp_path / "file" / "deck.pdf"
    with pytest.raises(OSError):  # noqa: PT011
        write_pdf(path, plain_paper(page("<p>x</p>")), press(browser, tmp_path / "cache", path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


# ---------------------------------------------------------------- tags


def _kinds(element: Any) -> list[str]:
    kids = element.get("/K")
    listed = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    inner = [kind for kid in listed if isinstance(kid, pikepdf.Dictionary) for kind in _kinds(kid)]
    return [str(element.S)[1:], *inner] if "/S" in element else inner


def test_tags_are_those_of_pdf_ua(browser: Browser, tmp_path: Path) -> None:
    slides = (
        "<h1>One</h1><h3>Three</h3><ul><li>a <strong>b</strong></li></ul>",
        "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td></tr></table><footer>again</footer>",
    )
    pdf = printed(page(*slides), browser, tmp_path / "deck.pdf")
    kinds = [kind for kind in _kinds(pdf.Root.StructTreeRoot) if kind != "NonStruct"]
    assert [kind for kind in kinds if kind[0] == "H"] == ["H1", "H2"]
    assert kinds[kinds.index("LI") : kinds.index("LI") + 3] == ["LI", "Lbl", "LBody"]
    assert kinds.count("TH") + kinds.count("TD") == 4
    assert pdf.Root.StructTreeRoot.RoleMap == {"/Strong": pikepdf.Name.Span}
    with pdf.open_metadata() as xmp:
        assert xmp["pdfuaid:part"] == "1"


def test_a_formula_is_found_by_its_tex(browser: Browser, tmp_path: Path) -> None:
    formula = (
        '<mjx-container data-tex="E=mc^2 (1)"><svg role="img" aria-label="E=mc^2 (1)" width="80" height="20">'
        '<rect width="80" height="20"/></svg></mjx-container>'
    )
    pdf = printed(page(f"<p>Before {formula} after</p>"), browser, tmp_path / "deck.pdf")
    assert "Formula" in _kinds(pdf.Root.StructTreeRoot)
    assert rb"(E=mc^2 \(1\)) Tj" in pdf.pages[0].Contents.read_bytes()


def test_a_formula_of_several_lines_is_found_too(browser: Browser, tmp_path: Path) -> None:
    tex = "a &amp;= b \\\\\n  &amp;= c\n"
    formula = (
        f'<mjx-container data-tex="{tex}"><svg role="img" aria-label="{tex}" width="80" height="20">'
        '<rect width="80" height="20"/></svg></mjx-container>'
    )
    pdf = printed(page(f"<p>Before {formula} after</p>"), browser, tmp_path / "deck.pdf")
    assert "Formula" in _kinds(pdf.Root.StructTreeRoot)
    assert painted_text(tmp_path / "deck.pdf", 1) == r"Before a &= b \\ &= c after"


def test_a_formula_is_painted_where_it_is_read(browser: Browser, tmp_path: Path) -> None:
    formula = (
        '<mjx-container data-tex="E" display="true"><svg role="img" aria-label="E" width="80" height="20">'
        '<rect width="80" height="20"/></svg></mjx-container>'
    )
    slide = (
        '<header style="position: absolute; top: 30px">Header</header>'
        f'<p style="padding-top: 9rem">first</p><p>{formula}</p><p>second</p>'
    )
    printed(page(slide), browser, tmp_path / "deck.pdf")
    assert painted_text(tmp_path / "deck.pdf", 1) == "Header first E second"


def test_what_a_footer_covers_is_painted_where_it_is_read(browser: Browser, tmp_path: Path) -> None:
    slide = (
        '<header style="position: absolute; top: 30px">Header</header><p style="padding-top: 9rem">first</p>'
        '<pre style="background: #eee; height: 700px">code</pre>'
        '<footer style="position: absolute; bottom: 30px; background: #f00; width: 300px">Footer</footer>'
    )
    printed(page(slide), browser, tmp_path / "deck.pdf")
    assert painted_text(tmp_path / "deck.pdf", 1) == "Header first code Footer"
    colours = pixels(tmp_path / "deck.pdf", 1).getcolors(1 << 20) or []
    assert (255, 0, 0) in {colour for _, colour in colours}, "the footer covers it"


@pytest.mark.parametrize(
    "late",
    [
        "position: absolute; top: 30px; left: 60px",
        "position: relative",
        "opacity: 0.9",
        "transform: scale(0.9)",
    ],
)
def test_text_is_painted_in_the_order_in_which_it_is_read(
    browser: Browser, tmp_path: Path, late: str
) -> None:
    slide = (
        f'<h1 style="{late}">Title</h1><div style="padding-top: 9rem"><p>first</p><ul>'
        '<li style="position: relative">second</li><li>third</li></ul></div><p>fourth</p>'
    )
    path = tmp_path / "deck.pdf"
    printed(page(slide), browser, path)
    assert re.findall(r"\w+", painted_text(path, 1))[:5] == ["Title", "first", "second", "third", "fourth"]


def test_what_stands_beside_a_footer_in_an_element_that_is_not_closed_is_painted_in_order(
    browser: Browser, tmp_path: Path
) -> None:
    slide = (
        '<h1 style="position: absolute; top: 30px">Title</h1>'
        '<div class="columns" style="padding-top: 9rem; display: grid; grid-template-columns: 1fr 1fr">'
        "<div>first</div><div>second</div>"
        '<footer style="position: absolute; bottom: 30px; background: #f00; width: 300px">Footer</footer>'
        "</div>"
    )
    path = tmp_path / "deck.pdf"
    printed(page(slide), browser, path)
    assert painted_text(path, 1) == "Title first second Footer"
    # It stands where it stood, by the slide's edge.
    shown = pixels(path, 1)
    reds = [y for y in range(shown.height) if shown.getpixel((shown.width // 10, y)) == (255, 0, 0)]
    assert reds[-1] > 0.9 * shown.height


def test_what_overlaps_is_painted_as_the_page_says(browser: Browser, tmp_path: Path) -> None:
    slide = (
        '<h1 style="position: absolute; inset: 0; background: #0f0">Above</h1>'
        '<p style="background: #f00">below</p><p style="margin-top: 9rem">after</p>'
    )
    path = tmp_path / "deck.pdf"
    printed(page(slide), browser, path)
    assert painted_text(path, 1) == "below after Above"


@pytest.mark.parametrize(
    "picture",
    [
        '<img alt="red" src="{}" style="{}">',
        '<svg style="{1}"><rect width="100%" height="100%" fill="red"/></svg>',
        '<div style="{1};background:red"></div>',
    ],
    ids=["image", "drawing", "box"],
)
def test_a_header_is_painted_first_and_pictures_stay_above_what_they_cover(
    browser: Browser, tmp_path: Path, picture: str
) -> None:
    red = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(red, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(red.getvalue()).decode()}"
    above = picture.format(address, "position:absolute;left:0;top:120px;width:1280px;height:300px")
    slide = (
        f'<header style="position:absolute;top:9px">Head</header>{above}<h1 style="margin:200px 0">below</h1>'
        '<p>after</p><footer style="position:absolute;bottom:9px">Foot</footer>'
    )
    path = tmp_path / "deck.pdf"
    printed(page(slide), browser, path)
    words = painted_text(path, 1).split()
    assert words.index("after") < words.index("Foot")
    assert words.index("Head") < words.index("after")
    seen = np.asarray(pixels(path, 1))[100:300, 20:900].reshape(-1, 3)
    assert (seen == (255, 0, 0)).all(), "nothing of what is below is seen"


def test_what_a_theme_places_by_the_slide_stays_there(browser: Browser, tmp_path: Path) -> None:
    def slide(header: str) -> Page:
        css = """
        h1::after { content: ""; position: absolute; left: 0; bottom: 0; background: red; padding: 50px }
        li { position: relative }
        li::before { content: ""; position: absolute; left: -40px; background: blue; padding: 5px }"""
        return page(f"{header}<h1>Title</h1><ul><li>one</li></ul>", css=css)

    header = '<header style="position:absolute;right:0;top:0;color:white">Head</header>'
    printed(slide(header), browser, tmp_path / "with.pdf")
    printed(slide(""), browser, tmp_path / "without.pdf")
    seen = [np.asarray(pixels(tmp_path / f"{name}.pdf", 1)) for name in ("with", "without")]
    for colour in ((255, 0, 0), (0, 0, 255)):
        places = [np.argwhere((one == colour).all(2)) for one in seen]
        assert len(places[0]) > 9
        assert np.array_equal(*places)
    # What may be is painted after the header all the same.
    words = painted_text(tmp_path / "with.pdf", 1).split()
    assert words.index("Head") < words.index("one")


@pytest.mark.parametrize(
    ("block", "code"),
    [("background: #eee", ""), ("", "background: #eee; display: block")],
    ids=["pre", "code"],
)
def test_text_that_throws_a_shadow_is_text(browser: Browser, tmp_path: Path, block: str, code: str) -> None:
    def slide(more: str) -> Page:
        pre = f"position: absolute; left: 100px; top: 100px; width: 400px; {block}"
        shadow = f"filter: drop-shadow(0 20px 4px rgb(0 0 0 / 60%)){more}"
        return page(f'<pre style="{pre}; {shadow}"><code style="{code}">some code</code></pre>')

    path = tmp_path / "deck.pdf"
    printed(slide(""), browser, path)
    assert painted_text(path, 1) == "some code"
    # A second filter, which changes nothing, is printed as pixels.
    printed(slide(" brightness(1)"), browser, tmp_path / "pixels.pdf")
    made, plain = (np.asarray(pixels(one, 1), float) for one in (path, tmp_path / "pixels.pdf"))
    assert plain.min(axis=(0, 1)).max() < 150
    assert np.abs(made - plain).mean() < 0.5


def test_what_has_no_tag_is_an_artifact() -> None:
    content = b"a\n/P <</MCID 0 >>BDC\nb\n/Span<</ActualText (fi) >> BDC\nc\nEMC\nd\nEMC\ne"
    assert mark_artifacts(content) == (
        b"/Artifact BMC\na\nEMC\n/P <</MCID 0 >>BDC\nb\n/Span<</ActualText (fi) >> BDC\nc\nEMC\nd\n"
        b"EMC\n/Artifact BMC\ne\nEMC\n"
    )


def test_what_is_seen_through_as_a_whole_keeps_its_tags(browser: Browser, tmp_path: Path) -> None:
    slide = '<h1>Title</h1><p style="opacity: 0.5">faint <b>text</b></p><div style="opacity: 0.5">more</div>'
    pdf = printed(page(slide), browser, tmp_path / "deck.pdf")
    forms = [x for x in pdf.pages[0].Resources.XObject.values() if b"/MCID" in x.read_bytes()]
    assert forms
    for form in forms:
        assert form.read_bytes().startswith(b"/Artifact BMC\n")
    # A form with tags is no part of an artifact.
    content = pdf.pages[0].Contents.read_bytes()
    assert len(re.findall(rb"EMC\n/\w+ Do\n/Artifact BMC", content)) == len(forms)


def test_tags_inside_of_what_is_seen_through_are_found_from_it(browser: Browser, tmp_path: Path) -> None:
    faint = '<p style="opacity: 0.5">faint <b>text</b></p>'
    slides = ("<h1>One</h1><p>plain</p>", f"<h2>Two</h2>{faint}", f"<h2>Three</h2><div>{faint}{faint}</div>")
    pdf = printed(page(*slides), browser, tmp_path / "deck.pdf")
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    rows = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    found = 0
    for sheet in pdf.pages:
        for form in sheet.Resources.get("/XObject", {}).values():
            if b"/MCID" not in form.read_bytes():
                continue
            found += 1
            for mark, tag in enumerate(rows[int(form.StructParents)]):
                kids = tag.K if isinstance(tag.K, pikepdf.Array) else [tag.K]
                marks = [(kid.Stm.objgen, int(kid.MCID)) for kid in kids if "/Stm" in kid]
                assert (form.objgen, mark) in marks
    assert found == 3


def test_a_link_in_what_is_kept_from_readers_is_tagged(browser: Browser, tmp_path: Path) -> None:
    footer = '<footer aria-hidden="true">by <a href="https://example.org/">them</a></footer>'
    pdf = printed(page(f"<h1>One</h1>{footer}", "<h1>Two</h1>"), browser, tmp_path / "deck.pdf")
    (link,) = pdf.pages[0].Annots
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    rows = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    tag = rows[int(link.StructParent)]
    assert (tag.S, str(tag.Alt), tag.K.Obj.objgen) == ("/Link", "https://example.org/", link.objgen)
    assert _kinds(pdf.Root.StructTreeRoot).count("Link") == 1


def test_pages_of_one_slide_share_its_number(browser: Browser, tmp_path: Path) -> None:
    pdf = printed(page(*SLIDES), browser, tmp_path / "deck.pdf", labels=("1", "2", "2"))
    assert [sheet.label for sheet in pdf.pages] == ["1", "2", "2"]


def test_pictures_of_slides_show_each_with_all_its_fragments(browser: Browser) -> None:
    red = '<li data-marpit-fragment="1" style="list-style:none;height:720px;background:red"></li>'
    deck = page("<p>x</p>", red)
    first, second = slide_pictures(PRINT, deck, browser, scale=0.5)
    assert [int.from_bytes(second[at : at + 4], "big") for at in (16, 20)] == [640, 360]
    assert first != second


def test_a_heading_that_fits_does_so_though_nobody_sees_the_page(browser: Browser, tmp_path: Path) -> None:
    slide = page('<h1 is="marp-h1" data-auto-scaling>HEADING OF MANY WORDS IN ALL, AND OF MOREH</h1>')
    printed(slide, browser, tmp_path / "deck.pdf")
    inked = ImageChops.invert(pixels(tmp_path / "deck.pdf", 1).convert("L"))
    left, _, right, _ = inked.getbbox() or (0, 0, 0, 0)
    # The natural width is rounded up to whole pixels, as Marp does.
    assert (left, right) == pytest.approx((70 * 0.75, 1210 * 0.75), abs=8)
