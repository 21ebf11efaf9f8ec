"""Decks that are built from the outputs frozen beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from decks import FakeKernel, deck_of, raises, shows, stream, texts

from celldeck.errors import DeckError
from celldeck.execute import Executed, Executor, Store
from celldeck.execute.kernels import Kernels, Reply
from celldeck.model import Deck
from celldeck.session import Session

ROOT = Path(__file__).parents[2]
HEAD = "kernel: python3\nfreeze: true"


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    return tmp_path / "talk.md"


def build(kernel: FakeKernel, deck: Deck, store: Store | None = None, **tools: bool) -> Executed:
    executor = Executor(kernel.tools(store, **tools))
    try:
        return executor.execute(deck)
    finally:
        executor.close()


def frozen(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (path.parent / "_freeze" / path.stem).iterdir()}


def told(built: Executed) -> list[str]:
    return [notice.message for notice in built.deck.notices]


def test_the_first_build_runs_and_freezes_and_the_next_starts_no_kernel(deck: Path) -> None:
    first, second = FakeKernel(), FakeKernel()
    one = build(first, deck_of("a", "#| label: fit\nb", head=HEAD, path=deck))
    other = build(second, deck_of("a", "#| label: fit\nb", head=HEAD, path=deck))
    assert (first.codes, second.starts) == (["a", "b"], [])
    assert texts(other.deck.cells) == texts(one.deck.cells) == [["a"], ["b"]]
    assert (other.deck.notices, other.ran) == ((), ())
    assert other.explain == "cell 1, line 6: kept it is frozen\ncell 'fit', line 12: kept it is frozen"
    assert len(frozen(deck)) == 3


def test_what_is_frozen_has_no_place_and_no_time_in_it(tmp_path: Path) -> None:
    answers = {"a": [shows("0 %", "3f2a91c0"), ("update_display_data", shows("100 %", "3f2a91c0")[1])]}
    places = [tmp_path / name / "talk.md" for name in ("one", "other")]
    for path in places:
        build(FakeKernel(answers), deck_of("a", "b", head=HEAD, path=path))
    assert frozen(places[0]) == frozen(places[1])
    built = build(FakeKernel(), deck_of("a", "b", head=HEAD, path=places[0]))
    assert texts(built.deck.cells) == [["100 %"], ["b"]]


def test_outputs_that_are_stored_are_frozen_without_a_run(deck: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "outputs")
    build(FakeKernel(), deck_of("a", path=deck), store)
    kernel = FakeKernel()
    build(kernel, deck_of("a", head=HEAD, path=deck), store)
    assert (kernel.starts, len(frozen(deck))) == ([], 2)


def test_a_run_in_which_a_cell_fails_is_not_frozen(deck: Path) -> None:
    kernel = FakeKernel({"b": [raises("ValueError", "no")]})
    build(kernel, deck_of("a", "b", head=HEAD, path=deck))
    assert not (deck.parent / "_freeze").exists()
    build(kernel, deck_of("a", "#| error: true\nb", head=HEAD, path=deck))
    assert len(frozen(deck)) == 3


def test_a_stale_cell_is_told_and_shows_what_it_gave_before(deck: Path) -> None:
    build(FakeKernel(), deck_of("a", "#| label: fit\nb", "c", head=HEAD, path=deck))
    kernel = FakeKernel()
    built = build(kernel, deck_of("a2", "c", "#| label: fit\nb2", "d", head=HEAD, path=deck))
    assert kernel.starts == []
    assert texts(built.deck.cells) == [["a"], ["c"], ["b"], None]
    assert told(built)[:3] == [
        "cell 1 is stale, since its code has changed: what it gave before is shown; "
        "what stands in the 3 below may not fit",
        "cell 'fit' is stale, since its code has changed: what it gave before is shown",
        "cell 4 is stale, since it is new: nothing is shown of it",
    ]
    notice = built.deck.notices[0]
    assert str(notice).startswith(f"{deck}:6:1: warning: cell 1 is stale")
    assert notice.hint == f"python build.py {deck} --thaw runs its cells and freezes what they give"


def test_options_of_the_run_and_the_seed_make_stale_and_the_look_does_not(deck: Path) -> None:
    build(FakeKernel(), deck_of("a", "b", head=HEAD, path=deck))
    assert told(build(FakeKernel(), deck_of("#| echo: false\na", "b", head=HEAD, path=deck))) == []
    for head, cell in ((f"{HEAD}\nseed: 3", "a"), (HEAD, "#| fig-width: 3\na")):
        (first, *_) = told(build(FakeKernel(), deck_of(cell, "b", head=head, path=deck)))
        assert "its options or its seed have changed" in first


def test_a_cell_that_is_gone_or_moved_is_told(deck: Path) -> None:
    build(FakeKernel(), deck_of("a", "b", "c", head=HEAD, path=deck))
    built = build(FakeKernel(), deck_of("a", "c", head=HEAD, path=deck))
    assert told(built) == ["cell 2 is stale, since a cell above it is gone: what it gave before is shown"]
    built = build(FakeKernel(), deck_of("b", "c", "a", head=HEAD, path=deck))
    assert texts(built.deck.cells) == [["b"], ["c"], ["a"]]
    assert "it stands elsewhere in the deck now" in "".join(told(built))


def test_equal_cells_keep_their_own_outputs(deck: Path) -> None:
    class Counts(FakeKernel):
        def run(self, code: str, **given: Any) -> Reply:
            self.answers = {"n": [stream(str(len(self.ran)))]}
            return super().run(code, **given)

    cells = ("n", "n", "n")
    build(Counts(), deck_of(*cells, head=HEAD, path=deck))
    built = build(FakeKernel(), deck_of(*cells, head=HEAD, path=deck))
    assert texts(built.deck.cells) == [["0"], ["1"], ["2"]]


def test_thaw_runs_all_anew_and_freezes_it(deck: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "outputs")
    build(FakeKernel(), deck_of("a", "b", head=HEAD, path=deck), store)
    kernel = FakeKernel({"a": [stream("new")]})
    build(kernel, deck_of("a", head=HEAD, path=deck), store, thaw=True)
    assert (kernel.codes, len(frozen(deck))) == (["a"], 2)
    assert texts(build(FakeKernel(), deck_of("a", head=HEAD, path=deck)).deck.cells) == [["new"]]
    assert build(kernel, deck_of("z", path=deck), thaw=True).ran == (0,)
    assert len(frozen(deck)) == 2


def test_a_setting_freezes_decks_that_do_not_say(deck: Path) -> None:
    build(FakeKernel(), deck_of("a", head="kernel: python3\nfreeze: false", path=deck), freeze=True)
    assert not (deck.parent / "_freeze").exists()
    build(FakeKernel(), deck_of("a", path=deck), freeze=True)
    assert len(frozen(deck)) == 2


def test_damage_is_told(deck: Path) -> None:
    build(FakeKernel(), deck_of("a", head=HEAD, path=deck))
    folder = deck.parent / "_freeze" / "talk"
    (file,) = folder.glob("*.cell")
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    built = build(FakeKernel(), deck_of("a", head=HEAD, path=deck))
    assert texts(built.deck.cells) == [None]
    assert "its frozen file is gone or damaged: nothing is shown of it" in told(built)[0]
    (folder / "index.json").write_text("<<<<<<< HEAD", "utf-8")
    with pytest.raises(DeckError, match="is no list of frozen outputs"):
        build(FakeKernel(), deck_of("a", head=HEAD, path=deck))
    kernel = FakeKernel()
    assert build(kernel, deck_of("a", head=HEAD, path=deck), thaw=True).ran == (0,)
    assert told(build(kernel, deck_of("a", head=HEAD, path=deck))) == []


def test_a_value_that_is_none_is_told(deck: Path) -> None:
    kernel = FakeKernel()
    built = build(kernel, deck_of("a", head="kernel: python3\nfreeze: auto", path=deck))
    (notice,) = built.deck.notices
    assert str(notice).startswith(f"{deck}:3:1: warning: `freeze` is true or false, not 'auto' [freeze]")
    assert kernel.codes == ["a"]


def test_a_session_has_no_kernel_ready_for_a_frozen_deck(deck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[str] = []
    monkeypatch.setattr(Kernels, "warm", lambda self, name, folder, modules: warmed.append(name))
    deck.write_text(f"---\n{HEAD}\n---\n\n```python\n1\n```\n", "utf-8")
    build(FakeKernel(), deck_of("1", head=HEAD, path=deck))
    with Session(deck) as session:
        assert session.build().ran == ()
        assert warmed == []


def test_a_session_thaws_once_and_then_freezes_each_clean_run(deck: Path) -> None:
    build(FakeKernel(), deck_of("a", head=HEAD, path=deck))
    kernel = FakeKernel()
    executor = Executor(kernel.tools(Store(deck.parent / "outputs"), thaw=True))
    for codes in (("a", "b"), ("a", "b"), ("a", "c")):
        executor.execute(deck_of(*codes, head=HEAD, path=deck))
    executor.close()
    assert kernel.codes == ["a", "b", "a", "c"]
    assert texts(build(FakeKernel(), deck_of("a", "c", head=HEAD, path=deck)).deck.cells) == [["a"], ["c"]]


CODE = """
import pathlib
text = open("data.csv").read()
print(text)
pathlib.Path("made.txt").write_text("x")
open("made.txt").read()
import numpy
"""


def command(folder: Path, *arguments: str, blocked: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line in a Python that lacks the modules `blocked` names."""
    start = (
        f"import sys; sys.modules.update(dict.fromkeys({blocked!r}.split()))\n"
        "from celldeck.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": "true"},
    )


