"""Stored outputs against clean runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from celldeck import Session, pipeline
from celldeck.outputs import check_outputs
from celldeck.settings import Settings
from celldeck.tools import Tools

pytestmark = pytest.mark.kernel


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    tools = Tools(Settings(root=tmp_path))
    yield tools
    tools.close()


def write(folder: Path, *cells: str) -> Path:
    path = folder / "deck.md"
    slides = "\n".join(f"```python\n{code}\n```\n" for code in cells)
    path.write_text(f"---\nkernel: python3\n---\n\n{slides}", "utf-8")
    return path


def build(path: Path, tools: Tools) -> None:
    with Session(path, tools=tools, incremental=False) as session:
        session.build()


def told(path: Path, tools: Tools) -> list[str]:
    return [f"{notice.kind}: {notice.message}" for notice in check_outputs(pipeline.load(path, tools), tools)]


def test_outputs_of_a_clean_run_are_what_a_clean_run_gives(tmp_path: Path, tools: Tools) -> None:
    path = write(tmp_path, "import time\nprint(1)", "%time 1")
    build(path, tools)
    assert told(path, tools) == []


def test_what_the_world_has_changed_unseen_is_told_cell_by_cell(tmp_path: Path, tools: Tools) -> None:
    # What C code asks of a file whose name stands nowhere is not noticed.
    data = tmp_path / "data" / "a"
    data.parent.mkdir()
    data.write_text("1")
    path = write(tmp_path, "print(0)", "import os\nprint(*(a.stat().st_size for a in os.scandir('data')))")
    build(path, tools)
    data.write_text("22")
    assert told(path, tools) == [
        "other-output: a clean run gives something else than what is stored:\n  -1\n  +2"
    ]


def test_a_cell_that_is_never_the_same_is_named(tmp_path: Path, tools: Tools) -> None:
    path = write(tmp_path, "import os\nprint(os.getpid())")
    build(path, tools)
    (line,) = told(path, tools)
    assert line.startswith("unstable-output: this cell gives something else in each run:\n  -")


def test_what_is_not_stored_is_told(tmp_path: Path, tools: Tools) -> None:
    path = write(tmp_path, "print(1)")
    (line,) = told(path, tools)
    assert line.startswith("other-output: nothing is stored of this cell")


def test_a_deck_that_does_not_run_has_nothing_to_compare(tmp_path: Path, tools: Tools) -> None:
    path = tmp_path / "deck.md"
    path.write_text("# Words\n", "utf-8")
    assert told(path, tools) == []
