"""The themes there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.errors import DeckError
from celldeck.themes import ThemeSet, add_theme_file, builtin_folder, find_theme, load_themes


def write(folder: Path, **files: str) -> Path:
    for name, css in files.items():
        (folder / f"{name}.css").write_text(css, encoding="utf-8")
    return folder


def test_builtin_folder_has_the_default_theme() -> None:
    assert (builtin_folder() / "default.css").is_file()


def test_load_themes_gives_ours_first_and_then_those_in_files_and_folders(tmp_path: Path) -> None:
    write(tmp_path, b="/* @theme b */", a="/* @theme a */")
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", c="/* @theme c */")
    (tmp_path / "node_modules").mkdir()
    write(tmp_path / "node_modules", d="/* @theme d */")
    ours = load_themes().names
    assert "default" in ours
    assert load_themes([tmp_path]).names == (*ours, "a", "b", "c")
    assert load_themes([tmp_path / "b.css"]).names == (*ours, "b")


def test_load_themes_tells_files_that_are_no_themes(tmp_path: Path) -> None:
    broken = "/* @theme broken */\np { x: 'y }"
    write(tmp_path, plain="p { x: y }", broken=broken, good="/* @theme good */")
    themes = load_themes([tmp_path])
    assert [str(notice) for notice in themes.notices] == [
        f"{tmp_path}/broken.css:2:8: warning: "
        "this theme is not CSS: a string is never closed [broken-theme]\n"
        "  2 | p { x: 'y }\n"
        "    |        ^",
        f"{tmp_path}/plain.css:1:1: warning: this style sheet is no theme, since it has no name [no-theme]\n"
        "  1 | p { x: y }\n"
        "    | ^^^^^^^^^^\n"
        "  hint: begin it with /* @theme NAME */, or give the file itself as --theme",
    ]
    assert "good" in themes


def test_a_broken_theme_stops_only_what_uses_it(tmp_path: Path) -> None:
    write(tmp_path, broken="/* @theme broken */\np { x: 'y }", user="/* @theme user */ @import 'broken';")
    themes = load_themes([tmp_path])
    assert find_theme(themes, "default").name == "default"
    for name in ("broken", "user"):
        with pytest.raises(DeckError) as raised:
            find_theme(themes, name)
        assert str(raised.value).startswith(
            f"{tmp_path}/broken.css:2:8: the theme `broken` cannot be read: a string is never closed\n"
        )


def test_load_themes_tells_what_is_not_there_and_what_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(DeckError, match="there is no theme file or folder"):
        load_themes([tmp_path / "none.css"])
    (tmp_path / "latin.css").write_bytes(b"/* @theme \xe9 */")
    with pytest.raises(DeckError, match="is not UTF-8 text"):
        load_themes([tmp_path / "latin.css"])


def test_later_themes_replace_earlier_ones_but_not_as_the_default(tmp_path: Path) -> None:
    write(tmp_path, own="/* @theme default */ section { width: 100px }")
    themes = load_themes([tmp_path])
    assert find_theme(themes, "default").size_px[0] == 100
    assert find_theme(themes, None).size_px[0] == 1280


def test_add_theme_file_needs_no_name_and_takes_none_away(tmp_path: Path) -> None:
    write(tmp_path, nameless="section { width: 100px }", gaia="@import 'gaia'; section { height: 5px }")
    themes, name = add_theme_file(load_themes(), tmp_path / "nameless.css")
    assert (name, find_theme(themes, name).size_px[0]) == ("nameless", 100)
    themes, name = add_theme_file(load_themes(), tmp_path / "gaia.css")
    assert (name, find_theme(themes, name).size_px) == ("gaia-2", (1280, 5))


def test_a_theme_set_is_a_mapping(tmp_path: Path) -> None:
    themes = load_themes([write(tmp_path, a="/* @theme a */ p{}")])
    assert themes["a"].source.text == "/* @theme a */ p{}"
    assert themes.get("nobody") is None
    assert len(themes) == len(list(themes)) == len(themes.names)
    assert len(ThemeSet({})) == 0
