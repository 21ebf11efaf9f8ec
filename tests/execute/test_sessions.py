"""Incremental runs over several sessions with one store: random decks and edits, against clean runs."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from differential import Oracle, deck, edited, masked, shown_of, text_of

from celldeck import Session
from celldeck.session import Build

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(not hasattr(os, "fork"), reason="the clean run forks")]


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    oracle = Oracle()
    yield oracle
    oracle.close()


@pytest.mark.parametrize("seed", range(5))
def test_outputs_are_those_of_a_clean_run_after_restarts_too(
    tmp_path: Path, oracle: Oracle, seed: int
) -> None:
    rng = random.Random(seed)
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    path = tmp_path / "deck.md"
    cells = deck(rng)
    versions = [cells]
    for _ in range(3):
        with Session(path) as session:
            for _ in range(2):
                path.write_text(text_of(cells), "utf-8")
                build = session.build()
                assert masked(shown_of(build.deck)) == masked(oracle.run(cells)), build.explain
                cells = rng.choice(versions) if rng.random() < 0.2 else edited(cells, rng)
                versions.append(cells)
        # A clean run finds no file that cells have written.
        for written in (*tmp_path.glob("f?.txt"), tmp_path / "sub"):
            shutil.rmtree(written) if written.is_dir() else written.unlink(missing_ok=True)


def test_a_kernel_that_has_run_the_first_cells_finds_the_files_of_those(
    tmp_path: Path, oracle: Oracle
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    path = tmp_path / "deck.md"
    write = "with open('f1.txt', 'a') as file:\n    file.write('+')"
    read = "print(open('f1.txt').read())"
    first, second = ["x = 1", write, read], ["x = 2", write, read]
    # The second session runs `x = 2` in its kernel, and keeps what stands below.
    for edits in ([first], [second, ["x = 2", f"{write}\nx", read]]):
        with Session(path) as session:
            for cells in edits:
                path.write_text(text_of(cells), "utf-8")
                build = session.build()
                assert masked(shown_of(build.deck)) == masked(oracle.run(cells)), build.explain


def test_a_cell_that_lists_a_folder_runs_when_a_file_comes_or_goes_there(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    path, data = tmp_path / "deck.md", tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("1", "utf-8")
    listed = "import os\nprint(sorted(os.listdir('data')))"
    path.write_text(text_of([listed, "open('data/made.csv', 'w').close()", "print('else')"]), "utf-8")

    def shown(build: Build) -> str:
        return "".join(output.data["text/plain"] for output in build.deck.cells[0].outputs or ())

    with Session(path) as session:
        assert shown(session.build()) == "['a.csv']\n"
        # What a cell below has left there is not there before a clean run, and no reason to run.
        assert session.build().ran == ()
        (data / "b.csv").write_text("1", "utf-8")
        build = session.build()
        assert (shown(build), build.ran) == ("['a.csv', 'b.csv']\n", (0,)), build.explain
    with Session(path) as session:
        assert "b.csv" in shown(session.build())
    with Session(path) as session:
        assert session.build().ran == ()
        (data / "a.csv").unlink()
        assert shown(session.build()) == "['b.csv']\n"


def test_a_cell_that_adds_to_a_file_of_the_author_runs_when_that_changes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    path, log = tmp_path / "deck.md", tmp_path / "log.txt"
    log.write_text("mine ", "utf-8")
    cells = ["with open('log.txt', 'a') as log:\n    log.write('one')", "print(open('log.txt').read())"]
    path.write_text(text_of(cells), "utf-8")

    def shown(build: Build) -> str:
        return "".join(output.data["text/plain"] for output in build.deck.cells[1].outputs or ())

    for word in ("mine ", "new "):
        log.write_text(word, "utf-8")
        with Session(path) as session:
            assert shown(session.build()) == f"{word}one\n"
            assert session.build().ran == ()
            log.write_text(f"other {word}", "utf-8")
            assert shown(session.build()) == f"other {word}one\n"
        with Session(path) as session:
            assert shown(session.build()) == f"other {word}one\n"
        with Session(path) as session:
            assert session.build().ran == ()


def test_a_cell_runs_again_in_place_though_its_imports_have_done_their_part(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    (tmp_path / "quiet.py").write_text("import warnings\nwarnings.simplefilter('ignore')\n", "utf-8")
    path = tmp_path / "deck.md"

    def cells(number: int) -> str:
        return text_of(["import quiet\nr = [0]", f"r.append({number})", "print(r)"])

    with Session(path) as session:
        path.write_text(cells(1), "utf-8")
        session.build()
        path.write_text(cells(2), "utf-8")
        build = session.build()
        assert build.ran == (0, 1, 2), build.explain
        assert [output.data["text/plain"] for output in build.deck.cells[2].outputs or ()] == ["[0, 2]\n"]
        path.write_text(cells(1), "utf-8")
        assert session.build().ran == ()


@pytest.mark.parametrize(
    ("changed", "ran", "shown_last"),
    [
        # Only looked at: that `b`, in which it stands too, means something else by now is nobody's business.
        ("print(len(a))", (1,), "[[1]]\n"),
        # Changed: then what `b` showed has changed with it, and cell 1 must make both again.
        ("a.append(2)", (1, 0, 1, 2), "[[1, 2]]\n"),
        ("c = [a]", (1, 0, 1, 2), "[[1]]\n"),
    ],
)
def test_a_value_is_kept_though_a_name_that_shared_it_has_another_value_now(
    tmp_path: Path, changed: str, ran: tuple[int, ...], shown_last: str
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    deck = tmp_path / "deck.md"
    with Session(deck) as session:
        deck.write_text(text_of(["a = [1]\nb = [a]", "print(a)", "print(b)\nb = 2"]), "utf-8")
        session.build()
        deck.write_text(text_of(["a = [1]\nb = [a]", changed, "print(b)\nb = 2"]), "utf-8")
        build = session.build()
        assert (build.ran, shown_of(build.deck)[-1]) == (ran, shown_last), build.explain


@pytest.mark.parametrize(
    ("changed", "ran", "shown_last"), [("print(len(x))", (1,), "1\n"), ("x.append(2)", (1, 0, 1, 2), "2\n")]
)
def test_what_nobody_looks_up_changes_only_with_what_it_shares(
    tmp_path: Path, changed: str, ran: tuple[int, ...], shown_last: str
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    deck = tmp_path / "deck.md"
    # A generator that has begun has a state that nobody can read, and `x` in it.
    first = "def go(x):\n    while True:\n        yield len(x)\nx = [1]\ni = go(x)\nnext(i)"
    with Session(deck) as session:
        deck.write_text(text_of([first, "x", "print(next(i))"]), "utf-8")
        session.build()
        deck.write_text(text_of([first, changed, "print(next(i))"]), "utf-8")
        build = session.build()
        assert (build.ran, shown_of(build.deck)[-1]) == (ran, shown_last), build.explain


def test_a_function_reads_what_the_cell_has_bound_before_it_looks_it_up(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    deck = tmp_path / "deck.md"
    cells = ["n = 1\ndef f():\n    return n", "n = 2\nprint(f())", "n += 1", "print(n)"]
    with Session(deck) as session:
        deck.write_text(text_of(cells), "utf-8")
        session.build()
        cells[1] = "n = 5\nprint(f(), 'now')"
        deck.write_text(text_of(cells), "utf-8")
        build = session.build()
        assert build.ran == (1, 2, 3), build.explain
        assert [line.strip() for line in shown_of(build.deck)] == ["", "5 now", "", "6"]


def test_what_libraries_write_once_on_a_machine_is_no_file_of_the_deck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    for folder in (home, project, tmp_path / "temporary"):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (project / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    path = project / "deck.md"
    code = "import os\nos.makedirs(os.path.expanduser('~/.config/library'), exist_ok=True)"
    with Session(path) as session:
        for more in ("", "\nx = 1"):
            path.write_text(text_of([code + more, "print('done')"]), "utf-8")
            session.build()
            assert (home / ".config" / "library").is_dir()
        # A clean run removes what cells have written, and nothing else.
        with Session(path, incremental=False) as clean:
            path.write_text(text_of(["import os", "print('done')"]), "utf-8")
            clean.build()
    assert (home / ".config" / "library").is_dir()


def test_the_next_session_knows_which_files_cells_have_written(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    path, log = tmp_path / "deck.md", tmp_path / "log.txt"

    def shown(word: str) -> list[str]:
        cells = [
            f"with open('log.txt', 'a') as log:\n    log.write('{word} ')",
            "print(open('log.txt').read())",
        ]
        path.write_text(text_of(cells), "utf-8")
        with Session(path) as session:
            build = session.build()
        return [output.data["text/plain"] for output in build.deck.cells[1].outputs or ()]

    assert shown("one") == ["one \n"]
    # What the first session's cells have left is not there before a clean run.
    assert shown("two") == ["two \n"]
    # What the author writes is.
    log.write_text("mine ", "utf-8")
    assert shown("three") == ["mine three \n"]
    assert shown("four") == ["mine four \n"]
    log.unlink()
    assert shown("five") == ["five \n"]
