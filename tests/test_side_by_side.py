"""The same for several things at once."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from celldeck.side_by_side import side_by_side


def nothing() -> None:
    """There is nothing to stop."""


def test_results_come_in_the_order_of_the_items() -> None:
    def work(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    assert side_by_side(work, [0.05, 0.0, 0.02], 3, nothing) == [0.05, 0.0, 0.02]
    assert side_by_side(work, [], 3, nothing) == []


def test_no_more_run_than_may() -> None:
    running: list[int] = []
    most = 0
    lock = threading.Lock()

    def work(number: int) -> None:
        nonlocal most
        with lock:
            running.append(number)
            most = max(most, len(running))
        time.sleep(0.01)
        with lock:
            running.remove(number)

    side_by_side(work, list(range(8)), 2, nothing)
    assert most == 2


def test_the_first_error_is_raised_when_all_is_done() -> None:
    done = []

    def work(number: int) -> None:
        if number in (1, 2):
            raise ValueError(number)
        done.append(number)

    with pytest.raises(ValueError, match="1"):
        side_by_side(work, [0, 1, 2, 3], 1, nothing)
    assert done == [0, 3]


def test_an_interrupt_stops_what_runs_and_starts_nothing_more() -> None:
    stopped = threading.Event()
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        signal.raise_signal(signal.SIGINT)
        assert stopped.wait(10)

    with pytest.raises(KeyboardInterrupt):
        side_by_side(work, [1, 2], 1, stopped.set)
    assert begun == [1]
