"""`build.py fix`, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.cli import main

DECK = "# A\n\n- one\n- .grey[two]\n\n---\n\n# A\n\n- one\n- two\n"
FIXED = "<!-- _class: dim -->\n\n# A\n\n* one\n* two\n"


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("deck.md")
    path.write_text(DECK, "utf-8")
    return path


def test_fix_shows_a_diff_and_writes_nothing(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "deck.md"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:3] == ["--- deck.md", "+++ deck.md", "@@ -1,11 +1,6 @@"]
    assert "+* two" in out
    assert out[-2:] == [
        "deck.md: 2 slides 'A' are one slide in 2 steps",
        "deck.md: 1 thing to mend; --write does it",
    ]
    assert deck.read_text("utf-8") == DECK


def test_fix_writes_once(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "deck.md", "--write"]) == 0
    assert deck.read_text("utf-8") == FIXED
    assert "deck.md: 1 thing mended" in capsys.readouterr().out
    assert main(["fix", "deck.md", "--write"]) == 0
    assert deck.read_text("utf-8") == FIXED
    assert "deck.md: nothing to mend" in capsys.readouterr().out
    assert [path.name for path in Path().iterdir()] == ["deck.md"]


def test_fix_keeps_line_ends_and_byte_order_mark(deck: Path) -> None:
    deck.write_bytes(b"\xef\xbb\xbf" + DECK.replace("\n", "\r\n").encode())
    assert main(["fix", "deck.md", "--write"]) == 0
    assert deck.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()


def test_fix_leaves_a_deck_alone_that_cannot_be_read_and_goes_on(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", "missing.md", "deck.md", "--write"]) == 1
    assert "there is no deck at missing.md" in capsys.readouterr().err
    assert deck.read_text("utf-8") == FIXED


def test_check_offers_what_fix_does(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "deck.md"]) == 0
    assert "1 thing to tell; `python build.py fix deck.md` makes 1 mend" in capsys.readouterr().out
