"""What a Marp project says of itself, and what of it is followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from celldeck.errors import DeckError
from celldeck.marp_project import FILES, PROGRAMS, MarpProject, find_marp_project, marp_options
from celldeck.model import MarpOptions


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, which nothing above it counts for; we are in it."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, value: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_read(project: Path, name: str) -> None:
    values: dict[str, Any] = {"themeSet": "mine.css", "theme": "mine", "html": True, "lang": "de"}
    path = write(project / name, {"marp": values} if name == "package.json" else values)
    theme = write(path.parent / "mine.css", "")
    expected = MarpProject(path, (theme,), "mine", {"html": True, "lang": "de"})
    assert find_marp_project(project / "talks" / "deep") == expected


def test_the_first_that_is_there_counts_and_the_nearest_folder(project: Path) -> None:
    write(project / "package.json", {"name": "no marp here"})
    write(project / ".marprc.yml", "theme: a")
    write(project / "marp.config.json", {"theme": "b"})
    (project / "talks").mkdir()
    assert find_marp_project(project / "talks").theme == "a"
    write(project / "talks" / ".marprc", "theme: c")
    assert find_marp_project(project / "talks").theme == "c"
    assert find_marp_project(project).theme == "a"


def test_nothing_above_the_repository_counts(project: Path) -> None:
    write(project / ".marprc", "theme: a")
    (project / "inner" / ".git").mkdir(parents=True)
    assert find_marp_project(project / "inner") == MarpProject()


def test_themes_are_files_folders_and_patterns_beside_the_file(project: Path) -> None:
    (project / "conf" / "themes" / "deep").mkdir(parents=True)
    files = [write(project / "conf" / "themes" / name, "") for name in ("a.css", "b.css", "deep/c.css")]
    path = write(
        project / "conf" / ".marprc.json", {"themeSet": ["themes", "./themes/*.css", "themes/**/c.css"]}
    )
    found = find_marp_project(path.parent)
    assert found == MarpProject(path, (project / "conf" / "themes", *files))
    write(path, {"theme": "themes/a.css"})
    assert find_marp_project(path.parent).theme == str(files[0])


def test_the_options_of_marps_constructor_become_ours() -> None:
    given = {
        "html": {"b": ["class"]},
        "markdown": {"breaks": False, "linkify": False, "typographer": True, "xhtmlOut": False},
        "math": {"lib": "katex"},
        "emoji": {"shortcode": False, "unicode": "twemoji"},
        "headingDivider": [1, 2],
        "looseYAML": False,
        "lang": "fr",
        "slug": {"prefix": "x"},
        "anchor": False,
        "inlineSVG": {"enabled": False},
        "printable": False,
        "cssNesting": False,
        "cssContainerQuery": ["a", "b"],
        "minifyCSS": True,
        "script": None,
    }
    assert MarpOptions(**marp_options(given)) == MarpOptions(
        html={"b": ["class"]},
        breaks=False,
        linkify=False,
        typographer=True,
        xhtml_out=False,
        math="katex",
        emoji_shortcode=False,
        emoji_unicode="twemoji",
        heading_divider=(1, 2),
        loose_yaml=False,
        lang="fr",
        slug=True,
        anchor=False,
        inline_svg=False,
        printable=False,
        css_nesting=False,
        css_container_query=("a", "b"),
    )
    assert marp_options({"math": {}, "headingDivider": 3, "inlineSVG": True, "markdown": "commonmark"}) == {
        "math": "mathjax",
        "heading_divider": 3,
        "inline_svg": True,
    }


def test_the_top_of_the_file_beats_its_options(project: Path) -> None:
    write(project / ".marprc", {"html": False, "options": {"html": True, "math": False}})
    assert find_marp_project(project).options == {"html": False, "math": False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("html: sometimes", "1:1: warning: 'html' is true or false, not 'sometimes', so it is ignored"),
        (
            "options:\n  math: latex",
            "2:3: warning: 'math' is true, false, mathjax or katex, not 'latex', so it is ignored",
        ),
        (
            "options:\n  markdown:\n    breaks: 1",
            "3:5: warning: 'markdown.breaks' is true or false, not 1, so it is ignored",
        ),
        (
            "options: {headingDivider: 7}",
            "1:11: warning: 'headingDivider' is false, a level from 1 to 6, or a list of "
            "levels, not 7, so it is ignored",
        ),
        (
            "options: {headingDivider: true}",
            "1:11: warning: 'headingDivider' is false, a level from 1 to 6, or a list of "
            "levels, not True, so it is ignored",
        ),
        ("theme: 3", "1:1: warning: 'theme' is a name or a path, not 3, so it is ignored"),
        (
            "themeSet: {a: b}",
            "1:1: warning: 'themeSet' is a path or a list of paths, not {'a': 'b'}, so it is ignored",
        ),
        (
            "x: 1\nthemeSet: nowhere/*.css",
            "2:1: warning: 'themeSet' names nowhere/*.css, and there is nothing",
        ),
        ("engine: ./engine.js", "1:1: warning: 'engine' is a program, which celldeck does not run"),
    ],
    ids=lambda text: text.split(":")[0] if "warning" not in text else "",
)
def test_what_is_wrong_is_told_and_left_out(project: Path, text: str, message: str) -> None:
    path = write(project / ".marprc.yml", text)
    found = find_marp_project(project)
    assert (found.path, found.theme_set, found.theme, found.options) == (path, (), None, {})
    assert [str(notice).split(" [marp-config]\n")[0] for notice in found.notices] == [
        f".marprc.yml:{message}"
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "package.json",
            '{"marp":\n {"theme": }}',
            'package.json:2:12: this is no JSON: Expecting value\n  2 |  {"theme": }}\n    |            ^',
        ),
        (
            "package.json",
            '{"marp": 3}',
            "package.json:1:1: a Marp configuration is a mapping of names to values\n"
            '  1 | {"marp": 3}\n    | ^^^^^^^^^^^',
        ),
        (
            ".marprc",
            "a: [1",
            ".marprc:1:6: this is no YAML: expected ',' or ']', but got '<stream end>'\n"
            "  1 | a: [1\n    |      ^",
        ),
        (
            ".marprc",
            "- a",
            ".marprc:1:1: a Marp configuration is a mapping of names to values\n  1 | - a\n    | ^^^",
        ),
    ],
    ids=["json", "number", "yaml", "list"],
)
def test_a_file_that_is_none_is_an_error(project: Path, name: str, text: str, message: str) -> None:
    write(project / name, text)
    with pytest.raises(DeckError) as error:
        find_marp_project(project)
    assert str(error.value) == message


def test_an_empty_file_says_nothing(project: Path) -> None:
    assert find_marp_project(write(project / ".marprc", "").parent) == MarpProject(project / ".marprc")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_told_and_not_run(project: Path, name: str) -> None:
    path = write(project / name, "throw 1")
    (notice,) = find_marp_project(project).notices
    assert str(notice) == (
        f"warning: {path.relative_to(project)} is a program, which celldeck does not run [marp-config]\n"
        "  hint: what it sets can stand in .marprc.yml beside it: themeSet, theme, html, options"
    )
