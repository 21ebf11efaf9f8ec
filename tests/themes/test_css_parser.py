"""The parser: what a text is read as, and where it stops being CSS."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from celldeck.themes import builtin_folder, css_parser
from celldeck.themes.css import AtRule, Comment, Declaration, Rule
from celldeck.themes.css_parser import DEEPEST, parse
from celldeck.themes.css_tokens import CssError


def block(text: str) -> tuple[object, ...]:
    """Return what is read in a rule's block."""
    (rule,) = parse(f"a {{{text}}}")
    assert isinstance(rule, Rule)
    return rule.nodes


def test_parse_gives_rules_at_rules_declarations_and_comments_in_order() -> None:
    assert parse(
        "/* @theme x */ @import 'a'; h1, p > b { color: red; } @media print { p { margin: 0 } }"
    ) == (
        Comment(" @theme x "),
        AtRule("import", "'a'"),
        Rule(("h1", "p > b"), (Declaration("color", "red"),)),
        AtRule("media", "print", (Rule(("p",), (Declaration("margin", "0"),)),)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("color:red", Declaration("color", "red")),
        ("color : red ;", Declaration("color", "red")),
        ("color: red !important", Declaration("color", "red", "!important")),
        ("color: red! important;", Declaration("color", "red", "!important")),
        ("color: RED !IMPORTANT", Declaration("color", "RED", "!important")),
        ("content: 'a;b}'", Declaration("content", "'a;b}'")),
        (r"content: 'it\'s;'", Declaration("content", r"'it\'s;'")),
        ('content: "a:b"', Declaration("content", '"a:b"')),
        ("x: url(data:image/png;base64,iV+/=)", Declaration("x", "url(data:image/png;base64,iV+/=)")),
        ("background: url( 'a)b' )", Declaration("background", "url( 'a)b' )")),
        ("x: calc(1px + (2 * var(--a, max(1px, 2px))))",
         Declaration("x", "calc(1px + (2 * var(--a, max(1px, 2px))))")),
        ("grid-template-areas: 'a b'\n 'c d'", Declaration("grid-template-areas", "'a b'\n 'c d'")),
        ("grid-column: 1 / -1", Declaration("grid-column", "1 / -1")),
        ("color: red /* c */", Declaration("color", "red")),
        ("color: /* c */ red", Declaration("color", "red")),
        ("margin: 1px/**/2px", Declaration("margin", "1px/**/2px")),
        ("--x: { a: b; c: d }", Declaration("--x", "{ a: b; c: d }", "", ": ")),
        ("--x:1rem ;", Declaration("--x", "1rem ")),
        ("--x: ;", Declaration("--x", "", "", ": ")),
        ("--x: a !important;", Declaration("--x", "a", " !important", ": ")),
        ("--X-1: a;", Declaration("--X-1", "a", "", ": ")),
        ("*zoom: 1", Declaration("zoom", "1")),
        ("filter: progid:DXImageTransform.Microsoft.Alpha(opacity=5)",
         Declaration("filter", "progid:DXImageTransform.Microsoft.Alpha(opacity=5)")),
        (r"col\6f r: red", Declaration(r"col\6f r", "red")),
    ],
)  # fmt: skip
def test_parse_reads_a_declaration(text: str, expected: Declaration) -> None:
    assert block(text)[0] == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("a:hover", ("a:hover",)),
        ('a[href="x,y"], b', ('a[href="x,y"]', "b")),
        (":is(h1, h2), p:not(.a, .b)", (":is(h1, h2)", "p:not(.a, .b)")),
        ("h1 /* c */, p", ("h1", "p")),
        ('a[x="}"]', ('a[x="}"]',)),
        (r".sm\:w-1\/2, .\31 0", (r".sm\:w-1\/2", r".\31 0")),
        ("h1,\n\th2", ("h1", "h2")),
        ("*", ("*",)),
        ("50%", ("50%",)),
        ("", ("",)),
        (".é, .日本", (".é", ".日本")),
    ],
)
def test_parse_splits_selectors_at_the_commas_between_them(selector: str, expected: tuple[str, ...]) -> None:
    assert parse(f"{selector}{{x:y}}") == (Rule(expected, (Declaration("x", "y"),)),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@media(min-width:1px){}", AtRule("media", "(min-width:1px)", ())),
        ("@page{}", AtRule("page", "", ())),
        ("@charset \"utf-8\";", AtRule("charset", '"utf-8"')),
        ("@import url(a;b.css) screen;", AtRule("import", "url(a;b.css) screen")),
        ("@supports (a: b) and (not (x:y)) {}", AtRule("supports", "(a: b) and (not (x:y))", ())),
        ("@layer a, b;", AtRule("layer", "a, b")),
        ("@-webkit-keyframes /* c */ k {}", AtRule("-webkit-keyframes", "k", ())),
        ("@import 'last'", AtRule("import", "'last'")),
    ],
)  # fmt: skip
def test_parse_reads_an_at_rule(text: str, expected: AtRule) -> None:
    assert parse(text) == (expected,)


