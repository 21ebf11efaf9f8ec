"""Cells that do what they should not: each is told or survived, and the cells after it run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from decks import texts

from celldeck import Session
from celldeck.errors import DeckError

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(os.name != "posix", reason="what processes do to themselves on POSIX"),
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on a deck that has yet to be written."""
    with Session(tmp_path / "talk.md") as session:
        yield session


def write(session: Session, *cells: str) -> None:
    blocks = "\n---\n\n".join(f"```python\n{cell}\n```\n" for cell in cells)
    session.path.write_text(f"---\nkernel: python3\n---\n\n{blocks}", "utf-8")


def shown(session: Session, *cells: str) -> list[list[str] | None]:
    """Build a deck of these cells; return the texts that they show."""
    write(session, *cells)
    return texts(session.build().deck.cells)


def test_a_kernel_that_is_killed_is_told_and_the_next_build_starts_afresh(session: Session) -> None:
    assert shown(session, "a = 1\nprint(a)") == [["1\n"]]
    write(session, "a = 1\nprint(a)", "import os\nos.kill(os.getpid(), 9)")
    with pytest.raises(DeckError, match=r"cell 2 cannot be finished: the kernel was killed by SIGKILL"):
        session.build()
    assert shown(session, "a = 1\nprint(a)", "print(a + 1)") == [["1\n"], ["2\n"]]


def test_the_memory_running_out_is_an_exception_of_its_cell(session: Session) -> None:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY))"
    cells = shown(session, limit, "block = bytearray(64 << 30)", "print('still here')")
    assert "MemoryError" in (cells[1] or [""])[0]
    assert cells[2] == ["still here\n"]


def test_a_cell_may_close_its_streams(session: Session) -> None:
    cells = shown(session, "import sys\nprint('before')\nsys.stdout.close()\nsys.stderr.close()", "6 * 7")
    assert cells[1] == ["42"]


def test_children_that_a_cell_forks_end_without_a_trace(session: Session) -> None:
    code = "import os\npid = os.fork()\nif not pid:\n    {}\nprint(os.waitpid(pid, 0)[1])"
    assert shown(session, code.format("os._exit(0)"), "print('after')") == [["0\n"], ["after\n"]]


def test_threads_that_go_on_printing_do_not_hold_up_the_deck(session: Session) -> None:
    code = (
        "import threading, time\n"
        "def chatter():\n    while True:\n        print('x', end='', flush=True)\n        time.sleep(0.01)\n"
        "threading.Thread(target=chatter, daemon=True).start()\nprint('started')"
    )
    began = time.monotonic()
    cells = shown(session, code, "time.sleep(0.3)\n6 * 7")
    assert "started" in "".join(cells[0] or ())
    # What it prints meanwhile belongs to the cell that runs.
    assert "42" in (cells[1] or [])
    assert time.monotonic() - began < 30


def test_a_cell_may_change_its_folder_and_delete_what_it_wrote(session: Session) -> None:
    cells = (
        "import os\nos.makedirs('made')\nos.chdir('made')\nopen('a.txt', 'w').write('one')",
        "print(open('a.txt').read(), os.path.basename(os.getcwd()))",
        "os.remove('a.txt')\nos.chdir('..')\nos.rmdir('made')\nprint(os.path.exists('made'))",
    )
    assert shown(session, *cells)[1:] == [["one made\n"], ["False\n"]]
    again = session.build()
    assert again.ran == ()


def test_an_exit_is_an_exception_but_an_exit_at_once_ends_the_kernel(session: Session) -> None:
    cells = shown(session, "import sys, os\nsys.exit(3)", "print('on')")
    assert "SystemExit" in (cells[0] or [""])[0]
    assert cells[1] == ["on\n"]
    write(session, "import os\nos._exit(3)")
    with pytest.raises(DeckError, match="the kernel ended with exit status 3"):
        session.build()


def test_a_gigabyte_is_shown_short_and_used_by_the_next_cell(session: Session) -> None:
    pytest.importorskip("numpy")
    cells = shown(
        session, "import numpy as np\nbig = np.ones(1 << 27)\nbig", "print(int(big.sum()) == 1 << 27)"
    )
    assert len((cells[0] or [""])[0]) < 200
    assert cells[1] == ["True\n"]


def test_a_clock_that_goes_backwards_harms_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(session, "print(1)") == [["1\n"]]
    plain = time.time
    monkeypatch.setattr(time, "time", lambda: plain() - 1e6)
    assert shown(session, "print(1)", "print(2)") == [["1\n"], ["2\n"]]
    assert session.build().ran == ()


def test_two_builds_at_once_share_a_store(tmp_path: Path) -> None:
    with Session(tmp_path / "talk.md") as one, Session(tmp_path / "talk.md") as other:
        write(one, "import os\nprint(2)", "print((3 ** 99999) % 1000)")
        with ThreadPoolExecutor(2) as pool:
            builds = list(pool.map(lambda session: texts(session.build().deck.cells), (one, other)))
    assert builds[0] == builds[1] == [["2\n"], ["667\n"]]
    with Session(tmp_path / "talk.md") as third:
        build = third.build()
    assert (build.ran, texts(build.deck.cells)) == ((), builds[0])


def test_stored_outputs_that_are_broken_are_made_again(tmp_path: Path) -> None:
    with Session(tmp_path / "talk.md") as session:
        assert shown(session, "print(1)", "print(2)") == [["1\n"], ["2\n"]]
    stored = [file for file in (tmp_path / ".celldeck" / "outputs").rglob("*") if file.is_file()]
    assert stored
    for number, file in enumerate(stored):
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if number % 2 else content[:-9] + b"x" * 9)
    with Session(tmp_path / "talk.md") as session:
        assert texts(session.build().deck.cells) == [["1\n"], ["2\n"]]
    with Session(tmp_path / "talk.md") as session:
        assert session.build().ran == ()
