"""Marks of the steps that parts of a slide appear in, as attributes of their elements.

`data-marpit-fragment` is Marp's: whatever has it is a step of its own, in document order. Ours are

    data-celldeck-step="N"     beside it: all elements of a slide with this value are one step, the place of
                               which is that of the first one in the text
    data-celldeck-states="N"   of a block of code: N - 1 steps, in each of which other lines stand out

`runtime/fragments.js` and `export/steps.py` read these.
"""

from __future__ import annotations

import re

from celldeck.patterns import late

_TAG = late(r"<(/?)([A-Za-z][\w-]*)((?:\"[^\"]*\"|'[^']*'|[^\"'<>])*)>")
_COMMENT = late(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


def fragment(step: int | None, *, is_shared: bool = True) -> str:
    """Return the attributes of an element that appears in a step; empty for None.

    Args:
        is_shared: others may appear in that step, too.
    """
    if step is None:
        return ""
    shared = f' data-celldeck-step="{step}"' if is_shared else ""
    return f' data-marpit-fragment="{step}"{shared}'


def in_step(element: str, step: int | None) -> str:
    """Return the HTML of one element with its step."""
    return re.sub(r"<[a-z]+", lambda tag: tag[0] + fragment(step), element, count=1) if step else element


def all_in_step(html: str, step: int | None) -> str:
    """Return HTML, which may open elements that others close, with its outermost elements in a step.

    Text outside of any element gets one of its own. An element that is a step already stays so.
    """
    if step is None:
        return html
    parts: list[str] = []
    depth = at = 0

    def text(end: int) -> None:
        run = html[at:end]
        is_bare = depth == 0 and _COMMENT.sub("", run).strip()
        parts.append(f"<span{fragment(step)}>{run}</span>" if is_bare else run)

    for tag in _TAG.finditer(html):
        text(tag.start())
        at = tag.end()
        closes, name, attributes = tag[1], tag[2], tag[3]
        if not closes and depth == 0 and "data-marpit-fragment" not in attributes:
            parts.append(f"<{name}{fragment(step)}{attributes}>")
        else:
            parts.append(tag[0])
        if closes:
            # One that ends what stands around leaves the rest outside, too.
            depth = max(0, depth - 1)
        elif name.lower() not in _VOID and not attributes.rstrip().endswith("/"):
            depth += 1
    text(len(html))
    return "".join(parts)
