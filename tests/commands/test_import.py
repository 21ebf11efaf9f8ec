"""`build.py import`, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.cli import main

PAGE = '<html><textarea id="source">\n# A\n\n- one\n--\n\n- two\n---\nfoo: x\n# B\n</textarea></html>\n'


@pytest.fixture(autouse=True)
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("talk.html").write_text(PAGE, "utf-8")


def test_import_writes_a_deck_beside_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "talk.html"]) == 0
    assert Path("talk.md").read_text("utf-8").endswith("# A\n\n- one\n\n* two\n\n---\n\n# B\n")
    out, err = capsys.readouterr()
    assert out == "talk.html → talk.md: 2 slides, 1 thing to tell\n"
    assert err.startswith("talk.html:9:1: warning: Marp has no property 'foo', so it is left out [remark]")
    assert main(["talk.md", "-o", "out.html"]) == 0


def test_import_never_writes_over_a_file_unless_it_is_told_to(capsys: pytest.CaptureFixture[str]) -> None:
    Path("talk.md").write_text("mine")
    assert main(["import", "talk.html"]) == 2
    assert (
        "talk.md is there already\n  hint: name another with -o, or write over it" in capsys.readouterr().err
    )
    assert Path("talk.md").read_text() == "mine"
    assert main(["import", "talk.html", "--force"]) == 0
    assert Path("talk.md").read_text() != "mine"
    assert main(["import", "talk.html", "-o", "talk.html", "--force"]) == 2
    assert Path("talk.html").read_text("utf-8") == PAGE


def test_import_of_markdown_keeps_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("deck.md").write_text("# A\n---\n# B\n", "utf-8")
    assert main(["import", "deck.md"]) == 0
    assert Path("deck.md").read_text("utf-8") == "# A\n---\n# B\n"
    assert Path("deck-marp.md").read_text("utf-8").endswith("# A\n\n---\n\n# B\n")


def test_import_tells_that_pictures_stay_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "talk.html", "-o", "decks/talk.md", "--strict"]) == 1
    assert "its pictures are looked for there, not beside talk.html" in capsys.readouterr().err


def test_import_of_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "missing.html"]) == 2
    assert "there is no deck at missing.html" in capsys.readouterr().err
