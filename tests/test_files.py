"""Files are whole or as they were."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from celldeck.files import write_atomically


def test_text_is_written_as_utf_8_into_folders_that_are_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "Übung 1.html"
    write_atomically(path, "é → 1\n")
    assert path.read_bytes() == "é → 1\n".encode()
    write_atomically(path, b"\0bytes")
    assert path.read_bytes() == b"\0bytes"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deck.html"
    write_atomically(path, "good")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "good"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_an_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "deck.html").mkdir()
    with pytest.raises(OSError, match=r"directory|denied"):
        write_atomically(tmp_path / "deck.html", "new")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"exists|[Dd]irectory"):
        write_atomically(tmp_path / "file" / "deck.html", "new")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deck.html", "file"]


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of Unix")
def test_a_file_may_be_read_by_those_whom_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "deck.html", "x")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert (tmp_path / "deck.html").stat().st_mode & 0o777 == 0o640


def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250 + ".html")
    write_atomically(path, "x")
    assert path.read_text() == "x"


def test_readers_never_see_half_a_file_while_several_write(tmp_path: Path) -> None:
    path = tmp_path / "deck.html"
    contents = [letter * 200_000 for letter in "abc"]
    write_atomically(path, contents[0])
    before = path.stat().st_mode & 0o777
    writers = [
        threading.Thread(target=lambda text=text: [write_atomically(path, text) for _ in range(20)])
        for text in contents
    ]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(path.read_text())
    assert seen <= set(contents)
    assert path.stat().st_mode & 0o777 == before
    assert list(tmp_path.iterdir()) == [path]
