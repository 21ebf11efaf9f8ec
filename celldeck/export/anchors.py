"""Links to places in the deck itself, and whether those are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import unquote

from celldeck.export.inline import Finding

_LINK = re.compile(r"""<(?:a|area)\b[^>]*?\s(?:xlink:)?href\s*=\s*(?:"#([^"]+)"|'#([^']+)')""", re.IGNORECASE)
_NAME = re.compile(r"""\s(?:id|name)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))""", re.IGNORECASE)
_STATE = re.compile(r"(\d+)(?:\.\d+)?")
"""`#3` is the third slide, `#3.2` its second state."""


def dead_anchors(slides: Sequence[str]) -> list[Finding]:
    """Return the links that lead to no place on any slide.

    Args:
        slides: their HTML.
    """
    wanted: dict[str, int] = {}
    for number, slide in enumerate(slides, 1):
        if "#" in slide:
            for match in _LINK.finditer(slide):
                wanted.setdefault(unescape(match[1] or match[2]), number)
    if not wanted:
        return []
    names = {
        unescape(name)
        for slide in slides
        for match in _NAME.finditer(slide)
        for name in match.groups()
        if name
    }
    return [
        Finding("dead-link", f"#{name}", number)
        for name, number in wanted.items()
        if not _is_there(name, names, len(slides))
    ]


def _is_there(name: str, names: set[str], count: int) -> bool:
    state = _STATE.fullmatch(name)
    if state and 1 <= int(state[1]) <= count:
        return True
    # What follows `:~:` is a text fragment, which belongs to the browser.
    name = name.partition(":~:")[0]
    return not name or name == "top" or bool({name, unquote(name)} & names)
