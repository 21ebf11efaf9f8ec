"""What execute does with a deck, on a kernel that is none."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from decks import FakeKernel, deck_of, raises, shows, stream, texts

from celldeck.errors import DeckError
from celldeck.execute import ExecuteTools, Store, execute
from celldeck.execute.agent import REPORT
from celldeck.execute.kernels import CannotStart, KernelDied, Reply, TimedOut
from celldeck.execute.plan import code_name
from celldeck.model import Cell, Deck


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "outputs")


def test_cells_run_from_top_to_bottom_in_one_kernel() -> None:
    kernel = FakeKernel()
    deck = execute(deck_of("a", "b", "c"), kernel.tools())
    assert texts(deck.cells) == [["a"], ["b"], ["c"]]
    assert all(cell.seconds is not None for cell in deck.cells)
    assert [name for _, name, _ in kernel.ran] == [code_name(code) for code in "abc"]
    assert (len(kernel.starts), kernel.closes) == (1, 1)


def test_a_deck_that_does_not_run_is_returned_as_it_is() -> None:
    deck = deck_of("a", head="theme: default")
    assert execute(deck, FakeKernel().tools()) is deck


def test_the_kernel_works_in_the_folder_of_the_deck(tmp_path: Path) -> None:
    kernel = FakeKernel()
    execute(deck_of("a", path=tmp_path / "slides" / "talk.md"), kernel.tools())
    execute(deck_of("a"), kernel.tools(folder=tmp_path))
    assert kernel.starts == [("python3", tmp_path / "slides"), ("python3", tmp_path)]


def test_cells_without_code_and_without_eval_do_not_run() -> None:
    kernel = FakeKernel()
    deck = execute(deck_of("a", "#| eval: false\nb", "", "c"), kernel.tools())
    assert texts(deck.cells) == [["a"], None, [], ["c"]]
    assert kernel.ran == [(code, code_name(code), 300.0) for code in "ac"]


def test_a_cell_has_its_own_time_limit_or_the_decks_or_the_tools() -> None:
    kernel = FakeKernel()
    deck = deck_of("a", "#| timeout: 2\nb", head="kernel: python3\nexecute:\n  timeout: 7")
    execute(deck, kernel.tools(timeout_s=9.0))
    execute(deck_of("c"), kernel.tools(timeout_s=9.0))
    assert [timeout for _, _, timeout in kernel.ran] == [7.0, 2.0, 9.0]


# ---------------------------------------------------------------- the store


def test_a_second_build_runs_nothing_and_starts_no_kernel(store: Store) -> None:
    first = execute(deck_of("a", "b"), FakeKernel({"b": [shows("x", image_png="aGk=")]}).tools(store))
    kernel = FakeKernel()
    second = execute(deck_of("a", "b"), kernel.tools(store))
    assert kernel.starts == []
    assert [cell.outputs for cell in second.cells] == [cell.outputs for cell in first.cells]
    assert [cell.seconds for cell in second.cells] == [None, None]


def test_a_changed_cell_runs_the_deck_again_in_a_fresh_kernel(store: Store) -> None:
    execute(deck_of("a", "b", "c"), FakeKernel().tools(store))
    kernel = FakeKernel({"a": [stream("a again")]})
    deck = execute(deck_of("a", "B", "c"), kernel.tools(store))
    assert kernel.codes == ["a", "B", "c"]
    assert texts(deck.cells) == [["a again"], ["B"], ["c"]]
    kernel = FakeKernel()
    execute(deck_of("a", "B", "c"), kernel.tools(store))
    assert kernel.ran == []


def test_an_edit_that_is_undone_runs_nothing(store: Store) -> None:
    execute(deck_of("a", "b"), FakeKernel().tools(store))
    execute(deck_of("a", "c"), FakeKernel().tools(store))
    kernel = FakeKernel()
    execute(deck_of("a", "b"), kernel.tools(store))
    assert kernel.ran == []


def test_prose_options_and_cells_that_do_not_run_run_nothing(store: Store) -> None:
    execute(deck_of("a", "b"), FakeKernel().tools(store))
    kernel = FakeKernel()
    deck = execute(deck_of("a", "#| eval: false\nx", "#| echo: false\n#| label: fit\nb"), kernel.tools(store))
    assert kernel.ran == []
    assert texts(deck.cells) == [["a"], None, ["b"]]


def reads(path: Path, content: str) -> list[tuple[str, dict[str, object]]]:
    from celldeck.execute.agent.watch import identity

    path.write_text(content)
    return [("display_data", {"data": {REPORT: {"files": {str(path): identity(str(path))}}}})]


def test_a_file_that_a_cell_read_runs_the_deck_again_when_it_changes(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    deck = deck_of("a", "read", "c")
    execute(deck, FakeKernel({"read": reads(data, "1")}).tools(store))
    kernel = FakeKernel({"read": reads(data, "2")})
    execute(deck, kernel.tools(store))
    assert kernel.codes == ["a", "read", "c"]
    kernel = FakeKernel()
    execute(deck, kernel.tools(store))
    assert kernel.ran == []


def test_outputs_of_two_contents_of_a_file_are_never_mixed(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    deck = deck_of("read", "show")
    execute(deck, FakeKernel({"read": reads(data, "1"), "show": [stream("one")]}).tools(store))
    # The second run ends before the cell that shows what it read.
    with pytest.raises(DeckError):
        execute(
            deck, FakeKernel({"read": reads(data, "2"), "show": KernelDied("the kernel died")}).tools(store)
        )
    kernel = FakeKernel({"read": reads(data, "2"), "show": [stream("two")]})
    assert texts(execute(deck, kernel.tools(store)).cells)[1] == ["two"]


def test_what_cannot_be_stored_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    deck = execute(deck_of("a"), FakeKernel().tools(Store(tmp_path / "file")))
    (notice,) = deck.notices
    assert notice.kind == "unkept-outputs"
    assert notice.message.startswith("outputs could not be stored: ")
    assert texts(deck.cells) == [["a"]]


def test_nothing_is_started_where_only_stored_outputs_are_wanted(store: Store) -> None:
    execute(deck_of("a", "b"), FakeKernel().tools(store))
    kernel = FakeKernel()
    deck = execute(deck_of("a", "x"), kernel.tools(store, run=False))
    assert (kernel.starts, texts(deck.cells)) == ([], [["a"], None])


def test_a_build_from_the_store_loads_nothing_of_jupyter(tmp_path: Path) -> None:
    execute(deck_of("a", path=tmp_path / "talk.md"), FakeKernel().tools(Store(tmp_path / "outputs")))
    heavy = "nbclient jupyter_client tornado asyncio zmq numpy yaml"
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from celldeck.execute import ExecuteTools, Store, execute
from celldeck.model import Cell, Deck
from celldeck.cell_options import DEFAULTS
from celldeck.source import Source
source = Source.of("", {str(tmp_path / "talk.md")!r})
cell = Cell(0, "a", "a", "python", DEFAULTS, source.span(1), 1, 1)
deck = Deck(source, (), cells=(cell,), kernel="python3")
deck = execute(deck, ExecuteTools(Store(Path({str(tmp_path / "outputs")!r}))))
assert deck.cells[0].outputs
print([m for m in {heavy!r}.split() if m in sys.modules])
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert (answer.stdout.strip(), answer.stderr) == ("[]", "")


# ---------------------------------------------------------------- exceptions


def test_cells_below_one_that_raises_run_all_the_same() -> None:
    kernel = FakeKernel({"b": [raises("ValueError", "bad", f"<cell {code_name('b')}>:1", "ValueError: bad")]})
    deck = execute(deck_of("a", "b", "c"), kernel.tools())
    assert texts(deck.cells) == [["a"], ["talk.md:12\nValueError: bad"], ["c"]]


def test_an_exception_that_only_the_reply_tells_is_an_output_too() -> None:
    deck = execute(deck_of("a"), FakeKernel({"a": Reply(("UsageError", "no such magic"))}).tools())
    (output,) = deck.cells[0].outputs or ()
    assert (output.kind, output.error) == ("error", ("UsageError", "no such magic"))


def test_an_exception_runs_the_deck_again_unless_it_is_allowed_or_retrying_is_not_wanted(
    store: Store,
) -> None:
    answers = {"b": [raises("ValueError", "bad")]}
    execute(deck_of("a", "b"), FakeKernel(answers).tools(store))
    kernel = FakeKernel(answers)
    execute(deck_of("a", "b"), kernel.tools(store, retry_errors=False))
    execute(deck_of("a", "#| error: allow\nb"), kernel.tools(store))
    assert kernel.ran == []
    execute(deck_of("a", "b"), kernel.tools(store))
    assert kernel.codes == ["a", "b"]


def failure(deck: Deck, kernel: FakeKernel) -> str:
    with pytest.raises(DeckError) as caught:
        execute(deck, kernel.tools())
    assert kernel.closes == len(kernel.starts)
    return str(caught.value)


def test_a_kernel_that_dies_ends_the_deck_at_its_cell() -> None:
    kernel = FakeKernel({"b": KernelDied("the kernel ended with exit status 1")})
    assert failure(deck_of("a", "#| label: fit\nb", "c"), kernel) == (
        "talk.md:11:1: cell 'fit' cannot be finished: the kernel ended with exit status 1\n"
        "  11 | ```python\n"
        "     | ^^^^^^^^^"
    )
    assert kernel.codes == ["a", "b"]


def test_a_cell_that_takes_too_long_ends_the_deck_with_the_line_it_was_at() -> None:
    class Slow(FakeKernel):
        def run(self, code, *, name, timeout_s, on_message, options):  # type: ignore[no-untyped-def]
            on_message(*stream("step 1\nstep 2\n"))
            on_message(*raises("KeyboardInterrupt", "", f"<cell {name}>:2"))
            raise TimedOut("it ran longer than 2 s, and was interrupted")

    assert failure(deck_of("x = 1\nwhile True: pass"), Slow()) == (
        "talk.md:7:1: cell 1 cannot be finished: it ran longer than 2 s, and was interrupted\n"
        "  7 | while True: pass\n"
        "    | ^^^^^^^^^^^^^^^^\n"
        "  hint: the last line it wrote: step 2"
    )


def test_a_kernel_that_is_not_there_is_told_where_the_deck_names_it() -> None:
    class Absent(FakeKernel):
        def start(self, name, folder, gateway=None):  # type: ignore[no-untyped-def]
            raise CannotStart(f"there is no kernel '{name}'", "kernels here: python3")

    assert failure(deck_of("a", head="theme: default\nkernel: nope"), Absent()) == (
        "talk.md:3:9: there is no kernel 'nope'\n"
        "  3 | kernel: nope\n"
        "    |         ^^^^\n"
        "  hint: kernels here: python3"
    )


def test_what_ran_before_a_kernel_died_is_stored(store: Store) -> None:
    kernel = FakeKernel({"b": KernelDied("the kernel died")})
    with pytest.raises(DeckError):
        execute(deck_of("a", "b"), kernel.tools(store))
    deck = execute(deck_of("a", "b"), kernel.tools(store, run=False))
    assert texts(deck.cells) == [["a"], None]


# ---------------------------------------------------------------- places, updates, notices


def test_places_in_the_code_read_as_places_in_the_deck() -> None:
    one, two = code_name("def f():\n    pass"), code_name("w()")
    warning = f'<cell {two}>:1: UserWarning: careful\n  File "<cell {one}>", line 2, in f\n'
    others = f"<cell {two}>, line 1; <cell {one}+1>:1; <cell 9>:1"
    kernel = FakeKernel({"w()": [stream(warning + others, "stderr")]})
    deck = execute(deck_of("def f():\n    pass", "w()", path="slides/talk.md"), kernel.tools())
    assert texts(deck.cells)[1] == [
        'talk.md:13: UserWarning: careful\n  File "talk.md", line 7, in f\n'
        "talk.md, line 13; talk.md:7; <cell 9>:1"
    ]


def test_stored_outputs_follow_text_that_moves(store: Store) -> None:
    kernel = FakeKernel({"w()": [stream(f"<cell {code_name('w()')}>:1: UserWarning", "stderr")]})
    assert texts(execute(deck_of("w()"), kernel.tools(store)).cells) == [["talk.md:6: UserWarning"]]
    moved = deck_of("w()", head="title: one line more\nkernel: python3")
    assert texts(execute(moved, kernel.tools(store)).cells) == [["talk.md:7: UserWarning"]]
    assert len(kernel.ran) == 1


def test_an_update_reaches_the_output_of_an_earlier_cell_also_from_the_store(store: Store) -> None:
    answers = {"show": [shows("0 %", "random")], "work": [shows("100 %", "random", "update_display_data")]}
    for kernel in (FakeKernel(answers), FakeKernel()):
        deck = execute(deck_of("show", "work"), kernel.tools(store))
        assert texts(deck.cells) == [["100 %"], []]


def test_too_much_output_is_told_with_its_cell(store: Store) -> None:
    report = ("display_data", {"data": {REPORT: {"dropped": {"stdout": 10**8}}}})
    for kernel in (FakeKernel({"a": [report]}), FakeKernel()):
        deck = execute(deck_of("a"), kernel.tools(store))
        assert [str(notice) for notice in deck.notices] == [
            "talk.md:5:1: warning: this cell gives too much: 100,000,000 characters of text left out "
            "[cut-output]\n"
            "  5 | ```python\n"
            "    | ^^^^^^^^^"
        ]


class Told:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def starting(self, deck: Deck, count: int, reason: str) -> None:
        self.lines.append(f"starting {count}: {reason}")

    def started(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        self.lines.append(f"started {number}/{count} {cell.source}")

    def wrote(self, deck: Deck, cell: Cell, line: str) -> None:
        self.lines.append(f"wrote {line}")

    def finished(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        assert cell.seconds is not None
        self.lines.append(f"finished {number}/{count}: {len(cell.outputs or ())} outputs")

    def ended(self, deck: Deck) -> None:
        self.lines.append("ended")


def test_progress_hears_each_step(store: Store) -> None:
    told = Told()
    kernel = FakeKernel({"a": [stream("1/2\r"), stream("2/2\n")]})
    deck = deck_of("a", "b")
    execute(deck, kernel.tools(store, progress=told))
    assert told.lines == [
        "starting 2: cell 1: it has not run with this code, or not after this code",
        "started 1/2 a",
        "wrote 1/2",
        "wrote 2/2",
        "finished 1/2: 1 outputs",
        "started 2/2 b",
        "wrote b",
        "finished 2/2: 1 outputs",
        "ended",
    ]
    told.lines.clear()
    execute(deck, kernel.tools(store, progress=told))
    assert told.lines == []


def test_progress_hears_the_end_of_a_run_that_fails() -> None:
    told = Told()
    with pytest.raises(DeckError):
        execute(deck_of("a"), FakeKernel({"a": KernelDied("the kernel died")}).tools(progress=told))
    assert told.lines[-1] == "ended"


def test_tools_can_be_made_from_others() -> None:
    assert replace(ExecuteTools(), run=False).run is False
