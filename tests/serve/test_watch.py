"""Watching, as a process: an author saves, and the open page follows."""

from __future__ import annotations

import http.client
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from driver import Presented

from celldeck.export.browser import Browser
from celldeck.export.devtools import NavigatedError

ROOT = Path(__file__).parents[2]
SOON_S = 60.0
"""Until what must happen is given up; the machine may be busy."""

posix = pytest.mark.skipif(os.name != "posix", reason="needs the signals of Unix")


def wait_for(happens: Callable[[], bool], what: object = "it") -> None:
    end = time.monotonic() + SOON_S
    while True:
        # A page that loads itself anew is asked again.
        with suppress(NavigatedError):
            if happens():
                return
        assert time.monotonic() < end, f"{what} does not happen"
        time.sleep(0.02)


class Watching:
    """The command with `--watch`, and what it tells."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "CI": "true"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celldeck", "--watch", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        self.told: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, pattern: str) -> re.Match[str]:
        """Wait for a line from now on that has a form, and return how it has it."""
        end = time.monotonic() + SOON_S
        while True:
            try:
                self.told.append(self._lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError("\n".join(["nobody tells of " + pattern, *self.told])) from None
            if found := re.search(pattern, self.told[-1]):
                return found

    @property
    def address(self) -> str:
        """Where it serves."""
        return self.until(r"serving (http://localhost:\d+/)")[1]

    def stop(self, sent: int = signal.SIGINT) -> float:
        """Stop it as Ctrl-C does, and return how long it took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(sent)
        self.process.wait(SOON_S)
        took = time.monotonic() - began
        self._reader.join(SOON_S)
        while not self._lines.empty():
            self.told.append(self._lines.get())
        return took


@pytest.fixture
def watching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Watching]]:
    """Start the command in a project of its own: a function of its arguments."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    started: list[Watching] = []

    def start(*arguments: str) -> Watching:
        started.append(Watching(*arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
        one._reader.join(SOON_S)
        assert one.process.stdout
        one.process.stdout.close()


def deck(*slides: str, head: str = "") -> str:
    return f"---\n{head}\n---\n\n" + "\n\n---\n\n".join(slides) + "\n"


def save(name: str, content: str | bytes) -> None:
    """Write a file in place, as many editors do."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def save_by_renaming(name: str, content: str) -> None:
    """Write a file beside and move it there, as the others do."""
    save(f"{name}.part", content)
    os.replace(f"{name}.part", name)


