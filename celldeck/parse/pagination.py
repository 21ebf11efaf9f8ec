"""Page numbers: the directive `paginate`.

Marp: https://marpit.marp.app/directives?id=pagination
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from celldeck.model import Slide
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately


def count_pages(draft: Draft) -> Draft:
    """Return the draft with the page number of each slide that shows one, and the last number of all.

    `hold` shows the number of the slide before, `skip` shows none; neither counts. A slide without a number
    counts all the same.
    """
    page = 0
    shown: list[int | None] = []
    for slide in draft.slides:
        asked = slide.directives.get("paginate")
        if asked not in ("hold", "skip"):
            page += 1
        is_shown = bool(asked) and asked != "skip"
        if is_shown:
            # A deck that starts with `hold` starts on page 1.
            page = max(page, 1)
        shown.append(page if is_shown else None)
    return draft.with_slides(
        slide
        if number is None
        else _PAGED.get(slide, (number, page), partial(replace, slide, page=number, pages=page))
        for slide, number in zip(draft.slides, shown, strict=True)
    )


_PAGED: Lately[Slide] = Lately()
