"""Pages of prints made one PDF: with an outline, labels, notes, and what the deck says of itself.

PDF 32000-1:2008: 12.3.2.3 (named destinations), 12.3.3 (outline), 12.4.2 (page labels), 12.5.6.4 (text
annotations), 14.7.2 (structure). PDF/UA-1 is ISO 14289-1.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import celldeck
from celldeck.export.pdf.packed import Packed
from celldeck.export.pdf.parts import PARTS
from celldeck.export.pdf.structure import UNKNOWN, mend_headings, roles_of
from celldeck.export.pdf.swap import Fonts, Pictures
from celldeck.frozen import frozen
from celldeck.model import Metadata

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_UNKNOWN_LANGUAGE = "und"
"""ISO 639-2's word. A PDF has to name a language; the machine's, which Chromium takes, means nothing."""
_NOTE_PT = 18.0
_PAUSE_S = 1e-4
"""After each page, where others have more urgent things to do."""


@frozen
class Leaf:
    """A page that is to be in the PDF."""

    print: Pdf
    number: int
    """Of the page in its print, from 0."""
    label: str
    remarks: tuple[str, ...] = ()
    """A text for each slide on it; empty where there is none."""


class Sheaf:
    """A PDF that pages are put into, those that are there already while others are printed."""

    def __init__(self, meta: Metadata, title: str) -> None:
        """Begin one.

        Args:
            meta: what the deck says of itself.
            title: what it is called where the deck has no title.
        """
        import pikepdf
        from pikepdf import Dictionary

        self._pdf = pdf = pikepdf.new()
        self._parts: list[Object] = []
        """What belongs to each page; see `parts.py`."""
        self._leaves: list[Leaf] = []
        self._pictures = Pictures(pdf)
        self._fonts = Fonts(pdf)
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.Root.Lang = pikepdf.String(meta.lang or _UNKNOWN_LANGUAGE)
        _describe(pdf, meta, title)

    def complete(
        self, leaves: Sequence[Leaf], made: Mapping[str, Packed | bytes], *, is_aside: bool = False
    ) -> None:
        """Put the missing ones of these pages among those that are in already, in order.

        Args:
            made: what takes the places of blanks, by name.
            is_aside: other threads have more urgent things to do now and then.
        """
        for at, leaf in enumerate(leaves):
            if at < len(self._leaves) and self._leaves[at] is leaf:
                continue
            part = self._pdf.copy_foreign(leaf.print.Root[PARTS][leaf.number])
            self._leaves.insert(at, leaf)
            self._pdf.pages.insert(at, leaf.print.pages[leaf.number])
            self._parts.insert(at, part)
            for table, key, what in part.Pictures:
                self._pictures.place(table, str(key), str(what), made)
            if is_aside:
                # With no time at all, Python would hardly ever go on in another thread.
                time.sleep(_PAUSE_S)
        self._fonts.share()

    def bind(self) -> Pdf:
        """Return the PDF: with its outline, tags, labels, notes and links."""
        pdf, parts = self._pdf, self._parts
        tree = _Tree(pdf)
        for sheet, part, leaf in zip(pdf.pages, parts, self._leaves, strict=True):
            tree.add(sheet, part)
            for text, box in zip(leaf.remarks, part.Slides, strict=False):
                if text:
                    tree.add_remark(sheet, text, box)
        prints = {id(leaf.print): leaf.print for leaf in self._leaves}.values()
        tree.close({str(kind) for one in prints for kind in one.Root.get(UNKNOWN, ())})
        _name_places(pdf, parts)
        _outline(pdf, parts)
        _label(pdf, [leaf.label for leaf in self._leaves])
        return pdf


class _Tree:
    """The tree of tags of a PDF, that of each page put under one root."""

    def __init__(self, pdf: Pdf) -> None:
        from pikepdf import Array, Dictionary, Name

        self._pdf = pdf
        self._root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
        self._whole = pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, P=self._root, K=Array())
        )
        self._root.K.append(self._whole)
        self._rows: list[Object] = []
        self._headings: list[Object] = []
        self._cells: dict[str, Object] = {}

    def add(self, sheet: Any, part: Object) -> None:
        """Take a page and what belongs to it."""
        for element in part.Elements:
            element.P = self._whole
            self._whole.K.append(element)
        sheet.obj.StructParents = len(self._rows)
        self._rows.append(part.Parents)
        for form, row in part.Forms:
            form.StructParents = len(self._rows)
            self._rows.append(row)
        for annotation, tag in zip(sheet.get("/Annots", ()), part.Links, strict=False):
            if not isinstance(tag, bool):
                annotation.StructParent = len(self._rows)
                self._rows.append(tag)
            elif "/StructParent" in annotation:
                del annotation["/StructParent"]
        self._headings.extend(part.Headings)
        self._cells |= {str(key)[1:]: cell for key, cell in part.Cells.items()}

    def add_remark(self, sheet: Any, text: str, box: Any) -> None:
        """Put a note on a page, at the upper right of a slide (left, top, width and height in points)."""
        from pikepdf import Array, Dictionary, Name, String

        right, top = float(box[0]) + float(box[2]), float(box[1])
        annotation = self._pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Text,
                Rect=Array([right - _NOTE_PT - 6, top - _NOTE_PT - 6, right - 6, top - 6]),
                Contents=String(text),
                Name=Name.Note,
                # Printed, and neither zoomed nor turned.
                F=4 | 8 | 16,
                C=Array([1, 0.85, 0.3]),
                P=sheet.obj,
                StructParent=len(self._rows),
            )
        )
        tag = self._pdf.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name.Annot,
                P=self._whole,
                Alt=String(text),
                K=Dictionary(Type=Name.OBJR, Obj=annotation, Pg=sheet.obj),
            )
        )
        self._rows.append(tag)
        self._whole.K.append(tag)
        if "/Annots" not in sheet.obj:
            sheet.obj.Annots = Array()
        sheet.obj.Annots.append(annotation)
        sheet.obj.Tabs = Name.S

    def close(self, unknown: set[str]) -> None:
        """Put the tree into the PDF.

        Args:
            unknown: types of tags that are none of PDF's.
        """
        from pikepdf import Array, Dictionary, Name, String

        mend_headings(self._headings)
        numbers: list[Any] = []
        for number, row in enumerate(self._rows):
            numbers += [number, row]
        root = self._root
        root.ParentTree = self._pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        root.ParentTreeNextKey = len(self._rows)
        if self._cells:
            named: list[Any] = []
            for key, cell in sorted(self._cells.items()):
                named += [String(key), cell]
            limits = Array([named[0], named[-2]])
            root.IDTree = Dictionary(
                Kids=Array([self._pdf.make_indirect(Dictionary(Names=Array(named), Limits=limits))])
            )
        if unknown:
            root.RoleMap = Dictionary({kind: Name(role) for kind, role in roles_of(unknown).items()})
        self._pdf.Root.StructTreeRoot = root


def _name_places(pdf: Pdf, parts: Sequence[Object]) -> None:
    """Let links to slides, and to what is on them, arrive; those to nothing lead nowhere."""
    from pikepdf import Array, Dictionary, Name

    wanted: dict[str, list[Object]] = {}
    for sheet in pdf.pages:
        for annotation in sheet.get("/Annots", ()):
            if "/Dest" in annotation:
                wanted.setdefault(str(annotation.Dest), []).append(annotation)
    if not wanted:
        return
    places: dict[str, Any] = {}
    for sheet, part in zip(pdf.pages, parts, strict=True):
        for key in wanted.keys() & set(part.Names.keys()) - places.keys():
            x, y = part.Names[key]
            places[key] = Array([sheet.obj, Name.XYZ, x, y, 0])
    for key in wanted.keys() - places.keys():
        for annotation in wanted[key]:
            del annotation["/Dest"]
    if places:
        pdf.Root.Dests = pdf.make_indirect(Dictionary(places))


def _outline(pdf: Pdf, parts: Sequence[Object]) -> None:
    """Give the PDF an entry for each heading, below the last one of a higher level."""
    from pikepdf import Array, Dictionary, Name

    root = _Entry(0, pdf.make_indirect(Dictionary(Type=Name.Outlines)))
    above = [root]
    for sheet, part in zip(pdf.pages, parts, strict=True):
        for title, height, heading in part.Titles:
            at = int(heading)
            level = int(str(part.Headings[at].S)[2:]) if 0 <= at < len(part.Headings) else 1
            place = Array([sheet.obj, Name.XYZ, 0, height, 0])
            entry = _Entry(level, pdf.make_indirect(Dictionary(Title=title, Dest=place)))
            while above[-1].level >= level:
                above.pop()
            above[-1].take(entry)
            above.append(entry)
    if root.kids:
        root.count()
        pdf.Root.Outlines = root.item


class _Entry:
    """An entry of an outline, or the outline itself."""

    def __init__(self, level: int, item: Object) -> None:
        self.level = level
        self.item = item
        self.kids: list[_Entry] = []

    def take(self, kid: _Entry) -> None:
        """Let an entry be the last one below this one."""
        kid.item.Parent = self.item
        if self.kids:
            kid.item.Prev = self.kids[-1].item
            self.kids[-1].item.Next = kid.item
        else:
            self.item.First = kid.item
        self.item.Last = kid.item
        self.kids.append(kid)

    def count(self) -> int:
        """Let this entry and those below say how many are shown below them, and return how many are here."""
        below = sum(kid.count() for kid in self.kids)
        if self.kids:
            self.item.Count = below
        return below + 1


def _label(pdf: Pdf, labels: Sequence[str]) -> None:
    from pikepdf import Array, Dictionary, String

    entries: list[Any] = []
    for number, label in enumerate(labels):
        entries += [number, Dictionary(P=String(label))]
    pdf.Root.PageLabels = Dictionary(Nums=Array(entries))


def _describe(pdf: Pdf, meta: Metadata, title: str) -> None:
    """Put title, author, subject, keywords and language into the PDF."""
    from pikepdf.models import PdfMetadata

    PdfMetadata.register_xml_namespace("http://www.aiim.org/pdfua/ns/id/", "pdfuaid")
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:title"] = meta.title or title
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
