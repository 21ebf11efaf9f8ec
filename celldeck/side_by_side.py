"""Do the same for several things at once, in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], at_once: int, stop: Callable[[], None]
) -> list[Result]:
    """Do work for each of some items, and return what it gives, in their order.

    Args:
        work: called in a thread.
        items: what it is called with.
        at_once: how many threads there are.
        stop: called after Ctrl-C: it has to end the work that goes on.

    Raises:
        KeyboardInterrupt: the main thread has been interrupted; no work goes on.
        BaseException: what the work of an item raised, the first in their order; the others are done.
    """
    results: dict[int, Result] = {}
    raised: dict[int, BaseException] = {}
    waiting = iter(range(len(items)))
    turn = threading.Lock()
    is_stopped = threading.Event()

    def take() -> None:
        while not is_stopped.is_set():
            with turn:
                number = next(waiting, None)
            if number is None:
                return
            try:
                results[number] = work(items[number])
            except BaseException as error:
                raised[number] = error

    threads = [threading.Thread(target=take) for _ in range(min(at_once, len(items)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            # A wait without end can miss the signal that comes just before it.
            while thread.is_alive():
                thread.join(0.2)
    except KeyboardInterrupt:
        is_stopped.set()
        stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        raise
    if raised:
        raise raised[min(raised)]
    return [results[number] for number in range(len(items))]
