"""`section::backdrop`: what surrounds a slide on the screen, which is the `<svg>` around it.

Marpit: https://marpit.marp.app/inline-svg?id=backdrop-css-selector
"""

from __future__ import annotations

import re

from celldeck.patterns import late
from celldeck.themes.css import AtRule, Node, Nodes, Rule, map_rules

_BACKDROP = late(r"(?:\b|^)::backdrop\Z", re.ASCII)
_AFTER_TAG = late(r"[.:#\[]")


def copy_backdrops(nodes: Nodes) -> Nodes:
    """Return the tree with each rule for a slide's backdrop copied to the slide's `<svg>`, for screens."""
    return map_rules(nodes, _with_copy)


def _with_copy(rule: Rule) -> tuple[Node, ...]:
    targets = dict.fromkeys(target for s in rule.selectors if (target := _svg_of(s)))
    if not targets or not rule.nodes:
        return (rule,)
    return (rule, AtRule("media", "screen", (Rule(tuple(targets), rule.nodes),)))


def _svg_of(selector: str) -> str | None:
    if not _BACKDROP.search(selector):
        return None
    start = _AFTER_TAG.search(selector)
    if start is None or selector[: start.start()] not in ("", "section"):
        return None
    # A `:root` here ends as a selector that matches nothing, as it does in Marp.
    return f":marpit-container > svg[data-marpit-svg]{selector[start.start() : -len('::backdrop')]}"
