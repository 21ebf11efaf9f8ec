"""Parts of the agent that do their work without a kernel."""

from __future__ import annotations

import ast
import hashlib
import importlib
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from celldeck.execute import agent
from celldeck.execute.agent.names import Names
from celldeck.execute.agent.streams import Bounded, Pipe, size
from celldeck.execute.agent.values import Values
from celldeck.execute.agent.watch import Watch, container, identity, standing


class Stream:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)


@pytest.mark.parametrize("pieces", [["x" * 1000], ["x" * 10] * 100, ["x"] * 1000])
def test_a_stream_keeps_its_head_and_its_tail(pieces: list[str]) -> None:
    stream = Stream()
    bounded = Bounded(stream, head=100, tail=50)
    for piece in pieces:
        assert stream.write(piece) == len(piece)
    assert stream.text == "x" * 100
    stream.write("the end")
    assert bounded.end() == 857
    assert stream.text == "x" * 100 + "\n⋯ 857 characters left out ⋯\n" + "x" * 43 + "the end"
    stream.text = ""
    stream.write("next cell")
    assert (bounded.end(), stream.text) == (0, "next cell")


def test_what_fits_into_head_and_tail_is_sent_whole() -> None:
    stream = Stream()
    bounded = Bounded(stream, head=5, tail=5)
    stream.write("123")
    stream.write("4567890")
    assert (bounded.end(), stream.text) == (0, "1234567890")


def test_progress_costs_little() -> None:
    stream = Stream()
    bounded = Bounded(stream, head=1000, tail=5)
    for _ in range(400):
        stream.write("\r" + "x" * 60)
    assert bounded.end() == 0


def test_a_stream_takes_text_only() -> None:
    with pytest.raises(TypeError, match="must be str, not int"):
        Bounded(Stream(), 1, 1).write(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n", "told"), [(7, "7 characters"), (1500, "1.5 kB"), (10**8, "100 MB"), (2 * 10**9, "2 GB")]
)
def test_size(n: int, told: str) -> None:
    assert size(n) == told


@pytest.mark.skipif(os.name != "posix", reason="file descriptors of Unix")
def test_a_pipe_sends_all_that_was_written_before_it_is_drained() -> None:
    stream = Stream()
    descriptor = os.open(os.devnull, os.O_WRONLY)
    pipe = Pipe(stream, descriptor)
    text = "ä€\n" * 30_000
    os.write(descriptor, text.encode()[:11])
    pipe.drain()
    for start in range(11, len(text.encode()), 4001):
        os.write(descriptor, text.encode()[start : start + 4001])
    pipe.drain()
    assert stream.text == text


def test_names_do_not_depend_on_the_process() -> None:
    names = Names()
    names.start("3", "%%time\nx = 1\ny = 2\n")
    assert names.name("%%time\nx = 1\ny = 2\n") == "<cell 3>"
    assert names.name("y = 2\n") == "<cell 3+2>"
    assert names.name("elsewhere") == "<cell 3>"


def test_values_are_bounded_before_they_are_sent() -> None:
    bundle = {
        "text/plain": "x" * 100,
        "text/html": "<b>" * 100,
        "image/png": b"small",
        "application/json": {},
    }
    shell = SimpleNamespace(display_formatter=SimpleNamespace(format=lambda value: (dict(bundle), {})))
    values = Values(shell, longest_text=10, largest_content=50)
    data, _ = shell.display_formatter.format(object())
    assert data == {"text/plain": "xxxxx\n⋯\nxxxxx", "image/png": b"small", "application/json": {}}
    assert (values.end(), values.end()) == ({"values": 390}, {})


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.chdir(tmp_path)
    watch = Watch()
    watch.modules = set(sys.modules)
    yield watch  # type: ignore[misc]
    watch.on = False
    sys.meta_path.remove(watch.missing)  # type: ignore[arg-type]


def test_watch_notes_what_is_read_and_not_what_is_written(watch: Watch, tmp_path: Path) -> None:
    for name in ("data.csv", "own.txt"):
        (tmp_path / name).write_text(name)
    known = identity("data.csv")
    watch.start()
    (tmp_path / "data.csv").read_text()
    (tmp_path / "data.csv").write_text("changed by the cell itself")
    (tmp_path / "made.txt").write_text("x")
    (tmp_path / "made.txt").read_text()
    with (tmp_path / "log.txt").open("a"), pytest.raises(FileNotFoundError):
        (tmp_path / "none.txt").open()
    found = watch.end()
    assert found["files"] == {"data.csv": known, "none.txt": None}
    (tmp_path / "own.txt").read_text()
    watch.start()
    (tmp_path / "data.csv").read_text()
    assert watch.end()["files"] == {}


