"""Selectors taken apart and put together."""

from __future__ import annotations

import pytest

from celldeck.themes.selectors import (
    DESCENDANT,
    Part,
    SelectorError,
    read_selectors,
    sort_compounds,
    write_selector,
    write_selectors,
)


def test_read_selectors_gives_parts_with_their_kinds() -> None:
    assert read_selectors("h1.a#b[c='d, e']:hover::after > *, &") == (
        (
            Part("tag", "h1"),
            Part("class", ".a"),
            Part("id", "#b"),
            Part("attribute", "[c='d, e']"),
            Part("pseudo", ":hover"),
            Part("pseudo", "::after"),
            Part("combinator", ">"),
            Part("universal", "*"),
        ),
        (Part("nesting", "&"),),
    )


def test_read_selectors_reads_the_selectors_in_parentheses() -> None:
    assert read_selectors(":not( .a , b c )") == (
        (Part("pseudo", ":not", ((Part("class", ".a"),), (Part("tag", "b"), DESCENDANT, Part("tag", "c")))),),
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("  a   b ", "a b"),
        ("a>b+c~d", "a > b + c ~ d"),
        ("a\n>\tb", "a > b"),
        (r".sm\:w-1\/2 .\31 0", r".sm\:w-1\/2 .\31 0"),
        ("svg|a, *|*", "svg|a,*|*"),
        (":lang('de')", ":lang('de')"),
        (':lang("(")', ':lang("(")'),
        (":nth-child(2n+1 of h2)", ":nth-child(2n + 1 of h2)"),
        ("::part(a b)", "::part(a b)"),
        ("50%", "50%"),
        ("> a", " > a"),
        ("a || b", "a || b"),
    ],
)
def test_write_selectors_gives_back_what_was_read(text: str, written: str) -> None:
    assert write_selectors(read_selectors(text)) == written


@pytest.mark.parametrize("text", ["a)", ":not(a", ".", "#", "a[b", "a:", "!x", ":is(" * 60 + ")" * 60])
def test_read_selectors_refuses_what_is_no_selector(text: str) -> None:
    with pytest.raises(SelectorError):
        read_selectors(text)


@pytest.mark.parametrize(
    ("text", "tags_first", "expected"),
    [
        (".a#b h1", False, "#b.a h1"),
        (":hover[x].a::before:hover", False, ".a[x]:hover::before:hover"),
    ],
)
def test_sort_compounds_puts_each_compound_in_order(text: str, tags_first: bool, expected: str) -> None:
    (parts,) = read_selectors(text)
    assert write_selector(sort_compounds(parts, tags_first=tags_first)) == expected


def test_sort_compounds_wraps_a_second_tag() -> None:
    parts = (Part("class", ".a"), Part("tag", "p"), Part("pseudo", ":hover"), Part("tag", "b"))
    assert write_selector(sort_compounds(parts)) == "p.a:hover:is(b)"
    assert write_selector(sort_compounds(parts, tags_first=True)) == "p:is(b).a:hover"
