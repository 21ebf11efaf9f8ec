"""The whole style sheet of a deck."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from celldeck.errors import DeckError
from celldeck.model import MarpOptions
from celldeck.source import Source
from celldeck.themes import ThemeSet, ThemeSource, find_theme, stylesheet
from celldeck.themes.css import AtRule, Declaration, Nodes, Rule
from celldeck.themes.css_parser import parse

SLIDE = "div.marpit > svg > foreignObject > section"


def themes(**css: str) -> ThemeSet:
    return ThemeSet({name: ThemeSource(name, Source.of(text, f"{name}.css")) for name, text in css.items()})


def sheet(
    css: str = "",
    styles: Sequence[tuple[str, str | None]] = (),
    *,
    options: MarpOptions | None = None,
    container: str = "div.marpit",
    extra: Sequence[str] = (),
    size: tuple[str, str] | None = None,
    **others: str,
) -> str:
    """Return the style sheet of a deck with the theme `a`, which has this CSS."""
    found = themes(a=css, **others)
    return stylesheet(
        found,
        find_theme(found, "a"),
        styles=styles,
        size=size,
        options=options or MarpOptions(),
        container=container,
        extra=extra,
    )


def facts(css: str) -> set[tuple[str, ...]]:
    """Return what a style sheet says, without the order: at-rules, selectors, name and value."""

    def go(nodes: Nodes, path: tuple[str, ...]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for node in nodes:
            if isinstance(node, Declaration):
                found.add((*path, node.name, node.value + (" !" if node.important else "")))
            elif isinstance(node, Rule):
                for selector in node.selectors:
                    found |= go(node.nodes, (*path, selector))
            elif isinstance(node, AtRule):
                found |= go(node.nodes or (), (*path, f"@{node.name} {node.params}".strip()))
        return found

    return go(parse(css), ())


NO_FRAME = facts(sheet(options=MarpOptions(printable=False, css_container_query=False)))
"""What is there whatever the options are."""


def test_slides_have_their_size_and_their_page_number() -> None:
    expected = {
        (SLIDE, "width", "1280px"),
        (SLIDE, "height", "720px"),
        (SLIDE, "box-sizing", "border-box"),
        (SLIDE, "overflow", "hidden"),
        (SLIDE, "position", "relative"),
        (SLIDE, "scroll-snap-align", "center center"),
        (f"{SLIDE}::after", "content", "attr(data-marpit-pagination)"),
        (f"{SLIDE}::after", "position", "absolute"),
        (f"{SLIDE}::after", "padding", "inherit"),
        (f"{SLIDE}::after", "pointer-events", "none"),
        (f"{SLIDE}::after", "right", "0"),
        (f"{SLIDE}::after", "bottom", "0"),
        (f"{SLIDE}:not([data-marpit-pagination])::after", "display", "none"),
        (f"{SLIDE} :where(:is(h1, marp-h1))", "font-size", "2em"),
    }
    assert expected <= NO_FRAME


def test_print_rules_make_a_slide_a_page() -> None:
    printed = facts(sheet("section { width: 10in }")) - facts(sheet(options=MarpOptions(printable=False)))
    assert {
        ("@page", "size", "10in 720px"),
        ("@page", "margin", "0"),
        ("@media print", "html", "margin", "0"),
        ("@media print", "body", "background-color", "#fff"),
        ("@media print", SLIDE, "break-before", "page"),
        ("@media print", f"{SLIDE} *", "transition", "none !"),
        ("@media print", f"{SLIDE} *", "print-color-adjust", "exact !"),
        ("@media print", "div.marpit > svg[data-marpit-svg]", "height", "100vh"),
        ("@media print", "div.marpit > svg[data-marpit-svg]", "display", "block"),
    } <= printed


@pytest.mark.parametrize(
    ("wanted", "declarations"),
    [
        (True, "container-type:size"),
        (False, None),
        ("deck", "container-type:size;container-name:deck"),
        (("a b", "none", "1x"), r"container-type:size;container-name:a\ b \31 x"),
        ((), "container-type:size"),
    ],
)
def test_slides_are_containers(wanted: bool | str | tuple[str, ...], declarations: str | None) -> None:
    css = sheet(options=MarpOptions(css_container_query=wanted))
    found = re.search(r"foreignObject > :where\(section\)\{(container[^}]*)\}", css)
    assert (found and found[1]) == declarations


def test_without_inline_svg_slides_stand_in_the_container() -> None:
    css = sheet("section::backdrop { x: y } p { x: y }", options=MarpOptions(inline_svg=False))
    assert "div.marpit > section p{x:y}" in css
    assert "foreignObject > section" not in css
    assert "data-marpit-advanced-background" not in css
    assert "@media screen" not in css


def test_layers_behind_and_above_a_slide() -> None:
    layer = f'{SLIDE}[data-marpit-advanced-background="{{}}"]'
    figures = f"{layer.format('background')} > div[data-marpit-advanced-background-container]"
    assert {
        (layer.format("background"), "padding", "0 !"),
        (f"{layer.format('content')}::after", "display", "none !"),
        (layer.format("pseudo"), "pointer-events", "none !"),
        (figures, "display", "flex"),
        (f'{figures}[data-marpit-advanced-background-direction="vertical"]', "flex-direction", "column"),
        (f"{figures} > figure", "background-size", "cover"),
    } <= NO_FRAME


def order(css: str, *texts: str) -> list[int]:
    """Return where the texts stand, to be compared with that sorted."""
    return [css.index(text) for text in texts]


def test_everything_comes_in_marps_order() -> None:
    css = sheet(
        "@charset 'z'; @import 'b'; @import url(own.css); section { from: theme }",
        [("p { from: style }", None), ("p { from: scoped }", "abcd1234")],
        extra=["i { from: extra }"],
        size=("1px", "2px"),
        b="@import-theme 'c'; @import url(b.css); section { from: b }",
        c="section { from: c }",
    )
    places = order(
        css,
        "@charset 'z';",
        "@import url(b.css);",
        "@import url(own.css);",
        "scroll-snap-align",
        "@page",
        "from:c",
        "from:b",
        "container-type",
        "from:extra",
        "from:theme",
        f"{SLIDE}{{width:1px;height:2px}}",
        "from:style",
        "from:scoped",
        "data-marpit-advanced-background",
    )
    assert places == sorted(places)


def test_a_scoped_style_reaches_its_slide_only() -> None:
    css = sheet(
        styles=[("h1, section > p { x: 1 } @keyframes k { to { x: 2 } } p { animation: k }", "abcd1234")]
    )
    scoped = f"{SLIDE}[data-marpit-scope-abcd1234]"
    assert f"{scoped} :is(h1, marp-h1), {scoped} > p{{x:1}}@keyframes k-abcd1234{{to{{x:2}}}}" in css
    assert f"{scoped} p{{animation:k-abcd1234}}" in css


def test_styles_of_one_slide_know_each_others_animations() -> None:
    css = sheet(
        styles=[
            ("p { animation: k }", "abcd1234"),
            ("p{x:y}", None),
            ("@keyframes k { to { x: 2 } }", "abcd1234"),
        ]
    )
    assert "animation:k-abcd1234" in css


def test_a_scoped_style_that_is_not_css_is_left_out_alone() -> None:
    css = sheet(styles=[("p { x: 1", "abcd1234"), ("p { x: 2 }", "abcd1234"), ("p { x: 3 }", None)])
    assert "x:1" not in css
    assert "x:2" in css
    assert "x:3" in css


def test_a_style_that_is_not_css_takes_all_others_with_it() -> None:
    css = sheet(styles=[("p { x: 1 }", None), ("p { x: 2", None), ("p { x: 3 }", "abcd1234")])
    assert not re.search("x:[123]", css)


def test_styles_may_make_one_text_that_is_css() -> None:
    assert "{x:1}" in sheet(styles=[("p { x: 1", None), ("}", None)])


def test_extra_css_that_is_not_css_is_left_out_alone() -> None:
    css = sheet("p { x: 0 }", extra=["p { x: 1", "p { x: 2 }"])
    assert "x:1" not in css
    assert "x:2" in css
    assert "x:0" in css


def test_a_decks_styles_may_not_import_themes_at_their_head() -> None:
    assert "from:b" not in sheet(styles=[("@import 'b'; @import-theme 'b';", None)], b="p { from: b }")
    assert "from:b" in sheet(styles=[("p{x:y} @import 'b';", None)], b="p { from: b }")
    assert "@import 'nobody';" in sheet(styles=[("@import 'nobody';", None)])


def test_root_in_a_style_is_no_page_number_to_keep() -> None:
    # A theme's `:root` is known as a slide when page numbers are looked after, a style's is not yet.
    css = ":root::after { content: 'mine' }"
    assert "content:'mine'" not in sheet(css)
    assert "content:'mine'" in sheet(styles=[(css, None)])


def test_nested_rules_are_flat_unless_they_shall_not_be() -> None:
    css = "section { h1 { x: y } }"
    assert f"{SLIDE} :is(h1, marp-h1){{x:y}}" in sheet(css)
    assert f"{SLIDE}{{{SLIDE} :is(h1, marp-h1){{x:y}}}}" in sheet(css, options=MarpOptions(css_nesting=False))


def test_rem_and_root_work_together() -> None:
    css = sheet(":root { font-size: 2rem } p { margin: 1rem }")
    root = "div.marpit > svg > foreignObject > :where(section):not([\\20 root])"
    size = "calc(var(--marpit-root-font-size, 1rem) * 2)"
    assert f"{root}{{font-size:{size}}}{root}{{--marpit-root-font-size: {size}}}" in css
    assert f"{SLIDE} p{{margin:calc(var(--marpit-root-font-size, 1rem) * 1)}}" in css


def test_the_container_may_have_another_name_or_none() -> None:
    assert "body > main > svg > foreignObject > section p{x:y}" in sheet("p{x:y}", container="body > main")
    bare = sheet("p{x:y} section::backdrop{x:z}", container="")
    assert "}svg > foreignObject > section p{x:y}" in bare
    assert "@media screen{svg[data-marpit-svg]{x:z}}" in bare


def test_without_any_theme_the_scaffold_stands_once() -> None:
    empty = ThemeSet({})
    assert stylesheet(empty, find_theme(empty, None)).count("scroll-snap-align") == 1


def test_a_broken_theme_that_a_theme_imports_is_told() -> None:
    with pytest.raises(DeckError, match="the theme `b` cannot be read"):
        sheet("@import 'b';", b="p { x: 'y }")


def test_a_circle_begun_in_a_style_is_told() -> None:
    found = themes(a="", b="@import 'b';")
    with pytest.raises(DeckError, match="the theme `b` imports itself"):
        stylesheet(found, find_theme(found, "a"), styles=[("p{} @import 'b';", None)])


@pytest.mark.parametrize(
    "css",
    [
        "a{" * 5000,
        "a{b:" + "(" * 5000,
        ":not(" * 5000 + "{x:y}",
        ".a,.b{&,& & {" * 40 + "x:y" + "}}" * 40,
        "/*" * 5000,
    ],
)
def test_hostile_css_takes_no_time(css: str) -> None:
    assert len(sheet(styles=[(css, None), (css, "abcd1234")])) < 1_000_000


def test_the_same_input_gives_the_same_text() -> None:
    arguments = ("section { h1 { x: 1rem } }", [("p { x: y }", "abcd1234")])
    assert sheet(*arguments) == sheet(*arguments)
