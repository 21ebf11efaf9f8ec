"""A deck as a PDF: a page a slide, with real text, links, tags, an outline, and what the deck says of itself.

The way of a page through here::

    stand_ins     blanks take the place of its pictures
    survey.js     in the browser: how large each is shown, where formulas stand; then it is printed
    pictures      meanwhile, in threads: rasters with as many pixels as are seen, kept
    drawings      each SVG printed once, alone, and kept
    swap          the pictures take the places of their blanks
    structure     tags as PDF/UA-1 wants them; formula_text: the TeX of formulas

PDF: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf (14.3.3, 14.8, 12.6.4.7)
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import celldeck
from celldeck.errors import Notice
from celldeck.export.browser import Browser
from celldeck.export.pdf.drawings import as_form, print_drawings
from celldeck.export.pdf.formula_text import Formula, add_formula_text
from celldeck.export.pdf.pictures import Packed, Quality, pack
from celldeck.export.pdf.stand_ins import Picture, set_aside
from celldeck.export.pdf.structure import mark_artifacts, mend_tags
from celldeck.export.pdf.swap import blanks, swap_in
from celldeck.files import write_atomically
from celldeck.model import Metadata, Page

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

Document = Callable[[Page], str]
"""Gives the whole HTML of a page, from the template `print`: slides one under another, all of each shown."""

_RELATIVE = "https://relative.invalid/"
_UNKNOWN_LANGUAGE = "und"
"""ISO 639-2's word. A PDF has to name a language; the machine's, which Chromium takes, means nothing."""


@dataclass(frozen=True, slots=True)
class PdfLook:
    """How a PDF is made."""

    quality: Quality = "good"
    labels: tuple[str, ...] = ()
    """What a reader is told as the number of each page; empty: they are counted. Pages may share one."""


def write_pdf(
    path: Path, document: Document, page: Page, browser: Browser, cache: Path, look: PdfLook = PdfLook()
) -> tuple[Notice, ...]:
    """Print a deck and write it, whole or not at all.

    Args:
        page: self-contained, its stylesheet scoped to the template `print`.
        browser: started; left running.
        cache: a folder for pictures that were made ready.

    Returns:
        What is odd about the PDF.

    Raises:
        DeckError: the browser is gone, or takes too long.
        OSError: the file could not be written; what stood at `path` is untouched.
    """
    content, pages = make_pdf(document, page, browser, cache, look)
    write_atomically(path, content)
    if pages == len(page.slides):
        return ()
    return (
        Notice(
            "pdf-pages",
            f"{path} has {pages} pages for {len(page.slides)} slides",
            hint="a style of the deck or its theme changes how slides are printed",
        ),
    )


def make_pdf(
    document: Document, page: Page, browser: Browser, cache: Path, look: PdfLook = PdfLook()
) -> tuple[bytes, int]:
    """Return a deck's PDF, and how many pages it has; as `write_pdf`."""
    import pikepdf

    folder = cache / "pictures"
    excluded: frozenset[str] = frozenset()
    # What has no blank in the PDF, for whatever reason, is printed the plain way: once more, in its place.
    while True:
        printed = _print(document, page, browser, folder, look.quality, excluded)
        pdf = pikepdf.open(io.BytesIO(printed.content))
        places = blanks(pdf)
        lost = printed.needed - places.keys()
        if not lost:
            break
        excluded |= lost
        pdf.close()
    with pdf:
        made: dict[str, Packed | Callable[[Pdf], Object]] = {}
        for name in places:
            picture = printed.pictures[name]
            if picture.kind == "raster":
                made[name] = printed.packing[name].result()
            else:
                made[name] = partial(as_form, printed.drawings[name], picture.size_px)
        swap_in(pdf, made, places)
        _finish(pdf, page, printed.formulas, look)
        output = io.BytesIO()
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        return output.getvalue(), len(pdf.pages)


@dataclass(frozen=True)
class _Printed:
    content: bytes
    pictures: dict[str, Picture]
    needed: frozenset[str]
    """The names of the pictures that are seen, so whose blanks must be in the content."""
    packing: dict[str, Future[Packed]]
    drawings: dict[str, bytes]
    formulas: tuple[Formula, ...]


