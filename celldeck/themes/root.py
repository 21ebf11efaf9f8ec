"""`:root`, which in a theme means every slide, and outweighs `section`.

Marpit: https://marpit.marp.app/theme-css?id=root-pseudo-class-selector
"""

from __future__ import annotations

import re

from celldeck.patterns import late
from celldeck.themes.css import Nodes, map_selectors

ROOT = "section:marpit-root"
"""How `:root` is written between the first pass and the last."""

_ROOT = late(r"(^|[\s>+~(])(?:section)?:root\b", re.ASCII)
_MARKED = late(r"\b(?:section)?:marpit-root\b", re.ASCII)

# An attribute whose name no HTML can have: true of every slide, and worth as much as a class.
_OUTWEIGHS = r":where(section):not([\\20 root])"


def mark_root(nodes: Nodes) -> Nodes:
    """Return the tree with `:root` and `section:root` marked as slides that outweigh `section`."""
    return map_selectors(nodes, lambda s: _ROOT.sub(rf"\1{ROOT}", s) if ":root" in s else s)


def outweigh_section(nodes: Nodes) -> Nodes:
    """Return the tree with selectors of the right specificity where a mark stands."""
    return map_selectors(nodes, lambda s: _MARKED.sub(_OUTWEIGHS, s) if ":marpit-root" in s else s)
