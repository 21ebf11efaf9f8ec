"""The thread that builds what is served."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from celldeck import pipeline
from celldeck.errors import DeckError
from celldeck.execute import Silent
from celldeck.serve.builder import Builder
from celldeck.serve.changes import Changes
from celldeck.serve.site import Site
from celldeck.settings import Settings, read_settings
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


def count_builds(told: Told) -> dict[str, int]:
    names = [line.split(":")[0] for line in told.results]
    return {name: names.count(name) for name in names}


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def by_renaming(path: Path, text: str) -> None:
    aside = path.with_name(f"{path.name}.Xy12")  # as KDE and many libraries name it
    aside.write_text(text)
    os.replace(aside, path)


def as_vim_does(path: Path, text: str) -> None:
    backup = path.with_name(f"{path.name}~")
    os.replace(path, backup)
    path.write_text(text)
    backup.unlink()


def as_pycharm_does(path: Path, text: str) -> None:
    new, old = (path.with_name(f"{path.name}___jb_{kind}___") for kind in ("tmp", "old"))
    new.write_text(text)
    os.replace(path, old)
    os.replace(new, path)
    old.unlink()


@pytest.mark.parametrize("save", [in_place, by_renaming, as_vim_does, as_pycharm_does])
def test_no_save_is_missed_and_none_is_built_twice(
    told: Told, start: Callable[..., Site], save: Callable[[Path, str], None]
) -> None:
    Path("a.md").write_text("# zero")
    site = start("a.md")
    wait_for(lambda: told.results)
    told.results.clear()
    for number in range(10):
        save(Path("a.md"), f"# number {number}")
        wait_for(lambda number=number: f"number {number}" in shown(site, "a"))
        time.sleep(0.06)
    assert count_builds(told) == {"a.md": 10}
    assert told.problems == []


def test_what_is_heard_of_a_save_when_the_deck_has_been_read_builds_nothing(told: Told) -> None:
    deck = Path("a.md")
    deck.write_text("# zero")
    builder = Builder(Site([deck]), Tools(Settings()), told)
    late = {deck.resolve()}
    try:
        builder._build(["a"])
        assert builder._touched(late) == ([], set())
        # Another save of the same text is one: so a build that failed for other reasons is tried again.
        by_renaming(deck, "# zero")
        assert builder._touched(late) == (["a"], {"a"})
        builder._build(["a"])
        assert builder._touched(late) == ([], set())
    finally:
        builder._changes.close()


def test_a_checkout_of_many_files_builds_each_deck_about_once(told: Told, start: Callable[..., Site]) -> None:
    Path("images").mkdir()
    decks = [f"d{number}.md" for number in range(4)]
    for deck in decks:
        Path(deck).write_text("# old\n\n![x](images/1.svg)")
    site = start(*decks)
    wait_for(lambda: len(told.results) == len(decks))
    told.results.clear()
    for number in range(96):
        Path(f"images/{number}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    for deck in decks:
        Path(deck).write_text("# new\n\n![x](images/1.svg)")
    wait_for(lambda: all("new" in shown(site, Path(deck).stem) for deck in decks))
    time.sleep(0.5)
    # The writing takes longer than a quiet moment where the machine is busy; then it is two batches.
    assert all(1 <= builds <= 2 for builds in count_builds(told).values())
    assert told.problems.count("the picture") == 0


def test_a_file_that_is_half_written_is_no_error(told: Told, start: Callable[..., Site]) -> None:
    Path("a.md").write_text("# old")
    site = start("a.md")
    heard: list[str] = []
    site.listen("a", heard.append)
    heard.clear()
    for piece in (b"", b"# half \xc3"):
        Path("a.md").write_bytes(piece)
        time.sleep(0.1)
    assert "old" in shown(site, "a")
    Path("a.md").unlink()
    time.sleep(0.1)
    Path("a.md").write_text("# whole", "utf-8")
    wait_for(lambda: "whole" in shown(site, "a"))
    assert not [message for message in heard if '"error": "' in message]
    assert told.problems == []
    # What stays empty, or wrong, is taken at its word.
    Path("a.md").write_bytes(b"\xff")
    wait_for(lambda: site.decks["a"].error)
    Path("a.md").write_text("# good")
    wait_for(lambda: site.decks["a"].error is None)
    Path("a.md").write_text("")
    wait_for(lambda: "good" not in shown(site, "a"))


def test_a_file_that_a_program_writes_slowly_is_waited_for(told: Told, start: Callable[..., Site]) -> None:
    Path("a.md").write_text("# old")
    site = start("a.md")
    wait_for(lambda: told.results)
    told.results.clear()
    with Path("a.md").open("w") as file:
        for word in ("# one", "\n\n---\n\n# two", "\n\n---\n\n# three"):
            file.write(word)
            file.flush()
            time.sleep(0.1)
    wait_for(lambda: "three" in shown(site, "a"))
    if sys.platform == "linux":
        assert count_builds(told) == {"a.md": 1}


def test_decks_that_come_go_and_move_back_are_noticed(told: Told) -> None:
    Path("slides").mkdir()
    Path("slides/a.md").write_text("# A")

    def what_is_named() -> tuple[Settings, list[Path]]:
        found = sorted(Path("slides").glob("*.md"))
        if not found:
            raise DeckError("there is no deck")
        return Settings(), found

    site = Site([Path("slides/a.md")])
    builder = Builder(site, Tools(Settings()), told, what_is_named)
    builder.start()
    try:
        wait_for(lambda: "A" in shown(site, "a"))
        Path("slides/b.md").write_text("# B")
        wait_for(lambda: "b" in site.decks and "B" in shown(site, "b"))
        site.listen("b", lambda message: None)
        os.replace("slides/b.md", "b.txt")
        wait_for(lambda: site.decks["b"].state == "gone")
        assert "B" in shown(site, "b")
        os.replace("b.txt", "slides/b.md")
        wait_for(lambda: site.decks["b"].state == "built")
        os.replace("slides/a.md", "slides/c.md")
        wait_for(lambda: set(site.decks) == {"b", "c"} and "A" in shown(site, "c"))
        Path("slides/c.md").unlink()
        Path("slides/b.md").unlink()
        wait_for(lambda: set(site.decks) == {"b"} and site.decks["b"].state == "gone")
        Path("slides/c.md").write_text("# C")
        wait_for(lambda: "c" in site.decks and "C" in shown(site, "c"))
    finally:
        builder.stop()


def test_other_settings_are_taken_over_and_wrong_ones_told(told: Told) -> None:
    Path("a.md").write_text("# A\n\n![](gone.png)")
    Path("pyproject.toml").write_text("[tool.celldeck]\n")

    def what_is_named() -> tuple[Settings, list[Path]]:
        return read_settings(Path()), [Path("a.md")]

    settings, decks = what_is_named()
    site = Site(decks)
    builder = Builder(site, Tools(settings), told, what_is_named)
    builder.start()
    try:
        wait_for(lambda: [problem.kind for problem in site.decks["a"].problems])
        Path("pyproject.toml").write_text('[tool.celldeck]\nsilence = ["missing-picture", "missing-alt"]\n')
        wait_for(lambda: not site.decks["a"].problems)
        Path("pyproject.toml").write_text("[tool.celldeck]\nsilense = []\n")
        wait_for(lambda: "unknown setting 'silense'" in (site.decks["a"].error or ""))
        Path("pyproject.toml").write_text("[tool.celldeck]\n")
        wait_for(lambda: site.decks["a"].error is None and site.decks["a"].problems)
    finally:
        builder.stop()


@pytest.mark.kernel
def test_a_file_that_a_cell_reads_builds_its_deck_wherever_it_lies(
    told: Told, start: Callable[..., Site]
) -> None:
    Path("talks").mkdir()
    Path("data").mkdir()
    Path("data/x.txt").write_text("first")
    code = "```python\nprint(open('../data/x.txt').read())\n```"
    Path("talks/a.md").write_text(f"---\nkernel: python3\n---\n\n{code}")
    Path("talks/b.md").write_text("# B")
    site = start("talks/a.md", "talks/b.md")
    wait_for(lambda: len(told.results) >= 2)
    assert "first" in shown(site, "a")
    told.results.clear()
    Path("data/x.txt").write_text("second")
    wait_for(lambda: "second" in shown(site, "a"))


@pytest.mark.kernel
def test_what_others_write_beside_a_file_that_a_cell_reads_builds_nothing(
    told: Told, start: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x.txt").write_text("first")
    Path("a.md").write_text(
        f"---\nkernel: python3\n---\n\n```python\nprint(open('{elsewhere}/x.txt').read())\n```"
    )
    site = start("a.md")
    wait_for(lambda: told.results)
    told.results.clear()
    for number in range(5):
        (elsewhere / f"{number}.tmp.txt").write_text("not ours")
        time.sleep(0.1)
    time.sleep(0.5)
    assert told.results == []
    (elsewhere / "x.txt").write_text("second")
    wait_for(lambda: "second" in shown(site, "a"))


@pytest.mark.kernel
def test_a_file_that_comes_to_or_leaves_a_folder_that_a_cell_lists_builds_its_deck(
    told: Told,
    start: Callable[..., Site],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    # What is listed in the folder for temporary files counts for nothing.
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
    Path("a.md").write_text(
        f"---\nkernel: python3\n---\n\n```python\nimport os\nprint(os.listdir('{elsewhere}'))\n```"
    )
    site = start("a.md")
    wait_for(lambda: told.results)
    # What comes while a build ends counts as written by its cells.
    time.sleep(0.5)
    (elsewhere / "x.txt").write_text("first")
    wait_for(lambda: "x.txt" in shown(site, "a"))
    time.sleep(0.5)
    (elsewhere / "x.txt").unlink()
    wait_for(lambda: "x.txt" not in shown(site, "a"))


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
