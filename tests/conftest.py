"""What tests share: one headless browser for all of them, and how they are spread over processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from driver import Presented

from celldeck.errors import DeckError
from celldeck.export.browser import Browser
from celldeck.export.find_browser import find_browser
from celldeck.model import Page
from celldeck.render.page import document

Present = Callable[..., Presented]

MOST_WORKERS = 4
"""A kernel with TensorFlow takes most of a gigabyte."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run all tests in several processes, and those that somebody names in this one."""
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return min(os.cpu_count() or 1, MOST_WORKERS) if is_whole else 0


def pytest_configure(config: pytest.Config) -> None:
    """Let what tests start be interrupted: workers ignore it, and programs inherit that."""
    if hasattr(config, "workerinput"):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the lectures: what takes minutes must not be left for the end."""
    items.sort(key=lambda item: item.path.name != "test_decks.py")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running browser; a test that takes it is skipped where there is none."""
    with _started(is_apart=False) as browser:
        yield browser


@pytest.fixture(scope="session")
def printer() -> Iterator[Browser]:
    """As `browser`, but one as decks are built with: its tabs share nothing."""
    with _started(is_apart=True) as browser:
        yield browser


def _started(*, is_apart: bool) -> Browser:
    try:
        program = find_browser()
    except DeckError as error:
        pytest.skip(f"needs a browser: {error.message}")
    return Browser(program, is_apart=is_apart)


@pytest.fixture
def present(browser: Browser, tmp_path: Path) -> Iterator[Present]:
    """Show a page as a lecturer opens it: a function of the page, with an address's end such as `#3`."""
    with ExitStack() as tabs:

        def show(
            page: Page,
            at: str = "",
            *,
            size: tuple[int, int] = (1280, 720),
            touch: bool = False,
            **options: object,
        ) -> Presented:
            file = tmp_path / "deck.html"
            file.write_text(document(page, **options), "utf-8")  # type: ignore[arg-type]
            presented = Presented(tabs.enter_context(browser.tab(*size)))
            if touch:
                presented.tab.call("Emulation.setTouchEmulationEnabled", {"enabled": True})
            presented.tab.call("Page.bringToFront")
            presented.tab.open(file.as_uri() + at)
            return presented

        yield show
