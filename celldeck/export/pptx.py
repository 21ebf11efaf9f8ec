"""A deck as PowerPoint: real titles, text, lists, tables, pictures and notes, where they stand on the slide.

What a slide shows besides them, its theme's art and colours, is one picture behind. A slide that has
something else, such as a formula or a drawing, is a picture as a whole, with its title and text for readers.

python-pptx: https://python-pptx.readthedocs.io/en/latest/
ECMA-376 part 1: 19.3.1.2 (backgrounds), 21.1.2.4 (bullets)
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from celldeck.export.browser import Browser, Tab
from celldeck.export.palette import quantised
from celldeck.export.paper import plain_paper
from celldeck.model import Page

if TYPE_CHECKING:
    from PIL.Image import Image
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

_EMU = 9525
"""English Metric Units in a CSS pixel."""
_TITLE_ONLY, _BLANK = 5, 6
"""Layouts of python-pptx's template."""
_SLACK = 1.02
"""Boxes are so much wider: another program's letters are not quite as wide, and lines would break anew."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SPREAD = 16
"""How far the colours of a picture may lie apart that counts as one colour."""


def powerpoint(document: Callable[[Page], str], page: Page, browser: Browser, texts: Sequence[str]) -> bytes:
    """Return a deck as a PPTX file.

    Args:
        document: gives the HTML of a page of sheets, from the template `print`.
        page: self-contained.
        browser: started; left running.
        texts: of the slides, for readers of those that are pictures.

    Raises:
        DeckError: the browser is gone, or takes too long.
    """
    from pptx import Presentation

    width, height = page.size_px
    show = Presentation()
    show.slide_width, show.slide_height = (round(side * _EMU) for side in page.size_px)
    meta = page.metadata
    show.core_properties.title = meta.title or page.source.path.stem
    show.core_properties.author = meta.author or ""
    show.core_properties.subject = meta.description or ""
    show.core_properties.keywords = ", ".join(meta.keywords)
    show.core_properties.language = meta.lang or ""
    script = (files("celldeck") / "export" / "pptx.js").read_text("utf-8").rstrip().rstrip(";")
    with browser.tab(width, height, media="print") as tab:
        tab.open_html(document(plain_paper(page).html_of(range(len(page.slides)))))
        pictures = _Pictures(tab, (width, height))
        slides = tab.evaluate(f"({script})()", timeout_s=120)
        whole: dict[int, bytes] = {}
        for number, found in enumerate(slides):
            if found is None:
                whole[number] = pictures.of(number, scale=2)
        tab.evaluate("document.getElementById('celldeck-behind').media = 'all', null")
        for number, (found, notes) in enumerate(zip(slides, page.notes, strict=True)):
            title = _title(found, page.titles[number])
            layout = show.slide_layouts[_TITLE_ONLY if title else _BLANK]
            slide = show.slides.add_slide(layout)
            if found is None:
                _fill_with_picture(slide, whole[number], (width, height), title, texts[number])
            else:
                _put_behind(slide, pictures.of(number, scale=1))
                for part in found["parts"]:
                    _PUT[part["kind"]](slide, part)
            if notes:
                slide.notes_slide.notes_text_frame.text = _clean("\n\n".join(notes))
    output = io.BytesIO()
    show.save(output)
    return output.getvalue()


class _Pictures:
    """Takes pictures of slides that stand one under another."""

    def __init__(self, tab: Tab, size: tuple[float, float]) -> None:
        self._tab = tab
        self._size = size

    def of(self, number: int, scale: float) -> bytes:
        width, height = self._size
        return self._tab.screenshot(
            "png", clip=(0, number * height, width, height), scale=scale, is_fast=True
        )


def _title(found: Mapping[str, Any] | None, title: str | None) -> str | None:
    """Return the title of a slide; its first heading becomes what PowerPoint knows as such."""
    if found is None:
        return title
    heading = next((part for part in found["parts"] if part["kind"] == "title"), None)
    for part in found["parts"]:
        if part["kind"] == "title" and part is not heading:
            part["kind"] = "text"
    return "".join(run["text"] for run in heading["paragraphs"][0]["runs"]) if heading else None


# ---------------------------------------------------------------- behind


def _put_behind(slide: Slide, picture: bytes) -> None:
    """Give a slide its background: a colour, or a picture where there is more to see."""
    from PIL import Image
    from pptx.dml.color import RGBColor

    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    spread: list[tuple[int, int]] = [image.getchannel(band).getextrema() for band in "RGB"]  # type: ignore[misc]
    if all(high - low < _SPREAD for low, high in spread):
        fill = slide.background.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor(*(low for low, _ in spread))
        return
    _background_picture(slide, _file_of(image))


def _file_of(image: Image) -> io.BytesIO:
    """Return a picture of a slide as a small file: with a palette, or as a photograph."""
    file = io.BytesIO()
    if (flat := quantised(image)) is not None:
        flat.save(file, "PNG")
        if len(file.getvalue()) <= image.width * image.height // 6:
            return file
        file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file


def _background_picture(slide: Slide, file: io.BytesIO) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    _, relation = slide.part.get_or_add_image_part(file)
    background = parse_xml(
        f"<p:bg {nsdecls('p', 'a', 'r')}><p:bgPr><a:blipFill><a:blip r:embed='{relation}'/>"
        "<a:stretch><a:fillRect/></a:stretch></a:blipFill><a:effectLst/></p:bgPr></p:bg>"
    )
    slide._element.cSld.insert(0, background)


def _fill_with_picture(
    slide: Slide, picture: bytes, size: tuple[float, float], title: str | None, text: str
) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:
        file = _file_of(opened.convert("RGB"))
    width, height = (round(side * _EMU) for side in size)
    shown = slide.shapes.add_picture(file, 0, 0, width, height)
    _describe(shown, text or title or "")
    if title and slide.shapes.title is not None:
        # Above the slide, where PowerPoint itself puts a title that is not to be seen.
        place = slide.shapes.title
        place.left, place.top, place.width, place.height = 0, -round(60 * _EMU), width, round(50 * _EMU)
        place.text_frame.text = _clean(title)


def _describe(shape: Any, text: str) -> None:
    shape._element._nvXxPr.cNvPr.set("descr", _clean(text))


# ---------------------------------------------------------------- parts


def _put_title(slide: Slide, part: Mapping[str, Any]) -> None:
    place = slide.shapes.title
    if place is None:
        return _put_text(slide, part)
    place.left, place.top, place.width, place.height = _emu(part["box"], slack=_SLACK)
    _write(place.text_frame, part["paragraphs"])
    place.text_frame.word_wrap = part["wraps"]
    return None


def _put_text(slide: Slide, part: Mapping[str, Any]) -> None:
    frame = slide.shapes.add_textbox(*_emu(part["box"], slack=_SLACK)).text_frame
    _write(frame, part["paragraphs"])
    # With a font that is wider, it would go on below, over what stands there.
    frame.word_wrap = part["wraps"]


def _put_code(slide: Slide, part: Mapping[str, Any]) -> None:
    from pptx.dml.color import RGBColor

    box = slide.shapes.add_textbox(*_emu(part["box"], slack=1.0))
    if part["fill"]:
        box.fill.solid()
        box.fill.fore_color.rgb = RGBColor(*part["fill"])
    _write(box.text_frame, part["paragraphs"])
    outer, inner = part["box"], part["inner"]
    box.text_frame.margin_left = round((inner[0] - outer[0]) * _EMU)
    box.text_frame.margin_top = round((inner[1] - outer[1]) * _EMU)
    box.text_frame.word_wrap = False


def _put_list(slide: Slide, part: Mapping[str, Any]) -> None:
    left, top, width, height = part["box"]
    items = part["paragraphs"]
    # Its first line stands where it does on the slide, whatever room the list has around it.
    box = (left, items[0]["top"], width, max(height - items[0]["top"] + top, 1.0))
    frame = slide.shapes.add_textbox(*_emu(box, slack=_SLACK)).text_frame
    _write(frame, items)
    bottom = items[0]["top"]
    for paragraph, told in zip(frame.paragraphs, items, strict=True):
        _mark(paragraph, told, part["indent"])
        paragraph.space_before = _points(max(0.0, told["top"] - bottom), least=0.0)
        bottom = told["bottom"]


def _mark(paragraph: Any, told: Mapping[str, Any], indent: float) -> None:
    """Give a paragraph of a list its bullet or its number."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    properties = paragraph._p.get_or_add_pPr()
    step = round(indent * _EMU)
    properties.set("marL", str(step * (told["level"] + 1)))
    properties.set("indent", "0" if told["marker"] in {"", "none"} else str(-step))
    if told["level"]:
        properties.set("lvl", str(min(8, told["level"])))
    if told["marker"] in {"bullet", "number"}:
        tint = "".join(f"{part:02X}" for part in told["tint"] or (0, 0, 0))
        properties.append(parse_xml(f"<a:buClr {nsdecls('a')}><a:srgbClr val='{tint}'/></a:buClr>"))
    tag = {
        "bullet": "<a:buChar {} char='•'/>",
        "number": f"<a:buAutoNum {{}} type='arabicPeriod' startAt='{max(1, told.get('number') or 1)}'/>",
    }.get(told["marker"], "<a:buNone {}/>")
    properties.append(parse_xml(tag.format(nsdecls("a"))))