def test_a_frozen_deck_is_built_alike_without_a_kernel_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    (here / ".git").mkdir()
    (here / "data.csv").write_text("1,2", "utf-8")
    (here / "talk.md").write_text(f"---\n{HEAD}\n---\n\n```python{CODE}```\n", "utf-8")
    assert command(here, "talk.md", "-o", "talk.html").returncode == 0
    there.mkdir()
    for name in ("talk.md", "_freeze"):
        (here / name).rename(there / name)
    assert str(tmp_path).encode() not in b"".join(frozen(there / "talk.md").values())
    blocked = "ipykernel jupyter_client nbclient zmq numpy tensorflow"
    built = command(there, "talk.md", "-o", "talk.html", "--strict", blocked=blocked)
    assert (built.returncode, built.stderr) == (0, "")
    assert (there / "talk.html").read_bytes() == (here / "talk.html").read_bytes()
    # Before anything is frozen it has to run.
    (there / "new.md").write_text((there / "talk.md").read_text("utf-8"), "utf-8")
    failed = command(there, "new.md", "-o", "new.html", blocked=blocked)
    assert failed.returncode == 1
    assert "jupyter_client is not installed" in failed.stderr
    assert "Traceback" not in failed.stderr
    # With data that differs it is stale.
    (there / "data.csv").write_text("1,3", "utf-8")
    built = command(there, "talk.md", "-o", "talk.html", blocked=blocked)
    assert "data.csv has changed: what it gave before is shown" in built.stderr
