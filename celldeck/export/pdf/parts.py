"""A printed PDF taken apart: for each of its pages all that belongs to it, so that prints can be joined.

What belongs to a page stands in the print itself, in an array of its catalog, and travels with it::

    Element     the tag that holds the page's content
    Parents     what has the marks of its content, by mark
    Forms       [form, tags by mark] for each form that holds tags: its marks count for themselves
    Links       the tags of its annotations, in their order
    Headings    the tags of headings;  Titles: those of the outline, as [title, height, number of its heading]
    Names       identifier → where on the page it stands;  Cells: identifier → tag of a table's head
    Slides      the boxes of the slides on it, in points
    Pictures    [table of resources, name in it, which picture] for each place of one

PDF 32000-1:2008, 14.7.4 (structure content), 12.3.3 (outline).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from celldeck.frozen import frozen

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

PARTS = "/CelldeckParts"


@frozen
class Survey:
    """What the browser says of a sheet of paper that is one page."""

    sheet: int
    """Which of those that were printed together it belongs to, from 0."""
    slides_px: tuple[tuple[float, float, float, float], ...] = ()
    """Left, top, width, height of the slides on it."""
    names_px: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Where elements with an identifier begin."""


def take_apart(
    pdf: Pdf, surveys: Sequence[Survey], pictures: Sequence[Sequence[tuple[Object, str, str]]], prefix: str
) -> None:
    """Note in a print what belongs to each of its pages.

    Args:
        surveys: a page each.
        pictures: for each page the places of pictures.
        prefix: before identifiers of table cells, to tell them from those of other prints.
    """
    from pikepdf import Array, Dictionary, Name, String

    pages = {sheet.obj.objgen: number for number, sheet in enumerate(pdf.pages)}
    parts = [
        Dictionary(
            Parents=Array(),
            Forms=Array(),
            Links=Array(),
            Headings=Array(),
            Titles=Array(),
            Names=Dictionary(),
            Cells=Dictionary(),
            Elements=Array(),
        )
        for _ in pages
    ]
    root = pdf.Root.get("/StructTreeRoot")
    if root is not None:
        _part_tags(root, parts, pages, prefix)
        _part_parents(pdf, root, parts)
    _part_outline(pdf, parts, pages)
    for sheet, part, survey, places in zip(pdf.pages, parts, surveys, pictures, strict=True):
        height = float(sheet.mediabox[3])
        for identifier, (x, y) in survey.names_px.items():
            part.Names[Name("/" + identifier)] = Array([round(x * 0.75, 2), round(height - y * 0.75, 2)])
        part.Slides = Array(
            Array([round(v, 2) for v in (x * 0.75, height - y * 0.75, w * 0.75, h * 0.75)])
            for x, y, w, h in survey.slides_px
        )
        part.Pictures = Array(Array([table, String(key), String(what)]) for table, key, what in places)
    pdf.Root[PARTS] = pdf.make_indirect(Array([pdf.make_indirect(part) for part in parts]))
    for key in ("/StructTreeRoot", "/Outlines", "/Dests"):
        if key in pdf.Root:
            del pdf.Root[key]


def _part_tags(root: Object, parts: list[Any], pages: dict[tuple[int, int], int], prefix: str) -> None:
    """Give each page the tags that hold its content, free of those above."""
    from pikepdf import String

    whole = _kids(root)
    for top in _kids(whole[0]) if whole else ():
        number = next(
            (pages[e.Pg.objgen] for e in each_tag(top) if "/Pg" in e and e.Pg.objgen in pages), None
        )
        if number is None:
            continue
        del top["/P"]
        part = parts[number]
        part.Elements.append(top)
        for element in each_tag(top):
            kind = str(element.get("/S", ""))
            if kind[:2] == "/H" and kind[2:].isdigit():
                part.Headings.append(element)
            elif kind in {"/TH", "/TD"}:
                if "/ID" in element:
                    named = prefix + str(element.ID)
                    element.ID = String(named)
                    part.Cells["/" + named] = element
                _prefix_headers(element, prefix)


