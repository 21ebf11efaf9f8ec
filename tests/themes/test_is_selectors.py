"""`:is(section, …)` written out after flattening."""

from __future__ import annotations

import pytest

from celldeck.themes.css import Declaration, Rule
from celldeck.themes.css_parser import parse
from celldeck.themes.is_selectors import unwrap_is
from celldeck.themes.minify import minify
from celldeck.themes.nesting import flatten


def unwrapped(selector: str) -> list[tuple[str, ...]]:
    return [rule.selectors for rule in unwrap_is(Rule((selector,), (Declaration("x", "y"),)))]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (":is(section,h1) p", [("section p", "h1 p")]),
        (":is(section.a,section.b) h1", [("section.a h1", "section.b h1")]),
        (":is(section > p) em", [("section > p em",)]),
        (":is(section > p).a", [("section > p.a",)]),
        (":is(section > p) + :is(section > p)", [("section:is(section) > p + p",)]),
        (".b :is(section > p)", [(".b :is(section > p)",)]),
        (".b > :is(section > p)", [("section.b > p",)]),
        (":is(section,.a) p", [("section:not(.does-not-exist) p", ".a p")]),
        (":is(section,#a) p", [("section:not(#does-not-exist) p", "#a p")]),
        (":is(section,h1):hover", [("section:hover", "h1:hover")]),
        (":is(section,h1)::after", [("section::after",), ("h1::after",)]),
        (":is(section,h1)[a='b' i]", [("section[a='b' i]",), ("h1[a='b' i]",)]),
        (":is(section,a::before) b", [("section:not(does-not-exist) b",)]),
        (":is(:is(section,a) b,c) d", [("section b d", "a b d", "c:not(does-not-exist) d")]),
        (":not(:is(section,a))", [(":not(section,a)",)]),
        (":has(:is(section,a))", [(":has(:is(section,a))",)]),
        (":where(:is(section,a)) b", [(":where(section) b",), (":where(a) b",)]),
        (":is(:root.a,b) c", [(".a:root c",), ("b:not(.does-not-exist):not(.does-not-exist) c",)]),
        (":is(h1,h2) p", [(":is(h1,h2) p",)]),
        (":is(.a,section) p", [(":is(.a,section) p",)]),
    ],
)
def test_unwrap_is_gives_each_alternative_a_selector(selector: str, expected: list[tuple[str, ...]]) -> None:
    assert unwrapped(selector) == expected


def test_unwrap_is_leaves_too_many_alternatives_alone() -> None:
    selector = " ".join([":is(section,b)"] * 12)
    assert unwrapped(selector) == [(selector,)]


def test_only_what_follows_the_last_nested_rule_is_unwrapped() -> None:
    css = "section, .a { p { x: 1; b { x: 2 } x: 3 } }"
    assert minify(flatten(parse(css))) == (
        ":is(section,.a) p{x:1}"
        "section:not(.does-not-exist) p b, .a p b{x:2}"
        "section:not(.does-not-exist) p, .a p{x:3}"
    )