def test_parse_reads_nested_rules_among_declarations() -> None:
    assert block("x:y; &:hover { x:z } @media print { x:w } > b {}") == (
        Declaration("x", "y"),
        Rule(("&:hover",), (Declaration("x", "z"),)),
        AtRule("media", "print", (Declaration("x", "w"),)),
        Rule(("> b",), ()),
    )


def test_parse_keeps_a_stray_semicolon_after_a_rule_since_it_spoils_the_next_one() -> None:
    assert parse("a{}; b{}") == (Rule(("a",), (), ";"), Rule(("b",), ()))


@pytest.mark.parametrize(
    ("text", "reason", "line", "column"),
    [
        ("a {\n  color: red", "a block is never closed", 1, 1),
        ("a {\n b {} ", "a block is never closed", 1, 1),
        ("a {}\n}", "a } closes nothing", 2, 1),
        ("a {}\n/* c", "a comment is never closed", 2, 1),
        ("a { b: 'c }", "a string is never closed", 1, 8),
        ("a { b: url(c }", "a url( is never closed", 1, 11),
        ("a { b: rgb(c; }", "a bracket is never closed", 1, 11),
        ("a {\n  b: c d: e }", "a semicolon is missing", 2, 7),
        ("a { b:: c }", "a colon too many", 1, 7),
        ("a { word }", "`word` is neither a rule nor a declaration", 1, 5),
        ("<style>", "`<style>` is neither a rule nor a declaration", 1, 1),
        ("a { b c: d }", "`c` stands between a property and its colon", 1, 7),
        ("a { 'b': 'c' }", "`'c'` is no property", 1, 10),
        ("@ media {}", "an @ without a name", 1, 1),
    ],
)
def test_parse_tells_where_a_text_stops_being_css(text: str, reason: str, line: int, column: int) -> None:
    with pytest.raises(CssError) as raised:
        parse(text)
    assert (raised.value.reason, raised.value.line, raised.value.column) == (reason, line, column)


def test_parse_refuses_blocks_too_deep_to_walk() -> None:
    assert parse("a{" * DEEPEST + "}" * DEEPEST)
    with pytest.raises(CssError, match="more than 100 deep"):
        parse("a{" * (DEEPEST + 1) + "}" * (DEEPEST + 1))


@pytest.mark.parametrize(
    "text", ["$size: 2rem;\n.a { width: $size; @include b($size); }", "@mixin m($a: 1) { x: $a }"]
)
def test_parse_reads_what_other_languages_add(text: str) -> None:
    assert parse(text)


@pytest.mark.parametrize("path", sorted(builtin_folder().glob("*.css")), ids=lambda path: path.stem)
def test_patterns_read_what_reading_word_by_word_does(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    by_pattern = parse.__wrapped__(text)
    for name in ("_PLAIN_DECLARATION", "_PLAIN_RULE", "_PLAIN_AT_RULE"):
        monkeypatch.setattr(css_parser, name, re.compile("(?!)"))
    assert parse.__wrapped__(text) == by_pattern
