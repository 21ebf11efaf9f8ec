"""From a style sheet as written to what stands in the page: the passes, in their order.

Marpit: https://marpit.marp.app/theme-css and its `ThemeSet.pack` for the order.
"""

from __future__ import annotations

from functools import lru_cache

from celldeck.themes.backdrop import copy_backdrops
from celldeck.themes.css import Nodes
from celldeck.themes.custom_elements import admit_custom_elements
from celldeck.themes.minify import minify
from celldeck.themes.pagination import keep_page_numbers
from celldeck.themes.rem import replace_rem
from celldeck.themes.root import mark_root, outweigh_section
from celldeck.themes.root_font_size import keep_font_size
from celldeck.themes.scope import Place, scope


@lru_cache(maxsize=64)
def pack(nodes: Nodes, place: Place) -> str:
    """Return the CSS text of a tree for the slides at a place.

    It depends on nothing else, so a theme's is made once, not once a build.
    """
    if place.inline_svg:
        nodes = copy_backdrops(nodes)  # before the selectors change
    nodes = keep_page_numbers(nodes)
    nodes = mark_root(nodes)  # a theme's `:root` is marked already, since its size is read by it
    nodes = keep_font_size(nodes)  # before the scope: twins are scoped, too
    nodes = scope(nodes, place)
    nodes = outweigh_section(nodes)
    nodes = replace_rem(nodes)  # after the twins, which may be in rem themselves
    nodes = admit_custom_elements(nodes)
    return minify(nodes)
