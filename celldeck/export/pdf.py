"""A deck as a PDF: a page a slide, with real text, links, tags, an outline, and what the deck says of itself.

PDF: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf (14.3.3, 12.6.4.7)
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import celldeck
from celldeck.errors import Notice
from celldeck.export.browser import Browser
from celldeck.files import write_atomically
from celldeck.model import Page

if TYPE_CHECKING:
    from pikepdf import Pdf


def write_pdf(path: Path, document: str, page: Page, browser: Browser) -> tuple[Notice, ...]:
    """Print a deck and write it, whole or not at all.

    Args:
        document: of the page, from the template `print`: slides one under another, all of each shown.
        page: gives the size, and what the deck says of itself.
        browser: started; left running.

    Returns:
        What is odd about the PDF.

    Raises:
        DeckError: the browser is gone, or takes too long.
        OSError: the file could not be written; what stood at `path` is untouched.
    """
    content, pages = finish(print_document(document, page.size_px, browser), page)
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


# Chromium leaves out links to files, and would write the address of its temporary one into the PDF. So a link
# to a file beside the deck goes through the print as one to this host, which exists nowhere.
_RELATIVE = "https://relative.invalid/"
_MARK_RELATIVE_LINKS = f"""
for (const link of document.querySelectorAll("a[href]")) {{
  const address = link.getAttribute("href");
  const isRelative = !/^(#|[a-z][a-z0-9+.-]*:|\\/\\/)/i.test(address);
  if (isRelative) link.href = "{_RELATIVE}" + encodeURIComponent(address);
}}"""


def print_document(document: str, size_px: tuple[float, float], browser: Browser) -> bytes:
    """Return what the browser prints; errors as `write_pdf`."""
    width, height = size_px
    with browser.tab(width, height, media="print") as tab:
        tab.open_html(document)
        tab.evaluate(_MARK_RELATIVE_LINKS)
        return tab.pdf(width, height)


def finish(printed: bytes, page: Page) -> tuple[bytes, int]:
    """Put title, author and language into a printed PDF, and say how many pages it has."""
    # pikepdf takes 70 ms to import, which only a build that prints should pay for.
    import pikepdf

    meta = page.metadata
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
            xmp["dc:title"] = meta.title or page.source.path.stem
            xmp["dc:format"] = "application/pdf"
            xmp["xmp:CreatorTool"] = xmp["pdf:Producer"] = f"celldeck {celldeck.__version__}"
            if meta.author:
                xmp["dc:creator"] = [meta.author]
            if meta.description:
                xmp["dc:description"] = meta.description
            if meta.keywords:
                xmp["pdf:Keywords"] = ", ".join(meta.keywords)
                xmp["dc:subject"] = list(meta.keywords)
            if meta.lang:
                xmp["dc:language"] = [meta.lang]
        # Without a language of the deck's own the browser puts in the machine's, which means nothing.
        if meta.lang:
            pdf.Root.Lang = pikepdf.String(meta.lang)
        elif "/Lang" in pdf.Root:
            del pdf.Root.Lang
        _make_links_relative(pdf)
        output = io.BytesIO()
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return output.getvalue(), len(pdf.pages)


def _make_links_relative(pdf: Pdf) -> None:
    from pikepdf import Dictionary, String

    for sheet in pdf.pages:
        for annotation in sheet.get("/Annots", ()):
            action = annotation.get("/A")
            if not isinstance(action, Dictionary) or not str(action.get("/URI")).startswith(_RELATIVE):
                continue
            action["/URI"] = String(unquote(str(action["/URI"]).removeprefix(_RELATIVE)))
