"""A theme by name, with what it inherits."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.errors import DeckError
from celldeck.model import Theme
from celldeck.source import Source
from celldeck.themes import ThemeSet, ThemeSource, find_theme, resize


def themes(default: str | None = None, **css: str) -> ThemeSet:
    sources = {name: ThemeSource(name, Source.of(text, f"{name}.css")) for name, text in css.items()}
    if default is None:
        return ThemeSet(sources)
    own = ThemeSource("default", Source.of(default, "default.css"))
    return ThemeSet({"default": own, **sources}, own)


def test_find_theme_gives_its_size_presets_and_scaling() -> None:
    css = "/* @theme a\n@size 4:3 960px 720px\n@auto-scaling code */ section { width: 10in; height: 540px }"
    assert find_theme(themes(a=css), "a") == Theme(
        "a", css, (960, 540), ("10in", "540px"), {"4:3": ("960px", "720px")}, "code"
    )


def test_find_theme_inherits_what_a_theme_does_not_say() -> None:
    found = themes(
        a="/* @size x 1px 2px\n@size y false */ @import 'b'; @import-theme 'c'; section { height: 5px }",
        b="/* @auto-scaling true\n@size y 3px 4px */ section { width: 6px; height: 7px }",
        c="/* @size z 8px 9px\n@size x 0 0 */",
    )
    theme = find_theme(found, "a")
    assert (theme.size_px, theme.page_size, theme.auto_scaling) == ((6, 5), ("6px", "5px"), "true")
    assert theme.presets == {"z": ("8px", "9px"), "x": ("1px", "2px")}


@pytest.mark.parametrize("name", [None, "nobody"])
def test_find_theme_gives_the_default_for_no_name_and_one_that_nobody_has(name: str | None) -> None:
    assert find_theme(themes("section { width: 10px }"), name).size_px == (10, 720)
    assert find_theme(themes(), name).page_size == ("1280px", "720px")


def test_find_theme_takes_each_side_from_the_first_that_tells_it_in_pixels() -> None:
    found = themes(
        "section { width: 30px; height: 40px }",
        a="@import 'b'; section { width: 100% }",
        b="section{height:50vh}",
    )
    theme = find_theme(found, "a")
    assert (theme.page_size, theme.size_px) == (("100%", "50vh"), (30, 40))


@pytest.mark.parametrize(
    ("css", "line"),
    [
        ({"a": "p{}\n@import-theme 'a';"}, "a.css:2:1: the theme `a` imports itself: a → a"),
        ({"a": "@import 'b';", "b": "@import \"a\";"}, "a.css:1:1: the theme `a` imports itself: a → b → a"),
        ({"a": "@import 'b';", "b": "\n@import 'c';", "c": "@import 'b';"},
         "b.css:2:1: the theme `b` imports itself: b → c → b"),
    ],
)  # fmt: skip
def test_find_theme_tells_a_circle_with_its_place(css: dict[str, str], line: str) -> None:
    with pytest.raises(DeckError) as raised:
        find_theme(themes(**css), "a")
    assert str(raised.value).splitlines()[0] == line


def test_resize_sets_another_size() -> None:
    found = themes(a="@import 'b'; section { width: 10px }", b="section { width: 20px; height: 30px }")
    theme = resize(found, find_theme(found, "a"), ("4in", "50%"))
    assert (theme.page_size, theme.size_px) == (("4in", "50%"), (384, 30))


def test_resize_knows_the_default_theme_by_its_text(tmp_path: Path) -> None:
    found = themes("section { width: 10px }")
    assert resize(found, find_theme(found, None), ("1px", "2px")).size_px == (1, 2)
