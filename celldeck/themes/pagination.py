"""`section::after` shows the page number: a theme may style it, but not put something else there.

Marpit: https://marpit.marp.app/theme-css?id=styling
"""

from __future__ import annotations

from celldeck.patterns import late
from celldeck.themes.css import Declaration, Nodes, Rule, map_declarations, map_rules

_PAGE_NUMBER = late(r"section(?![A-Za-z0-9_-])[^\s>+~]*::?after")
_ATTRIBUTE = late(r"\[.*?\]")


def keep_page_numbers(nodes: Nodes) -> Nodes:
    """Return the tree without `content` that would take the page number's place."""
    return map_rules(nodes, lambda rule: (_without_content(rule),))


def _without_content(rule: Rule) -> Rule:
    if not any("after" in s and _PAGE_NUMBER.fullmatch(_ATTRIBUTE.sub("", s)) for s in rule.selectors):
        return rule
    return rule._replace(nodes=map_declarations(rule.nodes, _unless_content))


def _unless_content(declaration: Declaration) -> Declaration | None:
    hides_number = declaration.name == "content" and "attr(data-marpit-pagination)" not in declaration.value
    return None if hides_number else declaration