def _put_table(slide: Slide, part: Mapping[str, Any]) -> None:
    rows = part["rows"]
    columns = max((sum(cell["span"] for cell in row["cells"]) for row in rows), default=0)
    if not columns:
        return
    table = slide.shapes.add_table(len(rows), columns, *_emu(part["box"], slack=1.0)).table
    widths: dict[int, float] = {}
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        table.rows[y].height = round(row["height"] * _EMU)
        x = 0
        for cell in row["cells"]:
            while (y, x) in taken:
                x += 1
            right, down = min(x + cell["span"], columns), min(y + cell["down"], len(rows))
            if x >= columns:
                break
            taken |= {(line, column) for line in range(y, down) for column in range(x, right)}
            if cell["span"] == 1:
                widths[x] = max(widths.get(x, 0), cell["width"])
            _put_cell(table.cell(y, x), cell)
            if right - x > 1 or down - y > 1:
                table.cell(y, x).merge(table.cell(down - 1, right - 1))
            x = right
    for x, width in widths.items():
        table.columns[x].width = round(width * _EMU)


def _put_cell(place: Any, cell: Mapping[str, Any]) -> None:
    from pptx.dml.color import RGBColor

    _write(place.text_frame, [cell])
    place.margin_top = place.margin_bottom = round(2 * _EMU)
    if cell["fill"]:
        place.fill.solid()
        place.fill.fore_color.rgb = RGBColor(*cell["fill"])
    else:
        place.fill.background()


