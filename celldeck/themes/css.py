"""A style sheet as a tree, and ways to walk it.

The tree has PostCSS's shape (rules, at-rules, declarations and comments; selectors and values stay strings),
because Marp's transformations are told in terms of it.

PostCSS: https://postcss.org/api/#root
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from celldeck.patterns import late


class Declaration(NamedTuple):
    """`name: value`, in a rule or an at-rule."""

    name: str
    value: str
    """Without white space around it and without comments; a custom property's as written."""
    important: str = ""
    """`!important`, a custom property's as written; empty if it is not."""
    colon: str = ":"
    """The colon and the white space around it."""


class Comment(NamedTuple):
    """`/* text */`, where no rule, value or selector is interrupted by it."""

    text: str
    """As written between its marks."""


class Rule(NamedTuple):
    """Selectors and what holds for them. Nested rules stand among the declarations."""

    selectors: tuple[str, ...]
    """Split at the commas between them; the only one may be empty."""
    nodes: tuple[Node, ...]
    trailing: str = ""
    """A stray `;` after the block, which to a browser begins the next selector."""


class AtRule(NamedTuple):
    """`@name params;` or `@name params { … }`."""

    name: str
    params: str
    nodes: tuple[Node, ...] | None = None
    """None: it ends with a semicolon."""


Node = Declaration | Comment | Rule | AtRule
Nodes = tuple[Node, ...]


def is_keyframes(node: AtRule) -> bool:
    """Say whether the rules in an at-rule are frames of an animation, whose selectors mean no elements."""
    return node.name.lower().endswith("keyframes")


def map_rules(nodes: Nodes, change: Callable[[Rule], Iterable[Node]]) -> Nodes:
    """Return the tree with each rule, at any depth, replaced by what `change` gives for it.

    Rules inside a rule are changed before it. Frames of animations are left alone.
    """
    changed: list[Node] = []
    for node in nodes:
        if isinstance(node, Rule):
            if any(isinstance(inner, (Rule, AtRule)) for inner in node.nodes):
                node = node._replace(nodes=map_rules(node.nodes, change))
            changed.extend(change(node))
        elif isinstance(node, AtRule) and node.nodes and not is_keyframes(node):
            changed.append(node._replace(nodes=map_rules(node.nodes, change)))
        else:
            changed.append(node)
    return tuple(changed)


def map_selectors(nodes: Nodes, change: Callable[[str], str]) -> Nodes:
    """Return the tree with every selector of every rule changed; frames of animations are left alone."""
    return map_rules(
        nodes, lambda rule: (Rule(tuple(map(change, rule.selectors)), rule.nodes, rule.trailing),)
    )


def map_declarations(nodes: Nodes, change: Callable[[Declaration], Declaration | None]) -> Nodes:
    """Return the tree with every declaration, at any depth, replaced; None takes it out."""
    changed: list[Node] = []
    for node in nodes:
        if isinstance(node, Declaration):
            if (declaration := change(node)) is not None:
                changed.append(declaration)
        elif isinstance(node, (Rule, AtRule)) and node.nodes:
            changed.append(node._replace(nodes=map_declarations(node.nodes, change)))
        else:
            changed.append(node)
    return tuple(changed)


def walk(nodes: Nodes) -> Iterator[Node]:
    """Give every node of the tree, each before what stands inside it."""
    for node in nodes:
        yield node
        if isinstance(node, (Rule, AtRule)) and node.nodes:
            yield from walk(node.nodes)


def split_commas(text: str) -> tuple[str, ...]:
    """Split at the commas outside parentheses, strings and comments, and trim the parts.

    PostCSS: https://postcss.org/api/#list-comma
    """
    if "," not in text:
        return (text.strip(),)
    if not _TROUBLE_FOR_COMMAS.search(text):
        return tuple(part.strip() for part in text.split(","))
    parts = [""]
    depth = 0
    for match in _COMMA_PIECES.finditer(text):
        piece = match[0]
        if piece == "," and depth == 0:
            parts.append("")
            continue
        if piece == "(":
            depth += 1
        elif piece == ")" and depth:
            depth -= 1
        parts[-1] += piece
    return tuple(part.strip() for part in parts)


_TROUBLE_FOR_COMMAS = late(r"""[("'\\]|/\*""")
_COMMA_PIECES = late(
    r"""\\.? | "(?:[^"\\]|\\.)*+"? | '(?:[^'\\]|\\.)*+'? | /\*.*?(?:\*/|\Z) | [(),] | [^\\"'/(),]++ | /""",
    re.VERBOSE | re.DOTALL,
)
