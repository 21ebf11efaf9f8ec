"""Pictures of slides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from celldeck.export.browser import Browser
from celldeck.export.paper import plain_paper
from celldeck.model import Page


def slide_pictures(
    document: Callable[[Page], str],
    page: Page,
    browser: Browser,
    *,
    kind: Literal["png", "jpeg"] = "png",
    scale: float = 1.0,
) -> Iterator[bytes]:
    """Yield a picture of each slide, with all its fragments.

    Args:
        document: gives the HTML of a page of sheets, from the template `print`.
        browser: started; left running.
        scale: pixels of the picture for one of the slide.

    Raises:
        DeckError: the browser is gone, or takes too long.
    """
    width, height = page.size_px
    with browser.tab(width, height, media="print") as tab:
        tab.open_html(document(plain_paper(page).html_of(range(len(page.slides)))))
        for number in range(len(page.slides)):
            yield tab.screenshot(kind, clip=(0, number * height, width, height), scale=scale)
