"""What is known of a deck's last runs when a session begins."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from decks import deck_of

from celldeck.execute.facts import Facts, World
from celldeck.execute.past_runs import MOST_RUNS, PastRuns
from celldeck.execute.plan import steps_of
from celldeck.execute.store import Record, Store
from celldeck.model import Output


def key(code: str) -> str:
    return hashlib.sha1(code.encode()).hexdigest()


def record(text: str, **facts: object) -> Record:
    return Record((Output("stream", {"text/plain": text}, stream="stdout"),), facts=Facts(**facts))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "outputs")


def note(store: Store, *cells: str, name: str = "talk.md", **facts: dict[str, object]) -> list[str]:
    """Note a run of these cells, each of which gave its code; return the keys."""
    deck = deck_of(*cells, path=name)
    keys = [key(code) for code in cells]
    for code in cells:
        store.put(key(code), record(code, **facts.get(code, {})))
    PastRuns(store, deck).note(steps_of(deck), keys)
    return keys


def recalled(store: Store, *cells: str, name: str = "talk.md") -> list[tuple[str, str]]:
    """Return the code of each cell that has a record, and what the record shows."""
    deck = deck_of(*cells, path=name)
    found = PastRuns(store, deck).records(steps_of(deck), World(store.folder))
    return [(step.cell.source, one.outputs[0].data["text/plain"]) for step, one in found]


def test_records_are_found_by_the_code_of_their_cells(store: Store) -> None:
    note(store, "a", "b", "c")
    assert recalled(store, "x", "c", "b") == [("b", "b"), ("c", "c")]


def test_another_deck_or_another_kernel_has_runs_of_its_own(store: Store) -> None:
    note(store, "a")
    assert recalled(store, "a", name="other.md") == []
    deck = replace(deck_of("a"), kernel="ir")
    assert list(PastRuns(store, deck).records(steps_of(deck), World(store.folder))) == []


def test_a_run_counts_only_if_the_packages_of_all_its_cells_are_as_they_were(store: Store) -> None:
    note(store, "a", "b", a={"packages": {"gone-1.0.dist-info": ""}})
    assert recalled(store, "x", "b") == []
    note(store, "c", "b", c={"files": {"helper.py": ("digest", 1, 2)}})
    assert recalled(store, "x", "b") == []
    note(store, "d", "b", d={"files": {"data.csv": ("digest", 1, 2)}})
    assert recalled(store, "x", "b") == [("b", "b")]


def test_a_run_whose_records_are_gone_is_passed_over(store: Store) -> None:
    keys = note(store, "a", "b")
    (store.folder / keys[0][:2] / f"{keys[0][2:]}.cell").unlink()
    assert recalled(store, "a", "b") == []


def test_the_beginning_of_a_run_says_nothing_new_and_old_runs_go(store: Store) -> None:
    note(store, "a", "b")
    note(store, "a")
    assert recalled(store, "b") == [("b", "b")]
    for code in "cdefg"[: MOST_RUNS + 1]:
        note(store, code)
    assert recalled(store, "b", "c", "f") == [("f", "f")]


def test_a_file_that_is_damaged_is_as_none(store: Store) -> None:
    note(store, "a", "b")
    (file,) = (store.folder.parent / "runs").iterdir()
    for content in ("[[[", "[[[1]]]", "{}", "3"):
        file.write_text(content)
        assert recalled(store, "a", "b") == []
    note(store, "a", "b")
    assert recalled(store, "b") == [("b", "b")]
