"""Cells that run on a Jupyter Server: a real one, on this machine."""

from __future__ import annotations

import http.server
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from decks import FakeKernel, deck_of, texts
from jupyter_servers import TOKEN, Server, Wire, free_port

from celldeck import Session
from celldeck.errors import DeckError
from celldeck.execute import ExecuteTools, Store, execute
from celldeck.execute import gateway as gateway_module
from celldeck.execute import kernel as kernel_module
from celldeck.execute.kernels import Kernels
from celldeck.model import Deck
from celldeck.settings import Settings

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(os.name != "posix", reason="needs signals of Unix")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pytest.importorskip("jupyter_server", reason="needs a Jupyter Server: pip install jupyter_server")
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("JUPYTER_GATEWAY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_GATEWAY_AUTH_TOKEN", TOKEN)


def run(
    tmp_path: Path, url: str, *cells: str, store: Store | None = None, head: str = "kernel: python3"
) -> Deck:
    deck = deck_of(*cells, path=tmp_path / "talk.md", head=head)
    return execute(replace(deck, gateway=url), ExecuteTools(store))


def failure(tmp_path: Path, url: str, *cells: str, **others: Any) -> str:
    with pytest.raises(DeckError) as caught:
        run(tmp_path, url, *cells, **others)
    return str(caught.value).replace(str(tmp_path) + os.sep, "")


CELLS = (
    "import os, sys\nx = 20\nprint('x is', x)\nx + 1",
    "print('careful', file=sys.stderr)\nos.write(1, b'past Python\\n')\nNone",
    "h = display('waiting', display_id=True)",
    "h.update('ready')",
    "def mean(values):\n    return sum(values) / len(values)",
    "mean([])",
    "import random\nrandom.random()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "#| env: MINE=yes\nprint(os.environ['MINE'], os.environ['COLUMNS'])",
    "import warnings\nwarnings.warn('careful')",
    "for i in range(300):\n    print(f'\\r{i}', end='')",
    "print(os.getcwd(), open('data.txt').read())",
)


def test_a_server_gives_what_a_kernel_here_gives(tmp_path: Path, server: Server) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "data.txt").write_text("one")
    deck = deck_of(*CELLS, path=tmp_path / "talk.md")
    here = execute(deck, ExecuteTools())
    there = execute(replace(deck, gateway=server.url), ExecuteTools())
    assert [cell.outputs for cell in there.cells] == [cell.outputs for cell in here.cells]
    assert "ZeroDivisionError" in (texts(there.cells)[5] or [""])[0]
    assert texts(there.cells)[-1] == [f"{tmp_path} one\n"]
    assert server.has_ended_all()


def test_all_runs_in_a_fresh_kernel_if_anything_must_and_nothing_else_asks_the_server(
    tmp_path: Path, server: Server
) -> None:
    store = Store(tmp_path / "outputs")
    wire = Wire(server)
    cells = ["import os\nn = globals().get('n', 0) + 1\nprint(n)", "print(open('data.txt').read())"]
    (tmp_path / "data.txt").write_text("one")
    deck = run(tmp_path, wire.url, *cells, store=store)
    assert texts(deck.cells) == [["1\n"], ["one\n"]]
    # A file that both machines have is watched, though it is read over there.
    (tmp_path / "data.txt").write_text("two")
    deck = run(tmp_path, wire.url, *cells, store=store)
    assert texts(deck.cells) == [["1\n"], ["two\n"]]
    assert [cell.seconds is None for cell in deck.cells] == [False, False]
    deck = run(tmp_path, wire.url, *cells, "n", store=store)
    assert texts(deck.cells) == [["1\n"], ["two\n"], ["1"]]
    wire.cut()
    deck = run(tmp_path, wire.url, *cells, "n", store=store)
    assert [cell.seconds for cell in deck.cells] == [None] * 3
    assert texts(run(tmp_path, "http://127.0.0.1:1", *cells[:0], store=store).cells) == []
    # What another machine gave is no answer here.
    assert "cannot be reached" in failure(tmp_path, "http://127.0.0.1:1", *cells, store=store)


