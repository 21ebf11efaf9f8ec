"""Which changes of files count, and which come together."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from celldeck.serve import changes as changes_module
from celldeck.serve.changes import Changes

LONG_S = 20.0
"""Until a change that must come is given up."""
SHORT_S = 0.4
"""Until one that must not come is taken not to come."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("deck/images", "deck/.git/deep", "deck/node_modules/x", "deck/dist", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path.resolve()


@pytest.fixture
def changes(root: Path) -> Iterator[Changes]:
    changes = Changes([root / "deck" / "dist"])
    changes.watch([], [root / "deck"])
    yield changes
    changes.close()


def test_a_save_in_place_and_one_by_renaming_are_noticed(root: Path, changes: Changes) -> None:
    deck = root / "deck" / "a.md"
    deck.write_text("1")
    assert changes.next_batch(LONG_S) == {deck}
    deck.write_text("2")
    assert changes.next_batch(LONG_S) == {deck}
    aside = root / "deck" / ".a.md.swp"
    aside.write_text("3")
    os.replace(aside, deck)
    assert changes.next_batch(LONG_S) == {deck}
    deck.unlink()
    assert changes.next_batch(LONG_S) == {deck}


def test_what_is_written_together_comes_together(root: Path, changes: Changes) -> None:
    files = {root / "deck" / "images" / f"{number}.svg" for number in range(20)}
    for file in files:
        file.write_text("x")
    batch = changes.next_batch(LONG_S)
    while batch < files:
        more = changes.next_batch(SHORT_S)
        assert more
        batch |= more
    assert batch == files


@pytest.mark.parametrize(
    "name",
    [
        "dist/a.html",
        ".git/index",
        ".git/deep/x",
        "node_modules/x/y.js",
        "a.md~",
        ".a.md.swp",
        "x.part",
        "../elsewhere/y",
    ],
)
def test_what_means_nothing_is_not_told(root: Path, changes: Changes, name: str) -> None:
    (root / "deck" / name).write_text("x")
    assert changes.next_batch(SHORT_S) == set()


def test_reading_is_no_change(root: Path, changes: Changes) -> None:
    (root / "deck" / "a.md").write_text("x")
    assert changes.next_batch(LONG_S)
    while changes.next_batch(SHORT_S):
        pass
    (root / "deck" / "a.md").read_text()
    list((root / "deck").iterdir())
    assert changes.next_batch(SHORT_S) == set()


def test_a_hidden_file_of_a_folder_that_was_asked_for_counts(root: Path, changes: Changes) -> None:
    (root / "deck" / ".marprc").write_text("x")
    assert changes.next_batch(LONG_S) == {root / "deck" / ".marprc"}


def test_a_folder_counts_without_those_below_it(root: Path, changes: Changes) -> None:
    (root / "elsewhere" / "deep").mkdir()
    changes.watch([root / "elsewhere"])
    changes.watch([root / "elsewhere"])
    (root / "elsewhere" / "deep" / "x.svg").write_text("x")
    assert changes.next_batch(SHORT_S) == set()
    (root / "elsewhere" / "x.svg").write_text("x")
    assert changes.next_batch(LONG_S) == {root / "elsewhere" / "x.svg"}


def test_a_folder_that_is_not_there_is_noticed_when_it_comes(root: Path, changes: Changes) -> None:
    missing = root / "elsewhere" / "pictures" / "deep"
    changes.watch([missing])
    missing.mkdir(parents=True)
    assert changes.next_batch(LONG_S) == {missing.parent}
    changes.watch([missing])
    (missing / "x.svg").write_text("x")
    assert changes.next_batch(LONG_S) == {missing / "x.svg"}


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_folder_that_went_and_came_again_is_watched_as_before(
    root: Path, changes: Changes, is_seen: bool
) -> None:
    changes.watch([root], [])
    shutil.rmtree(root / "deck")
    if is_seen:
        assert root / "deck" in changes.next_batch(LONG_S)
        changes.watch([root], [root / "deck"])
    deck = root / "deck" / "images" / "a.md"
    deck.parent.mkdir(parents=True)
    deck.write_text("1")
    assert changes.next_batch(LONG_S)
    changes.watch([root], [root / "deck"])
    # What came before it was watched again is told, too.
    assert deck in changes.next_batch(LONG_S)
    deck.write_text("2")
    assert changes.next_batch(LONG_S) == {deck}


def test_a_folder_that_another_one_took_the_name_of_is_watched_as_before(
    root: Path, changes: Changes
) -> None:
    (root / "deck").rename(root / "old")
    (root / "elsewhere").rename(root / "deck")
    changes.watch([root], [root / "deck"])
    deck = root / "deck" / "a.md"
    deck.write_text("1")
    assert deck in changes.next_batch(LONG_S)


def test_of_a_very_large_tree_only_the_top_is_watched(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes_module, "LARGEST_TREE", 3)
    changes = Changes()
    try:
        changes.watch([], [root / "deck"])
        (root / "deck" / "images" / "x.svg").write_text("x")
        assert changes.next_batch(SHORT_S) == set()
        (root / "deck" / "a.md").write_text("x")
        assert changes.next_batch(LONG_S) == {root / "deck" / "a.md"}
    finally:
        changes.close()


def test_changes_can_be_forgotten_but_for_some(root: Path, changes: Changes) -> None:
    for name in ("a.md", "data.csv"):
        (root / "deck" / name).write_text("x")
    time.sleep(SHORT_S)
    changes.keep(lambda path: path.suffix == ".md")
    assert changes.next_batch(LONG_S) == {root / "deck" / "a.md"}
    assert changes.next_batch(SHORT_S) == set()