def get(address: str, path: str = "", host: str | None = None) -> tuple[int, str]:
    """Return status and text of what is there."""
    found = re.fullmatch(r"http://localhost:(\d+)/", address)
    assert found
    connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=SOON_S)
    connection.request("GET", f"/{path}", headers={"Host": host} if host else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


# ---------------------------------------------------------------- the page follows

pictures = [
    f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="40" height="40" fill="{color}"/></svg>'
    for color in ("red", "blue")
]


@pytest.fixture
def follow(browser: Browser) -> Iterator[Callable[[str], Presented]]:
    """Open a page as an author has it open: a function of its address."""
    with ExitStack() as tabs:

        def show(address: str) -> Presented:
            presented = Presented(tabs.enter_context(browser.tab()))
            presented.tab.call("Page.bringToFront")
            presented.tab.open(address)
            presented.evaluate("globalThis.stayed = true")
            return presented

        yield show


def text_of(presented: Presented) -> str:
    return str(presented.evaluate("document.getElementById(':$p').textContent"))


@pytest.mark.browser
def test_the_open_page_follows_what_is_saved(
    watching: Callable[..., Watching], follow: Callable[[str], Presented]
) -> None:
    slides = ["# One", "# Two\n\n* first\n* second\n* third", "![A picture](images/p.svg)"]
    save("slides/a b.md", deck(*slides, head="theme: mine"))
    save("theme/mine.css", "/* @theme mine */ section { color: rgb(1, 2, 3) }")
    save("slides/images/p.svg", pictures[0])
    watch = watching()
    address = watch.address + "a%20b.html"
    watch.until(r"slides/a b\.md: 3 slides")
    page = follow(address + "?follow=off#2")
    page.press("ArrowRight", "ArrowRight")
    assert page.place == (1, 2)

    save("slides/a b.md", deck(slides[0], slides[1].replace("Two", "Zwei"), slides[2], head="theme: mine"))
    wait_for(lambda: "Zwei" in text_of(page))
    save_by_renaming("slides/a b.md", deck("# New", slides[0], slides[1], slides[2], head="theme: mine"))
    wait_for(lambda: "New" in text_of(page))
    here = (2, 2)
    assert page.place == here

    color = "getComputedStyle(document.querySelector('section h1')).color"
    assert page.evaluate(color) == "rgb(1, 2, 3)"
    save("theme/mine.css", "/* @theme mine */ section { color: rgb(4, 5, 6) }")
    wait_for(lambda: page.evaluate(color) == "rgb(4, 5, 6)", "the new colour")

    before = page.evaluate("document.images[0].src")
    save_by_renaming("slides/images/p.svg", pictures[1])
    wait_for(lambda: page.evaluate("document.images[0].src") != before, "the new picture")

    save("slides/a b.md", b"\xff broken")
    watch.until("this is no UTF-8")
    os.replace("slides/a b.md", "slides/away.txt")
    wait_for(lambda: "is not there any more" in str(page.evaluate("document.body.innerText")), "the news")
    assert "Zwei" not in text_of(page)
    assert "New" in text_of(page)
    save("slides/away.txt", deck("# New", "# Back", *slides[1:], head="theme: mine"))
    os.replace("slides/away.txt", "slides/a b.md")
    wait_for(lambda: "Back" in text_of(page))

    assert (page.place, page.evaluate("globalThis.stayed")) == (here, True)
    assert page.errors == []
    assert page.address == "?follow=off&f=2#3"
    assert watch.stop() < 10
    assert watch.process.returncode == 0
    assert "Traceback" not in "\n".join(watch.told)


@pytest.mark.browser
def test_a_page_that_waits_shows_what_is_wrong_and_then_the_deck(
    watching: Callable[..., Watching], follow: Callable[[str], Presented]
) -> None:
    save("a.md", deck("# A"))
    save("theme/t.css", "/* @theme t */")
    save("pyproject.toml", '[tool.celldeck]\ntheme = "nobody"\n')
    watch = watching("a.md")
    page = follow(watch.address + "a.html")
    body = "document.body.innerText"
    wait_for(lambda: "there is no theme 'nobody'" in page.evaluate(body), "the error")
    save("theme/t.css", "/* @theme nobody */")
    wait_for(lambda: page.evaluate("typeof celldeck") == "object", "the deck")


@pytest.mark.browser
@pytest.mark.kernel
def test_a_cell_runs_again_when_it_is_edited_and_a_dead_kernel_leaves_the_page(
    watching: Callable[..., Watching], follow: Callable[[str], Presented]
) -> None:
    def cells(*codes: str) -> str:
        return deck(*(f"```python\n{code}\n```" for code in codes), head="kernel: python3")

    save("a.md", cells("open('made.txt', 'w').write('x')\nprint('out', 'one')"))
    watch = watching("a.md")
    address = watch.address
    watch.until(r"a\.md: cell 1 of 1")
    watch.until(r"a\.md: 1 slide, ")
    page = follow(address + "a.html")
    assert "out one" in text_of(page)
    save("a.md", cells("open('made.txt', 'w').write('x')\nprint('out', 'two')"))
    wait_for(lambda: "out two" in text_of(page))
    save("a.md", cells("open('made.txt', 'w').write('x')\nimport os; os._exit(1)"))
    watch.until("the kernel ended with exit status 1")
    assert "out two" in text_of(page)
    # What the cell has written is no reason to run it again, or this would never end.
    time.sleep(1.5)
    save("a.md", cells("print('out', 'three')"))
    wait_for(lambda: "out three" in text_of(page))
    watch.stop()
    assert sum("1 of 1 cells to run" in line for line in watch.told) == 4
    assert page.evaluate("globalThis.stayed") is True


@pytest.mark.browser
@pytest.mark.kernel
def test_a_cell_that_runs_in_the_page_builds_nothing_and_an_edit_of_the_file_keeps_what_it_gave(
    watching: Callable[..., Watching], follow: Callable[[str], Presented]
) -> None:
    cells = "```python\nopen('made.txt', 'w').write('a')\nprint('out', 1)\n```"
    save("a.md", deck("# Title", cells, head="kernel: python3"))
    watch = watching("a.md")
    address = watch.address
    watch.until(r"a\.md: 2 slides, ")
    page = follow(f"{address}a.html?token={Path('.celldeck/token').read_text()}#2")
    page.wait_for("celldeck.cells?.all.size", SOON_S)
    code = "open('made.txt', 'w').write('b'); open('other.csv', 'w').write('c'); print('out', 2)"
    page.evaluate(f'celldeck.cells.say({{ kind: "run", cell: 0, source: "{code}" }})')
    wait_for(lambda: "out 2" in text_of(page))
    page.wait_for("celldeck.cells.kernel.state === 'idle'", SOON_S)
    time.sleep(1.5)
    save("a.md", deck("# Another", cells, head="kernel: python3"))
    wait_for(lambda: "Another" in text_of(page))
    assert "out 2" in text_of(page)
    page.evaluate("celldeck.cells.say({ kind: 'reset' })")
    wait_for(lambda: "out 1" in text_of(page) and "out 2" not in text_of(page))
    assert page.errors == []
    assert watch.stop() < 15
    builds = [line for line in watch.told if re.search(r"a\.md: 2 slides, ", line)]
    assert len(builds) == 2, watch.told


# ---------------------------------------------------------------- the server


def test_it_answers_this_machine_only_and_under_its_own_name(watching: Callable[..., Watching]) -> None:
    save("slides/a.md", deck("# A <b>", head="title: A & B"))
    save("slides/c#1.md", deck("# C"))
    watch = watching()
    address = watch.address
    watch.until(r"c#1\.md: 1 slide")
    status, index = get(address)
    assert status == 200
    assert '<h2><a href="/a.html">A &amp; B</a></h2><p><small>slides/a.md</small></p>' in index
    assert '<a href="/c%231.html?view=presenter">' in index
    port = int(address.rstrip("/").rpartition(":")[2])
    assert get(address, "a.html", f"127.0.0.1:{port}")[0] == 200
    assert get(address, "c%231.html", f"[::1]:{port}")[0] == 200
    for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example"):
        assert get(address, "a.html", host)[0] == 403
        assert get(address, "~live/a", host)[0] == 403
    assert [
        get(address, path)[0] for path in ("b.html", "slides/a.md", "..%2fpyproject.toml", "~live/b")
    ] == [404] * 4
    if sys.platform == "linux":
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=5)


