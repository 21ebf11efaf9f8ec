"""PDFs: pages, sizes, text, links and what they say of themselves."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from driver import page, painted_text, press, words
from PIL import Image, ImageChops, ImageFilter, ImageStat

from celldeck.export.browser import Browser, Tab
from celldeck.export.paper import plain_paper
from celldeck.export.pdf import write_pdf
from celldeck.export.pdf.pictures import Quality
from celldeck.export.pdf.repack import repack
from celldeck.export.pdf.stand_ins import blank_jpeg, name_of
from celldeck.export.pdf.structure import mark_artifacts
from celldeck.export.png import slide_pictures
from celldeck.model import Metadata, Page
from celldeck.render.page import document

pytestmark = pytest.mark.browser

PRINT = partial(document, template="print")

SLIDES = (
    '<h1 id="top">First heading</h1><p>Some plain text</p>',
    '<h2>Second</h2><ul><li data-marpit-fragment="1">one</li><li data-marpit-fragment="2">two</li></ul>',
    '<h1>Third</h1><p><a href="https://example.org/x?a=1&amp;b=2">out</a> <a href="#1">in</a> '
    '<a href="#top">named</a> <a href="../files/a%20b.csv">file</a> '
    '<a href="mailto:a@example.org">mail</a></p>',
)


def printed(
    page: Page, browser: Browser, path: Path, quality: Quality = "good", labels: tuple[str, ...] = ()
) -> pikepdf.Pdf:
    assert (
        write_pdf(path, plain_paper(page, labels), press(browser, path.parent / "cache", path, quality)) == ()
    )
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


def test_the_same_deck_gives_the_same_bytes(browser: Browser, tmp_path: Path) -> None:
    deck = page(*SLIDES, *PICTURES)
    for folder in ("one", "other"):
        printed(deck, browser, tmp_path / folder / "deck.pdf")
    one, other = (tmp_path / folder / "deck.pdf" for folder in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


# ---------------------------------------------------------------- pictures


def _png(width: int, height: int, mode: str = "RGB") -> str:
    noise = Image.effect_noise((width, height), 80).convert(mode)
    file = io.BytesIO()
    noise.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


_CIRCLES = "".join(f'<circle cx="{n}" cy="40" r="30" fill="#0a{n % 10}"/>' for n in range(100))
_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="80">{_CIRCLES}</svg>'
_DRAWING = f"data:image/svg+xml;base64,{base64.b64encode(_SVG.encode()).decode()}"
PICTURES = (
    f'<p><img alt="a photograph" src="{_png(800, 600)}" style="width:200px"></p>',
    f'<p><img alt="a drawing" src="{_DRAWING}"></p>',
    f'<p><img alt="the same drawing" src="{_DRAWING}" style="width:400px"></p>',
)


def _drawing(width: str, height: str) -> str:
    svg = _SVG.replace('width="200" height="80"', f'width="{width}" height="{height}"', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _images(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    return [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]


@pytest.mark.parametrize(("quality", "width"), [("draft", 200), ("good", 400), ("lossless", 800)])
def test_a_picture_has_the_pixels_that_are_seen(
    browser: Browser, tmp_path: Path, quality: Any, width: int
) -> None:
    pdf = printed(page(PICTURES[0]), browser, tmp_path / "deck.pdf", quality)
    (image,) = _images(pdf)
    assert (image.Width, image.Height) == (width, width * 3 // 4)


def test_a_picture_that_is_seen_through_keeps_its_opacity(browser: Browser, tmp_path: Path) -> None:
    picture = Image.new("RGBA", (100, 100), (255, 0, 0, 128))
    file = io.BytesIO()
    picture.save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    pdf = printed(page(f'<p><img alt="x" src="{source}"></p>'), browser, tmp_path / "deck.pdf")
    (image,) = [i for i in _images(pdf) if "/SMask" in i]
    assert set(image.SMask.read_bytes()) == {128}


def test_a_drawing_is_in_the_pdf_once_however_often_it_is_shown(browser: Browser, tmp_path: Path) -> None:
    pdf = printed(page(*PICTURES[1:]), browser, tmp_path / "deck.pdf")
    assert _images(pdf) == []
    forms = {value.objgen for sheet in pdf.pages for value in sheet.Resources.XObject.values()}
    assert len(forms) == 1


def test_a_filtered_picture_is_printed_with_its_filter(browser: Browser, tmp_path: Path) -> None:
    slide = f'<p><img alt="x" src="{_png(60, 60)}" style="filter:invert(1)"></p>'
    pdf = printed(page(slide), browser, tmp_path / "deck.pdf")
    names = [name_of(i.read_raw_bytes()) for i in _images(pdf)]
    assert names
    assert set(names) == {None}


def test_a_filtered_picture_keeps_its_text_for_readers(browser: Browser, tmp_path: Path) -> None:
    def slide(style: str) -> str:
        return (
            f'<p>Before <img alt="a square" src="{_png(60, 60)}" style="{style}"> after</p>'
            f'<div style="opacity:.999;{style}"><img src="{_png(60, 60)}"></div>'
            "<section data-marpit-advanced-background-split><div data-marpit-advanced-background-container>"
            f'<figure style="background:url({_png(40, 40)});height:40px;margin:0;{style}"></figure>'
            "</div></section>"
        )

    pdf = printed(page(slide("filter:invert(1)")), browser, tmp_path / "deck.pdf")
    figures = [e for e in pdf.objects if isinstance(e, pikepdf.Dictionary) and e.get("/S") == "/Figure"]
    assert sorted(str(figure.get("/Alt", "")) for figure in figures) == ["", "", "a square"]
    assert all("/K" in figure for figure in figures)
    assert "celldeck" not in repr(pdf.Root.get("/Dests"))
    # Nothing is seen of the box that has the text.
    printed(page(slide("filter:brightness(1)")), browser, tmp_path / "same.pdf")
    printed(page(slide("")), browser, tmp_path / "plain.pdf")
    boxes = []
    for name in ("same", "plain"):
        inked = ImageChops.invert(_pixels(tmp_path / f"{name}.pdf", 1).convert("L"))
        boxes.append(inked.point(lambda ink: 255 * (ink > 24)).getbbox())
    assert boxes[0] == pytest.approx(boxes[1], abs=1)


def _flat(alpha: int | None) -> str:
    picture = Image.new("RGBA", (600, 400), (0, 90, 160, 255))
    if alpha is None:
        picture = picture.convert("RGB")
    else:
        picture.paste((0, 90, 160, alpha), (200, 100, 400, 300))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


@pytest.mark.parametrize("inline", [True, False], ids=["here", "of the theme"])
@pytest.mark.parametrize(
    ("address", "more", "keeps"),
    [
        (_flat(None), "", True),
        (_flat(255), "border-radius:30px", True),
        (_flat(0), "", False),
        (_flat(None), "padding:9px", False),
        (_flat(None), "filter:drop-shadow(0 0 6px red) drop-shadow(0 0 9px blue)", False),
    ],
)
def test_a_picture_with_a_shadow_stays_the_picture_and_looks_the_same(
    browser: Browser, tmp_path: Path, address: str, more: str, keeps: bool, inline: bool
) -> None:
    style = f"width:300px;margin:60px;filter:drop-shadow(8px 6px 12px rgba(200,0,0,.8));{more}"
    image = f'<img alt="x" src="{address}" {f"style={chr(34)}{style}{chr(34)}" if inline else ""}>'
    slide = page(f"<p>{image}</p>")
    if not inline:
        slide = replace(slide, css=f"{slide.css}\nimg {{ {style} }}")
    pdf = printed(slide, browser, tmp_path / "deck.pdf", "lossless")
    whole = [one for one in _images(pdf) if (int(one.Width), int(one.Height)) == (600, 400)]
    assert bool(whole) == keeps
    with browser.tab(1280, 720, media="print") as tab:
        tab.open_html(document(slide, template="print"))
        shot = Image.open(io.BytesIO(tab.screenshot())).convert("RGB").resize((960, 540))
    around = []
    for image in (_pixels(tmp_path / "deck.pdf", 1), shot):
        seen = np.asarray(image, float)
        top, left = (int(side.min()) for side in np.nonzero((seen[..., 0] < 60) & (seen[..., 2] > 100)))
        around.append(seen[top - 20 : top + 180, left - 20 : left + 260])
    assert np.abs(around[0] - around[1]).max(2).mean() < 5, "the picture and what it throws"
    below = np.s_[174 if "padding" not in more else 190 :, 60:200]
    assert np.abs(around[0][below] - around[1][below]).max() < 20, "a soft shadow"


BESIDE = "flex:auto;background-position:center;background-repeat:no-repeat;background-size:cover;margin:0"


@pytest.mark.parametrize("direction", ["row", "column"])
@pytest.mark.parametrize(
    ("address", "size", "keeps"),
    [
        (_flat(None), "auto 211px", True),
        (_flat(None), "301px", True),
        (_flat(None), "contain", True),
        (_flat(None), "cover", False),
        (_flat(0), "301px", False),
        (_flat(None), "301px auto;background-color:#eee", False),
    ],
)
def test_a_background_with_a_shadow_stays_the_picture_and_all_stands_where_it_stood(
    browser: Browser, tmp_path: Path, address: str, size: str, keeps: bool, direction: str
) -> None:
    beside = [_png(40, 40), _png(50, 50)]

    def slide(more: str) -> Page:
        shadow = f"filter:drop-shadow(8px 6px 12px rgba(200,0,0,.8)){more}"
        return page(
            "<section data-marpit-advanced-background-split><div data-marpit-advanced-background-container "
            f'style="display:flex;flex-direction:{direction};width:1001px;height:641px;overflow:hidden">'
            f'<figure style="{BESIDE};background-image:url({beside[0]})"></figure>'
            f'<figure style="{BESIDE};background-image:url({address});background-size:{size};{shadow}">'
            '<figcaption style="position:absolute;clip:rect(0,0,0,0)">a board</figcaption></figure>'
            f'<figure style="{BESIDE};background-image:url({beside[1]})"></figure>'
            "</div></section>"
        )

    pdf = printed(slide(""), browser, tmp_path / "deck.pdf", "lossless")
    whole = [one for one in _images(pdf) if (int(one.Width), int(one.Height)) == (600, 400)]
    assert bool(whole) == keeps
    figures = [e for e in pdf.objects if isinstance(e, pikepdf.Dictionary) and e.get("/S") == "/Figure"]
    assert [str(e.Alt) for e in figures if "/Alt" in e] == ["a board"]
    # A second filter, which changes nothing, is printed as pixels.
    printed(slide(" brightness(1)"), browser, tmp_path / "pixels.pdf", "lossless")
    made, pixels = (np.asarray(_pixels(tmp_path / f"{name}.pdf", 1), float) for name in ("deck", "pixels"))
    blue = [np.argwhere((one[..., 0] < 60) & (one[..., 2] > 100)) for one in (made, pixels)]
    for end in (np.min, np.max):
        assert np.abs(end(blue[0], axis=0) - end(blue[1], axis=0)).max() <= 2
    assert np.abs(made - pixels).mean() < 1


@pytest.mark.parametrize("kind", ["raster", "drawing"])
def test_a_slide_is_printed_as_it_would_be_alone(browser: Browser, tmp_path: Path, kind: str) -> None:
    address = _png(600, 180) if kind == "raster" else _drawing("1200", "360")
    whole = f'<p><img alt="x" src="{address}" style="width:500px"></p>'
    slides = (
        whole,
        f'<p style="width:200px;overflow:hidden"><img alt="x" src="{address}" style="width:500px"></p>',
        f'<p style="filter:invert(1)"><img alt="x" src="{address}" style="width:500px"></p>',
        f'<p hidden><img alt="x" src="{address}"></p><p>none</p>',
        f'<div style="background:url({address}) 0/700px no-repeat;width:700px;height:300px">whole</div>',
        f'<div style="background:url({address}) 0/700px no-repeat;width:300px;height:300px">part</div>',
    )
    together = printed(page(*slides), browser, tmp_path / "deck.pdf")
    for number, slide in enumerate(slides):
        alone = printed(page(slide), browser, tmp_path / f"{number}.pdf")
        content = together.pages[number].Contents.read_bytes()
        if number in {0, 3, 4}:
            assert alone.pages[0].Contents.read_bytes() == content
        one, other = (
            np.asarray(_pixels(tmp_path / f"{name}.pdf", at), float)
            for name, at in (("deck", number + 1), (number, 1))
        )
        assert np.abs(one - other).mean() < 0.5


def test_a_picture_of_which_only_a_part_is_seen_is_no_blank(browser: Browser, tmp_path: Path) -> None:
    # The browser puts the part that is seen into the PDF, where no blank is found then.
    picture = f"background:url({_drawing('1200', '360')}) center/cover no-repeat"
    pdf = printed(
        page(f'<div style="width:512px;height:720px;{picture}"></div>'), browser, tmp_path / "deck.pdf"
    )
    grey = [image for image in _images(pdf) if set(image.read_bytes()) <= {0x7F, 0x80}]
    assert grey == []


_WIDE = _png(1600, 800)
CUT = {
    "beyond the slide": f'<p><img alt="x" src="{_WIDE}" style="width:1600px;height:800px"></p>',
    "in a box": f'<div style="overflow:hidden;height:90px"><img alt="x" src="{_WIDE}" width="400"></div>',
    "to fit": f'<p><img alt="x" src="{_WIDE}" style="width:200px;height:200px;object-fit:cover"></p>',
    "behind": f'<div style="width:300px;height:300px;background:url({_WIDE}) center/cover no-repeat"></div>',
}


@pytest.mark.parametrize("slide", CUT.values(), ids=CUT.keys())
def test_a_picture_that_is_cut_is_printed_in_one_go_with_the_pixels_that_are_seen(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slide: str
) -> None:
    count = []
    plain = Tab.pdf
    monkeypatch.setattr(Tab, "pdf", lambda *a, **named: count.append(1) or plain(*a, **named))
    pdf = printed(page(slide), browser, tmp_path / "deck.pdf")
    assert len(count) == 1
    (image,) = _images(pdf)
    assert 300 <= int(image.Width) <= 2000
    # What is seen is the picture, not a blank.
    assert len(pikepdf.PdfImage(image).as_pil_image().convert("L").getcolors(256) or ()) > 100


@pytest.mark.parametrize(
    ("quality", "kind"), [("draft", "/DCTDecode"), ("good", "/DCTDecode"), ("lossless", "/FlateDecode")]
)
def test_a_photograph_that_is_cut_is_kept_as_one(
    browser: Browser, tmp_path: Path, quality: Any, kind: str
) -> None:
    pdf = printed(page(CUT["to fit"]), browser, tmp_path / "deck.pdf", quality)
    (image,) = _images(pdf)
    assert image.Filter == kind


@pytest.mark.parametrize(("quality", "share"), [("good", 0.6), ("lossless", 1.0)])
def test_a_photograph_behind_a_slide_takes_no_more_bytes_than_one_in_its_text(
    browser: Browser, tmp_path: Path, quality: Any, share: float
) -> None:
    file = io.BytesIO()
    grain = Image.effect_noise((600, 700), 80).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    grain.save(file, "JPEG", quality=98, subsampling=0)
    behind = (
        f"url(data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}) center/cover no-repeat"
    )
    slide = page(f'<div style="width:300px;height:350px;background:{behind}"></div>')
    pdf = printed(slide, browser, tmp_path / "deck.pdf", quality)
    (image,) = _images(pdf)
    assert (image.Filter, int(image.Width), int(image.Height)) == ("/DCTDecode", 600, 700)
    assert len(image.read_raw_bytes()) <= share * len(file.getvalue())
    shown = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("L"), float)
    written = np.asarray(Image.open(file).convert("L"), float)
    assert np.sqrt(((shown - written) ** 2).mean()) < 12, "the same picture, of much noise"


def test_a_photograph_that_is_cut_short_is_kept_as_it_is() -> None:
    file = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(file, "JPEG", quality=95, subsampling=0)
    pdf = pikepdf.new()
    content = file.getvalue()[: len(file.getvalue()) // 2]
    size = {"/Width": 300, "/Height": 200, "/BitsPerComponent": 8}
    names = {"/Subtype": pikepdf.Name("/Image"), "/ColorSpace": pikepdf.Name("/DeviceRGB")}
    image = pdf.make_indirect(pikepdf.Stream(pdf, content, {**size, **names}))
    image.write(content, filter=pikepdf.Name("/DCTDecode"))
    with ThreadPoolExecutor() as pool:
        repack(pdf, set(), "good", pool)
    assert image.read_raw_bytes() == content


SOFT = (
    '<h1 id="top">Title</h1><p><a href="#top">a link</a></p>'
    '<div style="box-shadow:0 0 40px #000;width:600px;height:300px;margin:50px"></div>'
    '<div style="background:linear-gradient(90deg,red,blue);width:300px;height:80px">on it</div>'
)


def _pixels(path: Path, number: int) -> Image.Image:
    """Return a page (from 1) of a PDF as it is seen."""
    if not shutil.which("pdftoppm"):
        pytest.skip("needs poppler's pdftoppm")
    command = ["pdftoppm", "-r", "72", "-f", str(number), "-l", str(number), "-png", str(path)]
    shown = subprocess.run(command, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(shown)).convert("RGB")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_soft_shadows_have_no_more_pixels_than_are_seen_and_all_stands_where_it_stood(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    plain = page("<p>first</p>", SOFT, SOFT)
    plain = replace(plain, size_px=size, page_size=(f"{size[0]}px", f"{size[1]}px"))
    pdfs = {
        quality: printed(plain, browser, tmp_path / f"{quality}.pdf", quality)
        for quality in ("lossless", "good")
    }
    fine, good = (max(int(image.Width) for image in _images(pdf)) for pdf in pdfs.values())
    assert good < 0.65 * fine

    def places(pdf: pikepdf.Pdf) -> list[Any]:
        def where(numbers: Any) -> list[float]:
            return [round(float(number), 1) for number in numbers]

        links = [where(link.Rect) for sheet in pdf.pages for link in sheet.get("/Annots", ())]
        outlines = [where(list(item.obj.Dest)[2:4]) for item in pdf.open_outline().root]
        return [[where(sheet.mediabox) for sheet in pdf.pages], links, outlines]

    assert places(pdfs["good"]) == places(pdfs["lossless"])
    assert len(places(pdfs["good"])[1]) == len(places(pdfs["good"])[2]) == 2
    for number in (1, 3):
        one, other = (_pixels(tmp_path / f"{quality}.pdf", number) for quality in pdfs)
        assert max(ImageStat.Stat(ImageChops.difference(one, other)).rms) < 2


def test_a_style_that_asks_for_other_paper_is_printed_on_paper_of_full_size(
    browser: Browser, tmp_path: Path
) -> None:
    pdf = printed(page(SOFT, css="@page :left { size: 800px 600px }"), browser, tmp_path / "deck.pdf")
    assert [float(side) for side in pdf.pages[0].mediabox] == [0, 0, 960, 540]
    # A soft mask has a pixel for four of its 2,200 dots; on half the paper it would have 278.
    assert max(int(image.Width) for image in _images(pdf)) > 500


def test_a_picture_that_is_none_leaves_the_rest_as_it_is(browser: Browser, tmp_path: Path) -> None:
    broken = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nnothing more").decode()
    pdf = printed(page(f'<p>x<img alt="y" src="{broken}"></p>'), browser, tmp_path / "deck.pdf")
    assert len(pdf.pages) == 1


def test_a_blank_is_a_picture_of_its_size() -> None:
    blank = blank_jpeg(20_000, 9_999, "0123456789abcdef")
    with Image.open(io.BytesIO(blank_jpeg(300, 77, "0123456789abcdef"))) as image:
        assert image.size == (300, 77)
        assert image.getextrema()[0] == image.getextrema()[1]
    assert name_of(blank) == "0123456789abcdef"
    assert len(blank) < 800_000


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
    pixels = np.asarray(_pixels(path, 1))[100:300, 20:900].reshape(-1, 3)
    assert (pixels == (255, 0, 0)).all(), "nothing of what is below is seen"


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
    pixels = [np.asarray(_pixels(tmp_path / f"{name}.pdf", 1)) for name in ("with", "without")]
    for colour in ((255, 0, 0), (0, 0, 255)):
        places = [np.argwhere((one == colour).all(2)) for one in pixels]
        assert len(places[0]) > 9
        assert np.array_equal(*places)
    # What may be is painted after the header all the same.
    words = painted_text(tmp_path / "with.pdf", 1).split()
    assert words.index("Head") < words.index("one")


def test_text_that_throws_a_shadow_is_text(browser: Browser, tmp_path: Path) -> None:
    shadow = "background: #eee; filter: drop-shadow(0 4px 4px rgb(0 0 0 / 20%))"
    path = tmp_path / "deck.pdf"
    printed(page(f'<h1>Title</h1><pre style="{shadow}">some code</pre>'), browser, path)
    assert painted_text(path, 1) == "Title some code"


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
