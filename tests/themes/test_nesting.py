"""Nested rules made flat."""

from __future__ import annotations

import pytest

from celldeck.themes.css_parser import parse
from celldeck.themes.minify import minify
from celldeck.themes.nesting import flatten


def flat(css: str) -> str:
    return minify(flatten(parse(css)))


@pytest.mark.parametrize(
    ("nested", "selector"),
    [
        ("h1 {}", ".a h1"),
        ("& h1 {}", ".a h1"),
        ("&:hover {}", ".a:hover"),
        ("&.b {}", ".a.b"),
        ("> p {}", ".a > p"),
        ("+ & {}", ".a + .a"),
        (".b & {}", ".b .a"),
        ("& + & {}", ".a + .a"),
        ("&& {}", ".a.a"),
        ("h1& {}", "h1.a"),
        ("&h1 {}", "h1.a"),
        ("&-b {}", "-b.a"),
        (":not(&) {}", ":not(.a)"),
        (":has(&) {}", ":has(:is(.a))"),
        (":is(&, b) c {}", ":is(.a,b) c"),
        ("b, &:hover {}", ".a b, .a:hover"),
    ],
)
def test_flatten_puts_the_parent_where_the_ampersand_stands(nested: str, selector: str) -> None:
    css = f".a {{ {nested.replace('{}', '{x:y}')} }}"
    assert flat(css) == f"{selector}{{x:y}}"


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (".a, .b { c { x: y } }", ":is(.a,.b) c{x:y}"),
        (".a b { c { x: y } &:hover { x: z } }", ":is(.a b) c{x:y}:is(.a b):hover{x:z}"),
        (".a::before { b { x: y } }", ":is(.a::before) b{x:y}"),
        ("p { b& { x: y } }", "b:is(p){x:y}"),
    ],
)
def test_flatten_wraps_parents_that_are_no_compound(css: str, expected: str) -> None:
    assert flat(css) == expected


def test_flatten_keeps_the_order_of_declarations() -> None:
    assert flat("a { x: 1; b { x: 2 } x: 3; c { x: 4 } }") == "a{x:1}a b{x:2}a{x:3}a c{x:4}"


def test_flatten_goes_any_depth() -> None:
    assert flat(".a { x: 1; .b { x: 2; &:hover { x: 3 } } }") == ".a{x:1}.a .b{x:2}:is(.a .b):hover{x:3}"


@pytest.mark.parametrize("name", ["media print", "supports (x: y)", "container (width > 1px)", "layer l"])
def test_flatten_lets_conditions_change_places_with_the_rule(name: str) -> None:
    assert flat(f"a {{ x: 1; @{name} {{ x: 2; b {{ x: 3 }} }} x: 4 }}") == (
        f"a{{x:1}}@{name}{{a{{x:2}}a b{{x:3}}}}a{{x:4}}"
    )


def test_flatten_leaves_other_at_rules_where_they_are() -> None:
    assert flat("a { x: 1; @font-face { y: z } }") == "a{x:1;@font-face {y:z}}"


def test_flatten_takes_an_ampersand_without_a_parent_for_the_scope() -> None:
    assert flat("& p { x: y }") == ":scope p{x:y}"
    assert flat("@scope (.a) { & p { x: y } }") == "@scope (.a){& p{x:y}}"


def test_flatten_leaves_rules_alone_whose_selectors_it_cannot_read() -> None:
    assert flat("a { b) { x: y } svg|c { x: z } }") == "a{b){x:y}svg|c{x:z}}"


def test_flatten_keeps_comments_and_empty_rules_apart() -> None:
    assert flat("a { /*! c */ b { x: y } }") == "/*! c */a b{x:y}"


def test_flatten_refuses_selectors_that_grow_beyond_all_bounds() -> None:
    css = "a,b{" * 60 + "x:y" + "}" * 60
    assert len(flat(css)) < 2_000_000
