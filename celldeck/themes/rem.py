"""`rem` as a multiple of the slide's font size, which the page's own would not be.

Marpit: https://marpit.marp.app/theme-css?id=rem-units
"""

from __future__ import annotations

import re

from celldeck.patterns import late
from celldeck.themes.css import Declaration, Nodes, map_declarations
from celldeck.themes.root_font_size import PROPERTY

# Strings and what names something, such as a file or a variable, may hold the letters by chance.
_PIECES = late(r"""("[^"]*"|'[^']*'|(?:attr|url|var)\([^)]*\))|(\d*\.?\d+)rem\b""", re.ASCII)


def replace_rem(nodes: Nodes) -> Nodes:
    """Return the tree with lengths in `rem` told in the slide's font size."""
    return map_declarations(nodes, _without_rem)


def _without_rem(declaration: Declaration) -> Declaration:
    if "rem" not in declaration.value:
        return declaration
    value = _PIECES.sub(lambda m: m[1] or f"calc(var({PROPERTY}, 1rem) * {m[2]})", declaration.value)
    return declaration._replace(value=value)
