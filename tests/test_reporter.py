"""What the terminal shows while decks are built."""

from __future__ import annotations

import io
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from celldeck import reporter as reporter_module
from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.reporter import Reporter
from celldeck.source import Source

DECK: Deck = parse(
    Source.of("---\nkernel: python3\n---\n\n```python {label=fit}\n1\n```\n\n```python\n2\n```\n", "talk.md"),
    MarpOptions(),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def wait_for(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_results_and_problems_go_to_their_streams() -> None:
    out, err = io.StringIO(), io.StringIO()
    reporter = Reporter(out, err)
    reporter.result("built → there")
    reporter.problem("a warning\n  with lines")
    assert (out.getvalue(), err.getvalue()) == ("built → there\n", "a warning\n  with lines\n")


@pytest.mark.parametrize(
    ("stream", "variables", "live"),
    [
        (Terminal(), {}, True),
        (io.StringIO(), {}, False),
        (Terminal(), {"CI": "true"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
    ],
    ids=["terminal", "file", "ci", "dumb"],
)
def test_only_a_capable_terminal_gets_a_live_line(
    stream: io.StringIO, variables: dict[str, str], live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Reporter(stream, stream).live is live


def test_a_log_has_a_line_a_cell() -> None:
    out = io.StringIO()
    reporter = Reporter(out, out)
    first, second = (replace(cell, seconds=1.26) for cell in DECK.cells)
    with reporter.ticking():
        reporter.starting(DECK, 2, "cell 1: it has not run")
        reporter.started(DECK, first, 1, 2)
        reporter.wrote(DECK, first, "Epoch 1")
        reporter.finished(DECK, first, 1, 2)
        reporter.started(DECK, second, 2, 2)
        reporter.finished(DECK, second, 2, 2)
        reporter.ended(DECK)
    assert out.getvalue().splitlines() == [
        "talk.md: 2 of 2 cells to run: cell 1: it has not run",
        "talk.md: cell 1 of 2 (fit), 1.3 s",
        "talk.md: cell 2 of 2, 1.3 s",
    ]


def test_a_log_tells_of_a_cell_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporter_module, "PLAIN_EVERY_S", 0.5)
    out = io.StringIO()
    reporter = Reporter(out, out)
    with reporter.ticking():
        reporter.started(DECK, DECK.cells[0], 1, 2)
        wait_for(lambda: bool(out.getvalue()))
        reporter.ended(DECK)
    assert re.fullmatch(r"(talk\.md: cell 1 of 2 \(fit\), \d+ s so far\n)+", out.getvalue())


def test_a_terminal_shows_the_cell_that_runs_and_what_it_prints_and_then_nothing_of_it() -> None:
    out = Terminal()
    reporter = Reporter(out, out)
    with reporter.ticking():
        reporter.starting(DECK, 2, "it has not run")
        wait_for(lambda: "talk.md: starting the kernel, 0." in out.getvalue())
        reporter.started(DECK, DECK.cells[0], 1, 2)
        reporter.wrote(DECK, DECK.cells[0], "\x1b[1m3/20\x1b[0m loss 0.1")
        wait_for(lambda: "3/20" in out.getvalue())
        reporter.result("another deck")
        reporter.finished(DECK, DECK.cells[0], 1, 2)
        reporter.ended(DECK)
    shown = out.getvalue().split("\r\x1b[K")
    assert any(
        re.fullmatch(r"talk\.md: cell 1 of 2 \(fit\), \d\.\d s  3/20 loss 0\.1", line) for line in shown
    )
    assert "another deck\n" in shown
    assert shown[-1] in {"", "another deck\n"}


def test_the_live_line_never_fills_the_terminal() -> None:
    out = Terminal()
    reporter = Reporter(out, out)
    with reporter.ticking():
        reporter.started(DECK, DECK.cells[0], 1, 2)
        reporter.wrote(DECK, DECK.cells[0], "漢字" * 50 + "\a\n")
        wait_for(lambda: "漢字" in out.getvalue())
    line = next(line for line in out.getvalue().split("\r\x1b[K") if "漢" in line)
    columns = sum(2 if ord(character) > 0x2000 else 1 for character in line)
    assert columns in (58, 59)
    assert "\a" not in line


def test_a_console_of_another_encoding_shows_what_it_can() -> None:
    raw = io.BytesIO()
    reporter = Reporter(io.TextIOWrapper(raw, encoding="ascii"), io.StringIO())
    reporter.result("a → b")
    assert raw.getvalue() == b"a ? b\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe")
def test_a_reader_that_has_gone_does_not_end_the_build() -> None:
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "w") as stream:
        reporter = Reporter(stream, io.StringIO())
        for _ in range(3):
            reporter.result("nobody reads this")


def test_lines_of_several_threads_stay_whole() -> None:
    out = Terminal()
    reporter = Reporter(out, out)
    threads = [
        threading.Thread(target=lambda n=n: [reporter.result(f"<{n} {i}>") for i in range(50)])
        for n in range(4)
    ]
    with reporter.ticking():
        reporter.started(DECK, DECK.cells[0], 1, 2)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = re.findall(r"<\d+ \d+>\n", out.getvalue())
    assert len(set(lines)) == 200
