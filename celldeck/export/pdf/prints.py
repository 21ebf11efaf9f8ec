"""Sheets of paper printed by the browser, and made ready to become pages of a PDF.

The way of sheets through here::

    stand_ins     blanks take the place of their pictures
    paginate.js   in the browser: notes get the room that they need
    soft_shadows.js    text that throws a shadow stays text
    painted_in_order.js    text stands in the order in which it is read
    picture_shadows.js    pictures that cast a shadow stay pictures
    blank_backgrounds.js    where blanks may be in backgrounds
    parts_seen.js    what is seen of a background that is larger than its box is a picture of its own
    survey.js     how large each picture is shown, and whether as a whole; where formulas stand
    drawn_size.js, changes_pixels.js    for these: how large a background is, and what has a filter
    put_back.js   pictures that are seen in part, or through a filter, stand there again
    print_smaller.js    the paper is made smaller, as `rasterised` allows; then it is printed
    smaller       and enlarged
    packing       meanwhile, in threads: rasters are made ready
    pictures      each as what it is, with as many pixels as are seen (resized), as a photograph (photographs,
                  encoded) or deflated (flate), and kept (packed)
    repack        what Chromium has deflated, as photographs
    drawings      then, in the same tab, each SVG is printed once, alone, and kept
    names         what the content of a page calls things depends on the page alone
    structure     tags as PDF/UA-1 wants them; formula_text: the TeX of formulas
    links         lead where they led
    parts         what belongs to each page
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from celldeck.export.browser import Browser, Tab
from celldeck.export.kept import Kept
from celldeck.export.paper import Paper
from celldeck.export.pdf.drawings import Drawing, Drawings
from celldeck.export.pdf.formula_text import (
    Formula,
    font_of_formulas,
    marks_of_formulas,
    on_one_line,
    write_formulas,
)
from celldeck.export.pdf.links import mend_links
from celldeck.export.pdf.look import Look, Quality
from celldeck.export.pdf.names import count_names, put
from celldeck.export.pdf.packed import Packed
from celldeck.export.pdf.packing import Packing, guessed
from celldeck.export.pdf.parts import Survey, take_apart
from celldeck.export.pdf.pictures import is_opaque, reduced
from celldeck.export.pdf.repack import repack
from celldeck.export.pdf.smaller import SCALES, enlarge, paper_of
from celldeck.export.pdf.stand_ins import Picture, set_aside
from celldeck.export.pdf.structure import mark_artifacts, mark_forms, mend_tags
from celldeck.export.pdf.swap import blanks, places_of
from celldeck.model import Page

if TYPE_CHECKING:
    from pikepdf import Pdf

Document = Callable[[Page], str]
"""Gives the whole HTML of a page, from the template `print`."""

_LARGEST_PX = 0.4
"""CSS pixels for one of a picture, of which a part is made a picture of its own."""


@dataclass(frozen=True)
class Workshop:
    """What printing is done with."""

    document: Document
    browser: Callable[[], Browser]
    """Starts it when it is first asked for."""
    folder: Path
    """Where pictures that were made ready are kept."""
    quality: Quality
    pool: Executor
    """Makes pictures ready."""
    drawings: Drawings
    kept: Kept
    """From the build before."""
    is_sent: threading.Event
    """Set when the browser has got something to do, and this process has little."""
    scale: float = 1.0
    """How small the paper may be for one of full size; see `rasterised.py`."""


@dataclass(frozen=True)
class Print:
    """Sheets that were printed together."""

    pdf: Pdf
    """Its pages are ready, but for blanks in the places of pictures, which `parts` lists."""
    sheets: tuple[tuple[int, ...], ...]
    """The pages (from 0) of each sheet."""
    is_regular: bool
    """Each sheet has the pages that it was to have."""
    pictures: Mapping[str, Packed | bytes]
    """What takes the places of blanks, by name: rasters, and drawings as a PDF of one page."""


def print_sheets(paper: Paper, numbers: Sequence[int], workshop: Workshop) -> Print:
    """Print some sheets of a paper.

    Args:
        numbers: of the sheets, from 0.

    Raises:
        DeckError: the browser is gone, or takes too long.
    """
    import pikepdf

    page = paper.html_of(numbers)
    excluded: frozenset[str] = frozenset()
    # What has no blank in the PDF, for whatever reason, is printed the plain way: once more, in its place.
    while True:
        printed = _print(page, paper.flows, workshop, excluded)
        pdf = pikepdf.open(io.BytesIO(printed.content))
        places = blanks(pdf)
        lost = printed.needed - places.keys()
        if not lost:
            break
        excluded |= lost
        pdf.close()
    return _ready(pdf, places, printed, len(numbers), page.size_px, workshop)


@dataclass(frozen=True)
class _Printed:
    content: bytes
    is_small: bool
    """On smaller paper."""
    needed: frozenset[str]
    """The names of the pictures that are seen, so whose blanks must be in the content."""
    packing: dict[str, tuple[str, Future[Packed]]]
    """By name of a picture: what it is called with its size, and what will be there."""
    drawings: dict[str, tuple[str, bytes]]
    """By name of a picture, as in `packing`."""
    formulas: tuple[Formula, ...]
    surveys: tuple[Survey, ...]


def _print(page: Page, flows: bool, workshop: Workshop, excluded: frozenset[str]) -> _Printed:
    """Print a page whose pictures stand aside, and make them ready meanwhile."""
    width, height = page.size_px
    plain, pictures = set_aside(page, excluded, workshop.kept)
    numbered = tuple(
        slide.replace("<div ", f'<div data-sheet="{number}" ', 1) for number, slide in enumerate(plain.slides)
    )
    html = workshop.document(replace(plain, slides=numbered))
    packing = Packing(workshop.quality, workshop.folder, workshop.pool)
    # What can be made ready before the browser has said how large it is shown is begun meanwhile.
    for name, scale in guessed(plain, pictures).items():
        packing.begin(pictures[name], Look(scale))
    changes = _changes_itself(plain)
    browser = workshop.browser()
    with browser.tab(width, height, media="print", is_seen=changes) as tab:
        workshop.is_sent.set()
        tab.open_html(html, changes_itself=changes)
        # Auto-scaling waits for frames, or for this.
        tab.evaluate("dispatchEvent(new Event('beforeprint'));" + ("" if changes else _NOT_AGAIN))
        if flows:
            tab.evaluate(f"({_script('paginate')})()")
        has_shadows = "drop-shadow" in html
        if has_shadows:
            tab.evaluate(f"({_script('soft_shadows')})()")
        tab.evaluate(f"({_script('painted_in_order')})()")
        shadowed = _give_plain_shadows(tab, pictures, workshop) if has_shadows else []
        where = _backgrounds(tab, plain, workshop.kept)
        if workshop.quality != "lossless":
            pictures |= _give_parts(tab, pictures, excluded, where)
        found = _surveyed(tab, pictures, where)
        uses: dict[str, Any] = found["uses"]
        # A picture that is seen in part on one sheet may be a whole one on another.
        parted = {name: _sheets(use, is_whole=False) for name, use in uses.items()}
        back = {name: sheets for name, sheets in parted.items() if sheets}
        whole = {name for name, use in uses.items() if _sheets(use, is_whole=True)}
        packed = {
            name: packing.begin(picture, Look(_scale(use, picture), name in shadowed))
            for name, use in uses.items()
            if (picture := pictures[name]).kind == "raster" and name in whole
        }
        packing.drop_others(packed)
        unsafe = _put_back(tab, pictures, back, uses, workshop, where)
        content, is_small = (b"", False) if unsafe else _printed(tab, page.size_px, workshop.scale)
        drawings = {
            name: Drawing.of(picture, _scale(use, picture), workshop.quality)
            for name, use in uses.items()
            if (picture := pictures[name]).kind == "drawing" and name in whole
        }
        workshop.drawings.print([*drawings.values()], tab)
    drawn = workshop.drawings.wait([*drawings.values()])
    undrawn = {name for name, drawing in drawings.items() if drawing.name not in drawn}
    broken = {name for name, (_, future) in packed.items() if future.exception()}
    if unsafe or broken or undrawn:
        return _print(page, flows, workshop, excluded | unsafe | broken | undrawn)
    return _Printed(
        content,
        is_small,
        # A picture that is not in view at all, such as a hidden one, leaves no blank.
        frozenset(
            name
            for name, use in uses.items()
            if any(there["isWhole"] and there["isSeen"] for there in use["sheets"].values())
        ),
        packed,
        {name: (drawing.name, drawn[drawing.name]) for name, drawing in drawings.items()},
        tuple(
            Formula(number, (x, y, w, h), on_one_line(tex)) for number, x, y, w, h, tex in found["formulas"]
        ),
        tuple(
            Survey(
                found_page["sheet"],
                tuple(tuple(box) for box in found_page["slides"]),
                {name: (x, y) for name, x, y in reversed(found_page["names"])},
            )
            for found_page in found["pages"]
        ),
    )


# To measure what stays as it is would have the whole deck laid out once more.
_NOT_AGAIN = "addEventListener('beforeprint', (event) => event.stopImmediatePropagation(), true)"
_CHANGING = re.compile(r"<(?:script|iframe|video|object|embed)\b", re.IGNORECASE)


def _changes_itself(page: Page) -> bool:
    """Say whether a page may go on to change when it is loaded, by scripts or by other pages in it."""
    return any(map(_CHANGING.search, page.slides))


_BLANK = re.compile(r"#[0-9a-f]{16}\b")


def _backgrounds(tab: Tab, page: Page, kept: Kept) -> str:
    """Return a selector of all that may have a blank in its background."""
    if any("<style" in slide for slide in page.slides):
        return str(tab.evaluate(f"({_script('blank_backgrounds')})()"))
    if not _BLANK.search(page.css):
        return 'section[style*="#"], section [style*="#"]'
    asked = kept(_Asked, page.css)
    if not asked.answer:
        asked.answer = str(tab.evaluate(f"({_script('blank_backgrounds')})()"))
    return asked.answer


@dataclass
class _Asked:
    """What a browser says of a stylesheet."""

    css: str
    answer: str = ""


def _give_plain_shadows(tab: Tab, pictures: Mapping[str, Picture], workshop: Workshop) -> list[str]:
    """Let the boxes of opaque pictures throw the shadows that a filter would; return whose do."""
    sizes = json.dumps({name: picture.size_px for name, picture in pictures.items() if picture.is_sized})
    call = f"({_script('picture_shadows')})({sizes}, {_script('drawn_size')}"
    names = tab.evaluate(f"{call})")
    data = (pictures[name].data for name in names)
    opaque = [name for name, is_one in zip(names, workshop.pool.map(is_opaque, data), strict=True) if is_one]
    if opaque:
        tab.evaluate(f"{call}, {json.dumps(opaque)})")
    return opaque


def _give_parts(
    tab: Tab, pictures: Mapping[str, Picture], excluded: frozenset[str], where: str
) -> dict[str, Picture]:
    """Let what is seen of large backgrounds be pictures of their own; return these by name."""
    sizes = json.dumps({p.name: p.size_px for p in pictures.values() if p.kind == "raster"})
    others = f"{_script('drawn_size')}, {_script('changes_pixels')}"
    call = f"({_script('parts_seen')})({json.dumps(where)}, {sizes}, {others}, {_LARGEST_PX}"
    found = {
        key: part
        for key, (name, sides) in tab.evaluate(f"{call})").items()
        if (part := pictures[name].part_of(tuple(sides))).name not in excluded
    }
    if found:
        tab.evaluate(f"{call}, {json.dumps({key: part.blank for key, part in found.items()})})")
    return {part.name: part for part in found.values()}


def _surveyed(tab: Tab, pictures: Mapping[str, Picture], where: str) -> dict[str, Any]:
    sizes = json.dumps({p.name: (*p.size_px, p.is_sized, p.is_stretched) for p in pictures.values()})
    others = f"{_script('drawn_size')}, {_script('changes_pixels')}"
    found: dict[str, Any] = tab.evaluate(f"({_script('survey')})({json.dumps(where)}, {sizes}, {others})")
    return found


def _printed(tab: Tab, size_px: tuple[float, float], smallest: float) -> tuple[bytes, bool]:
    """Print what a tab shows, on smaller paper if that can be done; say whether it was.

    Args:
        smallest: of the scales that paper may have.
    """
    scale = max(smallest, SCALES[0])
    paper = paper_of(size_px, scale)
    smaller = paper_of(size_px, smallest) if smallest < scale else None
    told = json.dumps([size_px, paper, smaller, smallest / scale])
    if scale < 1 and tab.evaluate(f"({_script('print_smaller')})(...{told})"):
        return tab.pdf(*paper, scale=scale), True
    return tab.pdf(*size_px), False


def _sheets(use: dict[str, Any], is_whole: bool) -> list[str]:
    """Return the numbers of the sheets on which a picture is seen as a whole, or is not."""
    return [number for number, there in use["sheets"].items() if there["isWhole"] == is_whole]


def _put_back(
    tab: Tab,
    pictures: Mapping[str, Picture],
    back: Mapping[str, Sequence[str]],
    uses: Mapping[str, Any],
    workshop: Workshop,
    where: str,
) -> set[str]:
    """Show pictures where they cannot be blanks, with as many pixels as are seen; return those left undone.

    Args:
        back: the numbers of the sheets where that is so, by name.
    """
    if not back:
        return set()

    def address(picture: Picture) -> str:
        # Of rasters, browsers go by the content.
        file = tab.folder / f"{picture.name}.{'svg' if picture.kind == 'drawing' else 'png'}"
        data = picture.data
        if picture.kind == "raster":
            look = Look(_scale(uses[picture.name], picture))
            data = reduced(data, picture.size_px, look, workshop.quality, picture.part)
        file.write_bytes(data)
        return file.as_uri()

    addresses = dict(zip(back, workshop.pool.map(address, (pictures[name] for name in back)), strict=True))
    given = ", ".join(json.dumps(one) for one in (where, addresses, back))
    return set(tab.evaluate(f"({_script('put_back')})({given})"))


def _script(name: str) -> str:
    return (files("celldeck") / "export" / "pdf" / f"{name}.js").read_text("utf-8").rstrip().rstrip(";")


def _scale(use: dict[str, Any], picture: Picture) -> float:
    scale = float(use["scale"])
    if box := use.get("box"):
        scale = max(scale, *(side / own for side, own in zip(box, picture.size_px, strict=True)))
    return scale


def _ready(
    pdf: Pdf,
    blank: dict[str, list[Any]],
    printed: _Printed,
    count: int,
    size_px: tuple[float, float],
    workshop: Workshop,
) -> Print:
    """Make the pages of a print ready."""
    names: dict[tuple[int, int], str] = {}
    made: dict[str, Packed | bytes] = {}
    for name, streams in blank.items():
        if name in printed.packing:
            what, future = printed.packing[name]
            made[what] = future.result()
        else:
            what, made[what] = printed.drawings[name]
        names |= {stream.objgen: what for stream in streams}
    repack(pdf, set(names), workshop.quality, workshop.pool)
    if printed.is_small:
        enlarge(pdf, size_px)
    mend_tags(pdf, {formula.tex for formula in printed.formulas})
    marks = marks_of_formulas(pdf, printed.formulas)
    font = font_of_formulas(pdf)
    seen: set[tuple[int, int]] = set()
    known: dict[tuple[int, int], bool] = {}
    pictures = []
    for number, sheet in enumerate(pdf.pages):
        content = count_names(sheet.obj, sheet.Contents.read_bytes(), seen)
        if wanted := marks.get(number):
            content = write_formulas(content, wanted, float(sheet.mediabox[3]), sheet, font)
        put(sheet.Contents, mark_artifacts(content, mark_forms(sheet.obj, put, known)))
        pictures.append(places_of(pdf, sheet.obj, names))
    mend_links(pdf)
    surveys = printed.surveys
    is_regular = len(surveys) == len(pdf.pages)
    if not is_regular:
        # A style has broken sheets over pages, so it is not known which belongs to which.
        surveys = tuple(Survey(min(n, count - 1)) for n in range(len(pdf.pages)))
    take_apart(pdf, surveys, pictures, hashlib.sha256(printed.content).hexdigest()[:8])
    sheets: list[list[int]] = [[] for _ in range(count)]
    for at, survey in enumerate(surveys):
        sheets[survey.sheet].append(at)
    return Print(pdf, tuple(map(tuple, sheets)), is_regular and all(sheets), made)
