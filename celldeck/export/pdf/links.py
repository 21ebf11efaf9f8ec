"""Links in a print lead where they led in the deck.

Chromium leaves out links to files, and those to other slides may be printed elsewhere; so both go through the
print as links to a host that exists nowhere (survey.js).
PDF 32000-1:2008, 12.3.2 (destinations), 12.6.4.7 (URI actions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from pikepdf import Pdf

RELATIVE = "https://relative.invalid/"


def mend_links(pdf: Pdf) -> None:
    """Make links to files relative again, those to slides links in the PDF; say in words where each leads."""
    from pikepdf import Dictionary, Name, String

    for sheet in pdf.pages:
        for annotation in sheet.get("/Annots", ()):
            if annotation.get("/Subtype") != "/Link":
                continue
            action = annotation.get("/A")
            told = "a slide of this deck"
            if isinstance(action, Dictionary) and "/URI" in action:
                address = str(action["/URI"])
                if address.startswith(f"{RELATIVE}#"):
                    del annotation["/A"]
                    annotation.Dest = Name("/" + unquote(address.removeprefix(f"{RELATIVE}#")))
                elif address.startswith(RELATIVE):
                    told = unquote(address.removeprefix(RELATIVE))
                    action["/URI"] = String(told)
                else:
                    told = address
            annotation.Contents = String(told)
