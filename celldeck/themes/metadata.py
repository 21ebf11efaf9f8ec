"""What a theme says about itself in its comments: `@theme`, `@size`, `@auto-scaling`.

Marpit: https://marpit.marp.app/theme-css?id=metadata
Marp Core: https://github.com/marp-team/marp-core/tree/main/themes#metadata-for-additional-features
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from celldeck.frozen import frozen
from celldeck.patterns import late
from celldeck.themes.css import Comment, Nodes, walk

# As in JavaScript, whose `\s` knows Unicode's white space and whose `\w` does not know its letters.
_LINE = late(r"^(?:[*!]|[^\S\n])*+@([A-Za-z0-9_-]+)\s+(.+)$", re.MULTILINE)
_OUTSIDE_STRINGS = late(r"""/\*(.*?)\*/ | "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+'""", re.VERBOSE | re.DOTALL)


@frozen
class Metadata:
    """The metadata in one style sheet."""

    theme: str | None = None
    """None: it has no name, so it is no theme."""
    sizes: tuple[str, ...] = ()
    """What stands after each `@size`."""
    auto_scaling: str | None = None


def read_metadata(nodes: Nodes) -> Metadata:
    """Return the metadata of a tree. The last `@theme` and the last `@auto-scaling` win."""
    return _read(node.text for node in walk(nodes) if isinstance(node, Comment))


def find_name(css: str) -> str | None:
    """Return the name of a theme from its text, which need not be valid CSS; None: it has none."""
    return _read(match[1] for match in _OUTSIDE_STRINGS.finditer(css) if match[1] is not None).theme


def _read(comments: Iterable[str]) -> Metadata:
    sizes: list[str] = []
    last: dict[str, str] = {}
    for comment in comments:
        for line in _LINE.finditer(comment.strip()):
            name, value = line.groups()
            if name == "size":
                sizes.append(value)
            else:
                last[name] = value
    return Metadata(last.get("theme"), tuple(sizes), last.get("auto-scaling"))
