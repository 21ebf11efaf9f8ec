"""`<style scoped>`: CSS for one slide. Its animations get names of their own, too.

Marpit: https://marpit.marp.app/theme-css?id=scoped-style
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from celldeck.patterns import late
from celldeck.themes.css import AtRule, Declaration, Node, Nodes, Rule, map_declarations

_SLIDE = late(r"section(?![A-Za-z0-9_-])")


def scope_to_slide(sheets: Sequence[Nodes], key: str) -> tuple[Nodes, ...]:
    """Return the style sheets of one slide, with selectors for that slide only.

    Rules in `@media` and `@supports` are scoped, those in other at-rules are not, as in Marpit.

    Args:
        sheets: what stands in its `<style scoped>` elements.
        key: the slide has the attribute `data-marpit-scope-KEY`.
    """
    frames: list[str] = []
    scoped = [_scoped(nodes, key, frames) for nodes in sheets]
    return tuple(_rename_animations(nodes, key, frames) for nodes in scoped) if frames else tuple(scoped)


def _scoped(nodes: Nodes, key: str, frames: list[str]) -> Nodes:
    scoped: list[Node] = []
    for node in nodes:
        if isinstance(node, Rule):
            node = node._replace(selectors=tuple(_scope_selector(s, key) for s in node.selectors))
        elif isinstance(node, AtRule) and node.name == "keyframes" and node.params:
            frames.append(node.params)
            node = node._replace(params=f"{node.params}-{key}")
        elif isinstance(node, AtRule) and node.name in ("media", "supports") and node.nodes:
            node = node._replace(nodes=_scoped(node.nodes, key, frames))
        scoped.append(node)
    return tuple(scoped)


def _scope_selector(selector: str, key: str) -> str:
    rest = selector[len("section") :] if _SLIDE.match(selector) else f" {selector}"
    return f"section[data-marpit-scope-{key}]{rest}"


def _rename_animations(nodes: Nodes, key: str, frames: Iterable[str]) -> Nodes:
    # Only the first name in a value is found, as in Marpit.
    names = re.compile(rf"\b({'|'.join(map(re.escape, dict.fromkeys(frames)))})(?!\()\b", re.ASCII)

    def renamed(node: Declaration) -> Declaration:
        if node.name not in ("animation", "animation-name"):
            return node
        return node._replace(value=names.sub(lambda m: f"{m[0]}-{key}", node.value, count=1))

    return map_declarations(nodes, renamed)
