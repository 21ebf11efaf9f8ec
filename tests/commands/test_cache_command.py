"""`python build.py cache`, as a user types it."""

from __future__ import annotations

import os
import shutil
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from celldeck import cli
from celldeck.execute import Record, Store
from celldeck.execute.effects import Effect
from celldeck.model import Output

KEYS = ("ab" + "0" * 38, "cd" + "1" * 38)
OUTPUTS = Path(".celldeck/outputs")

Cache = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cache:
    """The command, in a project with two records: gives the status, and what is told."""
    monkeypatch.chdir(tmp_path)
    for key in KEYS:
        Store(OUTPUTS).put(key, Record((Output("stream", {"text/plain": key}, "stdout"),)))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["cache", *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def stored() -> list[str]:
    return [key for key, _ in Store(OUTPUTS).contents()]


def age(path: Path, days: float) -> None:
    os.utime(path, (time.time() - days * 86400,) * 2)


def test_it_lists_what_is_kept(cache: Cache) -> None:
    Path(".celldeck/made.bin").write_bytes(b"x" * 2_500_000)
    age(Path(".celldeck/made.bin"), 12.1)
    status, out, _ = cache()
    first, outputs, made = out.splitlines()
    assert (status, first) == (0, ".celldeck: number, size, and how long ago the oldest was used")
    assert outputs.split()[:3] == ["outputs", "2", "files"]
    assert made.split() == [
        *("made.bin", "1", "file", "2.5", "MB", "12", "days"),
        *("formulas", "and", "coloured", "code"),
    ]


def test_prune_deletes_what_was_not_used_for_long(cache: Cache) -> None:
    (old, _) = sorted(OUTPUTS.glob("*/*.cell"))
    age(old, 31)
    assert cache("prune", "--days", "40")[1].startswith("deleted 0 files of")
    assert cache("prune")[1].startswith("deleted 1 file of .celldeck, 0.")
    assert stored() == [KEYS[1]]
    # What a build uses is young again.
    age(next(OUTPUTS.glob("*/*.cell")), 31)
    assert Store(OUTPUTS).get(KEYS[1])
    cache("prune")
    assert stored() == [KEYS[1]]


def test_prune_all_deletes_what_is_ours_and_nothing_else(cache: Cache) -> None:
    Path(".celldeck/mine.txt").write_text("x", "utf-8")
    cache("prune", "--all")
    assert [path.name for path in Path(".celldeck").rglob("*") if path.is_file()] == ["mine.txt"]
    assert cache()[1] == "nothing is kept in .celldeck\n"


def test_outputs_go_from_one_machine_to_another(cache: Cache) -> None:
    before = list(Store(OUTPUTS).contents())
    status, out, _ = cache("export", "a.zip")
    assert (status, out.partition(",")[0]) == (0, "a.zip: the outputs of 2 cells")
    cache("export", "b.zip")
    assert Path("a.zip").read_bytes() == Path("b.zip").read_bytes()
    shutil.rmtree(".celldeck")
    assert cache("import", "a.zip") == (0, "a.zip: took the outputs of 2 cells\n", "")
    assert list(Store(OUTPUTS).contents()) == before


def test_state_behind_names_is_not_imported(cache: Cache) -> None:
    record = Record((), effect=Effect(channels={"random": "state"}), seconds=2.0)
    Store(OUTPUTS).put(KEYS[0], record)
    cache("export", "a.zip")
    cache("import", "a.zip")
    # What was made here stays.
    assert Store(OUTPUTS).get(KEYS[0]) == record
    shutil.rmtree(".celldeck")
    cache("import", "a.zip")
    assert Store(OUTPUTS).get(KEYS[0]) == replace(record, effect=None)


def test_nothing_but_whole_outputs_is_imported(cache: Cache) -> None:
    good = dict(Store(OUTPUTS).contents())[KEYS[0]]
    shutil.rmtree(".celldeck")
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr(f"outputs/{KEYS[0]}.cell", good)
        archive.writestr(f"outputs/{KEYS[1]}.cell", good[:-1] + bytes([good[-1] ^ 1]))
        archive.writestr(f"../{KEYS[1]}.cell", good)
        archive.writestr("outputs/../../evil.cell", good)
        archive.writestr("outputs/evil.cell", good)
        archive.writestr("made.bin", good)
    _, out, _ = cache("import", "a.zip")
    assert out == ("a.zip: took the outputs of 1 cell; left out 5 files of other content, or damaged\n")
    assert sorted(path.name for path in Path().rglob("*") if path.is_file()) == [
        f"{KEYS[0][2:]}.cell",
        "a.zip",
    ]


def test_wrong_use_is_told(cache: Cache) -> None:
    Path("a.zip").write_text("no", "utf-8")
    assert cache("import", "a.zip")[::2] == (2, "a.zip is no ZIP file of outputs: File is not a zip file\n")
    assert cache("import", "b.zip")[::2] == (2, "b.zip: No such file or directory\n")
    status, _, err = cache("export")
    assert (status, err.splitlines()[0]) == (2, "cache export needs a file")
    assert cache("prune", "a.zip")[2].startswith("cache prune takes no file\n")
    shutil.rmtree(".celldeck")
    assert cache("export", "c.zip")[2].startswith("there are no outputs in .celldeck\n")
