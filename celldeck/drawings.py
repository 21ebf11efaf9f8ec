"""Drawings that were made on slides while they were presented, put onto the pages of the PDF.

The file stands beside its deck as `NAME.drawings.json`; `runtime/pen.js` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeGuard

from celldeck.errors import DeckError
from celldeck.model import Page
from celldeck.patterns import late

_HINT = "press D in the presented deck to save them anew"
_COLOR = late(r"#[0-9a-fA-F]{3,8}|[a-z]{1,30}")


def drawings_path(deck: Path) -> Path:
    """Return where the drawings on a deck stand, if there are any."""
    return deck.with_suffix(".drawings.json")


def read_drawings(path: Path) -> Mapping[int, tuple[str, ...]]:
    """Return the strokes as SVG paths, by the number of their slide (from 1).

    Raises:
        DeckError: the file cannot be read, or has no drawings.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DeckError(f"the drawings {path} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise DeckError(f"{path} is no JSON: {error}", hint=_HINT) from error
    strokes = content.get("strokes") if isinstance(content, dict) else None
    if not isinstance(strokes, list):
        raise DeckError(f"{path} has no drawings: there is no list 'strokes'", hint=_HINT)
    slides: dict[int, tuple[str, ...]] = {}
    for stroke in strokes:
        number, drawn = _path_of(stroke, path)
        slides[number] = (*slides.get(number, ()), drawn)
    return slides


def with_drawings(page: Page, drawings: Mapping[int, tuple[str, ...]]) -> Page:
    """Return the page with strokes over its slides, in the slides' own units.

    Raises:
        DeckError: a slide that was drawn on is not there.
    """
    if beyond := [number for number in drawings if number > len(page.slides)]:
        raise DeckError(
            f"there are drawings on slide {max(beyond)}, but the deck has {len(page.slides)} slides",
            hint="they were made on another deck, or on another state of this one",
        )
    return replace(
        page,
        slides=tuple(_over(slide, drawings.get(number, ())) for number, slide in enumerate(page.slides, 1)),
    )


def _over(slide: str, strokes: tuple[str, ...]) -> str:
    end = slide.rfind("</svg>")
    if not strokes or end < 0:
        return slide
    return f'{slide[:end]}<g aria-hidden="true">{"".join(strokes)}</g>{slide[end:]}'


def _path_of(stroke: object, path: Path) -> tuple[int, str]:
    if isinstance(stroke, dict):
        slide, color, width, points = (stroke.get(name) for name in ("slide", "color", "width", "points"))
        if (
            isinstance(slide, int)
            and slide > 0
            and isinstance(color, str)
            and _COLOR.fullmatch(color)
            and _is_number(width)
            and isinstance(points, list)
            and points
            and all(map(_is_point, points))
        ):
            # A dot is a line of no length, which round ends make visible.
            line = [*points, points[0]] if len(points) == 1 else points
            walked = "L".join(f"{x:g} {y:g}" for x, y in line)
            return slide, (
                f'<path d="M{walked}" fill="none" stroke="{color}" stroke-width="{width:g}"'
                ' stroke-linecap="round" stroke-linejoin="round"/>'
            )
    raise DeckError(f"{path}: {json.dumps(stroke)[:80]} is no stroke", hint=_HINT)


def _is_point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
