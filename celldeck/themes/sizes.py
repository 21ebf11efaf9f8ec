"""How large slides are: `width` and `height` of the slide in a theme, and the presets of `@size`.

Marpit: https://marpit.marp.app/theme-css?id=slide-size
Marp Core: https://github.com/marp-team/marp-core/tree/main/themes#size-name-width-height
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from celldeck.patterns import late
from celldeck.themes.css import Declaration, Nodes, Rule, walk
from celldeck.themes.root import ROOT

_LENGTH = late(r"(-?[.0-9]+)([a-z]+)", re.IGNORECASE | re.ASCII)
_NUMBER = late(r"-?(?:\d+\.?\d*|\.\d+)")

_PIXELS = {
    "px": lambda v: v,
    "in": lambda v: v * 96,
    "cm": lambda v: v * 960 / 25.4,
    "mm": lambda v: v * 96 / 25.4,
    "pt": lambda v: v * 4 / 3,
    "pc": lambda v: v * 16,
    "q": lambda v: v * 24 / 25.4,
}


def read_size(nodes: Nodes) -> tuple[str | None, str | None]:
    """Return the width and the height that a theme sets for its slides, as written; None: not set.

    Any rule counts whose selectors hold exactly `section` or `:root` (written as `ROOT` by now), in at-rules,
    too. What stands under `:root` beats what stands under `section`.
    """
    plain: dict[str, str] = {}
    preferred: dict[str, str] = {}
    for rule in walk(nodes):
        if not isinstance(rule, Rule):
            continue
        slide = next((s for s in rule.selectors if s in ("section", ROOT)), None)
        if slide is None:
            continue
        for node in walk(rule.nodes):
            if isinstance(node, Declaration) and node.name in ("width", "height"):
                (preferred if slide == ROOT else plain)[node.name] = node.value
    width, height = (preferred.get(side) or plain.get(side) or None for side in ("width", "height"))
    return width, height


def to_pixels(length: str | None) -> float | None:
    """Return a length in CSS pixels, 96 an inch; None: it is no number with an absolute unit."""
    match = _LENGTH.fullmatch(length or "")
    if match is None:
        return None
    convert = _PIXELS.get(match[2].lower())
    number = _NUMBER.match(match[1])
    return convert(float(number[0])) if convert and number else None


def read_presets(lines: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Return name to width and height of the presets in what stands after each `@size`.

    A later line wins; `name false` takes a preset away; lines with another number of words are ignored.
    """
    presets: dict[str, tuple[str, str]] = {}
    for line in lines:
        match re.split(r"\s+", line):
            case [name, width, height]:
                presets[name] = (width, height)
            case [name, "false"]:
                presets.pop(name, None)
    return presets
