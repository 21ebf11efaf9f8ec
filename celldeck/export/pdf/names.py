"""Names in the content of printed pages: counted on each by itself, so that a page is the same in any print.

Chromium names fonts, pictures and the like for numbers of objects in the whole file.
PDF 32000-1:2008, 7.8.3 (resource dictionaries).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from celldeck.export.pdf.flate import deflated

if TYPE_CHECKING:
    from pikepdf import Object

# Strings come first: what stands in them is no name. Chromium's end on the line on which they begin.
_NAME = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|/(\w+)", re.DOTALL)
_KINDS = ("/Font", "/XObject", "/ExtGState", "/Pattern", "/Shading", "/ColorSpace")


def count_names(drawn: Object, content: bytes, seen: set[tuple[int, int]]) -> bytes:
    """Return what a page, or a form on it, draws, with its names counted from 0 in the order of their use.

    The forms and patterns that it draws with are changed in place.

    Args:
        drawn: the page or the form; its resources get the new names.
        content: as it was printed.
        seen: forms that were changed already; a font of letters that are drawings has forms, too.
    """
    from pikepdf import Dictionary

    resources = drawn.get("/Resources")
    if not isinstance(resources, Dictionary):
        return content
    tables = {kind: table for kind in _KINDS if isinstance(table := resources.get(kind), Dictionary)}
    known = {key[1:].encode() for table in tables.values() for key in table.keys()}  # noqa: SIM118
    names: dict[bytes, bytes] = {}

    def counted(match: re.Match[bytes]) -> bytes:
        if match[1] not in known:
            return match[0]
        return b"/" + names.setdefault(match[1], b"R%d" % len(names))

    # Few lines have a name of these, and to look for a byte is quick.
    content = b"\n".join(
        [
            _NAME.sub(counted, line) if b"/" in line and not line.endswith(b"BDC") else line
            for line in content.split(b"\n")
        ]
    )
    for kind, table in tables.items():
        renamed = Dictionary()
        for old, value in table.items():
            new = names.get(old[1:].encode())
            if new is not None:
                renamed["/" + new.decode()] = value
                if kind in {"/XObject", "/Pattern"}:
                    _count_inside(value, seen)
        resources[kind] = renamed
    return content


def _count_inside(form: Object, seen: set[tuple[int, int]]) -> None:
    from pikepdf import Stream

    if not isinstance(form, Stream) or form.objgen in seen or form.get("/Subtype") == "/Image":
        return
    seen.add(form.objgen)
    if "/Resources" in form:
        put(form, count_names(form, form.read_bytes(), seen))


def put(stream: Object, content: bytes) -> None:
    """Write a stream's content, deflated: what is saved twice is not to be deflated twice."""
    from pikepdf import Name

    if "/DecodeParms" in stream:
        del stream["/DecodeParms"]
    stream.write(deflated(content), filter=Name.FlateDecode)
