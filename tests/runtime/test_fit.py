"""Auto-scaling: what fills the width, what is shrunk, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from driver import Presented, page, words

from celldeck.export.browser import Browser
from celldeck.render.page import document

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

FIT = '<h1 is="marp-h1" data-auto-scaling id="h">{}</h1>'
CODE = '<pre is="marp-pre" data-auto-scaling="downscale-only"><code>{}</code></pre>'
LONG = "x = " + " + ".join(["number"] * 30)

# Where the text of an element is seen, in pixels of the window: left, right, top, bottom.
SEEN = """(() => {{
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('{0}'));
  const {{ left, right, top, bottom }} = range.getBoundingClientRect();
  return [left, right, top, bottom];
}})()"""


def seen(deck: Presented, selector: str) -> list[float]:
    return list(deck.evaluate(SEEN.format(selector)))


@pytest.mark.parametrize(
    "text", ["Fit", "A heading that is far too long to stand on one line of the slide as it is"]
)
def test_a_fitting_heading_fills_the_width(present: Present, text: str) -> None:
    deck = present(page(FIT.format(text)))
    left, right, _, _ = seen(deck, "#h")
    # The natural width is rounded up to whole pixels, as Marp does, so a short text may end a little early.
    assert (left, right) == pytest.approx((70, 1210), abs=14)


def test_a_fitting_heading_of_a_slide_that_comes_later_fits_in_its_first_frame(present: Present) -> None:
    deck = present(page("<p>x</p>", FIT.format("Later")), size=(640, 360))
    widths = deck.evaluate(
        f"celldeck.next(); new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>"
        f" done({SEEN.format('#h')}))))"
    )
    assert widths[:2] == pytest.approx([35, 605], abs=2)


def test_code_that_is_too_wide_is_shrunk_and_other_code_is_not(present: Present) -> None:
    deck = present(page(CODE.format(LONG), CODE.format("x = 1")))
    assert deck.evaluate("document.querySelectorAll('pre').length") == 0
    assert seen(deck, "marp-pre code")[:2] == pytest.approx([70, 1210], abs=3)
    deck.press("ArrowRight")
    deck.frames()
    natural = deck.evaluate(
        "(() => { const s = document.createElement('span'); s.textContent = 'x = 1';"
        " s.style.font = getComputedStyle(document.querySelectorAll('marp-pre code')[1]).font;"
        " s.style.whiteSpace = 'pre'; document.getElementById('2').append(s);"
        " const w = s.getBoundingClientRect().width; s.remove(); return w; })()"
    )
    left, right, _, _ = deck.evaluate(
        SEEN.format("marp-pre code")
        .replace("querySelector(", "querySelectorAll(")
        .replace("'marp-pre code')", "'marp-pre code')[1]")
    )
    assert (left, right - left) == pytest.approx((70, natural), abs=1)


@pytest.mark.parametrize("width", ["733.766px", "calc(100% / 3)", "412.2px", "500px"])
def test_code_with_room_keeps_its_size_to_the_last_digit_whatever_the_width(
    present: Present, width: str
) -> None:
    deck = present(page(f'<div style="width: {width}">{CODE.format("x = 1")}</div>'), size=(1280, 720))
    scale = deck.evaluate(
        "(() => { const { a } = document.querySelector('marp-pre').shadowRoot.querySelector('svg')"
        ".getScreenCTM(); const { width } = document.querySelector('svg[data-marpit-svg]')"
        ".getBoundingClientRect(); return a / (width / 1280); })()"
    )
    assert scale == 1


@pytest.mark.parametrize(
    ("style", "edges"),
    [
        ("text-align: left", (70, None)),
        ("text-align: right", (None, 1210)),
        ("text-align: center", (70, 1210)),
        ("direction: rtl", (None, 1210)),
        ("text-align: left; --preserve-aspect-ratio: xMaxYMid meet", (None, 1210)),
    ],
)
def test_a_heading_of_limited_height_stands_where_its_text_is_aligned(
    present: Present, style: str, edges: tuple[float | None, float | None]
) -> None:
    css = f"section h1::part(auto-scaling) {{ max-height: 60px }} section h1 {{ {style} }}"
    deck = present(page(FIT.format("Fit"), css=css))
    left, right, top, bottom = seen(deck, "#h")
    assert bottom - top == pytest.approx(60, abs=12)
    if edges == (70, 1210):
        assert (left + right) / 2 == pytest.approx(640, abs=2)
    else:
        for edge, at in zip(edges, (left, right), strict=True):
            assert edge is None or at == pytest.approx(edge, abs=3)


def test_a_heading_without_fit_and_a_formula_that_fits_stay_as_they_are(present: Present) -> None:
    formula = '<span is="marp-span" data-auto-scaling="downscale-only" style="display:block" id="f">{}</span>'
    deck = present(page('<h1 is="marp-h1" id="h">Plain</h1>' + formula.format("y = x")))
    left, right, top, bottom = seen(deck, "#h")
    assert right - left < 300
    assert bottom - top < 80
    left, right, _, _ = seen(deck, "#f")
    assert right - left < 120


def test_code_scales_anew_when_a_slide_is_replaced(present: Present) -> None:
    deck = present(page("<p>x</p>"))
    new = page(CODE.format(LONG)).slides[0]
    deck.evaluate(f"celldeck.replaceSlides([{new!r}])")
    deck.frames()
    assert seen(deck, "marp-pre code")[:2] == pytest.approx([70, 1210], abs=3)


def test_elements_of_their_own_stand_in_where_built_in_ones_cannot_be_extended(
    browser: Browser, tmp_path: Path
) -> None:
    # As in Safari: `define` knows no `extends`.
    lame = (
        "<script>const define = customElements.define.bind(customElements);"
        "customElements.define = (name, c, options) => { if (!options) define(name, c); };"
        "const create = document.createElement.bind(document);"
        "document.createElement = (name) => create(name);</script>"
    )
    file = tmp_path / "deck.html"
    file.write_text(document(page(FIT.format("Fit"))).replace("</head>", lame + "</head>"), "utf-8")
    with browser.tab() as tab:
        tab.open(file.as_uri())
        deck = Presented(tab)
        assert seen(deck, "#h")[:2] == pytest.approx([70, 1210], abs=14)
        assert deck.evaluate("[h.localName, h.role, h.ariaLevel]") == ["marp-h1", "heading", "1"]


def test_the_presented_page_printed_by_its_reader_has_every_slide_whole(
    present: Present, tmp_path: Path
) -> None:
    # Ctrl+P in the browser: slides that have not shown yet have not been laid out before.
    heading = FIT.format("A heading that fits")
    slides = ["<p>start</p>", heading, CODE.format(LONG), '<ul><li data-marpit-fragment="1">step</li></ul>']
    css = (
        "@page { size: 1280px 720px; margin: 0 }"
        "@media print { svg[data-marpit-svg] { display: block; width: 100vw; height: 100vh } }"
    )
    deck = present(page(*slides, css=css))
    pdf = tmp_path / "deck.pdf"
    pdf.write_bytes(deck.tab.pdf(1280, 720))
    assert words(pdf, 1)[0][0] == "start"
    (_, left, _), *_, (_, _, right) = words(pdf, 2)
    assert (left, right) == pytest.approx((52.5, 907.5), abs=10)
    (_, left, _), *_, (_, _, right) = words(pdf, 3)
    assert (left, right) == pytest.approx((52.5, 907.5), abs=3)
    assert [word for word, _, _ in words(pdf, 4)] == ["step"]
