"""The tree and the ways to walk it."""

from __future__ import annotations

import pytest

from celldeck.themes.css import Declaration, map_declarations, map_selectors, split_commas, walk
from celldeck.themes.css_parser import parse
from celldeck.themes.minify import minify


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ("a",)),
        ("a,b , c", ("a", "b", "c")),
        (":is(a, b), c", (":is(a, b)", "c")),
        ('[x="a,b"],c', ('[x="a,b"]', "c")),
        ("[x='a\\',b'],c", ("[x='a\\',b']", "c")),
        (r".a\,b,c", (r".a\,b", "c")),
        ("a/* , */,b", ("a/* , */", "b")),
        ("a),b", ("a)", "b")),
        ("a,", ("a", "")),
        ("", ("",)),
    ],
)
def test_split_commas_leaves_those_in_parentheses_strings_escapes_and_comments(
    text: str, parts: tuple[str, ...]
) -> None:
    assert split_commas(text) == parts


def test_map_selectors_reaches_rules_at_any_depth_but_no_frames() -> None:
    nodes = parse(
        "a{x:y; b{x:y}} @media print{@layer l{c{x:y}}} @keyframes k{from{x:y}} @-moz-keyframes k{to{x:y}}"
    )
    assert minify(map_selectors(nodes, str.upper)) == (
        "A{x:y;B{x:y}}@media print{@layer l{C{x:y}}}@keyframes k{from{x:y}}@-moz-keyframes k{to{x:y}}"
    )


def test_map_declarations_reaches_frames_and_fonts_and_can_take_out() -> None:
    nodes = parse("a{x:1;y:2} @keyframes k{from{x:3}} @font-face{x:4;y:5}")

    def double(node: Declaration) -> Declaration | None:
        return None if node.name == "y" else node._replace(value=node.value * 2)

    assert minify(map_declarations(nodes, double)) == "a{x:11}@keyframes k{from{x:33}}@font-face {x:44}"


def test_walk_gives_each_node_before_what_stands_in_it() -> None:
    nodes = parse("@media print { a { x: y } } /* c */")
    assert [type(node).__name__ for node in walk(nodes)] == ["AtRule", "Rule", "Declaration", "Comment"]
