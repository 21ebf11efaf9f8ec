"""A tree as the shortest text with the same tokens: white space goes, nothing else is rewritten.

Marp Core does no more (`minifyCSS`), so that themes keep their fall-backs and hacks.
https://github.com/marp-team/marp-core#minifycss-boolean
"""

from __future__ import annotations

import re

from celldeck.patterns import late
from celldeck.themes.css import AtRule, Comment, Declaration, Node, Nodes, Rule

_KEPT_COMMENT = late(r"license|copyright|sourcemappingurl", re.IGNORECASE)
_NEEDS_SQUEEZING = late(r"[\t\n\r\f]|  |/\*")
_PIECES = late(
    r"""( "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' | \\[0-9a-fA-F]{1,6}[ ]? | \\. | (?i:\burl)\([^()"'\\]*+\) )
    | (?: /\*.*?\*/ )+ | [ \t\n\r\f]++""",
    re.VERBOSE | re.DOTALL,
)


def minify(nodes: Nodes) -> str:
    """Return the tree as CSS text that another text can follow.

    Comments that begin with `!` or speak of a licence stay. Blocks without content go, but for `@layer`,
    whose name sets an order.
    """
    return "".join(_statement(node) for node in nodes)


def _statement(node: Node) -> str:
    text = _node(node)
    return text + ";" if text and _ends_with_semicolon(node) else text


def _ends_with_semicolon(node: Node) -> bool:
    return isinstance(node, Declaration) or (isinstance(node, AtRule) and node.nodes is None)


def _node(node: Node) -> str:
    if isinstance(node, Declaration):
        if node.name.startswith("--"):
            return node.name + node.colon + node.value + node.important
        return f"{node.name}:{squeeze(node.value)}{node.important}"
    if isinstance(node, Comment):
        kept = node.text.lstrip().startswith("!") or _KEPT_COMMENT.search(node.text)
        return f"/*{node.text}*/" if kept else ""
    if isinstance(node, Rule):
        block = _block(node.nodes)
        return f"{squeeze(', '.join(node.selectors))}{{{block}}}{node.trailing}" if block else ""
    head = f"@{node.name} {squeeze(node.params)}"
    if node.nodes is None:
        return head
    block = _block(node.nodes)
    return f"{head}{{{block}}}" if block or node.name.lower() == "layer" else ""


def _block(nodes: Nodes) -> str:
    """Return what stands between the braces: no semicolon after the last declaration."""
    parts: list[str] = []
    open_end = False
    for node in nodes:
        if text := _node(node):
            parts.append(f";{text}" if open_end else text)
            open_end = _ends_with_semicolon(node)
    return "".join(parts)


def squeeze(text: str) -> str:
    """Return a selector, value or list of parameters with each run of white space as one space.

    Strings and raw URLs stay as they are; comments are emptied.
    """
    if not _NEEDS_SQUEEZING.search(text):
        return text.strip(" ")
    return _PIECES.sub(lambda m: m[1] or ("/**/" if m[0][0] == "/" else " "), text).strip(" ")