def _print(
    document: Document, page: Page, browser: Browser, folder: Path, quality: Quality, excluded: frozenset[str]
) -> _Printed:
    """Print a page whose pictures stand aside, and make them ready meanwhile."""
    width, height = page.size_px
    plain, pictures = set_aside(page, excluded)
    with browser.tab(width, height, media="print") as tab:
        tab.open_html(document(plain))
        sized = [name for name, picture in pictures.items() if picture.is_sized]
        found = tab.evaluate(f"({_survey()})(new Set({json.dumps(sized)}))")
        uses: dict[str, Any] = found["uses"]
        unsafe = {name for name, use in uses.items() if not use["isSafe"]}
        with ThreadPoolExecutor() as pool:
            packing = {}
            for name, use in uses.items():
                picture = pictures[name]
                if picture.kind == "raster" and name not in unsafe:
                    scale = _scale(use, picture)
                    packing[name] = pool.submit(
                        pack, name, picture.data, picture.size_px, scale, quality, folder
                    )
            content = b"" if unsafe else tab.pdf(width, height)
    broken = {name for name, future in packing.items() if future.exception()}
    if unsafe or broken:
        return _print(document, page, browser, folder, quality, excluded | unsafe | broken)
    seen = [pictures[name] for name in uses]
    drawn = print_drawings([p for p in seen if p.kind == "drawing"], browser, folder)
    undrawn = {p.name for p in seen if p.kind == "drawing" and p.name not in drawn}
    if undrawn:
        return _print(document, page, browser, folder, quality, excluded | undrawn)
    formulas = tuple(Formula(number, (x, y, w, h), tex) for number, x, y, w, h, tex in found["formulas"])
    # A picture that is not in view at all, such as a hidden one, leaves no blank either.
    needed = frozenset(name for name, use in uses.items() if use["scale"] > 0)
    return _Printed(content, pictures, needed, packing, drawn, formulas)


def _survey() -> str:
    return (files("celldeck") / "export" / "pdf" / "survey.js").read_text("utf-8").rstrip().rstrip(";")


def _scale(use: dict[str, Any], picture: Picture) -> float:
    scale = float(use["scale"])
    if box := use.get("box"):
        scale = max(scale, *(side / own for side, own in zip(box, picture.size_px, strict=True)))
    return scale


def _finish(pdf: Pdf, page: Page, formulas: Sequence[Formula], look: PdfLook) -> None:
    _describe(pdf, page.metadata, page.source.path.stem)
    mend_tags(pdf, {formula.tex for formula in formulas})
    add_formula_text(pdf, formulas)
    for sheet in pdf.pages:
        sheet.Contents.write(mark_artifacts(sheet.Contents.read_bytes()))
    _name_links(pdf)
    if look.labels:
        _label(pdf, look.labels)


def _describe(pdf: Pdf, meta: Metadata, stem: str) -> None:
    """Put title, author, subject, keywords and language into the PDF."""
    import pikepdf
    from pikepdf.models import PdfMetadata

    PdfMetadata.register_xml_namespace("http://www.aiim.org/pdfua/ns/id/", "pdfuaid")
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:title"] = meta.title or stem
        xmp["dc:format"] = "application/pdf"
        xmp["xmp:CreatorTool"] = xmp["pdf:Producer"] = f"celldeck {celldeck.__version__}"
        xmp["pdfuaid:part"] = "1"
        if meta.author:
            xmp["dc:creator"] = [meta.author]
        if meta.description:
            xmp["dc:description"] = meta.description
        if meta.keywords:
            xmp["pdf:Keywords"] = ", ".join(meta.keywords)
            xmp["dc:subject"] = list(meta.keywords)
        if meta.lang:
            xmp["dc:language"] = [meta.lang]
    language = pikepdf.String(meta.lang or _UNKNOWN_LANGUAGE)
    pdf.Root.Lang = language
    root = pdf.Root.get("/StructTreeRoot")
    whole = root.get("/K") if root is not None else None
    first = whole[0] if isinstance(whole, pikepdf.Array) and len(whole) else whole
    if isinstance(first, pikepdf.Dictionary) and "/Lang" in first:
        first.Lang = language


def _name_links(pdf: Pdf) -> None:
    """Make links to files relative again, and say in words where each link leads."""
    from pikepdf import Dictionary, String

    for sheet in pdf.pages:
        for annotation in sheet.get("/Annots", ()):
            if annotation.get("/Subtype") != "/Link":
                continue
            action = annotation.get("/A")
            told = "a slide of this deck"
            if isinstance(action, Dictionary) and "/URI" in action:
                told = str(action["/URI"])
                if told.startswith(_RELATIVE):
                    told = unquote(told.removeprefix(_RELATIVE))
                    action["/URI"] = String(told)
            annotation.Contents = String(told)


def _label(pdf: Pdf, labels: Sequence[str]) -> None:
    from pikepdf import Array, Dictionary, String

    entries: list[Any] = []
    for number, label in enumerate(labels):
        entries += [number, Dictionary(P=String(label))]
    pdf.Root.PageLabels = Dictionary(Nums=Array(entries))
