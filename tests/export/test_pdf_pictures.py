"""Pictures and shadows in PDFs: with no more pixels than are seen, and where they stand in the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from driver import page, pixels, printed
from PIL import Image, ImageChops, ImageFilter, ImageStat

from celldeck.export.browser import Browser, Tab
from celldeck.export.pdf.repack import repack
from celldeck.export.pdf.stand_ins import blank_jpeg, name_of
from celldeck.model import Page
from celldeck.render.page import document

pytestmark = pytest.mark.browser


@pytest.fixture
def browser(printer: Browser) -> Browser:
    return printer


def _png(width: int, height: int, mode: str = "RGB", of: tuple[int, int] | None = None) -> str:
    noise = Image.effect_noise(of or (width, height), 80).convert(mode).resize((width, height))
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


def test_the_same_deck_gives_the_same_bytes(browser: Browser, tmp_path: Path) -> None:
    deck = page("<h1>A heading</h1>", *PICTURES)
    for folder in ("one", "other"):
        printed(deck, browser, tmp_path / folder / "deck.pdf")
    one, other = (tmp_path / folder / "deck.pdf" for folder in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


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


def _svg(head: str, content: str) -> str:
    padding = f"<desc>{'x' * 2048}</desc>"  # a small drawing is left where it is
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{padding}{content}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


@pytest.mark.parametrize("place", ["text", "background"])
@pytest.mark.parametrize(
    ("head", "is_round"),
    [
        ('width="200" height="100" viewBox="0 0 200 100"', True),
        ('width="200" height="100" viewBox="0 0 200 100" preserveAspectRatio="none"', False),
        ('width="200" height="100"', False),
    ],
)
def test_a_drawing_in_a_box_of_other_proportions_keeps_its_own_where_browsers_do(
    browser: Browser, tmp_path: Path, place: str, head: str, is_round: bool
) -> None:
    address = _svg(head, '<circle cx="100" cy="50" r="40" fill="#f00"/>')
    box = "position:absolute;left:100px;top:60px;width:300px;height:500px"
    slide = (
        f'<img alt="x" src="{address}" style="{box}">'
        if place == "text"
        else f'<div style="{box};background:url({address}) 0 0/100% 100% no-repeat"></div>'
    )
    printed(page(f"<p>{slide}</p>"), browser, tmp_path / "deck.pdf")
    seen = np.asarray(pixels(tmp_path / "deck.pdf", 1), float)
    red = np.argwhere((seen[..., 0] > 200) & (seen[..., 1] < 60))
    (top, left), (bottom, right) = red.min(axis=0), red.max(axis=0)
    across, down = (120, 120) if is_round else (120, 400)
    scale = seen.shape[1] / 1280
    assert np.allclose([right - left, bottom - top], [across * scale, down * scale], atol=4 * scale)
    assert np.allclose([(left + right) / 2, (top + bottom) / 2], [250 * scale, 310 * scale], atol=2 * scale)


@pytest.mark.parametrize("size", [(3733, 2111), (80, 60)])
@pytest.mark.parametrize(
    "blur",
    [
        '<filter id="f"><feGaussianBlur stdDeviation="3"/></filter>',
        '<pattern id="p" width="4" height="4"><path d="M0 0h2v2z"/></pattern>',
    ],
    ids=["filter", "pattern"],
)
def test_what_is_blurred_in_a_drawing_has_the_pixels_that_are_seen(
    browser: Browser, tmp_path: Path, size: tuple[int, int], blur: str
) -> None:
    width, height = size
    look = 'filter="url(#f)" fill="#06c"' if "filter" in blur else 'fill="url(#p)"'
    head = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    address = _svg(head, f'<defs>{blur}</defs><rect width="100%" height="100%" {look}/>')
    pdf = printed(
        page(f'<p><img alt="x" src="{address}" style="width:400px"></p>'), browser, tmp_path / "deck.pdf"
    )
    # A blur reaches beyond what is blurred, by a tenth on each side.
    across = max(int(image.Width) for image in _images(pdf)) / 400
    assert 1.5 <= across <= 3


@pytest.mark.parametrize("size", [(4218, 430), (1820, 2733), (117, 91)])
def test_a_drawing_fills_its_place_to_the_edge(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    head = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    address = _svg(head, '<rect width="100%" height="100%" fill="#06c"/>')
    pdf = printed(
        page(f'<p><img alt="x" src="{address}" style="width:400px"></p>'), browser, tmp_path / "deck.pdf"
    )
    (form,) = (value for value in pdf.pages[0].Resources.XObject.values() if "/Matrix" in value)
    a, _, _, d, x, y = map(float, form.Matrix)
    left, bottom, right, top = map(float, form.BBox)
    corners = [a * left + x, d * bottom + y, a * right + x, d * top + y]
    assert np.allclose(corners, [0, 0, 1, 1], atol=1e-5)


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
        inked = ImageChops.invert(pixels(tmp_path / f"{name}.pdf", 1).convert("L"))
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
    for image in (pixels(tmp_path / "deck.pdf", 1), shot):
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
    made, plain = (np.asarray(pixels(tmp_path / f"{name}.pdf", 1), float) for name in ("deck", "pixels"))
    blue = [np.argwhere((one[..., 0] < 60) & (one[..., 2] > 100)) for one in (made, plain)]
    for end in (np.min, np.max):
        assert np.abs(end(blue[0], axis=0) - end(blue[1], axis=0)).max() <= 2
    assert np.abs(made - plain).mean() < 1


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
            np.asarray(pixels(tmp_path / f"{name}.pdf", at), float)
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


_LOGO = "background: url(" + _png(800, 600) + ") no-repeat 0 0 / 200px 150px; min-height: 300px"
STYLES = {
    "of an element": f"p {{ {_LOGO} }}",
    "before one": f"p::before {{ {_LOGO}; content: ''; display: block }}",
    "in print": f"@media print {{ p {{ {_LOGO} }} }}",
    "nested": f"section {{ & p {{ {_LOGO} }} }}",
    "one of several": f"h6, p:not(:has(b)), ::after {{ {_LOGO} }}",
    "in a layer": f"@layer x {{ section p {{ {_LOGO} }} }} p {{ color: #0a0b0c }}",
}


@pytest.mark.parametrize("css", STYLES.values(), ids=STYLES.keys())
def test_a_picture_in_the_background_by_a_style_has_the_pixels_that_are_seen(
    browser: Browser, tmp_path: Path, css: str
) -> None:
    pdf = printed(page("<p>text</p>", css=css), browser, tmp_path / "deck.pdf")
    (image,) = _images(pdf)
    assert (int(image.Width), int(image.Height)) == (400, 300)
    # What is seen is the picture, not a blank.
    assert len(pikepdf.PdfImage(image).as_pil_image().convert("L").getcolors(256) or ()) > 100


_FINE = _png(2400, 1600)
_SOFT = _png(2400, 1600, of=(150, 100))
PLACES = {
    "in the middle": "center/cover",
    "at a corner": "right bottom/cover",
    "at a share": "25% 75%/cover",
    "moved": "-40px -30px/500px auto",
    "wide": "center/400px auto",
    "high": "center 10px/auto 300px",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_what_is_seen_of_a_large_background_is_a_picture_of_its_own(
    browser: Browser, tmp_path: Path, place: str
) -> None:
    def slide(address: str, left: int = 101) -> Page:
        box = f"position:absolute;left:{left}px;top:83px;width:320px;height:320px"
        return page(f'<div style="{box};background:url({address}) {place} no-repeat"></div>')

    made = printed(slide(_FINE), browser, tmp_path / "fine.pdf")
    (image,) = _images(made)
    assert image.Filter == "/DCTDecode"
    assert 480 <= int(image.Width) <= 960
    # Noise is of no size; where something soft stands can be seen.
    printed(slide(_SOFT), browser, tmp_path / "good.pdf")
    printed(slide(_SOFT), browser, tmp_path / "lossless.pdf", "lossless")
    printed(slide(_SOFT, 102), browser, tmp_path / "moved.pdf", "lossless")
    good, lossless, moved = (
        np.asarray(pixels(tmp_path / f"{name}.pdf", 1), float) for name in ("good", "lossless", "moved")
    )
    assert lossless.min() < 100
    assert np.abs(good - lossless).mean() < 0.7 * np.abs(moved - lossless).mean()


def test_parts_of_one_picture_are_there_beside_it(browser: Browser, tmp_path: Path) -> None:
    box = f"width:300px;height:300px;background:url({_FINE}) no-repeat"
    left, right = (f'<div style="{box} {side}/cover"></div>' for side in ("left", "right"))
    slides = page(left + right, left, f'<p><img alt="x" src="{_FINE}" width="400"></p>')
    pdf = printed(slides, browser, tmp_path / "deck.pdf")
    sizes = sorted((int(image.Width), int(image.Height)) for image in _images(pdf))
    assert sizes == [(600, 600), (600, 600), (800, 533)]


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
        one, other = (pixels(tmp_path / f"{quality}.pdf", number) for quality in pdfs)
        assert max(ImageStat.Stat(ImageChops.difference(one, other)).rms) < 2


def test_a_style_that_asks_for_other_paper_is_printed_on_paper_of_full_size(
    browser: Browser, tmp_path: Path
) -> None:
    pdf = printed(page(SOFT, css="@page :left { size: 800px 600px }"), browser, tmp_path / "deck.pdf")
    assert [float(side) for side in pdf.pages[0].mediabox] == [0, 0, 960, 540]
    # A soft mask has a pixel for two of its 2,200 dots; on half the paper it would have 550.
    assert max(int(image.Width) for image in _images(pdf)) > 800


def _widths(pdf: pikepdf.Pdf, number: int) -> list[int]:
    """Return how wide the pictures of a page are, whatever they are in."""

    def inside(drawn: Any) -> Iterator[int]:
        resources = drawn.get("/Resources", {})
        for state in resources.get("/ExtGState", {}).values():
            if isinstance(mask := state.get("/SMask"), pikepdf.Dictionary):
                yield from inside(mask.G)
        for item in resources.get("/XObject", {}).values():
            if item.get("/Subtype") == "/Image":
                yield int(item.Width)
            else:
                yield from inside(item)

    return sorted(inside(pdf.pages[number - 1].obj))


_SOFT_BOX = '<div style="box-shadow:0 0 30px #000;width:600px;height:300px;margin:50px">soft</div>'


@pytest.mark.parametrize(
    "finer",
    [
        '<p style="filter:blur(3px)">filtered</p>',
        '<p style="text-shadow:1px 1px 2px red">sharper</p>',
        '<p class="before">a filter of what CSS adds</p>',
        '<p style="rotate:1 1 0 40deg">turned in space</p>',
        '<svg width="90" height="90"><mask id="m"><circle r="50" fill="white"/></mask>'
        '<rect width="90" height="90" mask="url(#m)"/></svg>',
    ],
)
def test_what_is_finer_than_a_soft_shadow_has_the_pixels_it_needs(
    browser: Browser, tmp_path: Path, finer: str
) -> None:
    css = ".before::before { content: 'x'; filter: blur(2px) }"
    deck = page(_SOFT_BOX, _SOFT_BOX + finer, css=css)
    pdf = printed(deck, browser, tmp_path / "deck.pdf")
    (soft,), (*_, same) = _widths(pdf, 1), _widths(pdf, 2)
    assert 240 < soft < 270, "0.375 for each of 600 CSS pixels and its shadow"
    assert 480 < same < 540, "twice as many"
    # A sheet looks the same whatever it is printed with.
    alone = printed(replace(deck, slides=deck.slides[:1]), browser, tmp_path / "alone.pdf")
    assert alone.pages[0].Contents.read_bytes() == pdf.pages[0].Contents.read_bytes()
    printed(deck, browser, tmp_path / "fine.pdf", "lossless")
    for number in (1, 2):
        shown, wanted = (pixels(tmp_path / f"{name}.pdf", number) for name in ("deck", "fine"))
        assert max(ImageStat.Stat(ImageChops.difference(shown, wanted)).rms) < 3


@pytest.mark.parametrize(
    "html",
    [
        '<p style="height:200px;background:radial-gradient(red 20%,blue 21%) 0 0/20px 20px">dots</p>',
        '<p style="text-decoration:underline wavy red;font-size:60px">wavy</p>',
    ],
)
def test_what_has_few_pixels_is_printed_on_paper_of_full_size(
    browser: Browser, tmp_path: Path, html: str
) -> None:
    deck = page(html + '<p style="box-shadow:0 0 30px #000">soft</p>')
    plain, fine = (printed(deck, browser, tmp_path / f"{q}.pdf", q) for q in ("good", "lossless"))
    # They are pictures of the whole sheet.
    counts = [sum(one.Width == 960 for one in _images(pdf)) for pdf in (plain, fine)]
    assert counts[0] == counts[1] > 0


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
