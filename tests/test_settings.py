"""Settings: from pyproject.toml, then from the command line."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from celldeck.errors import DeckError
from celldeck.settings import OPTIONS, Settings, find_root, override, read_settings


def write(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, "utf-8")
    return folder


def told(folder: Path) -> str:
    """Return what is told of the settings in a folder, from the file's name on."""
    with pytest.raises(DeckError) as error:
        read_settings(folder)
    return str(error.value).replace(f"{folder}/", "")


def test_every_option_is_a_field_of_settings_and_the_other_way_round() -> None:
    assert {option.field for option in OPTIONS} == {f.name for f in fields(Settings)} - {"root"}


def test_without_a_file_or_a_table_all_is_as_by_default(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings(root=tmp_path)
    write(tmp_path, "[project]\nname = 'x'\n")
    assert read_settings(tmp_path) == Settings(root=tmp_path)


def test_every_setting_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [tool.celldeck]
        decks = ["talks/*.md"]
        execute = ["talks/*.md"]
        output = "out"
        pdf = true
        html-tags = "all"
        theme-set = ["styles"]
        theme = "gaia"
        template = "bare"
        no-exec = true
        strict = true
        jobs = 3
        timeout = 2.5
        browser = "chromium"
        silence = ["remote-picture"]
        port = 8080
        """,
    )
    assert read_settings(tmp_path) == Settings(
        root=tmp_path,
        decks=("talks/*.md",),
        execute=("talks/*.md",),
        output=str(tmp_path / "out"),
        pdf=True,
        html_tags="all",
        theme_set=("styles",),
        theme="gaia",
        template="bare",
        no_exec=True,
        strict=True,
        jobs=3,
        timeout=2.5,
        browser="chromium",
        silence=("remote-picture",),
        port=8080,
    )


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    write(tmp_path, '[tool.celldeck]\ntheme = "a.css"\nbrowser = "./b"\noutput = "c"\ntheme_set = ["d"]\n')
    settings = read_settings(tmp_path)
    assert [settings.theme, settings.browser, settings.output] == [
        str(tmp_path / n) for n in ["a.css", "b", "c"]
    ]
    assert settings.theme_paths == (tmp_path / "d",)


def test_themes_are_looked_for_in_the_folder_theme_if_there_is_one(tmp_path: Path) -> None:
    assert Settings(root=tmp_path).theme_paths == ()
    (tmp_path / "theme").mkdir()
    assert Settings(root=tmp_path).theme_paths == (tmp_path / "theme",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'them = "x"',
            "2:1: unknown setting 'them' in [tool.celldeck]\n  2 | them = \"x\"\n    | ^^^^\n"
            "  hint: did you mean 'theme'?",
        ),
        (
            "zzz = 1",
            "2:1: unknown setting 'zzz' in [tool.celldeck]\n  2 | zzz = 1\n    | ^^^\n"
            f"  hint: settings: {', '.join(option.name for option in OPTIONS)}",
        ),
        ("theme-set = []\ntheme = 3", "3:1: 'theme' is a text, not 3\n  3 | theme = 3\n    | ^^^^^"),
        ('pdf = "yes"', "2:1: 'pdf' is true or false, not 'yes'\n  2 | pdf = \"yes\"\n    | ^^^"),
        ("jobs = 0", "2:1: 'jobs' is a whole number above 0, not 0\n  2 | jobs = 0\n    | ^^^^"),
        ("jobs = true", "2:1: 'jobs' is a whole number above 0, not True\n  2 | jobs = true\n    | ^^^^"),
        (
            "port = 65536",
            "2:1: 'port' is a whole number from 1 to 65535, not 65536\n  2 | port = 65536\n    | ^^^^",
        ),
        ("timeout = inf", "2:1: 'timeout' is a number above 0, not inf\n  2 | timeout = inf\n    | ^^^^^^^"),
        (
            '  "execute" = "a"',
            "2:4: 'execute' is a list of texts, not 'a'\n  2 |   \"execute\" = \"a\"\n    |    ^^^^^^^",
        ),
        ("decks = [1]", "2:1: 'decks' is a list of texts, not [1]\n  2 | decks = [1]\n    | ^^^^^"),
        (
            'template = "x"',
            "2:1: 'template' cannot be 'x'\n  2 | template = \"x\"\n    | ^^^^^^^^\n"
            "  hint: values: bespoke, bare",
        ),
    ],
    ids=lambda value: value.split("=")[0].strip() if "\n  " not in value else "",
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    assert told(write(tmp_path, f"[tool.celldeck]\n{line}\n")) == f"pyproject.toml:{message}"


def test_the_place_of_a_key_is_that_in_our_table(tmp_path: Path) -> None:
    write(tmp_path, '[tool.ruff]\nthem = 1\n\n[tool.celldeck]  # ours\npdf = true\nthem = "x"\n')
    assert told(tmp_path).startswith("pyproject.toml:6:1: unknown setting 'them'")
    write(tmp_path, 'tool.celldeck.pdf = true\ntool.celldeck.them = "x"\n')
    assert told(tmp_path).startswith("pyproject.toml:2:15: unknown setting 'them'")
    write(tmp_path, "[tool.celldeck]\npdf = true\n[tool.celldeck.deep]\na = 1\n")
    assert told(tmp_path).startswith("pyproject.toml:3:1: unknown setting 'deep'")


def test_a_table_that_is_none_is_told(tmp_path: Path) -> None:
    message = "'tool.celldeck' is a table of settings, not 3"
    assert told(write(tmp_path, "[tool]\ncelldeck = 3\n")).startswith(f"pyproject.toml:2:1: {message}")
    assert read_settings(write(tmp_path, "tool = 3\n")) == Settings(root=tmp_path)


@pytest.mark.parametrize(
    ("text", "place"),
    [("[tool.celldeck\n", "1:15"), ("[tool.celldeck]\njobs = \n", "2:8"), ("a = [1,\n2", "2:1")],
    ids=["table", "value", "end"],
)
def test_a_file_that_is_no_toml_is_told_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert re.match(rf"pyproject\.toml:{place}: this is no TOML: [^(]+\n  \d", told(write(tmp_path, text)))


def test_what_the_command_line_gives_comes_first(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, theme="gaia", jobs=4)
    given: dict[str, Any] = {"theme": "uncover", "jobs": None, "pdf": True, "watch": True}
    assert override(settings, given) == replace(settings, theme="uncover", pdf=True)


@pytest.mark.parametrize(
    ("pattern", "deck", "runs"),
    [
        ("slides/*.md", "slides/a.md", True),
        ("./slides/*.md", "slides/a.md", True),
        ("slides/*.md", "slides/vendor/a.md", False),
        ("slides/*.md", "a.md", False),
        ("slides/*.md", "other/slides/a.md", False),
        ("**/*.md", "a.md", True),
        ("slides/**/*.md", "slides/a.md", True),
        ("slides/**/*.md", "slides/x/y/a.md", True),
        ("slides/**", "slides/x/a.md", True),
        ("a[12].md", "a1.md", True),
        ("*", "slides/a.md", False),
        ("*.md", "../a.md", False),
    ],
)
def test_execute_names_decks_by_patterns_as_a_shell_has_them(
    tmp_path: Path, pattern: str, deck: str, runs: bool
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    assert Settings(root=root, execute=(pattern,)).runs(root / deck) is runs


def test_a_deck_may_be_named_from_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slides").mkdir()
    monkeypatch.chdir(tmp_path / "slides")
    settings = Settings(root=tmp_path, execute=("slides/*.md",))
    assert settings.runs(Path("a.md"))
    assert settings.runs(Path("../slides/a.md"))
    assert not settings.runs(Path("../a.md"))


def test_the_root_is_the_nearest_folder_with_settings(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    write(tmp_path, "[tool.celldeck]\n")
    write(tmp_path / "a", "[project]\n")
    assert find_root(deep) == tmp_path
    assert find_root(tmp_path) == tmp_path
    write(tmp_path, "[tool.other]\n")
    assert find_root(deep) == deep