def test_watch_notes_what_a_change_depends_on(watch: Watch, tmp_path: Path) -> None:
    for name in ("added", "replaced", "in part", "removed", "moved", "sub/inside"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    digests = {name: standing(name) for name in ("added", "in part", "removed", "moved", "sub/inside")}
    watch.start()
    for name, mode in (("added", "a"), ("new", "a"), ("in part", "r+"), ("replaced", "w")):
        with (tmp_path / name).open(mode) as file:
            file.write("x")
    (tmp_path / "removed").unlink()
    (tmp_path / "moved").rename(tmp_path / "there")
    shutil.rmtree(tmp_path / "sub")
    found = watch.end()
    assert found["files"] == {}
    assert found["own_reads"] == {**digests, "new": None, "sub": "folder"}
    assert found["written"] == {
        "added": [digests["added"], standing("added")],
        "new": [None, standing("new")],
        "in part": [digests["in part"], standing("in part")],
        "replaced": [hashlib.sha1(b"replaced").hexdigest(), standing("replaced")],
        "removed": [digests["removed"], None],
        "moved": [digests["moved"], None],
        "there": [None, digests["moved"]],
        "sub/inside": [digests["sub/inside"], None],
        "sub": ["folder", None],
    }


def test_watch_notes_what_is_asked_for_and_listed(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("data/a.csv", "data/.hidden", "there.txt"):
        (tmp_path / name).write_text(name)
    watch.start()
    assert (tmp_path / "there.txt").exists()
    assert not os.path.exists("absent.txt")
    (tmp_path / "data" / "made.csv").write_text("x")
    assert len(list((tmp_path / "data").glob("*.csv"))) == 2
    assert not list((tmp_path / "nowhere").glob("*"))
    found = watch.end()
    assert found["files"] == {"there.txt": identity("there.txt"), "absent.txt": None, "nowhere": None}
    assert found["folders"]["data"] == ["a.csv"]
    assert found["folders"].get("nowhere", []) == []


def test_watch_passes_over_temporary_files_that_cells_have_written(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    monkeypatch.setattr(watch, "folder", str(tmp_path / "deck"))
    watch.start()
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        Path(file.name).read_text()
        found = watch.end()
    assert (found["files"], found["own_reads"], found["written"]) == ({}, {}, {})


def test_watch_passes_over_what_belongs_to_python(watch: Watch) -> None:
    watch.start()
    Path(ast.__file__).read_text()
    Path(pytest.__file__).read_text()
    assert watch.end()["files"] == {}


def test_watch_notes_modules(watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "celldeck_test_beside.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "this", raising=False)
    watch.start()
    watch.modules.discard("pytest")
    importlib.import_module("celldeck_test_beside")
    importlib.import_module("this")
    with pytest.raises(ImportError):
        importlib.import_module("celldeck_test_nowhere")
    found = watch.end()
    assert found["files"] == {"celldeck_test_beside.py": identity("celldeck_test_beside.py")}
    assert found["packages"] == {"pytest": str(Path(pytest.__file__).parents[1])}
    assert found["missing"] == ["celldeck_test_nowhere"]
    del sys.modules["celldeck_test_beside"]


def test_watch_ends_a_cell_whose_threads_still_import(watch: Watch) -> None:
    names, stop = [f"imported_meanwhile_{n}" for n in range(50)], threading.Event()

    def imports() -> None:
        while not stop.is_set():
            for name in names:
                sys.modules[name] = ModuleType(name)
                watch.missing.names.add(name)
            for name in names:
                del sys.modules[name]
                watch.missing.names.discard(name)

    thread = threading.Thread(target=imports)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        for _ in range(300):
            watch.end()
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_container_is_where_the_packages_stand() -> None:
    assert container(os.sep.join(["", "v", "site-packages", "a", "b.py"]), "a.b") == os.sep.join(
        ["", "v", "site-packages"]
    )
    assert container(os.sep.join(["", "x", "a.py"]), "a") == os.sep.join(["", "x"])


def test_the_agent_imports_nothing_of_ours() -> None:
    for name in agent.MODULES:
        tree = ast.parse((Path(agent.__file__).parent / f"{name}.py").read_text("utf-8"))
        modules = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        modules += [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
        assert not [m for m in modules if m and m.split(".")[0] not in sys.stdlib_module_names]