def test_a_taken_port_is_told_and_without_one_the_next_is_taken(watching: Callable[..., Watching]) -> None:
    save("a.md", deck("# A"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        watch = watching("a.md", "--port", str(port))
        watch.until(rf"^port {port} cannot be used: ")
        watch.until("^  hint: without --port, the next free one is taken$")
        assert watch.process.wait(SOON_S) == 1
    one, other = watching("a.md"), watching("a.md")
    addresses = {one.address, other.address}
    assert len(addresses) == 2
    assert all(get(address)[0] == 200 for address in addresses)
    free = watching("a.md", "--port", str(port))
    assert free.address == f"http://localhost:{port}/"


def test_a_deck_that_is_not_there_ends_it(watching: Callable[..., Watching]) -> None:
    save("slides/intro.md", deck("# A"))
    watch = watching("slides/intor.md")
    watch.until("^there is no deck at slides/intor.md$")
    assert watch.process.wait(SOON_S) == 1


@posix
@pytest.mark.kernel
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_stopping_it_ends_the_kernels_and_what_listens(
    watching: Callable[..., Watching], sent: signal.Signals
) -> None:
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    save("a.md", deck(f"```python\n{code}\n```", head="kernel: python3"))
    save("b.md", deck("# B"))
    watch = watching("b.md", "a.md")
    address = watch.address
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as listening:
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        listening.sendall(f"GET /~live/b HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n{key}\r\n\r\n".encode())
        wait_for(lambda: Path("pid").exists() and bool(Path("pid").read_text()), "the cell")
        assert b"101 Switching Protocols" in listening.recv(4096)
        assert watch.stop(sent) < 10
    told = "\n".join(watch.told)
    assert watch.process.returncode == (0 if sent == signal.SIGINT else 130), told
    assert not re.search("Traceback|never retrieved|Cannot send|Exception", told), told
    pid = int(Path("pid").read_text())
    wait_for(lambda: not Path(f"/proc/{pid}").exists() or not Path("/proc/self").exists(), "the kernel's end")
