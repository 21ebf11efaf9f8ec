"""The file of a rehearsal, the plan that it gives, and the table on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from celldeck.cli import main
from celldeck.errors import DeckError
from celldeck.model import CellTime
from celldeck.pipeline import build
from celldeck.rehearsal import (
    Row,
    StepTime,
    cell_seconds_per_slide,
    read_cell_times,
    read_rehearsal,
    seconds_per_slide,
    table,
)
from celldeck.settings import Settings
from celldeck.tools import Tools

STEPS = [
    {"slide": 1, "step": 0, "seconds": 30.25},
    {"slide": 2, "step": 0, "seconds": 60},
    {"slide": 2, "step": 1, "seconds": 45.5},
]


def write(path: Path, steps: object) -> Path:
    path.write_text(json.dumps({"celldeck": "rehearsal", "steps": steps}), "utf-8")
    return path


def test_it_is_read_and_summed_by_slides(tmp_path: Path) -> None:
    times = read_rehearsal(write(tmp_path / "a.rehearsal.json", STEPS))
    assert times == (StepTime(1, 0, 30.25), StepTime(2, 0, 60.0), StepTime(2, 1, 45.5))
    assert seconds_per_slide(times, 3) == (30.25, 105.5, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "no list 'steps'"),
        ('{"steps": [{"slide": 0, "step": 0, "seconds": 1}]}', "is no step"),
        ('{"steps": [{"slide": 1, "step": 0, "seconds": -1}]}', "is no step"),
        ('{"steps": [{"slide": true, "step": 0, "seconds": 1}]}', "is no step"),
        ('{"steps": [7]}', "7 is no step"),
    ],
)
def test_what_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.json").write_text(text, "utf-8")
    with pytest.raises(DeckError, match=told):
        read_rehearsal(tmp_path / "a.json")


def test_times_of_cells_are_read_and_summed_by_slides(tmp_path: Path) -> None:
    file = write(tmp_path / "a.rehearsal.json", STEPS)
    assert read_cell_times(file) == ()
    cells = [{"cell": n, "slide": slide, "seconds": 1.5} for n, slide in ((1, 2), (2, 2), (3, 3))]
    file.write_text(json.dumps({"steps": STEPS, "cells": cells}), "utf-8")
    times = read_cell_times(file)
    assert times[0] == CellTime(1, 2, 1.5)
    assert cell_seconds_per_slide(times, 3) == (None, 3.0, 1.5)
    for wrong in ([7], [{"cell": 1, "slide": 1, "seconds": None}], {"cell": 1}):
        file.write_text(json.dumps({"steps": STEPS, "cells": wrong}), "utf-8")
        with pytest.raises(DeckError, match="is no rehearsal"):
            read_cell_times(file)


def test_the_table_says_how_long_cells_run_where_that_is_known() -> None:
    rows = [Row("A", False, 30.0, 60.0, 62.0), Row("B", False, 10.0, None, None)]
    assert table(rows) == [
        " slide     time     plan             cells",
        "     1     0:30     1:00    -0:30     1:02  A",
        "     2     0:10        -                 -  B",
        "           0:40     1:00    -0:20     1:02  = whole talk",
    ]


def test_the_table_has_slides_sections_and_the_whole() -> None:
    rows = [
        Row("Start", True, 30.25, 60.0),
        Row("Data", False, 105.5, None),
        Row("Models", True, 3601.0, 3600.0),
        Row("", False, None, 30.0),
    ]
    assert table(rows) == [
        " slide     time     plan",
        "     1     0:30     1:00    -0:30  Start",
        "     2     1:46        -           Data",
        "           2:16     1:00    +1:16  = section Start",
        "     3  1:00:01  1:00:00    +0:01  Models",
        "     4        -     0:30",
        "        1:00:01  1:00:30    -0:29  = section Models",
        "        1:02:17  1:01:30    +0:47  = whole talk",
    ]


DECK = "# One\n\n<!-- time: 2m -->\n\n---\n\n## Two\n\n---\n\n## Three\n\n<!-- a note -->\n"


def test_a_plan_comes_from_notes_and_then_from_the_rehearsal_beside_the_deck(tmp_path: Path) -> None:
    deck = tmp_path / "talk.md"
    deck.write_text(DECK, "utf-8")
    tools = Tools(Settings(root=tmp_path))
    assert build(deck, tools).page.plan == (120.0, None, None)
    write(tmp_path / "talk.rehearsal.json", STEPS)
    assert build(deck, tools).page.plan == (120.0, 105.5, None)


def test_a_rehearsal_of_another_deck_or_a_broken_one_is_told(tmp_path: Path) -> None:
    deck = tmp_path / "talk.md"
    deck.write_text(DECK, "utf-8")
    tools = Tools(Settings(root=tmp_path))
    write(tmp_path / "talk.rehearsal.json", [{"slide": 9, "step": 0, "seconds": 1}])
    [notice] = build(deck, tools).notices
    assert (notice.kind, "has a slide 9, but this deck only 3" in notice.message) == ("rehearsal", True)
    (tmp_path / "talk.rehearsal.json").write_text("oh", "utf-8")
    [notice] = build(deck, tools).notices
    assert (notice.kind, "is no JSON" in notice.message) == ("rehearsal", True)


def test_the_command_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("talk.md").write_text(DECK, "utf-8")
    assert main(["rehearsal", "talk.md"]) == 2
    assert "no rehearsal stands beside talk.md" in capsys.readouterr().err
    write(Path("talk.rehearsal.json"), STEPS)
    assert main(["rehearsal", "talk.md"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "talk.md",
        " slide     time     plan",
        "     1     0:30     2:00    -1:30  One",
        "     2     1:46        -           Two",
        "     3        -        -           Three",
        "           2:16     2:00    +0:16  = section One",
        "           2:16     2:00    +0:16  = whole talk",
    ]
