"""`build.py check`, as a user types it."""

from __future__ import annotations

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
    assert "b.png" not in told


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
    deck = "---\nkernel: python3\n---\n\n```python\nimport os\nprint(os.stat(chr(97)).st_size)\n```\n"
    (tmp_path / "a").write_text("1")
    assert check(tmp_path, monkeypatch, deck, "--outputs") == 1
    assert "nothing is stored of this cell" in capsys.readouterr().err
    assert main(["deck.md"]) == 0
    assert main(["check", "deck.md", "--outputs"]) == 0
    (tmp_path / "a").write_text("22")
    assert main(["check", "deck.md", "--outputs"]) == 1
    told = capsys.readouterr().err
    assert "deck.md:5:1: warning: a clean run gives something else than what is stored:\n  -1\n  +2" in told
