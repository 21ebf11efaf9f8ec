"""Nested rules written flat, as Marpit does before anything else reads a style sheet.

A rule that stands in another comes to stand between the parts of it, so that the order of the declarations is
kept; an at-rule such as `@media` changes places with the rule around it.

Marpit: https://marpit.marp.app/theme-css?id=css-nesting, by way of
https://github.com/csstools/postcss-plugins/tree/main/plugins/postcss-nesting
"""

from __future__ import annotations

from celldeck.themes.css import AtRule, Comment, Node, Nodes, Rule
from celldeck.themes.is_selectors import unwrap_is
from celldeck.themes.selectors import (
    DESCENDANT,
    NESTING,
    Complex,
    Part,
    SelectorError,
    has_part,
    read_selectors,
    sort_compounds,
    write_selector,
)

_CHANGE_PLACES = ("container", "document", "media", "supports", "layer", "starting-style")
_LONGEST = 20_000
"""Characters of a resolved list of selectors. Lists in lists double it at each step down."""


def flatten(nodes: Nodes, *, in_scope: bool = False) -> Nodes:
    """Return the tree without nested rules, but for those whose selectors cannot be read.

    Args:
        nodes: a whole sheet, or what stands in an at-rule.
        in_scope: whether `@scope` stands around it, where `&` needs no rule.
    """
    flat: list[Node] = []
    for node in nodes:
        if isinstance(node, Rule):
            if not in_scope and any("&" in selector for selector in node.selectors):
                node = node._replace(selectors=_resolve(node.selectors, (":scope",)) or node.selectors)
            flat.extend(_flatten_rule(node))
        elif isinstance(node, AtRule) and node.nodes:
            inner = flatten(node.nodes, in_scope=in_scope or node.name == "scope")
            flat.append(AtRule(node.name, node.params, inner))
        else:
            flat.append(node)
    return tuple(flat)


def _flatten_rule(rule: Rule, *, was_nested: bool = False) -> list[Node]:
    if not any(isinstance(node, (Rule, AtRule)) for node in rule.nodes):
        return list(unwrap_is(rule)) if was_nested else [rule]
    flat: list[Node] = []
    own: list[Node] = []

    def finish(*, last: bool) -> None:
        if all(isinstance(node, Comment) for node in own):
            flat.extend(own)
        else:
            part = Rule(rule.selectors, tuple(own), rule.trailing)
            # As in Marpit, only what follows the last nested rule loses its `:is()`.
            flat.extend(unwrap_is(part) if was_nested and last else [part])
        own.clear()

    for node in rule.nodes:
        if isinstance(node, Rule) and (selectors := _resolve(node.selectors, rule.selectors)):
            finish(last=False)
            flat.extend(_flatten_rule(Rule(selectors, node.nodes, node.trailing), was_nested=True))
        elif isinstance(node, Rule):
            inner = tuple(_flatten_rule(node)) if node.nodes else ()
            own.extend(inner if inner else (node,))
        elif isinstance(node, AtRule) and node.name in _CHANGE_PLACES:
            finish(last=False)
            if node.nodes:
                node = node._replace(
                    nodes=tuple(_flatten_rule(Rule(rule.selectors, node.nodes, rule.trailing)))
                )
            flat.append(node)
        elif isinstance(node, AtRule) and node.nodes:
            own.append(node._replace(nodes=flatten(node.nodes, in_scope=True)))
        else:
            own.append(node)
    finish(last=True)
    return flat


def _resolve(selectors: tuple[str, ...], parents: tuple[str, ...]) -> tuple[str, ...]:
    """Return the selectors of a nested rule with its parents in them; none if that cannot be told."""
    # Namespaces are left alone: a `|` cannot be told from the column combinator.
    if any("|" in selector for selector in selectors):
        return ()
    try:
        outer = read_selectors(",".join(parents))
        resolved = tuple(
            write_selector(_put_in(inner, outer)) for inner in read_selectors(",".join(selectors))
        )
    except SelectorError:
        return ()
    return resolved if sum(map(len, resolved)) <= _LONGEST else ()


def _put_in(inner: Complex, parents: tuple[Complex, ...]) -> Complex:
    if not has_part(inner, lambda part: part.kind == "nesting"):
        starts_with_sign = bool(inner) and inner[0].kind == "combinator"
        inner = (NESTING, *inner) if starts_with_sign else (NESTING, DESCENDANT, *inner)
    elif inner[0].kind == "combinator":
        inner = (NESTING, *inner)
    return _replace_nesting(inner, parents, in_has=False)


def _replace_nesting(parts: Complex, parents: tuple[Complex, ...], *, in_has: bool) -> Complex:
    """Return a selector with its parents where `&` stood, at any depth."""
    replaced: list[Part] = []
    has_nesting = False
    for part in parts:
        if part.kind == "nesting":
            has_nesting = True
            if len(parents) == 1 and not in_has and _is_compound(parents[0]):
                replaced.extend(parents[0])
            else:
                replaced.append(Part("pseudo", ":is", parents))
        elif part.args is not None:
            is_has = part.text.lower() == ":has"
            args = tuple(_replace_nesting(arg, parents, in_has=is_has) for arg in part.args)
            replaced.append(part._replace(args=args))
        else:
            replaced.append(part)
    return sort_compounds(replaced) if has_nesting else tuple(replaced)


def _is_compound(parts: Complex) -> bool:
    return not any(part.kind == "combinator" or part.is_element for part in parts)
