"""What the README and the page about cells say is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from celldeck import cell_options, cli, keymap, settings
from celldeck.commands import COMMANDS
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.source import Source
from celldeck.themes import load_themes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def fenced(language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


CELLS = (ROOT / "docs" / "cells.md").read_text("utf-8")
ROWS = re.findall(r"^\| `\{(.+?)\}` \| `#\\\| (.+?)` \| (.+?) \|$", CELLS, re.MULTILINE)


def test_the_table_has_every_option_of_cells() -> None:
    expected = {option.name for option in cell_options.OPTIONS}
    assert {braces.split("=")[0] for braces, _, _ in ROWS} == expected
    assert len(ROWS) == len(expected)


@pytest.mark.parametrize(("braces", "line"), [row[:2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_both_ways_to_write_an_option_are_the_same(braces: str, line: str) -> None:
    file = Source.of("# region model\nmodel = 1\n# endregion\n", "train.py")
    code = "" if braces.startswith("file=") else "1\n"
    decks = [
        parse(
            Source.of(f"---\nkernel: python3\n---\n\n```python{info}\n{head}{code}```\n"),
            MarpOptions(),
            read_file=lambda path: file,
        )
        for info, head in ((f" {{{braces}}}", ""), ("", f"#| {line}\n"))
    ]
    one, other = (deck.cells[0] for deck in decks)
    assert all(deck.notices == () for deck in decks)
    assert one.options == other.options
    assert one.options != cell_options.DEFAULTS
    assert one.label == other.label


def test_the_example_deck_is_one_that_runs() -> None:
    (example,) = re.findall(r"^````markdown\n(.*?)^````$", README, re.MULTILINE | re.DOTALL)
    deck = parse(Source.of(example), MarpOptions())
    assert (deck.notices, deck.kernel, len(deck.slides)) == ((), "python3", 1)
    assert [cell.options["echo"] for cell in deck.cells] == [False]
    assert deck.directives["theme"] in load_themes([ROOT / "theme"])


def test_every_flag_is_one_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            cli.main([command.name, "--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    commands = "\n".join(line for block in fenced("sh") for line in block.splitlines() if "build.py" in line)
    assert {"--pdf", "--watch", "--help"} <= set(re.findall(r"--[a-z-]+", commands)) <= known
    named = set(re.findall(r"`(--[a-z][a-z-]+)", README))
    assert named
    assert named <= known


def test_the_example_of_settings_is_right(tmp_path: Path) -> None:
    (example,) = fenced("toml")
    (tmp_path / "pyproject.toml").write_text(example, "utf-8")
    assert settings.read_settings(tmp_path) != settings.Settings(root=tmp_path)


def test_links_and_pictures_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert "docs/slide.png" in targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_the_two_commands_install_what_is_defined() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    installs = re.findall(r"pip install -e '?\.(?:\[(\w+)\])?'?", README)
    assert installs[:2] == ["", "test"]
    assert set(installs) - {""} <= set(project["optional-dependencies"])
    assert f"Python {project['requires-python'].removeprefix('>=')} or later" in README
    assert "python -m pytest" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "pip install -q -e '.[test]'" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_timeout_of_the_table_is_the_default() -> None:
    (row,) = (meaning for braces, _, meaning in ROWS if braces.startswith("timeout"))
    assert f"({settings.Settings().timeout:g} if it does not say)" in row


def test_the_themes_it_names_are_there() -> None:
    (named,) = re.findall(r"^`theme/` has (.*?) for decks", README, re.MULTILINE | re.DOTALL)
    assert {f"{name}.css" for name in re.findall(r"`([\w-]+)`", named)} <= {
        p.name for p in (ROOT / "theme").iterdir()
    }


def test_the_page_about_presenting_has_every_action_with_its_keys() -> None:
    text = (ROOT / "docs" / "presenting.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+) \| (.+) \| `([a-z-]+)` \| .+ \|$", text, re.MULTILINE)
    signs = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", "Escape": "Esc"}

    def written(key: str) -> str:
        shift, _, last = key.rpartition("Shift+")
        return ("Shift " if "Shift+" in key else "") + f"`{signs.get(last, last)}`" + shift

    assert rows == [
        (", ".join(map(written, action.keys)), action.help, action.name) for action in keymap.ACTIONS
    ]
    (example,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert keymap.with_keys(tomllib.loads(example)["tool"]["celldeck"]["keys"])
