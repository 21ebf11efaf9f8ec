"""Selectors kept to the slides of this deck, so that a theme cannot style the page around them.

Marpit: https://marpit.marp.app/theme-css?id=html-structure
"""

from __future__ import annotations

from celldeck.frozen import frozen
from celldeck.patterns import late
from celldeck.themes.css import Nodes, map_selectors

_SLIDE = late(r"section(?![A-Za-z0-9_-])")
_CONTAINER_MARK = late(r":marpit-container(?![A-Za-z0-9_-])")
_SLIDE_MARK = late(r":marpit-slide(?![A-Za-z0-9_-])")
_NO_CONTAINER = late(r"^\s*>\s*")


@frozen
class Place:
    """Where the slides stand in a page."""

    container: str
    """The selector of the element around them, such as `div.marpit`; empty: `<body>` is, unnamed."""
    inline_svg: bool = True
    """Whether an `<svg>` stands around each slide."""

    @property
    def slide(self) -> str:
        """The path from the container to a slide."""
        return "svg > foreignObject > section" if self.inline_svg else "section"

    def settle(self, selector: str) -> str:
        """Return a selector with the container and the path to a slide where their marks stand."""
        if ":marpit-" not in selector:
            return selector
        selector = _CONTAINER_MARK.sub(lambda _: self.container, selector)
        selector = _SLIDE_MARK.sub(lambda _: self.slide, selector)
        return selector if self.container else _NO_CONTAINER.sub("", selector)


def scope(nodes: Nodes, place: Place) -> Nodes:
    """Return the tree with selectors that reach slides and what stands in them, nothing else.

    `section` at a selector's start means the slide. All others are looked for inside it, even `html`.
    """

    def scoped(selector: str) -> str:
        if _SLIDE.match(selector):
            selector = f":marpit-container > :marpit-slide{selector[len('section') :]}"
        elif not selector.startswith(":marpit-container"):
            selector = f":marpit-container > :marpit-slide {selector}"
        return place.settle(selector)

    return map_selectors(nodes, scoped)
