"""`build.py check`, as a user types it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from celldeck.cli import main

RUN = "# A\n\n- one\n- .grey[two]\n\n---\n\n# A\n\n- one\n- two\n"


def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *options: str) -> int:
    monkeypatch.chdir(tmp_path)
    Path("deck.md").write_text(text, "utf-8")
    return main(["check", "deck.md", *options])


def test_check_names_copied_slides_with_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, monkeypatch, "# First\n\n---\n\n" + RUN) == 0
    out, err = capsys.readouterr()
    assert err.splitlines()[:4] == [
        "deck.md:5:1: warning: slides 2–3 are one slide in 2 steps [copied-slides]",
        "  5 | # A",
        "    | ^^^",
        "  hint: write it once, with `*` items and <!-- _class: dim -->",
    ]
    assert "deck.md: 1 thing to tell" in out + err
    assert not Path("dist").exists()


def test_check_fails_with_strict_when_anything_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(tmp_path, monkeypatch, RUN, "--strict") == 1
    assert check(tmp_path, monkeypatch, "# Fine\n", "--strict") == 0


def test_check_names_pictures_without_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, monkeypatch, "![w:90](a.png)\n\n![A cat w:90](b.png)\n")
    told = capsys.readouterr().err
    assert "deck.md:1:9: warning: the picture a.png has no alternative text" in told
    assert "b.png has no" not in told


def test_collapse_false_keeps_copies_from_being_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(tmp_path, monkeypatch, "---\ncollapse: false\n---\n\n" + RUN, "--strict") == 0


def test_check_fails_for_a_deck_that_is_not_there_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.md").write_text("# Good\n", "utf-8")
    assert main(["check", "bad.md", "good.md"]) == 1
    told = "".join(capsys.readouterr())
    assert "there is no deck at bad.md" in told
    assert "good.md: nothing to tell" in told


@pytest.mark.kernel
def test_check_outputs_fails_when_a_clean_run_gives_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "import os\nprint(*(a.stat().st_size for a in os.scandir('data')))"
    deck = f"---\nkernel: python3\n---\n\n```python\n{code}\n```\n"
    data = tmp_path / "data" / "a"
    data.parent.mkdir()
    data.write_text("1")
    assert check(tmp_path, monkeypatch, deck, "--outputs") == 1
    assert "nothing is stored of this cell" in capsys.readouterr().err
    assert main(["deck.md"]) == 0
    assert main(["check", "deck.md", "--outputs"]) == 0
    data.write_text("22")
    assert main(["check", "deck.md", "--outputs"]) == 1
    told = capsys.readouterr().err
    assert "deck.md:5:1: warning: a clean run gives something else than what is stored:\n  -1\n  +2" in told


# ---------------------------------------------------------------- how it looks


@pytest.mark.browser
def test_what_does_not_fit_is_told_with_its_line_and_a_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    items = "\n".join(f"- item number {number}" for number in range(1, 17))
    many = f"# Fits\n\n---\n\n# Too much\n\n{items}\n"
    assert check(tmp_path, monkeypatch, many) == 0
    told = capsys.readouterr().err
    found = re.search(
        r"deck\.md:(\d+):1: warning: slide 2: the text leaves the slide by (\d+) px at the bottom", told
    )
    assert found
    line = Path("deck.md").read_text("utf-8").splitlines()[int(found[1]) - 1]
    assert re.fullmatch(r"- item number 1\d", line)
    assert re.search(r"hint: about \d+ lines too many: leave some out, or split the slide with ---", told)
    assert "slide 1:" not in told
    assert check(tmp_path, monkeypatch, many, "--strict") == 1
    assert check(tmp_path, monkeypatch, many, "--strict", "--text") == 0


@pytest.mark.browser
@pytest.mark.kernel
def test_outputs_of_cells_are_measured_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = "---\nkernel: python3\n---\n\n# Cells\n\n```python\nfor n in range({}):\n    print(n)\n```\n"
    assert check(tmp_path, monkeypatch, cells.format(5), "--strict") == 0
    capsys.readouterr()
    assert check(tmp_path, monkeypatch, cells.format(60), "--strict") == 1
    told = capsys.readouterr().err
    where = r"^deck\.md:7:1: warning: slide 1: the output of cell 1 leaves the slide by \d+ px at the bottom"
    assert re.search(where, told, re.MULTILINE)
    assert "hint: cut it, {max-lines=10}" in told


@pytest.mark.browser
def test_pictures_links_texts_and_classes_stand_in_the_same_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    (tmp_path / "other.md").write_text("# Other")
    (tmp_path / "notes").mkdir()
    slides = [
        "# Links\n\n[a](nowhere.pdf) [b](there.svg) [c](other.html) [d](notes) [](#2) [](#nobody) [](#links)",
        "<style>.known { color: red }</style>\n\n.known[x] .knwon[y]\n\n![](there.svg) ![picture](gone.png)",
    ]
    check(tmp_path, monkeypatch, "\n\n---\n\n".join(slides))
    told = re.findall(r"^deck\.md:(\d+):\d+: warning: (.*)$", capsys.readouterr().err, re.MULTILINE)
    assert sorted(told, key=lambda one: (int(one[0]), one[1])) == [
        ("3", "the link #nobody leads nowhere [dead-link]"),
        ("3", "the link nowhere.pdf leads nowhere [dead-link]"),
        ("9", "no style has a class 'knwon', so it changes nothing [unknown-class]"),
        ("11", "the picture gone.png is not there [missing-picture]"),
        ("11", "the picture there.svg has no alternative text [missing-alt]"),
    ]


def test_without_a_browser_everything_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, monkeypatch, "# A\n\n![](x.png)\n", "--browser", "no-such-browser") == 0
    told = capsys.readouterr().err
    assert "the picture x.png is not there [missing-picture]" in told
    assert "what does not fit on its slide is not known" in told
