"""The slide's font size as a custom property, so that `rem` can be told in it.

Each rule that may set a slide's font size gets a twin, which sets the property on slides alone.

Marpit: https://marpit.marp.app/theme-css?id=rem-units
"""

from __future__ import annotations

from celldeck.patterns import late
from celldeck.themes.css import AtRule, Declaration, Node, Nodes, Rule, map_rules, walk

PROPERTY = "--marpit-root-font-size"

_STEPS = late(r"(\s+|\s*[>~+]\s*)")
_AFTER_TAG = late(r"[.:#\[]")


def keep_font_size(nodes: Nodes) -> Nodes:
    """Return the tree with a twin after each rule that sets the font size of what may be a slide."""
    return map_rules(nodes, _with_twin)


def _with_twin(rule: Rule) -> tuple[Rule, ...]:
    sizes: list[Node] = [
        Declaration(PROPERTY, node.value, node.important and " !important", ": ")
        for node in _declarations(rule)
        if node.name == "font-size"
    ]
    if not sizes:
        return (rule,)
    targets = dict.fromkeys(target for s in rule.selectors if (target := _slide_of(s)) is not None)
    return (rule, Rule(tuple(targets), tuple(sizes))) if targets else (rule,)


def _declarations(rule: Rule) -> list[Declaration]:
    has_blocks = any(isinstance(node, (Rule, AtRule)) for node in rule.nodes)
    return [
        node for node in (walk(rule.nodes) if has_blocks else rule.nodes) if isinstance(node, Declaration)
    ]


def _slide_of(selector: str) -> str | None:
    """Return the selector of the slides that a selector may match; None: it names other elements.

    What has no tag may match slides inside the slide only: sections of its text.
    """
    *before, last = _STEPS.split(selector)
    found = _AFTER_TAG.search(last)
    tag, rest = (last[: found.start()], last[found.start() :]) if found else (last, "")
    if tag == "section":
        return "".join([*before, "section", rest])
    if tag == "" or tag.endswith("*"):
        return "".join([*before, ":marpit-container > :marpit-slide section", rest])
    return None