def test_a_session_with_a_server_runs_all_after_an_edit(tmp_path: Path, server: Server) -> None:
    path = tmp_path / "talk.md"
    text = (
        f"---\nkernel: {{gateway: {server.url}}}\n---\n\n```python\nn = 1\n```\n\n```python\nprint(n)\n```\n"
    )
    path.write_text(text)
    with Session(path, settings=Settings(root=tmp_path)) as session:
        build = session.build()
        assert (build.ran, texts(build.deck.cells), build.is_clean) == ((0, 1), [[], ["1\n"]], True)
        path.write_text(text.replace("print(n)", "print(n + 1)"))
        build = session.build()
        assert (build.ran, texts(build.deck.cells), build.is_clean) == ((0, 1), [[], ["2\n"]], True)
        assert session.build().ran == ()
    assert server.has_ended_all()


def test_an_absent_server_is_told_where_the_deck_names_it(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    head = f"kernel:\n  name: python3\n  gateway: {url}"
    assert failure(tmp_path, url, "1", head=head) == (
        f"talk.md:4:12: the Jupyter server {url} cannot be reached: Connection refused\n"
        f"  4 |   gateway: {url}\n"
        f"    |            {'^' * len(url)}\n"
        "  hint: start it, or say `--gateway none` to run the cells on this machine"
    )


def test_a_token_that_is_wrong_or_not_there_is_told_and_never_shown(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_GATEWAY_AUTH_TOKEN", "guessed")
    told = failure(tmp_path, server.url, "1")
    assert told == (
        f"the Jupyter server {server.url} does not let us in: Forbidden\n"
        "  hint: is the token in JUPYTER_GATEWAY_AUTH_TOKEN its own?"
    )
    monkeypatch.delenv("JUPYTER_GATEWAY_AUTH_TOKEN")
    assert failure(tmp_path, server.url, "1").endswith("hint: set its token as JUPYTER_GATEWAY_AUTH_TOKEN")


def test_a_kernel_that_the_server_lacks_is_told_with_those_it_has(tmp_path: Path, server: Server) -> None:
    assert failure(tmp_path, server.url, "1", head="kernel: nope") == (
        f"talk.md:2:9: there is no kernel 'nope' on {server.url}\n"
        "  2 | kernel: nope\n    |         ^^^^\n  hint: kernels there: python3"
    )


def test_what_is_no_jupyter_server_is_told(tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as other:
        other.RequestHandlerClass.log_message = lambda *_: None  # type: ignore[method-assign, assignment]
        threading.Thread(target=other.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{other.server_address[1]}"
        told = failure(tmp_path, url, "1")
        other.shutdown()
    assert told == f"{url} does not answer as a Jupyter server does: 404 Not Found"


def test_a_cell_that_does_not_end_is_interrupted(tmp_path: Path, server: Server) -> None:
    began = time.monotonic()
    told = failure(tmp_path, server.url, "#| timeout: 1\nx = 0\nwhile True:\n    x += 1")
    assert "cell 1 cannot be finished: it ran longer than 1 s, and was interrupted" in told
    assert time.monotonic() - began < 30
    assert server.has_ended_all()


def test_a_cell_that_cannot_be_interrupted_is_killed(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_module, "GRACE_S", 0.5)
    code = "#| timeout: 1\nimport signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    assert "and was killed, since interrupting it did not help" in failure(tmp_path, server.url, code)
    assert server.has_ended_all()


def test_a_kernel_that_dies_there_ends_the_deck_and_keeps_what_came_before(
    tmp_path: Path, server: Server
) -> None:
    store = Store(tmp_path / "outputs")
    cells = ("print('before')", "import os\nos.kill(os.getpid(), 9)")
    told = failure(tmp_path, server.url, *cells, store=store)
    died = "the kernel on the Jupyter server died: its memory may be full"
    assert told.startswith(f"talk.md:11:1: cell 2 cannot be finished: {died}")
    kept = execute(
        replace(deck_of(*cells, path=tmp_path / "talk.md"), gateway=server.url),
        ExecuteTools(store, run=False),
    )
    assert texts(kept.cells) == [["before\n"], None]
    assert server.has_ended_all()


def test_a_connection_that_is_lost_while_a_cell_runs_is_told(tmp_path: Path, server: Server) -> None:
    wire = Wire(server)
    there = tmp_path / "there"
    code = f"open({str(there)!r}, 'w').close()\nimport time\nprint('started')\ntime.sleep(2)"

    def cut() -> None:
        while not there.exists():
            time.sleep(0.05)
        time.sleep(0.5)
        wire.cut()

    threading.Thread(target=cut, daemon=True).start()
    began = time.monotonic()
    assert failure(tmp_path, wire.url, "a = 1", code) == (
        "talk.md:11:1: cell 2 cannot be finished: the connection to the Jupyter server was lost\n"
        "  11 | ```python\n     | ^^^^^^^^^\n  hint: the last line it wrote: started"
    )
    assert time.monotonic() - began < 30
    # Nobody could tell the server to end it.
    server.end_kernels()


def test_a_connection_that_is_lost_before_the_kernel_is_up_is_made_again(
    tmp_path: Path, server: Server
) -> None:
    wire = Wire(server, drops=2)
    assert texts(run(tmp_path, wire.url, "print('up')").cells) == [["up\n"]]
    assert wire.drops == 0
    wire.drops = 3
    assert "the connection to the Jupyter server was lost" in failure(tmp_path, wire.url, "print('never')")


def test_several_decks_run_there_at_once_each_in_its_own_kernel(tmp_path: Path, server: Server) -> None:
    def build(number: int) -> list[list[str] | None]:
        # The other one must have begun, or this one never ends.
        wait = (
            f"import os, time\nopen('here{number}', 'w').close()\n"
            f"while not os.path.exists('here{1 - number}'):\n    time.sleep(0.02)"
        )
        return texts(run(tmp_path, server.url, f"n = {number}\n{wait}", "print(n)").cells)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(build, range(2))) == [[[], ["0\n"]], [[], ["1\n"]]]
    assert server.has_ended_all()


def test_all_can_be_stopped_while_a_cell_runs_there(tmp_path: Path, server: Server) -> None:
    kernels = Kernels()
    told: list[str] = []
    deck = deck_of("open('there', 'w').close()\nwhile True: pass", path=tmp_path / "talk.md")

    def build() -> None:
        try:
            execute(replace(deck, gateway=server.url), ExecuteTools(start=kernels.start))
        except DeckError as error:
            told.append(error.message)

    thread = threading.Thread(target=build)
    thread.start()
    while not (tmp_path / "there").exists():
        time.sleep(0.05)
    kernels.stop()
    thread.join(20)
    assert told == ["cell 1 cannot be finished: it was stopped"]
    assert server.has_ended_all()


def test_what_the_server_holds_back_is_told(tmp_path: Path, server: Server) -> None:
    deck = run(tmp_path, server.url, "for i in range(450):\n    display(i)")
    assert [notice.kind for notice in deck.notices] == ["cut-output"]
    assert "what the Jupyter server holds back" in deck.notices[0].message
    assert not any("rate exceeded" in text for text in texts(deck.cells)[0] or ())


def test_the_command_line_names_a_server(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    from celldeck.cli import main

    deck = tmp_path / "talk.md"
    deck.write_text("---\nkernel: python3\n---\n\n```python\nprint(6 * 7)\n```\n")
    output = tmp_path / "talk.html"
    assert main([str(deck), "-o", str(output), "--gateway", server.url]) == 0
    assert main([str(deck), "-o", str(output), "--gateway", f"{server.url}/?token={TOKEN}"]) == 2
    told = capsys.readouterr().err
    assert "has no token or password in it" in told
    assert TOKEN not in told


def test_a_start_that_is_stopped_leaves_no_kernel_behind(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    plain = gateway_module.GatewayManager._ask

    async def ask(self: Any, path: str, method: str = "GET", *others: Any, **named: Any) -> Any:
        answer = plain(self, path, method, *others, **named)
        if method == "POST":
            asked.set()
        return await answer

    monkeypatch.setattr(gateway_module.GatewayManager, "_ask", ask)
    kernels = Kernels()

    def start() -> None:
        with pytest.raises(Exception, match="was stopped"):
            kernels.start("python3", tmp_path, server.url)

    thread = threading.Thread(target=start)
    thread.start()
    assert asked.wait(20)
    kernels.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert server.has_ended_all()


def test_the_server_is_passed_on_to_what_starts_kernels() -> None:
    kernel = FakeKernel()
    execute(replace(deck_of("a"), gateway="https://gpu.example.org"), kernel.tools())
    assert kernel.gateways == ["https://gpu.example.org"]
