"""Cells that do what they should not: each is told or survived, and the cells after it run."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from decks import texts

from celldeck import Session
from celldeck.errors import DeckError
from celldeck.execute import store

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


def test_a_kernel_that_is_killed_is_told_with_its_cell_and_the_next_build_starts_afresh(
    session: Session,
) -> None:
    assert shown(session, "a = 1\nprint(a)") == [["1\n"]]
    write(session, "a = 1\nprint(a)", "import os\nos.kill(os.getpid(), 9)")
    killed = r"cell 2 cannot be finished: the kernel was killed by SIGKILL"
    with pytest.raises(DeckError, match=killed) as caught:
        session.build()
    assert caught.value.span is not None
    assert caught.value.span.line == 12
    # What was shown before is still there.
    assert session.last is not None
    assert texts(session.last.deck.cells) == [["1\n"]]
    assert shown(session, "a = 1\nprint(a)", "print(a + 1)") == [["1\n"], ["2\n"]]


def test_the_memory_running_out_is_an_exception_of_its_cell(session: Session) -> None:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY))"
    cells = shown(session, limit, "block = bytearray(64 << 30)", "print('still here')")
    assert "MemoryError" in (cells[1] or [""])[0]
    assert cells[2] == ["still here\n"]


def test_a_cell_may_close_its_streams(session: Session) -> None:
    cells = shown(session, "import sys\nprint('before')\nsys.stdout.close()\nsys.stderr.close()", "6 * 7")
    assert cells[1] == ["42"]


@pytest.mark.parametrize(
    "stream", ["None", "object()", "type('Half', (), {'write': lambda self, text: len(text)})()"]
)
def test_a_cell_may_put_anything_in_the_place_of_its_streams(session: Session, stream: str) -> None:
    code = f"import sys\nprint('before')\nsys.stdout = sys.stderr = {stream}"
    cells = shown(session, code, "kept = 6", "sys.stdout = sys.__stdout__", "kept * 7")
    assert cells == [["before\n"], [], [], ["42"]]


def test_children_that_a_cell_forks_end_without_a_trace(session: Session) -> None:
    code = "import os\npid = os.fork()\nif not pid:\n    {}\nprint(os.waitpid(pid, 0)[1])"
    assert shown(session, code.format("os._exit(0)"), "print('after')") == [["0\n"], ["after\n"]]


def test_a_forked_child_that_returns_ends_with_its_cell(session: Session) -> None:
    wait = "if pid:\n    status = os.waitpid(pid, 0)[1]\nelse:\n    {}"
    code = f"import os\npid = os.fork()\n{wait}\nprint('both')"
    for child in ("pass", "import sys\n    sys.exit(3)"):
        cells = shown(session, code.format(child), "print(status, 'after')")
        assert (cells[0] or [""])[0].count("both") == (2 if child == "pass" else 1)
        assert cells[1] == ["0 after\n" if child == "pass" else "256 after\n"]


def test_a_cell_may_close_what_its_streams_write_to(session: Session) -> None:
    cells = shown(session, "import os\nprint('before')\nos.closerange(1, 3)", "print('after')\n6 * 7")
    assert cells == [["before\n"], ["after\n", "42"]]


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


def test_the_folder_that_cells_work_in_may_go(session: Session) -> None:
    gone = "import os, shutil\nos.mkdir('gone')\nos.chdir('gone')\nshutil.rmtree('../gone')"
    assert shown(session, gone, "print('still here')")[1] == ["still here\n"]


def test_a_cell_may_delete_its_deck_and_what_is_stored(session: Session) -> None:
    code = "import os, shutil\nos.remove('talk.md')\nshutil.rmtree('.celldeck', ignore_errors=True)\nprint(1)"
    assert shown(session, code, "print(2)") == [["1\n"], ["2\n"]]
    assert not session.path.exists()
    assert shown(session, code, "print(3)") == [["1\n"], ["3\n"]]


def test_what_cannot_be_copied_is_made_again(session: Session) -> None:
    cells = (
        "import threading\nlock = threading.Lock()\nn = (n for n in range(9))\ntake = lambda: next(n)",
        "print(take())",
        "print(take(), lock.locked())",
    )
    assert shown(session, *cells) == [[], ["0\n"], ["1 False\n"]]
    assert shown(session, cells[0], "print(take(), take())", cells[2]) == [[], ["0 1\n"], ["2 False\n"]]
    assert shown(session, *cells) == [[], ["0\n"], ["1 False\n"]]


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
    # What changes it in place has to find it as it was, though nobody has kept a copy.
    big = "import numpy as np\nbig = np.ones(1 << 27)\nbig"
    for code, total in (("big[:9] += 1", 9), ("big[:9] += 2", 18)):
        cells = shown(session, big, f"{code}\nprint(int(big.sum()) - (1 << 27))")
        assert cells[1] == [f"{total}\n"]


def test_a_hundred_megabytes_cost_little_time_and_memory(tmp_path: Path) -> None:
    code = {
        "one": "print('x' * 100_000_000)",
        "lines": "for n in range(1000):\n    print('x' * 100_000)",
        "child": "import subprocess\nsubprocess.run('head -c 100000000 /dev/zero | tr \\\\0 x', shell=True)",
    }
    script = (
        "import json, resource, sys, time\nfrom celldeck import Session\n"
        "def use():\n    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with Session('talk.md') as session:\n"
        "    text = '---\\nkernel: python3\\n---\\n\\n```python\\n'\n"
        "    session.path.write_text(text + 'print(1)\\n```\\n')\n    session.build()\n    first = use()\n"
        f"    for code in {list(code.values())!r}:\n"
        "        session.path.write_text(text + code + '\\n```\\n')\n"
        "        (cell,) = session.build().deck.cells\n"
        "        print(cell.seconds, len(cell.outputs[0].data['text/plain']), use() - first)\n"
    )
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    for line in done.stdout.splitlines():
        seconds, length, kilobytes = map(float, line.split())
        assert seconds < 30
        assert length < 500_000
        unit = 1 if sys.platform == "linux" else 1024
        assert kilobytes / unit < 100_000, done.stdout
    assert len(done.stdout.splitlines()) == 3


def test_a_clock_that_goes_backwards_harms_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(session, "print(1)") == [["1\n"]]
    plain = time.time
    monkeypatch.setattr(time, "time", lambda: plain() - 1e6)
    assert shown(session, "print(1)", "print(2)") == [["1\n"], ["2\n"]]
    assert session.build().ran == ()


def test_a_file_that_was_changed_before_the_clock_went_back_runs_its_readers(session: Session) -> None:
    data = session.path.parent / "data.txt"
    data.write_text("one")
    assert shown(session, "print(open('data.txt').read())", "print(2)") == [["one\n"], ["2\n"]]
    data.write_text("two")
    os.utime(data, (1e9, 1e9))
    build = session.build()
    assert (build.ran, texts(build.deck.cells)) == ((0,), [["two\n"], ["2\n"]])


FILES = (
    "with open('a.txt', 'w') as file:\n    file.write('one')\nprint('written')",
    "with open('a.txt', 'a') as file:\n    file.write(' two')",
    "print(open('a.txt').read())",
)


def check_that_nothing_can_be_kept(session: Session) -> None:
    """Build, edit and build again where `.celldeck` takes nothing."""
    assert shown(session, *FILES) == [["written\n"], [], ["one two\n"]]
    assert [notice.kind for notice in session.build().deck.notices] in ([], ["unkept-outputs"])
    assert shown(session, FILES[0], FILES[1].replace("two", "2"), FILES[2])[2] == ["one 2\n"]
    assert shown(session, *FILES) == [["written\n"], [], ["one two\n"]]
    with Session(session.path) as other:
        build = other.build()
    assert texts(build.deck.cells) == [["written\n"], [], ["one two\n"]]
    (notice,) = build.deck.notices
    assert notice.kind == "unkept-outputs"
    assert "No space left on device" in notice.message
    from celldeck.cli import main

    output = session.path.with_suffix(".html")
    assert main([str(session.path), "-o", str(output)]) == 0
    assert "one two" in output.read_text("utf-8")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """`.celldeck` on a disk of its own that is full."""
    folder = tmp_path / ".celldeck"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a disk")
    try:
        with suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full_is_told_and_the_deck_is_built(session: Session, full_disk: Path) -> None:
    check_that_nothing_can_be_kept(session)
    assert [path.name for path in full_disk.rglob("*") if path.is_file()] == ["filler"]


def test_a_store_that_has_no_room_is_told_and_the_deck_is_built(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(store, "write_atomically", full)
    check_that_nothing_can_be_kept(session)


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
