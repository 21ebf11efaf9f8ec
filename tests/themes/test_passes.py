"""The passes that rewrite a theme, each by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from celldeck.themes.backdrop import copy_backdrops
from celldeck.themes.css import Nodes
from celldeck.themes.css_parser import parse
from celldeck.themes.custom_elements import admit_custom_elements
from celldeck.themes.minify import minify
from celldeck.themes.pagination import keep_page_numbers
from celldeck.themes.rem import replace_rem
from celldeck.themes.root import mark_root, outweigh_section
from celldeck.themes.root_font_size import keep_font_size
from celldeck.themes.scope import Place, scope

SLIDE = "div.marpit > svg > foreignObject > section"
INSIDE = ":marpit-container > :marpit-slide section"


def after(change: Callable[[Nodes], Nodes], css: str) -> str:
    return minify(change(parse(css)))


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("section", SLIDE),
        ("section.a > h1", f"{SLIDE}.a > h1"),
        ("section::after", f"{SLIDE}::after"),
        ("section[data-size='4:3']", f"{SLIDE}[data-size='4:3']"),
        ("section-x", f"{SLIDE} section-x"),
        ("h1", f"{SLIDE} h1"),
        ("html", f"{SLIDE} html"),
        ("body.a", f"{SLIDE} body.a"),
        ("*", f"{SLIDE} *"),
        (".section", f"{SLIDE} .section"),
        (":is(section, h1)", f"{SLIDE} :is(section, h1)"),
        (":marpit-container > svg", "div.marpit > svg"),
    ],
)
def test_scope_keeps_selectors_to_the_slides(selector: str, expected: str) -> None:
    assert (
        after(lambda nodes: scope(nodes, Place("div.marpit")), f"{selector}{{x:y}}") == f"{expected}{{x:y}}"
    )


def test_scope_knows_pages_without_a_container_and_slides_without_svg() -> None:
    css = "section, p{x:y} :marpit-container > svg{x:y}"
    assert after(lambda nodes: scope(nodes, Place("")), css) == (
        "svg > foreignObject > section, svg > foreignObject > section p{x:y}svg{x:y}"
    )
    assert (
        after(lambda nodes: scope(nodes, Place("", inline_svg=False)), "section p{x:y}") == "section p{x:y}"
    )
    assert after(lambda nodes: scope(nodes, Place(r"div#\:\$p")), "p{x:y}") == (
        r"div#\:\$p > svg > foreignObject > section p{x:y}"
    )


def test_scope_reaches_into_at_rules_but_not_into_animations() -> None:
    css = (
        "@media print{@layer l{p{x:y}}}@keyframes k{from{x:y}}@-webkit-keyframes k{50%{x:y}}@font-face {x:y}"
    )
    assert after(lambda nodes: scope(nodes, Place("b")), css) == css.replace(
        "p{x", "b > svg > foreignObject > section p{x"
    )


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (":root", ":where(section):not([\\20 root])"),
        ("section:root", ":where(section):not([\\20 root])"),
        (":root.a h1", ":where(section):not([\\20 root]).a h1"),
        ("p:is(:root *)", "p:is(:where(section):not([\\20 root]) *)"),
        ("html:root", "html:root"),
        ("section.a:root", "section.a:root"),
        (":rooted", ":rooted"),
        (":root-x", ":where(section):not([\\20 root])-x"),
    ],
)
def test_root_outweighs_section(selector: str, expected: str) -> None:
    css = f"section > {selector}{{x:y}}"
    # In a selector of its own there is no word before the mark, so it needs the path to the slide.
    assert after(lambda nodes: outweigh_section(mark_root(nodes)), css) == f"section > {expected}{{x:y}}"


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("margin: 1rem", "calc(var(--marpit-root-font-size, 1rem) * 1)"),
        ("margin: 1.5rem 1px .5rem",
         "calc(var(--marpit-root-font-size, 1rem) * 1.5) 1px calc(var(--marpit-root-font-size, 1rem) * .5)"),
        ("margin: -.5rem", "-calc(var(--marpit-root-font-size, 1rem) * .5)"),
        ("margin: calc(1rem + 2px)", "calc(calc(var(--marpit-root-font-size, 1rem) * 1) + 2px)"),
        ("margin: 1REM", "1REM"),
        ("margin: 1remx", "1remx"),
        ("content: '1rem' \"2rem\"", "'1rem' \"2rem\""),
        ("src: url(1rem) attr(x 1rem)", "url(1rem) attr(x 1rem)"),
        ("margin: var(--1rem, 1rem)", "var(--1rem, 1rem)"),
    ],
)  # fmt: skip
def test_replace_rem_tells_lengths_in_the_slides_font_size(css: str, expected: str) -> None:
    assert after(replace_rem, f"a{{{css}}}") == f"a{{{css.split(':')[0]}:{expected}}}"


def test_replace_rem_reaches_frames_fonts_and_custom_properties() -> None:
    css = "@keyframes k{from{x:1rem}}@page {x:1rem}a{--b:1rem}"
    assert after(replace_rem, css) == css.replace("1rem", "calc(var(--marpit-root-font-size, 1rem) * 1)")


@pytest.mark.parametrize(
    ("selector", "twin"),
    [
        ("section", "section"),
        ("section.a", "section.a"),
        ("section:marpit-root", "section:marpit-root"),
        (".a", f"{INSIDE}.a"),
        ("*", INSIDE),
        ("p > *", f"p > {INSIDE}"),
        ("p section", "p section"),
        (":where(h1)", f"{INSIDE}:where(h1)"),
        ("h1", None),
        ("h1.a", None),
        ("section h1", None),
        ("section-x", None),
    ],
)
def test_keep_font_size_adds_a_twin_for_slides(selector: str, twin: str | None) -> None:
    css = f"{selector}{{font-size:2em}}"
    added = f"{twin}{{--marpit-root-font-size: 2em}}" if twin else ""
    assert after(keep_font_size, css) == css + added


def test_keep_font_size_takes_all_sizes_and_only_the_selectors_of_slides() -> None:
    assert after(keep_font_size, "section, h1, .a{font-size:1px;x:y;font-size:2px!important}p{x:y}") == (
        "section, h1, .a{font-size:1px;x:y;font-size:2px!important}"
        f"section, {INSIDE}.a{{--marpit-root-font-size: 1px;--marpit-root-font-size: 2px !important}}"
        "p{x:y}"
    )


@pytest.mark.parametrize(
    "selector", ["section::after", "section:after", "section.a[b='c d']::after", "p, section::after"]
)
def test_keep_page_numbers_takes_out_other_content(selector: str) -> None:
    assert after(keep_page_numbers, f"{selector}{{content:'x';color:red}}") == f"{selector}{{color:red}}"


@pytest.mark.parametrize(
    "css",
    [
        "section::after{content:attr(data-marpit-pagination) ' / ' attr(data-marpit-pagination-total)}",
        "section::before{content:'x'}",
        "section p::after{content:'x'}",
        "section > ::after{content:'x'}",
        "section-x::after{content:'x'}",
        "p::after{content:'x'}",
    ],
)
def test_keep_page_numbers_leaves_all_else(css: str) -> None:
    assert after(keep_page_numbers, css) == css


@pytest.mark.parametrize(
    ("selector", "svg"),
    [
        ("::backdrop", ":marpit-container > svg[data-marpit-svg]"),
        ("section::backdrop", ":marpit-container > svg[data-marpit-svg]"),
        ("section.a::backdrop", ":marpit-container > svg[data-marpit-svg].a"),
        ("dialog::backdrop", None),
        ("section .a::backdrop", None),
        ("section::backdrop p", None),
    ],
)
def test_copy_backdrops_paints_around_the_slide(selector: str, svg: str | None) -> None:
    css = f"{selector}{{x:y}}"
    assert after(copy_backdrops, css) == css + (f"@media screen{{{svg}{{x:y}}}}" if svg else "")


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("h1", ":is(h1, marp-h1)"),
        ("H2.a", ":is(h2, marp-h2).a"),
        ("pre > code", ":is(pre, marp-pre) > code"),
        ("p:not(span)", "p:not(:is(span, marp-span))"),
        (":where(h1,h6)", ":where(:is(h1, marp-h1),:is(h6, marp-h6))"),
        ("pre::part(auto-scaling)", ":is(pre, marp-pre)::part(auto-scaling)"),
        ("x::part(span)", "x::part(span)"),
        (".h1", ".h1"),
        ("#pre", "#pre"),
        ("h1-x", "h1-x"),
        ("marp-h1", "marp-h1"),
        ("h7", "h7"),
        ("[h1='h1 h1']", "[h1='h1 h1']"),
        (r".\31 h1", r".\31 h1"),
        (":h1", ":h1"),
    ],
)
def test_admit_custom_elements_adds_what_may_stand_for_a_tag(selector: str, expected: str) -> None:
    assert after(admit_custom_elements, f"{selector}{{x:y}}") == f"{expected}{{x:y}}"
