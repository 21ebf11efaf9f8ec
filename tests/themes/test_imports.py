"""Themes built on others."""

from __future__ import annotations

import pytest

from celldeck.themes.css_parser import parse
from celldeck.themes.imports import CircularImport, Sheet, gather, inherited, take_imports, without_themes
from celldeck.themes.minify import minify


def sheet(css: str) -> Sheet:
    return take_imports(parse(css))


def gathered(themes: dict[str, str], *sheets: str) -> tuple[str, list[str]]:
    """Return the statements, and the bodies of what is imported."""
    found = gather([sheet(css) for css in sheets], {name: sheet(css) for name, css in themes.items()}.get)
    return minify(found.statements), [minify(nodes) for nodes in found.imported]


def test_take_imports_parts_a_sheet() -> None:
    taken = sheet(
        "@charset 'utf-8'; @import 'a'; @import url(b.css); @import-theme 'c'; p { x: y } @import 'd' print;"
    )
    assert minify(taken.body) == "p{x:y}"
    assert [(one.name, one.at_head) for one in taken.imports] == [("a", True), (None, True), ("d", False)]
    assert [one.name for one in taken.theme_imports] == ["c"]
    assert taken.charset is not None
    assert taken.built_on == ("c", "a")


def test_take_imports_finds_imports_in_blocks() -> None:
    taken = sheet("@media print { @import 'a'; p { x: y } }")
    assert (minify(taken.body), taken.imports[0].name) == ("@media print{p{x:y}}", "a")


@pytest.mark.parametrize(
    ("params", "name"),
    [("'a b'", "a b"), ('"a\\"b"', 'a"b'), ("'a' layer(x)", "a"), ("''", None), ("url('a')", None)],
)
def test_take_imports_reads_what_stands_in_quotes(params: str, name: str | None) -> None:
    assert sheet(f"@import {params};").imports[0].name == name


def test_gather_puts_themes_in_the_place_of_their_imports() -> None:
    themes = {"a": "a{x:1}", "b": "@import 'a'; b{x:2}", "c": "c{x:3}"}
    assert gathered(themes, "@import 'b'; @import-theme 'c'; p{x:4}") == ("", ["c{x:3}", "a{x:1}", "b{x:2}"])


def test_gather_leaves_other_imports_to_the_browser() -> None:
    themes = {"a": "@import url(a.css); p{x:1} @import 'b';", "b": "b{x:2}"}
    assert gathered(
        themes, "@import 'a'; @import 'nobody'; @import-theme 'none'; @import url(z.css); p{x:4}"
    ) == (
        "@import url(a.css);@import 'b';@import 'nobody';@import url(z.css);@import-theme 'none';",
        ["p{x:1}"],
    )


def test_gather_takes_the_first_charset_to_the_top() -> None:
    assert (
        gathered({}, "p{x:y}", "@import 'a'; @charset 'b';", "@charset 'c';")[0]
        == "@charset 'b';@import 'a';"
    )


def test_gather_imports_a_theme_from_far_down_in_the_sheets_themselves() -> None:
    assert gathered({"a": "a{x:1}"}, "p{x:2} @import 'a';") == ("", ["a{x:1}"])


def test_gather_tells_a_circle() -> None:
    with pytest.raises(CircularImport) as raised:
        gathered({"a": "@import 'b';", "b": "@import-theme 'a';"}, "@import 'a';")
    assert raised.value.path == ("a", "b", "a")


def test_inherited_gives_the_nearest_first() -> None:
    themes = {
        "a": "@import 'b'; @import-theme 'c';",
        "b": "@import 'd';",
        "c": "@import 'b';",
        "d": "",
        "e": "",
    }
    sheets = {name: sheet(css) for name, css in themes.items()}
    chain = list(inherited("a", sheets["a"], sheets.get))
    names = [name for found in chain for name, one in sheets.items() if one is found]
    assert names[:1] == ["a"]
    assert len(chain) == 6  # a, c, b, d, b, d


def test_inherited_does_not_follow_imports_further_down() -> None:
    sheets = {"a": sheet("p { x: y } @import 'b';"), "b": sheet("")}
    assert list(inherited("a", sheets["a"], sheets.get)) == [sheets["a"]]


def test_inherited_tells_a_theme_that_imports_itself() -> None:
    sheets = {"a": sheet("@import 'a';")}
    with pytest.raises(CircularImport):
        list(inherited("a", sheets["a"], sheets.get))


def test_without_themes_takes_theme_imports_at_the_head_out_of_a_decks_css() -> None:
    kept = without_themes(
        sheet("@import 'a'; @import 'b'; @import-theme 'a'; p{x:y} @import 'a';"), {"a"}.__contains__
    )
    assert [one.name for one in kept.imports] == ["b", "a"]
    assert kept.theme_imports == ()