def _prefix_headers(cell: Object, prefix: str) -> None:
    from pikepdf import Array, Dictionary, String

    attributes = cell.get("/A")
    for entry in list(attributes) if isinstance(attributes, Array) else [attributes]:
        if isinstance(entry, Dictionary) and "/Headers" in entry:
            entry.Headers = Array([String(prefix + str(header)) for header in entry.Headers])


def _part_parents(pdf: Pdf, root: Object, parts: list[Any]) -> None:
    """Give each page its rows of the tree that leads from content to tags."""
    from pikepdf import Array

    rows = dict(_numbers(root.get("/ParentTree")))
    for sheet, part in zip(pdf.pages, parts, strict=True):
        row = rows.get(int(sheet.get("/StructParents", -1)))
        if isinstance(row, Array):
            part.Parents = row
        for form in _forms_of(sheet.obj, set()):
            row = rows.get(int(form.get("/StructParents", -1)))
            if isinstance(row, Array):
                part.Forms.append(Array([form, row]))
        for annotation in sheet.get("/Annots", ()):
            tag = rows.get(int(annotation.get("/StructParent", -1)))
            if tag is None and annotation.get("/Subtype") == "/Link":
                # In a footer: its text repeats, but the link is there to be followed.
                tag = _tag_of_link(pdf, sheet.obj, annotation)
                part.Elements.append(tag)
            part.Links.append(tag if tag is not None else False)


def _tag_of_link(pdf: Pdf, sheet: Object, annotation: Object) -> Object:
    """Return a tag for a link whose text has none."""
    from pikepdf import Dictionary, Name

    place = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=sheet)
    tag = Dictionary(Type=Name.StructElem, S=Name.Link, Pg=sheet, K=place)
    if "/Contents" in annotation:
        tag.Alt = annotation.Contents
    return pdf.make_indirect(tag)


def _forms_of(drawn: Object, seen: set[tuple[int, int]]) -> Iterator[Object]:
    """Give the forms that a page, or a form, draws, with those inside of them."""
    from pikepdf import Dictionary, Stream

    resources = drawn.get("/Resources")
    table = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    for form in table.values() if isinstance(table, Dictionary) else ():
        if isinstance(form, Stream) and form.get("/Subtype") == "/Form" and form.objgen not in seen:
            seen.add(form.objgen)
            yield form
            yield from _forms_of(form, seen)


def _numbers(tree: Object | None) -> Iterator[tuple[int, Object]]:
    if tree is None:
        return
    numbers = tree.get("/Nums")
    if numbers is not None:
        yield from ((int(numbers[at]), numbers[at + 1]) for at in range(0, len(numbers), 2))
    for kid in tree.get("/Kids", ()):
        yield from _numbers(kid)


def _part_outline(pdf: Pdf, parts: list[Any], pages: dict[tuple[int, int], int]) -> None:
    """Give each page its entries of the outline, with the headings that they are made of."""
    from pikepdf import Array, String

    outline = pdf.Root.get("/Outlines")
    found: list[list[tuple[str, float]]] = [[] for _ in parts]
    for title, place in _entries(outline) if outline is not None else ():
        number = pages.get(place[0].objgen)
        if number is not None:
            found[number].append((title, float(place[3]) if len(place) > 3 else 0.0))
    for part, entries in zip(parts, found, strict=True):
        last = len(part.Headings) - 1
        for at, (title, height) in enumerate(entries):
            part.Titles.append(Array([String(title), height, min(at, last)]))


def _entries(item: Object) -> Iterator[tuple[str, Object]]:
    """Give title and destination of all entries below one, in order."""
    child = item.get("/First")
    while child is not None:
        if "/Dest" in child:
            yield str(child.Title), child.Dest
        yield from _entries(child)
        child = child.get("/Next")


def each_tag(element: Object) -> Iterator[Object]:
    """Give a tag and all below it, in reading order."""
    yield element
    for kid in _kids(element):
        yield from each_tag(kid)


def _kids(element: Object) -> list[Object]:
    from pikepdf import Array, Dictionary

    kids = element.get("/K")
    listed = list(kids) if isinstance(kids, Array) else [kids]
    return [kid for kid in listed if isinstance(kid, Dictionary) and "/S" in kid]