def _put_picture(slide: Slide, part: Mapping[str, Any]) -> None:
    try:
        file = _readable(base64.b64decode(part["data"].partition(",")[2]))
    except (OSError, ValueError):
        # The browser shows what it can read of it; here it cannot be shown.
        return
    shown = slide.shapes.add_picture(file, *_emu(part["box"], slack=1.0))
    _describe(shown, part["alt"] or "")


def _readable(data: bytes) -> io.BytesIO:
    """Return a picture as python-pptx takes it, no larger than is of use."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        if max(image.size) <= 3000 and image.format in {"PNG", "JPEG", "GIF"}:
            return io.BytesIO(data)
        image.thumbnail((2560, 2560))
        file = io.BytesIO()
        image.convert("RGBA" if "A" in image.getbands() else "RGB").save(file, "PNG")
    file.seek(0)
    return file


_PUT: Mapping[str, Callable[[Any, Mapping[str, Any]], None]] = {
    "title": _put_title,
    "text": _put_text,
    "code": _put_code,
    "list": _put_list,
    "table": _put_table,
    "picture": _put_picture,
}


# ---------------------------------------------------------------- text


def _write(frame: TextFrame, paragraphs: Sequence[Mapping[str, Any]]) -> None:
    """Write paragraphs of runs into a frame without margins."""
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE

    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, told in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        _align(paragraph, told["align"])
        paragraph.line_spacing = _points(told["line"])
        for run in told["runs"]:
            _add_run(paragraph, run)
        if not told["runs"]:
            # An empty cell of a table makes its row as high as letters of this size are.
            paragraph._p.get_or_add_endParaRPr().set("sz", str(_points(told["size"]).centipoints))


def _align(paragraph: Any, align: str) -> None:
    from pptx.enum.text import PP_ALIGN

    paragraph.alignment = {
        "center": PP_ALIGN.CENTER,
        "-webkit-center": PP_ALIGN.CENTER,
        "right": PP_ALIGN.RIGHT,
        "end": PP_ALIGN.RIGHT,
        "justify": PP_ALIGN.JUSTIFY,
    }.get(align, PP_ALIGN.LEFT)


def _add_run(paragraph: Any, told: Mapping[str, Any]) -> None:
    from pptx.dml.color import RGBColor

    for number, line in enumerate(_clean(told["text"]).replace("\n", "\v").split("\v")):
        if number:
            paragraph.add_line_break()
        if not line:
            continue
        run = paragraph.add_run()
        run.text = line
        run.font.bold, run.font.italic = told["bold"], told["italic"]
        run.font.size = _points(told["size"])
        run.font.name = told["font"]
        link = told["link"] or ""
        if link.startswith(("https://", "http://", "mailto:")):
            run.hyperlink.address = link
        else:
            run.font.color.rgb = RGBColor(*told["color"])
        properties = run._r.get_or_add_rPr()
        if told["strike"]:
            properties.set("strike", "sngStrike")
        if told["raised"]:
            properties.set("baseline", str(30000 * told["raised"]))


def _clean(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _CONTROL.sub("", text)


def _points(px: float, least: float = 1.0) -> Any:
    from pptx.util import Pt

    return Pt(max(least, round(px * 0.75, 1)))


def _emu(box: Sequence[float], slack: float) -> tuple[int, int, int, int]:
    left, top, width, height = box
    return (
        round(left * _EMU),
        round(top * _EMU),
        max(1, round(width * slack * _EMU)),
        max(1, round(height * _EMU)),
    )
