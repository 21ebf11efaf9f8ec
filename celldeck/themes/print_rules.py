"""One slide a page in print, in its colours and without its movements.

Marpit: https://marpit.marp.app/usage?id=convert-to-pdf (`printable`), and its `postcss/printable.js`.
"""

from __future__ import annotations

from celldeck.themes.css import AtRule, Declaration, Nodes
from celldeck.themes.css_parser import parse

_SLIDES = """
@media print {
  section {
    break-before: page;
    page-break-before: always;
  }
  section, section * {
    print-color-adjust: exact !important;
    -webkit-print-color-adjust: exact !important;
    color-adjust: exact !important;
    animation-delay: 0s !important;
    animation-duration: 0s !important;
    transition: none !important;
  }
  :marpit-container > svg[data-marpit-svg] {
    display: block;
    width: 100vw;
    height: 100vh;
  }
}
"""

_PAGE = """
@media print {
  html, body {
    margin: 0;
    background-color: #fff;
    break-inside: avoid-page;
    page-break-inside: avoid;
  }
}
"""


def rules_for_slides() -> Nodes:
    """Return the rules for slides in print, not yet kept to the slides."""
    return parse(_SLIDES)


def rules_for_page(size: tuple[str, str]) -> Nodes:
    """Return the rules for the printed page around the slides.

    Args:
        size: width and height of a page, as CSS lengths.
    """
    page = AtRule("page", "", (Declaration("size", " ".join(size)), Declaration("margin", "0")))
    return (page, *parse(_PAGE))
