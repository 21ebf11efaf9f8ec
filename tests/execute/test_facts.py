"""What a cell used, and whether it is as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from celldeck.execute.agent.watch import identity
from celldeck.execute.facts import Facts, World, observed


def fact(folder: Path, name: str) -> Facts:
    found = identity(str(folder / name))
    return Facts({name: (found[0], found[1], found[2]) if found else None})


def test_a_file_counts_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("1,2\n")
    facts = fact(tmp_path, "data.csv")
    assert World(tmp_path).change(facts) is None
    os.utime(file, (1, 1))
    assert World(tmp_path).change(facts) is None
    file.write_text("1,3\n")
    os.utime(file, (1, 1))
    assert World(tmp_path).change(facts) == "data.csv has changed"
    file.unlink()
    assert World(tmp_path).change(facts) == "data.csv is gone"


def test_a_file_that_was_not_there_must_not_be_there(tmp_path: Path) -> None:
    facts = fact(tmp_path, "data.csv")
    assert facts.files == {"data.csv": None}
    assert World(tmp_path).change(facts) is None
    (tmp_path / "data.csv").write_text("")
    assert World(tmp_path).change(facts) == "data.csv is there now"


def test_a_package_counts_by_its_version(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    (folder / "fancy_plots-1.2.dist-info").mkdir(parents=True)
    (folder / "fancy_plots-1.2.dist-info" / "RECORD").write_text(
        "fancy/__init__.py,,\nfancy_plots-1.2.dist-info/RECORD,,\n"
    )
    facts = observed({"packages": {"fancy": str(folder)}})
    assert facts == Facts(packages={"fancy_plots-1.2.dist-info": str(folder)})
    assert World(tmp_path).change(facts) is None
    (folder / "fancy_plots-1.2.dist-info").rename(folder / "fancy_plots-1.3.dist-info")
    assert World(tmp_path).change(facts) == "fancy_plots 1.2 is not installed any more"


def test_a_package_of_our_python_may_stand_elsewhere_on_another_machine() -> None:
    place = str(Path(pytest.__file__).parents[1])
    facts = observed({"packages": {"pytest": place, "yaml": place}})
    assert len(facts.packages) == 2
    assert set(facts.packages.values()) == {""}
    assert World(Path()).change(facts) is None


def test_a_module_put_there_by_hand_counts_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("x = 1\n")
    facts = observed({"packages": {"odd": str(tmp_path)}})
    assert list(facts.files) == [str(tmp_path / "odd.py")]


def test_a_module_that_was_missing_must_not_be_there(tmp_path: Path) -> None:
    facts = Facts(missing=("celldeck_test_helper",))
    assert World(tmp_path).change(facts) is None
    (tmp_path / "celldeck_test_helper.py").write_text("")
    assert World(tmp_path).change(facts) == "module celldeck_test_helper is there now"


def test_the_times_of_files_are_no_part_of_what_later_cells_depend_on() -> None:
    one, other = Facts({"a": ("digest", 1, 100)}), Facts({"a": ("digest", 1, 200)})
    assert one.digest_text() == other.digest_text()
    assert one.digest_text() != Facts({"a": ("another", 1, 100)}).digest_text()
    # A file too large to be hashed is known by its time.
    assert Facts({"a": ("", 1, 100)}).digest_text() != Facts({"a": ("", 1, 200)}).digest_text()
