"""Whole decks in a real kernel. They are few and broad: each start takes half a second."""

from __future__ import annotations

import os
import re
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from decks import deck_of, texts

from celldeck.errors import DeckError
from celldeck.execute import ExecuteTools, Store, execute
from celldeck.execute import kernel as kernel_module
from celldeck.execute.kernel import JupyterKernel
from celldeck.execute.kernels import CannotStart, Kernel, Kernels
from celldeck.model import Deck

pytestmark = pytest.mark.kernel

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and file descriptors of Unix")


def run(tmp_path: Path, *cells: str, store: Store | None = None, **head: str) -> Deck:
    deck = deck_of(*map(textwrap.dedent, cells), path=tmp_path / "talk.md", **head)
    return execute(deck, ExecuteTools(store))


def plain(text: str) -> str:
    """Return text without colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_state_goes_from_cell_to_cell_and_each_kind_of_output_comes(tmp_path: Path) -> None:
    deck = run(
        tmp_path,
        "x = 20",
        "print('x is', x); x + 1",
        "import sys; print('careful', file=sys.stderr)",
        "from IPython.display import HTML, Latex, Markdown, JSON\nHTML('<b>1</b>')",
        "h = display('waiting', display_id=True)",
        "h.update('ready')",
        "_2 if '_2' in globals() else Out",
        "await __import__('asyncio').sleep(0); 'awaited'",
        "exit_status = !echo from the shell\nexit_status",
    )
    assert texts(deck.cells) == [
        [],
        ["x is 20\n", "21"],
        ["careful\n"],
        ["<IPython.core.display.HTML object>"],
        ["'ready'"],
        [],
        ["21"],
        ["'awaited'"],
        ["['from the shell']"],
    ]
    assert (deck.cells[3].outputs or ())[0].data["text/html"] == "<b>1</b>"


def test_the_kernel_is_the_python_that_runs_celldeck(tmp_path: Path) -> None:
    deck = run(tmp_path, "import os, sys\nprint(sys.executable, os.getcwd(), os.environ['PYTHONHASHSEED'])")
    assert texts(deck.cells) == [[f"{sys.executable} {tmp_path} 0\n"]]


def test_exceptions_read_as_the_lines_of_the_deck(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def divide(a, b):\n    return a / b\n")
    deck = run(
        tmp_path,
        "def mean(values):\n    return sum(values) / len(values)",
        "mean([])",
        "import helper\nhelper.divide(1, 0)",
        "x = (1\ny = 2",
        "import json\njson.loads('{')",
        "raise SystemExit",
        "import sys\nsys.exit('stop')",
        "quit()",
        "%nonsense",
        "%%time\nmean([])",
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('no a') from e",
        "import warnings\nwarnings.warn('careful')",
        "'still here'",
    )
    told = [plain(output.data["text/plain"]) for cell in deck.cells for output in cell.outputs or ()]
    assert told[0] == (
        "talk.md:13\n    mean([])\ntalk.md:7, in mean\n    return sum(values) / len(values)\n"
        "           ~~~~~~~~~~~~^~~~~~~~~~~~~\nZeroDivisionError: division by zero"
    )
    assert told[1] == (
        "talk.md:20\n    helper.divide(1, 0)\nhelper.py:2, in divide\n    return a / b\n           ~~^~~\n"
        "ZeroDivisionError: division by zero"
    )
    assert told[2] == "talk.md:26\n    x = (1\n        ^\nSyntaxError: '(' was never closed"
    assert told[3].startswith("talk.md:34\n    json.loads('{')\nJSONDecodeError: Expecting property name")
    assert told[4] == "talk.md:40\n    raise SystemExit\nSystemExit"
    assert told[5] == "talk.md:47\n    sys.exit('stop')\nSystemExit: stop"
    assert told[6] == "talk.md:53\n    quit()\nSystemExit"
    assert told[7] == "talk.md:59\n    %nonsense\nUsageError: Line magic function `%nonsense` not found."
    assert "talk.md:66\n    mean([])\ntalk.md:7, in mean" in told[9]
    assert told[10] == (
        "talk.md:73\n    {}['a']\n    ~~^^^^^\nKeyError: 'a'\n\nThe exception above led to this one:\n\n"
        "talk.md:75\n    raise ValueError('no a') from e\nValueError: no a"
    )
    assert told[11] == "talk.md:82: UserWarning: careful\n  warnings.warn('careful')\n"
    assert told[12] == "'still here'"
    assert [cell.outputs[-1].error_line for cell in deck.cells[1:5] if cell.outputs] == [1, 2, 1, 2]


@posix
def test_what_is_printed_past_python_comes_whole_and_with_its_cell(tmp_path: Path) -> None:
    deck = run(
        tmp_path,
        "import os, subprocess, sys\nos.write(1, 'ä'.encode() * 3000)\nNone",
        "subprocess.run([sys.executable, '-c', 'print(\"child\")'])\nprint('parent')",
        "os.write(2, b'I0000 00:00:1738317600.123456 4242 port.cc:153] oneDNN custom\\n')\nNone",
    )
    assert texts(deck.cells) == [["ä" * 3000], ["child\nparent\n"], []]


def test_a_hundred_megabytes_are_cut_and_told(tmp_path: Path) -> None:
    deck = run(
        tmp_path,
        "print('x' * 100_000_000)\nprint('the end')",
        "'y' * 100_000_000",
        "for i in range(3000):\n    print(f'\\r{i}', end='')",
    )
    printed, value, bar = (text[0] for text in texts(deck.cells) if text)
    assert printed.startswith("xxx")
    assert printed.endswith("xxx\nthe end\n")
    assert len(printed) < 500_000
    assert len(value) < 300_000
    assert bar == "2999"
    assert [notice.kind for notice in deck.notices] == ["cut-output", "cut-output"]


def test_plots_are_sharp_and_close_after_their_cell(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    deck = run(
        tmp_path,
        "import sys\nprint('matplotlib' in sys.modules)",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "print(plt.get_fignums(), plt.rcParams['font.size'])",
    )
    assert texts(deck.cells)[0] == ["False\n"]
    (plot,) = deck.cells[1].outputs or ()
    assert plot.data["image/svg+xml"].startswith("<svg ")
    width = plot.metadata["image/svg+xml"]["width"]  # type: ignore[index]
    assert 600 < width <= 800
    assert texts(deck.cells)[2] == ["[] 15.0\n"]


def test_files_and_packages_that_a_cell_uses_decide_whether_it_runs_again(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    store = Store(tmp_path / "outputs")
    (tmp_path / "data.txt").write_text("one")
    (tmp_path / "helper.py").write_text("word = 'helped'\n")
    cells = (
        "import yaml, helper",
        "print(open('data.txt').read(), helper.word)",
        "try:\n    import later\nexcept ImportError:\n    print('no')",
    )
    assert texts(run(tmp_path, *cells, store=store).cells) == [[], ["one helped\n"], ["no\n"]]
    again = run(tmp_path, *cells, store=store)
    assert [cell.seconds for cell in again.cells] == [None, None, None]
    (tmp_path / "data.txt").write_text("two")
    assert texts(run(tmp_path, *cells, store=store).cells)[1] == ["two helped\n"]
    (tmp_path / "helper.py").write_text("word = 'aided!'\n")
    assert texts(run(tmp_path, *cells, store=store).cells)[1] == ["two aided!\n"]
    (tmp_path / "later.py").write_text("")
    assert texts(run(tmp_path, *cells, store=store).cells)[2] == []
    assert all(cell.seconds is None for cell in run(tmp_path, *cells, store=store).cells)


def failure(tmp_path: Path, *cells: str, **head: str) -> str:
    with pytest.raises(DeckError) as caught:
        run(tmp_path, *cells, **head)
    return str(caught.value).replace(str(tmp_path) + os.sep, "")


def test_a_kernel_that_ends_ends_the_deck(tmp_path: Path) -> None:
    # What a process printed leaves it by another thread, which an end at once may overtake.
    code = "print('going', flush=True)\nimport os, time\ntime.sleep(1)\nos._exit(3)"
    assert failure(tmp_path, "a = 1", code) == (
        "talk.md:11:1: cell 2 cannot be finished: the kernel ended with exit status 3\n"
        "  11 | ```python\n     | ^^^^^^^^^\n  hint: the last line it wrote: going"
    )


@posix
def test_a_kernel_that_is_killed_ends_the_deck(tmp_path: Path) -> None:
    told = failure(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert told.startswith("talk.md:5:1: cell 1 cannot be finished: the kernel was killed by SIGKILL")


def test_a_cell_that_does_not_end_is_interrupted(tmp_path: Path) -> None:
    began = time.monotonic()
    told = failure(tmp_path, "#| timeout: 1\nx = 0\nwhile True:\n    x += 1")
    assert told.startswith("talk.md:")
    assert "cell 1 cannot be finished: it ran longer than 1 s, and was interrupted" in told
    assert "while True:" in told or "x += 1" in told
    assert time.monotonic() - began < 20


@posix
def test_a_cell_that_cannot_be_interrupted_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_module, "GRACE_S", 0.5)
    told = failure(
        tmp_path,
        "#| timeout: 1\nimport signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    )
    assert "it ran longer than 1 s, and was killed, since interrupting it did not help" in told


def test_a_kernel_that_is_not_installed_is_told_with_those_that_are(tmp_path: Path) -> None:
    told = failure(tmp_path, "1", head="kernel: python3000")
    assert told.startswith("talk.md:2:9: there is no kernel 'python3000'\n")
    assert "hint: kernels here: python3" in told


def test_a_kernel_that_does_not_come_up_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "share" / "kernels" / "broken"
    folder.mkdir(parents=True)
    program = [sys.executable, "-c", "import sys; sys.exit('nothing works')", "{connection_file}"]
    spec = {"argv": program, "language": "python", "display_name": "Broken"}
    (folder / "kernel.json").write_text(__import__("json").dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    with pytest.raises(CannotStart, match="kernel 'broken' ended at once: nothing works"):
        Kernels().start("broken", tmp_path)


def test_a_kernelspec_of_another_name_runs_with_the_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "share" / "kernels" / "mine"
    folder.mkdir(parents=True)
    program = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": program, "language": "python", "display_name": "Mine", "env": {"MINE": "yes"}}
    (folder / "kernel.json").write_text(__import__("json").dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    store = Store(tmp_path / "outputs")
    head = "kernel: mine"
    assert (
        texts(run(tmp_path, "import os; print(os.environ['MINE']); 1/0", store=store, head=head).cells)[0][0]
        == "yes\n"
    )  # type: ignore[index]
    deck = run(tmp_path, "import os; print(os.environ['MINE'])", store=store, head=head)
    assert [cell.seconds is None for cell in deck.cells] == [False]
    again = run(tmp_path, "import os; print(os.environ['MINE'])", store=store, head=head)
    assert [cell.seconds is None for cell in again.cells] == [True]
    (folder / "kernel.json").write_text(__import__("json").dumps(spec | {"env": {"MINE": "now"}}))
    assert texts(run(tmp_path, "import os; print(os.environ['MINE'])", store=store, head=head).cells) == [
        ["now\n"]
    ]


def test_whoever_asks_what_kernel_this_is_draws_none_of_the_random_numbers(tmp_path: Path) -> None:
    # A tip is part of the answer, and IPython draws it; we ask again where the first answer is late.
    kernels = Kernels()
    asked = []

    def start(name: str, folder: Path, gateway: str | None) -> Kernel:
        kernel = kernels.start(name, folder, gateway)
        assert isinstance(kernel, JupyterKernel)
        asked.append(kernel.ask("kernel_info", {}, 10))
        return kernel

    deck = deck_of("import random\nrandom.random()", path=tmp_path / "talk.md")
    plain_run = execute(deck, ExecuteTools(start=kernels.start))
    assert texts(execute(deck, ExecuteTools(start=start)).cells) == texts(plain_run.cells)
    assert asked[0] is not None
    assert "IPython" in asked[0]["banner"]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    kernel = Kernels().start("python3", tmp_path)
    assert list((tmp_path / "t").iterdir()) != []
    kernel.close()
    kernel.close()
    assert list((tmp_path / "t").iterdir()) == []


def test_all_kernels_can_be_stopped_while_they_run_or_start(tmp_path: Path) -> None:
    kernels = Kernels()
    told: list[str] = []

    def build(code: str) -> None:
        try:
            execute(deck_of(code, path=tmp_path / "talk.md"), ExecuteTools(start=kernels.start))
        except DeckError as error:
            told.append(error.message)

    threads = [
        threading.Thread(target=build, args=(code,))
        for code in ("open('there', 'w').close()\nwhile True: pass", "import time; time.sleep(100)")
    ]
    for thread in threads:
        thread.start()
    while not (tmp_path / "there").exists():
        time.sleep(0.05)
    # This one has no time to come up.
    threads.append(threading.Thread(target=build, args=("1",)))
    threads[-1].start()
    began = time.monotonic()
    kernels.stop()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert time.monotonic() - began < 5
    assert len(told) == 3
    assert all(message.endswith("was stopped") for message in told), told


@pytest.mark.keras
def test_a_keras_fit_shows_its_last_lines_only(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    deck = run(
        tmp_path,
        "import keras, numpy as np\nkeras.utils.set_random_seed(1)",
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')",
        "model.fit(np.zeros((640, 2)), np.zeros(640), epochs=3);",
    )
    assert texts(deck.cells)[:2] == [[], []]
    (shown,) = texts(deck.cells)[2] or ()
    assert re.sub(r"[━ ]+.*", "", plain(shown)) == "Epoch\n20/20\nEpoch\n20/20\nEpoch\n20/20\n"
    assert not re.search(r"[\r\b]", shown)
