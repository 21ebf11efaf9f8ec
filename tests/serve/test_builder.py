"""The thread that builds what is served."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from celldeck import pipeline
from celldeck.execute import Silent
from celldeck.serve.builder import Builder
from celldeck.serve.changes import Changes
from celldeck.serve.site import Site
from celldeck.settings import Settings
from celldeck.tools import Tools


class Told(Silent):
    def __init__(self) -> None:
        self.results: list[str] = []
        self.problems: list[str] = []

    def result(self, line: str) -> None:
        self.results.append(line)

    def problem(self, text: str) -> None:
        self.problems.append(text)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return Told()


@pytest.fixture
def start(told: Told) -> Iterator[Callable[..., Site]]:
    """Build decks: a function of their paths."""
    builders: list[Builder] = []

    def run(*decks: str) -> Site:
        site = Site([Path(deck) for deck in decks])
        builders.append(Builder(site, Tools(Settings()), told))
        builders[-1].start()
        wait_for(lambda: all(deck.page or deck.error for deck in site.decks.values()))
        return site

    yield run
    for builder in builders:
        builder.stop()
        assert not builder.is_alive()


def wait_for(happens: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def shown(site: Site, name: str) -> str:
    page = site.decks[name].page
    return "".join(page.slides) if page else ""


def test_a_mistake_of_ours_is_told_with_its_traceback_and_watching_goes_on(
    told: Told, start: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.md").write_text("# one")
    Path("b.md").write_text("# b")
    site = start("a.md", "b.md")

    def fail(*_: object) -> None:
        raise ValueError("nobody thought of this")

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "load", fail)
        Path("a.md").write_text("# two")
        wait_for(lambda: told.problems)
    assert told.problems[0].startswith("Traceback (most recent call last):\n")
    assert "ValueError: nobody thought of this" in told.problems[0]
    assert "one" in shown(site, "a")
    Path("a.md").write_text("# three")
    wait_for(lambda: "three" in shown(site, "a"))
    assert site.decks["a"].error is None


def test_only_the_deck_that_changed_is_built_again(told: Told, start: Callable[..., Site]) -> None:
    for name in "ab":
        Path(f"{name}.md").write_text(f"# {name}")
    start("a.md", "b.md")
    wait_for(lambda: len(told.results) == 2)
    told.results.clear()
    Path("notes.md").write_text("no deck of ours")
    Path("a.md").write_text("# new")
    wait_for(lambda: told.results)
    time.sleep(0.3)
    assert {line.split(":")[0] for line in told.results} == {"a.md"}


def test_what_decks_share_builds_all_and_a_picture_may_lie_elsewhere(
    told: Told, start: Callable[..., Site]
) -> None:
    Path("talks").mkdir()
    Path("art/deep").mkdir(parents=True)
    for name in "ab":
        Path(f"talks/{name}.md").write_text(f"# {name}\n\n![x](../art/deep/x.svg)")
    site = start("talks/a.md", "talks/b.md")
    wait_for(lambda: len(told.results) == 2)
    assert sum("is not there" in problem for problem in told.problems) == 2
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><!--{}--></svg>'
    Path("art/deep/x.svg").write_text(svg.format(1))
    before = [shown(site, name) for name in "ab"]
    wait_for(lambda: all(shown(site, name) != old for name, old in zip("ab", before, strict=True)))
    before = [shown(site, name) for name in "ab"]
    Path("art/deep/x.svg").write_text(svg.format(2))
    wait_for(lambda: all(shown(site, name) != old for name, old in zip("ab", before, strict=True)))


def test_a_warning_is_told_once_until_it_is_gone(told: Told, start: Callable[..., Site]) -> None:
    Path("a.md").write_text("# A\n\n![x](nowhere.png)")
    start("a.md")

    def save(text: str, builds: int) -> None:
        Path("a.md").write_text(text)
        wait_for(lambda: len(told.results) >= builds)
        time.sleep(0.2)

    wait_for(lambda: len(told.results) == 1)
    save("# B\n\n![x](nowhere.png)", 2)
    assert len(told.problems) == 1
    save("# B", len(told.results) + 1)
    save("# C\n\n![x](nowhere.png)", len(told.results) + 1)
    assert len(told.problems) == 2


def test_a_system_that_watches_no_more_is_told_and_the_decks_are_built(
    told: Told, start: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(Changes, "watch", refuse)
    Path("a.md").write_text("# A")
    site = start("a.md")
    assert "A" in shown(site, "a")
    assert "not all changes will be noticed: inotify watch limit reached" in told.problems
