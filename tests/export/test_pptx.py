"""PowerPoint files: text that is text where the slide is plain, a picture where it is not."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from functools import partial
from typing import Any

import pptx
import pytest
from driver import page
from PIL import Image

from celldeck.export.browser import Browser
from celldeck.export.pptx import powerpoint
from celldeck.model import Metadata
from celldeck.render.page import document

pytestmark = pytest.mark.browser


def _png(color: str = "red") -> str:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), color).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


PLAIN = (
    "<h1>A <em>real</em> title</h1>"
    '<p>Some <strong>bold</strong> text<br>and <a href="https://a.org/">a link</a></p>',
    "<h2>Lists</h2><ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul><ol start=3><li>three</li></ol>",
    "<h2>Table</h2><table><tr><th>a</th><th>b</th></tr><tr><td colspan=2>wide</td></tr></table>",
    f'<h2>Picture</h2><p><img alt="A red box" src="{_png()}" style="width:400px"></p>'
    '<pre is="marp-pre" data-auto-scaling="downscale-only"><code>x = 1\n  y = 2</code></pre>',
)
OTHER = (
    '<h2>Formula</h2><p>here <mjx-container data-tex="x"><svg width="9" height="9"></svg></mjx-container></p>'
)


def made(browser: Browser, *slides: str, **more: Any) -> Any:
    shown = replace(page(*slides, **more), titles=tuple("Title" for _ in slides))
    data = powerpoint(partial(document, template="print"), shown, browser, ["what it says"] * len(slides))
    return pptx.Presentation(io.BytesIO(data))


def texts(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_titles_text_and_links_are_what_they_are(browser: Browser) -> None:
    show = made(browser, PLAIN[0])
    (slide,) = show.slides
    assert slide.shapes.title.text_frame.text == "A real title"
    assert texts(slide) == ["A real title", "Some bold text\vand a link"]
    runs = list(slide.shapes[1].text_frame.paragraphs[0].runs)
    assert [(run.text, run.font.bold) for run in runs] == [
        ("Some ", False),
        ("bold", True),
        (" text", False),
        ("and ", False),
        ("a link", False),
    ]
    assert runs[-1].hyperlink.address == "https://a.org/"
    assert slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt == 45
    assert (show.slide_width, show.slide_height) == (1280 * 9525, 720 * 9525)


def test_lines_that_are_whole_on_the_slide_do_not_break_with_another_font(browser: Browser) -> None:
    long = "so many words that they go on in another line, " * 4
    show = made(browser, f"<header>One line</header><p>one<br>two</p><p>{long}</p>")
    (slide,) = show.slides
    wraps = {shape.text_frame.text[:3]: shape.text_frame.word_wrap for shape in slide.shapes}
    assert wraps == {"One": False, "one": False, "so ": True}


def test_what_a_theme_makes_a_line_is_one(browser: Browser) -> None:
    block = '<span style="display:block;font-size:50%">small</span>'
    show = made(
        browser, f"<h1>large{block}</h1>", f"<h1>{block}large<br>twice</h1>", f"<p>a<br>{block}b {block}</p>"
    )
    assert [texts(slide)[0] for slide in show.slides] == [
        "large\vsmall",
        "small\vlarge\vtwice",
        "a\vsmall\vb\vsmall",
    ]


def test_text_stands_where_its_lines_do(browser: Browser) -> None:
    show = made(browser, '<h1 style="display:grid;align-content:center;height:400px;margin:0">middle</h1>')
    (slide,) = show.slides
    top = slide.shapes.title.top / 9525
    assert 150 < top < 250
    assert slide.shapes.title.height / 9525 < 120


@pytest.mark.parametrize(
    ("families", "font"),
    [
        ("-apple-system, system-ui, sans-serif", "Arial"),
        ("ui-serif, serif", "Times New Roman"),
        ("'No Such Font', sans-serif", "No Such Font"),
        ("-apple-system, 'No Such Font', 'DejaVu Serif', serif", "DejaVu Serif"),
    ],
)
def test_fonts_have_names_that_others_know(browser: Browser, families: str, font: str) -> None:
    show = made(browser, f'<p style="font-family:{families}">text</p>')
    (run,) = show.slides[0].shapes[0].text_frame.paragraphs[0].runs
    if font == "DejaVu Serif" and run.font.name == "No Such Font":
        pytest.skip("the font DejaVu Serif is not there")
    assert run.font.name == font


def test_lists_have_levels_bullets_and_numbers(browser: Browser) -> None:
    (slide,) = made(browser, PLAIN[1]).slides
    bulleted, numbered = slide.shapes[1].text_frame, slide.shapes[2].text_frame
    assert [(p.text, p.level) for p in bulleted.paragraphs] == [("one", 0), ("two", 0), ("deep", 1)]
    assert all("<a:buChar" in p._p.xml for p in bulleted.paragraphs)
    assert 'startAt="3"' in numbered.paragraphs[0]._p.xml


def test_tables_are_tables(browser: Browser) -> None:
    (slide,) = made(browser, PLAIN[2]).slides
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["wide", ""]]
    assert table.cell(1, 0).is_merge_origin


def test_pictures_have_their_place_and_their_text_and_code_its_lines(browser: Browser) -> None:
    (slide,) = made(browser, PLAIN[3]).slides
    (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert picture._element._nvXxPr.cNvPr.get("descr") == "A red box"
    assert (picture.width, picture.height) == (400 * 9525, 200 * 9525)
    assert texts(slide)[-1] == "x = 1\v  y = 2"


def test_code_keeps_its_blanks_also_where_colours_meet(browser: Browser) -> None:
    code = "<pre><code> 64 <b>a </b> b\n  c  \n</code></pre>"
    (slide,) = made(browser, code).slides
    assert texts(slide) == [" 64 a  b\v  c  "]


def test_bullets_have_the_colour_of_the_slide(browser: Browser) -> None:
    (slide,) = made(browser, "<style>li::marker { color: #c80a14 }</style>" + PLAIN[1]).slides
    first = slide.shapes[1].text_frame.paragraphs[0]._p
    assert [child.tag.partition("}")[2] for child in first.pPr][-2:] == ["buClr", "buChar"]
    assert 'val="C80A14"' in first.xml


def test_an_empty_cell_is_no_higher_than_the_others(browser: Browser) -> None:
    table = "<table style='font-size: 16px'><tr><th></th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>"
    (slide,) = made(browser, table).slides
    (found,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert '<a:endParaRPr sz="1200"/>' in found.cell(0, 0)._tc.xml


def test_what_is_not_plain_is_a_picture_with_its_title_and_text(browser: Browser) -> None:
    show = made(browser, OTHER, PLAIN[0])
    slide = show.slides[0]
    (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert (picture.width, picture.height) == (show.slide_width, show.slide_height)
    assert picture._element._nvXxPr.cNvPr.get("descr") == "what it says"
    assert slide.shapes.title.text_frame.text == "Title"
    assert slide.shapes.title.top < 0
    assert texts(show.slides[1])[0] == "A real title"


def test_a_background_is_a_colour_or_a_picture_without_the_text(browser: Browser) -> None:
    art = "section { background: linear-gradient(red, blue) !important }"
    plain, (drawn,) = made(browser, PLAIN[0]).slides[0], made(browser, PLAIN[0], css=art).slides
    assert plain.background.fill.fore_color.rgb == (255, 255, 255)
    (relation,) = drawn._element.xpath("./p:cSld/p:bg/p:bgPr/a:blipFill/a:blip/@r:embed")
    with Image.open(io.BytesIO(drawn.part.related_part(relation).blob)) as picture:
        # The text is not in it: a row has one colour.
        row = picture.convert("RGB").crop((0, 110, 1280, 111))
        assert all(high - low < 4 for low, high in row.getextrema())


def test_notes_and_what_the_deck_says_of_itself_are_there(browser: Browser) -> None:
    show = made(
        browser, *PLAIN[:2], notes=[("say *this*", "and that"), ()], metadata=Metadata("T", None, "An Author")
    )
    assert show.slides[0].notes_slide.notes_text_frame.text == "say *this*\n\nand that"
    assert not show.slides[1].has_notes_slide
    assert (show.core_properties.title, show.core_properties.author) == ("T", "An Author")
