"""Cells that run from the page: a real kernel, and what the page hears over its socket."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attacker import TOKEN
from live_site import Client, LiveSite, live_site
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

from celldeck.execute import Kernels
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.serve.live.deck import LiveDeck
from celldeck.serve.live.state import LARGEST_OUTPUT, CellState, KernelState, Shown, bounded
from celldeck.settings import Settings
from celldeck.source import Source
from celldeck.tools import Tools

pytestmark = pytest.mark.kernel

Open = Callable[..., tuple[LiveSite, Client]]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Serve a deck and open a page of it: a function of its cells."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def start(*cells: str, **given: Any) -> tuple[LiveSite, Client]:
            site = stack.enter_context(live_site(*cells, **given))
            client = Client(site)
            stack.callback(client.close)
            return site, client

        yield start


def marks(client: Client) -> list[str]:
    return [client.cells[index]["mark"] for index in sorted(client.cells)]


def test_a_cell_runs_where_the_built_deck_stood_and_marks_tell_what_outputs_are_worth(opened: Open) -> None:
    site, client = opened("x = [1]", "x.append(2)\nprint('sum', sum(x))", "print('last', x)")
    assert marks(client) == ["built", "built", "built"]
    # Cell 1 runs first, out of sight, and what was built is given once more.
    assert "sum 3" in client.run(1)
    assert client.cells[0]["parts"] is None
    assert marks(client) == ["built", "built", "built"]
    assert "last [1, 2]" in client.run(2)
    # Now the kernel is a notebook's: it goes on from what it holds.
    assert "sum 13" in client.run(1, "x.append(10)\nprint('sum', sum(x))")
    assert marks(client) == ["built", "edited", "stale"]
    assert "last [1, 2, 10]" in client.run(2)
    assert marks(client) == ["built", "edited", "edited"]
    assert site.path.read_text().count("append(2)") == 1


def test_a_cell_above_that_was_edited_runs_first_and_is_shown(opened: Open) -> None:
    _, client = opened("x = 1\nprint('x', x)", "print('double', 2 * x)")
    client.say("edit", cell=0, source="x = 21\nprint('x', x)")
    assert "double 42" in client.run(1)
    assert "x 21" in client.text(0)


def test_an_output_that_another_cell_updates_shows_it(opened: Open) -> None:
    _, client = opened(
        "from IPython.display import Markdown, display\n"
        "shown = display(Markdown('at first'), display_id=True)",
        "shown.update(Markdown('as built'))",
    )
    client.run(1)
    assert client.cells[0]["parts"] is None
    client.run(1, "shown.update(Markdown('made here'))")
    assert "made here" in client.text(0)
    assert marks(client) == ["edited", "edited"]
    client.run(0, "shown = display(Markdown('once more'), display_id=True)")
    assert "once more" in client.text(0)
    client.run(1, "shown.update(Markdown('and again'))")
    assert "and again" in client.text(0)


def test_reset_brings_back_code_output_and_state_within_a_second(opened: Open) -> None:
    site, client = opened("x = 1", "print('x', x)\nx += 1", "print('x', x)", standby=True)
    assert "x 1" in client.run(1)
    assert "x 99" in client.run(1, "x = 99\nprint('x', x)")
    assert "x 99" in client.run(2)
    end = time.monotonic() + 30
    while not (site.live._spare and site.live._spare.is_ready):
        assert time.monotonic() < end
        time.sleep(0.05)
    began = time.monotonic()
    client.say("reset")
    client.until(lambda: client.cells[1]["parts"] is None)
    assert not client.cells[1]["isEdited"]
    assert "x 2" in client.run(2), "the state is that of the built deck"
    took = time.monotonic() - began
    assert took < 1.0, f"{took:.2f} s"
    assert marks(client) == ["built", "built", "built"]


def test_output_comes_as_it_is_printed(opened: Open) -> None:
    code = "import time\nfor n in range(8):\n    print('at', time.time(), flush=True)\n    time.sleep(0.15)"
    _, client = opened("1", code)
    client.run(0)
    client.heard.clear()
    client.run(1)
    seen: set[str] = set()
    delays = []
    for came, news in client.heard:
        for cell in news.get("cells", ()):
            for _, html in (cell.get("outputs") or {}).get("parts", ()):
                for stamp in re.findall(r"at ([\d.]+)", html):
                    if stamp not in seen:
                        seen.add(stamp)
                        delays.append(came - float(stamp))
    assert len(delays) == 8
    # 30 ms are promised on a machine with nothing else to do; tests run on any.
    assert statistics.median(delays) < 0.1


def test_a_flood_is_bounded_and_other_pages_are_not_delayed(opened: Open) -> None:
    _, client = opened("for n in range(100_000):\n    print('line', n)")
    client.heard.clear()
    began = time.monotonic()
    text = client.run(0)
    assert "line 0\n" in text
    assert "line 99999" in text
    assert "lines left out" in text
    assert len(text) < 100_000
    assert max(len(json.dumps(news)) for _, news in client.heard) < 200_000
    assert len(client.heard) < 25 * (time.monotonic() - began) + 40


def test_an_interrupt_ends_what_runs_and_what_waits(opened: Open) -> None:
    _, client = opened("x = 1", "import time\ntime.sleep(0)", "print('x', x)")
    client.run(1)
    client.say("run", cell=1, source="print('go', flush=True)\ntime.sleep(60)")
    client.say("run", cell=2)
    client.until(lambda: "go" in client.text(1) and client.cells[2]["waitsFor"] == 2)
    assert client.cells[1]["elapsed"] is not None
    began = time.monotonic()
    client.say("interrupt")
    client.until(lambda: "KeyboardInterrupt" in client.text(1))
    assert time.monotonic() - began < 3
    client.until(lambda: client.kernel["state"] == "idle")
    assert client.cells[2]["parts"] is None
    assert "x 1" in client.run(2)


def test_run_from_here_run_all_and_restart(opened: Open) -> None:
    _, client = opened("n = globals().get('n', 0) + 1\nprint('n', n)", "print('two', n)", "print('three', n)")
    client.run(0)
    client.say("run-from", cell=1)
    client.until(lambda: "three 1" in client.text(2) and client.kernel["state"] == "idle")
    assert "two 1" in client.text(1)
    assert "n 2" in client.run(0)
    client.say("run-all")
    client.until(lambda: "n 1" in client.text(0) and client.kernel["state"] == "idle")
    client.until(lambda: marks(client) == ["built"] * 3)
    client.run(0, "n = 7\nprint('n', n)")
    client.say("restart")
    client.until(lambda: client.kernel["state"] == "none" and marks(client)[0] == "stale")
    assert client.cells[0]["source"] == "n = 7\nprint('n', n)"
    assert "two 7" in client.run(1)


def test_a_cell_that_raises_ends_what_waits_below_it(opened: Open) -> None:
    _, client = opened("1", "print('b')", "print('c')")
    client.say("edit", cell=0, source="1 / 0")
    client.say("run-all")
    client.until(lambda: "ZeroDivisionError" in client.text(0))
    client.until(lambda: client.kernel["state"] == "idle")
    assert client.cells[1]["parts"] is None


def test_a_killed_kernel_is_told_and_the_deck_goes_on(opened: Open) -> None:
    _, client = opened("x = 5", "print('x', x)")
    assert "x 5" in client.run(1)
    code = (
        "import os\nprint('before', flush=True)\nprint(os.getpid(), flush=True)\nimport time; time.sleep(60)"
    )
    client.say("run", cell=1, source=code)
    client.until(lambda: "before" in client.text(1) and bool(re.search(r"\b\d{2,}\b", client.text(1))))
    pid = int(re.findall(r"\n(\d+)", client.text(1))[-1])
    os.kill(pid, signal.SIGKILL)
    client.until(lambda: client.kernel["state"] == "dead")
    assert "SIGKILL" in client.kernel["told"]
    assert "before" in client.text(1)
    client.say("restart")
    client.until(lambda: client.kernel["state"] == "none")
    assert "x 5" in client.run(1, "print('x', x)")


def test_a_kernel_that_dies_at_rest_is_noticed(opened: Open) -> None:
    _, client = opened("import os\nprint('pid', os.getpid())")
    pid = int(re.findall(r"pid (\d+)", client.run(0, "import os\nprint('pid', os.getpid())\n1"))[0])
    os.kill(pid, signal.SIGKILL)
    client.until(lambda: client.kernel["state"] == "dead")


def test_a_question_of_a_cell_reaches_the_page_and_its_answer_the_cell(opened: Open) -> None:
    _, client = opened("print('hello')")
    client.say("run", cell=0, source="name = input('Your name? ')\nprint('hello', name)")
    client.until(lambda: client.kernel.get("question") is not None)
    assert client.kernel["question"] == {"cell": 0, "prompt": "Your name? ", "secret": False}
    client.say("answer", text="Ada")
    client.until(lambda: "hello Ada" in client.text(0))
    assert client.kernel["question"] is None
    client.say("run", cell=0, source="import getpass\nprint(len(getpass.getpass('Key: ')))")
    client.until(lambda: client.kernel.get("question") is not None)
    assert client.kernel["question"]["secret"] is True
    client.say("interrupt")
    client.until(lambda: client.kernel["state"] == "idle")


def test_completion_and_help_come_from_the_kernel(opened: Open) -> None:
    _, client = opened("number_of_things = 3", "print(number_of_things)")
    found = client.ask("complete", cell=1, code="é = number_of", cursor=13)
    assert ["number_of_things" in match[0] for match in found["matches"]] == [True]
    assert (found["start"], found["end"]) == (4, 13)
    assert "int" in client.ask("inspect", cell=1, code="number_of_things", cursor=5)["text"]
    assert client.ask("inspect", cell=1, code="nothing_here", cursor=5)["text"] == ""
    client.say("run", cell=1, source="import time\nprint('go', flush=True)\ntime.sleep(30)")
    client.until(lambda: "go" in client.text(1))
    assert client.ask("complete", cell=1, code="pri", cursor=3) == {
        "kind": "reply",
        "id": client.replies[-1]["id"],
        "busy": True,
    }
    client.say("interrupt")


def test_edits_are_kept_as_a_diff_and_written_only_as_shown(opened: Open) -> None:
    site, client = opened("x = 1", "print(x)")
    before = site.path.read_bytes()
    client.say("edit", cell=0, source="x = 2")
    diff = client.ask("diff", cell=0)["diff"]
    assert "-x = 1\n+x = 2\n" in diff
    kept = Path(".celldeck/edits/talk.diff")
    client.until(lambda: kept.is_file() and kept.read_text() == diff)
    assert site.path.read_bytes() == before
    assert "not what was shown" in client.ask("keep", cell=0, diff=diff + " ")["error"]
    assert site.path.read_bytes() == before
    assert client.ask("keep", cell=0, diff=diff)["kept"] is True
    assert site.path.read_bytes() == before.replace(b"x = 1", b"x = 2")
    site.build()
    client.until(lambda: client.cells[0]["built"] == "x = 2")
    assert not client.cells[0]["isEdited"]
    assert "2" in client.run(1)


def test_options_typed_into_a_cell_are_not_written_as_such(opened: Open) -> None:
    site, client = opened("x = 1")
    client.say("edit", cell=0, source="#| echo: false\nx = 2")
    diff = client.ask("diff", cell=0)["diff"]
    assert "read as something else" in client.ask("keep", cell=0, diff=diff)["error"]
    assert "x = 1" in site.path.read_text()


def test_a_reset_keeps_the_diff_of_what_it_took_back(opened: Open) -> None:
    _, client = opened("x = 1")
    client.say("edit", cell=0, source="x = 2")
    kept = Path(".celldeck/edits/talk.diff")
    client.until(kept.is_file)
    client.say("reset")
    client.until(Path(".celldeck/edits/talk.before-reset.diff").is_file)
    assert not kept.exists()


def test_what_was_done_here_outlives_a_build_of_other_cells(opened: Open) -> None:
    site, client = opened("x = 1", "print('x', x)")
    assert "x 1!" in client.run(1, "print('x', f'{x}!')")
    site.path.write_text(site.path.read_text().replace("# Slide", "# Title"))
    site.build()
    client.until(
        lambda: any(news.get("anew") for _, news in client.heard[-3:]) or client.cells[1]["isEdited"]
    )
    assert client.cells[1]["source"] == "print('x', f'{x}!')"
    assert "x 1!" in client.text(1)
    # The file changes the very cell: it counts, and the edit is put aside.
    site.path.write_text(site.path.read_text().replace("print('x', x)", "print('y', x)"))
    site.build()
    client.until(lambda: client.cells[1]["built"] == "print('y', x)")
    assert not client.cells[1]["isEdited"]
    assert "y 1" in client.run(1)


def test_seeds_are_those_of_the_build(opened: Open) -> None:
    site, client = opened("import random\nprint('r', random.random())", head="kernel: python3\nseed: 7")
    first = site.session.last
    assert first
    built = first.deck.cells[0].outputs
    assert built
    number = built[0].data["text/plain"].split()[1]
    assert number in client.run(0)
    assert number in client.run(0), "the seed is set before each run"


def test_an_output_with_a_script_comes_as_a_frame(opened: Open) -> None:
    site, client = opened("1")
    text = client.run(0, "from IPython.display import HTML\nHTML('<b>x</b><script>alert(1)</script>')")
    name = re.search(r'data-frame="([0-9a-f]{32})"', text)
    assert name
    assert "<script" not in text
    status, head, document = site.served.ask(f"/~frame/{name[1]}", "Sec-Fetch-Site: cross-site")
    assert (status, "sandbox allow-scripts" in head) == (200, True)
    assert "<script>alert(1)</script>" in document


# ---------------------------------------------------------------- who may, and what comes of nonsense


def refused(site: LiveSite, **headers: str) -> int:
    async def connect() -> int:
        request = HTTPRequest(f"ws://localhost:{site.served.port}/~run/talk", headers=headers)
        try:
            socket = await websocket_connect(request)
        except HTTPClientError as error:
            return error.code
        socket.close()
        return 101

    return asyncio.run(connect())


def test_only_the_holder_of_the_token_gets_a_socket_and_no_page_of_another_site(opened: Open) -> None:
    site, _ = opened("1")
    port = site.served.port
    cookie = f"celldeck-{port}={TOKEN}"
    own = f"http://localhost:{port}"
    assert refused(site, Cookie=cookie, Origin=own) == 101
    assert refused(site) == 403
    assert refused(site, Cookie=f"celldeck-{port}=wrong") == 403
    for origin in ("https://evil.example", "null", "http://localhost:1", "file://"):
        assert refused(site, Cookie=cookie, Origin=origin) == 403
    assert refused(site, Cookie=cookie, Host="evil.example") == 403
    assert (
        refused(site, Cookie=cookie, Host=f"evil.example:{port}", Origin=f"http://evil.example:{port}") == 403
    )


NONSENSE = [
    "",
    "{",
    "null",
    "[]",
    '"run"',
    "{}",
    '{"kind": "shutdown"}',
    '{"kind": "run"}',
    '{"kind": "run", "cell": "0"}',
    '{"kind": "run", "cell": true}',
    '{"kind": "run", "cell": 0, "source": 5}',
    '{"kind": "edit", "cell": 0, "source": "\\ud800"}',
    '{"kind": "complete", "cell": 0, "code": "x", "cursor": "y"}',
    "[" * 100_000,
    "x" * 2_000_000,
    json.dumps({"kind": "edit", "cell": 0, "source": "x" * 300_000}),
]


def test_nonsense_ends_the_connection_and_nothing_else(opened: Open) -> None:
    site, client = opened("print('fine')")

    async def send(message: str) -> None:
        cookie = f"celldeck-{site.served.port}={TOKEN}"
        address = f"ws://localhost:{site.served.port}/~run/talk"
        socket = await websocket_connect(HTTPRequest(address, headers={"Cookie": cookie}))
        # A message that is too long is refused by its head: the connection may end before all of it is sent.
        with suppress(WebSocketClosedError):
            await socket.write_message(message)
        while await asyncio.wait_for(socket.read_message(), 10) is not None:
            pass

    for message in NONSENSE:
        asyncio.run(send(message))
    assert "fine" in client.run(0)


def test_a_cell_that_is_not_there_is_told(opened: Open) -> None:
    _, client = opened("1")
    assert "no cell 8" in client.ask("run", cell=7)["error"]
    assert "no cell 0" in client.ask("diff", cell=-1).get("error", "no cell 0")


def test_too_many_messages_end_the_connection(opened: Open) -> None:
    _, client = opened("1")

    async def flood() -> bool:
        for _ in range(5000):
            try:
                await client.socket.write_message('{"kind": "near", "cell": 0}')
            except Exception:
                return True
        while await asyncio.wait_for(client.socket.read_message(), 10) is not None:
            pass
        return True

    assert client._loop.run_until_complete(flood())


def test_a_page_that_does_not_read_delays_nobody(opened: Open) -> None:
    site, client = opened("1")
    others = [Client(site) for _ in range(30)]
    code = "for n in range(200):\n    print('x' * 1000, flush=True)"
    assert "xxx" in client.run(0, code)
    for other in others:
        other.close()


# ---------------------------------------------------------------- what is told


def test_marks_of_what_was_built() -> None:
    live = LiveDeck(lambda *given: Kernels().start(*given), lambda: Tools(Settings()), Path("edits"))
    text = "---\nkernel: python3\n---\n" + "\n```python\n1\n```\n" * 3
    deck = parse(Source.of(text), MarpOptions())
    ran = replace(deck, cells=tuple(replace(cell, outputs=()) for cell in deck.cells))

    def shown() -> list[str]:
        news = live.news(Shown())
        assert news
        return [cell["mark"] for cell in news["cells"]]

    live.built(deck)
    assert shown() == ["", "", ""]
    live.built(ran, [1])
    assert shown() == ["built", "provisional", "built"]
    live.built(ran, verified=True)
    assert shown() == ["verified"] * 3
    live.close()


def test_a_page_hears_only_what_it_has_not_heard() -> None:
    cells = {0: CellState(0, "a", parts=("one", "two")), 1: CellState(1, "b")}
    shown = Shown()
    first = shown.news(1, cells, KernelState())
    assert first is not None
    assert [cell["cell"] for cell in first["cells"]] == [0, 1]
    assert first["cells"][0]["outputs"] == {"count": 2, "parts": [[0, "one"], [1, "two"]]}
    assert shown.news(1, cells, KernelState()) is None
    cells[0].parts = ("one", "three", "four")
    cells[0].revision += 1
    second = shown.news(1, cells, KernelState("idle"))
    assert second is not None
    assert second["cells"][0]["outputs"] == {"count": 3, "parts": [[1, "three"], [2, "four"]]}
    assert second["kernel"]["state"] == "idle"
    third = shown.news(2, cells, KernelState("idle"))
    assert third is not None
    assert third["anew"] is True


def test_outputs_that_are_too_large_lose_their_middle() -> None:
    assert bounded(["a", "b"]) == ("a", "b")
    parts = [str(number) * (LARGEST_OUTPUT // 10) for number in range(10)] * 2
    cut = bounded(parts)
    assert sum(map(len, cut)) <= LARGEST_OUTPUT + 200
    assert (cut[0], cut[-1]) == (parts[0], parts[-1])
    assert any("left out" in part for part in cut)
