"""The tags of a printed PDF, made what PDF/UA-1 asks for where Chromium's are not.

PDF/UA-1 is ISO 14289-1; the types of elements are those of PDF 32000-1:2008, 14.8.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

# Chromium names elements that PDF 1.7 has not.
UNKNOWN = "/CelldeckTypes"
"""Where a print notes its tags of types that PDF does not know."""
_ROLES = {"/Em": "/Span", "/Strong": "/Span", "/Sub": "/Span", "/Title": "/P", "/Aside": "/Div"}
_NAMES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI
Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP
Warichu WT WP Figure Formula Form"""
_STANDARD = frozenset(f"/{name}" for name in _NAMES.split())
_MARK = re.compile(rb"^(?:/\w+ ?<<.*>> ?BDC|/\w+ BMC|EMC|/(?P<form>\w+) Do)$", re.MULTILINE)


def mend_headings(headings: Iterable[Object]) -> None:
    """Let no level of headings be passed over on the way down; in reading order, in place."""
    from pikepdf import Name

    level = 0
    for element in headings:
        level = min(int(str(element.S)[2:]), level + 1)
        element.S = Name(f"/H{level}")


def roles_of(kinds: Iterable[str]) -> dict[str, str]:
    """Return the types that PDF knows, by the names of those that it does not."""
    return {kind: _ROLES.get(kind, "/Div") for kind in sorted(kinds)}


def mend_tags(pdf: Pdf, formulas: Collection[str]) -> None:
    """Change the tree of tags in place, but for the levels of headings; its root gets the unknown types.

    Args:
        formulas: their TeX on one line, which their figures have as alternative text.
    """
    from pikepdf import Array, Dictionary, Name

    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, Dictionary):
        return
    unknown: set[str] = set()
    for element in list(_elements(root)):
        kind = str(element.get("/S", ""))
        if kind not in _STANDARD:
            unknown.add(kind)
        if kind == "/Figure" and " ".join(str(element.get("/Alt", "")).split()) in formulas:
            element.S = Name.Formula
        elif kind == "/LI":
            _mend_item(pdf, element)
        elif kind == "/Table":
            _mend_table(pdf, element)
    pdf.Root[UNKNOWN] = Array([Name(kind) for kind in sorted(unknown)])


def _elements(element: Object) -> Iterator[Object]:
    """Give all below an element, in reading order."""
    for child in _children(element):
        yield child
        yield from _elements(child)


def _children(element: Object) -> list[Object]:
    from pikepdf import Array, Dictionary

    kids = element.get("/K")
    listed = list(kids) if isinstance(kids, Array) else [kids]
    return [kid for kid in listed if isinstance(kid, Dictionary) and "/S" in kid]


def _all_kids(element: Object) -> list[Object]:
    from pikepdf import Array

    kids = element.get("/K")
    return [] if kids is None else list(kids) if isinstance(kids, Array) else [kids]


def _new(pdf: Pdf, kind: str, parent: Object) -> Object:
    from pikepdf import Array, Dictionary, Name

    return pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(kind), P=parent, K=Array([])))


def _mend_item(pdf: Pdf, item: Object) -> None:
    """Put what stands in a list's item beside its mark into a body."""
    from pikepdf import Array, Dictionary

    kids = _all_kids(item)
    named = [str(kid.get("/S", "")) if isinstance(kid, Dictionary) else "" for kid in kids]
    if all(kind in {"/Lbl", "/LBody"} for kind in named):
        return
    body = _new(pdf, "/LBody", item)
    if "/Pg" in item:
        body.Pg = item.Pg
    before: list[Object] = []
    for kid, kind in zip(kids, named, strict=True):
        if kind == "/Lbl" and not body.K:
            before.append(kid)
            continue
        if kind:
            kid.P = body
        body.K.append(kid)
    item.K = Array([*before, body])


def _mend_table(pdf: Pdf, table: Object) -> None:
    """Give every row as many cells: HTML lets the last ones out."""
    from pikepdf import Array

    rows = [element for element in _elements(table) if element.get("/S") == "/TR"]
    widths, reaching = [], 0
    for row in rows:
        cells = [cell for cell in _children(row) if str(cell.get("/S")) in {"/TD", "/TH"}]
        if any(_span(cell, "/RowSpan") > 1 for cell in cells):
            return
        widths.append(sum(_span(cell, "/ColSpan") for cell in cells))
        reaching = max(reaching, widths[-1])
    for row, width in zip(rows, widths, strict=True):
        if width < reaching:
            row.K = Array([*_all_kids(row), *(_new(pdf, "/TD", row) for _ in range(reaching - width))])


def _span(cell: Object, name: str) -> int:
    from pikepdf import Array

    attributes = cell.get("/A")
    listed = [] if attributes is None else list(attributes) if isinstance(attributes, Array) else [attributes]
    return next((int(a[name]) for a in listed if name in a), 1)


def mark_artifacts(content: bytes, tagged: Collection[bytes] = ()) -> bytes:
    """Return a page's content with all that has no tag marked as an artifact: theme art, page numbers.

    Args:
        tagged: names of the forms that hold tags, which may not be part of an artifact.
    """
    parts, at = [b"/Artifact BMC\n"], 0
    # What is open: tags, and ligatures with what they stand for, inside of tags or outside.
    is_open: list[bool] = []
    for match in _MARK.finditer(content):
        parts.append(content[at : match.start()])
        at = match.end()
        if match["form"]:
            is_apart = match["form"] in tagged and True not in is_open
            parts.append(b"EMC\n" + match[0] + b"\n/Artifact BMC" if is_apart else match[0])
        elif match[0] != b"EMC":
            is_tag = b"/MCID" in match[0]
            parts.append((b"EMC\n" if is_tag and True not in is_open else b"") + match[0])
            is_open.append(is_tag)
        else:
            was_tag = bool(is_open) and is_open.pop()
            parts.append(b"EMC\n/Artifact BMC" if was_tag and True not in is_open else match[0])
    return b"".join([*parts, content[at:], b"\nEMC\n"])


def mark_forms(
    drawn: Object, write: Callable[[Object, bytes], None], known: dict[tuple[int, int], bool]
) -> set[bytes]:
    """Return the names of the forms that a page, or a form, draws and that hold tags; what has no tag in them
    is marked as an artifact, in place.

    Chromium draws what is seen through as a whole as a form, with the tags of what stands there inside.

    Args:
        write: puts content into a stream.
        known: forms that were looked at already, and whether they hold tags.
    """
    from pikepdf import Dictionary, Stream

    resources = drawn.get("/Resources")
    table = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    found: set[bytes] = set()
    for name, form in table.items() if isinstance(table, Dictionary) else ():
        if not isinstance(form, Stream) or form.get("/Subtype") != "/Form":
            continue
        if form.objgen not in known:
            known[form.objgen] = False
            inner = mark_forms(form, write, known)
            content = form.read_bytes()
            if inner or b"/MCID" in content:
                known[form.objgen] = True
                write(form, mark_artifacts(content, inner))
        if known[form.objgen]:
            found.add(name[1:].encode())
    return found
