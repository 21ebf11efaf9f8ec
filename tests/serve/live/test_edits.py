"""Edits of cells as diffs, and written back into the deck's file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from celldeck.errors import DeckError
from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.serve.live.edits import difference, with_edits, written
from celldeck.source import Source

HEAD = "---\nkernel: python3\n---\n\n"


def deck_of(text: str, path: Path | str = "deck.md") -> Deck:
    return parse(Source.of(text, path), MarpOptions())


CASES = {
    "plain": ("```python\nx = 1\n```\n", "x = 2", "```python\nx = 2\n```\n"),
    "more lines": ("```python\nx = 1\n```\nend", "a\nb\n\nc", "```python\na\nb\n\nc\n```\nend"),
    "fewer lines": ("```python\na\nb\nc\n```\n", "d", "```python\nd\n```\n"),
    "options stay": (
        "```python {echo=false}\n#| label: one\n#| fig-width: 3\nx = 1\n```\n",
        "y = 2",
        "```python {echo=false}\n#| label: one\n#| fig-width: 3\ny = 2\n```\n",
    ),
    "in a list": (
        "* item\n\n  ```python\n  if x:\n      y\n  ```\n",
        "z\n\nw",
        "* item\n\n  ```python\n  z\n\n  w\n  ```\n",
    ),
    "tildes": ("~~~~python\nx\n~~~~\n", "```\n~~~", "~~~~python\n```\n~~~\n~~~~\n"),
    "empty lines": ("```python\n\n\nx\n\n```\n", "x\n", "```python\nx\n\n```\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_only_the_code_changes(name: str) -> None:
    before, code, after = CASES[name]
    deck = deck_of(HEAD + before)
    new = with_edits(deck, {0: code})
    assert new == HEAD + after
    assert deck_of(new).cells[0].source == code


def test_several_cells_change_at_once() -> None:
    deck = deck_of(HEAD + "```python\na\n```\n\n---\n\n```python\nb\n```\n\n```python\nc\n```\n")
    new = with_edits(deck, {0: "a1\na2", 2: "c1"})
    assert [cell.source for cell in deck_of(new).cells] == ["a1\na2", "b", "c1"]


@pytest.mark.parametrize("code", ["```", "x\n  ```  \ny", "````"])
def test_code_that_would_end_the_fence_is_refused(code: str) -> None:
    with pytest.raises(DeckError, match="would end the fence"):
        with_edits(deck_of(HEAD + "```python\nx\n```\n"), {0: code})


def test_code_from_a_file_and_values_in_a_text_are_not_changed_here() -> None:
    deck = parse(
        Source.of(HEAD + "```python {file=a.py}\n```\n\nText `{python} 1` here.\n"),
        MarpOptions(),
        read_file=lambda path: Source.of("x = 1\n", path),
    )
    for index in (0, 1):
        with pytest.raises(DeckError, match="cannot be changed here"):
            with_edits(deck, {index: "y"})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("tail", ["", "\n"])
def test_the_file_keeps_its_bytes(end: str, mark: str, tail: str) -> None:
    text = HEAD + "A\u2028line \t\n\n```python\nx = 1\ny = 2\n```\n\nlast" + tail
    file = (mark + text.replace("\n", end)).encode()
    deck = deck_of(text)
    assert written(deck, with_edits(deck, {0: deck.cells[0].source}), file) == file
    changed = written(deck, with_edits(deck, {0: "x = 1\nz = 3\ny = 2"}), file)
    assert changed == file.replace(f"x = 1{end}".encode(), f"x = 1{end}z = 3{end}".encode())


def test_a_file_with_several_kinds_of_line_ends_keeps_each() -> None:
    file = (HEAD + "a\r\nb\n\n```python\r\nx\r\n```\r\n").encode()
    deck = deck_of(file.decode())
    changed = written(deck, with_edits(deck, {0: "y"}), file)
    assert changed.startswith((HEAD + "a\r\nb\n\n```python\r\ny").encode())
    assert changed.endswith(b"\n```\r\n")


def test_a_file_that_has_changed_is_left_alone() -> None:
    deck = deck_of(HEAD + "```python\nx\n```\n")
    for other in (b"something else", b"\xff\xfe", b""):
        with pytest.raises(DeckError, match="has changed meanwhile"):
            written(deck, with_edits(deck, {0: "y"}), other)


def test_the_diff_is_one_that_git_applies(tmp_path: Path) -> None:
    text = HEAD + "# One\n\n```python\nx = 1\n```\n\n---\n\n```python\ny\n```\n\nno end"
    file = tmp_path / "slides" / "my deck.md"
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    deck = deck_of(text, "slides/my deck.md")
    new = with_edits(deck, {0: "x = 2", 1: "y\n# ü"})
    diff = difference(deck, new, deck.source.path)
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True)
    assert file.read_text("utf-8") == new


def test_nothing_changed_is_no_diff() -> None:
    deck = deck_of(HEAD + "```python\nx\n```\n")
    assert difference(deck, with_edits(deck, {}), Path("deck.md")) == ""
