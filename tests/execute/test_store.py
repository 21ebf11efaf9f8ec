"""Records on disk."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from celldeck.execute.facts import Facts
from celldeck.execute.messages import Update
from celldeck.execute.store import Record, Store
from celldeck.model import Output

PICTURE = base64.b64encode(bytes(range(256)) * 40).decode("ascii")
RECORD = Record(
    outputs=(
        Output("stream", {"text/plain": "a\ud800ä\n"}, stream="stderr"),
        Output(
            "display", {"image/png": PICTURE, "text/plain": "<Figure>"}, metadata={"image/png": {"width": 4}}
        ),
        Output("display", {"image/png": "no base64!", "image/svg+xml": "<svg/>"}, display_id="1.0"),
        Output("error", {"text/plain": "<cell 1>:1"}, error=("E", "m"), error_line=3),
    ),
    updates=(Update("1.0", {"image/png": PICTURE}, {"a": 1}),),
    facts=Facts({"a.csv": ("00", 3, 4), "b.csv": None}, {"numpy-2.0.dist-info": ""}, ("absent",)),
    seconds=1.5,
    left_out=("much",),
)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path / "outputs")
    assert store.get("abcdef") is None
    store.put("abcdef", RECORD)
    assert store.get("abcdef") == RECORD
    assert store.get("abcdee") is None


def test_pictures_are_kept_as_bytes(tmp_path: Path) -> None:
    Store(tmp_path).put("abcdef", RECORD)
    (file,) = files(tmp_path)
    assert base64.b64decode(PICTURE) in file.read_bytes()
    assert file.stat().st_size < 2 * len(base64.b64decode(PICTURE)) + 1000


@pytest.mark.parametrize("damage", ["empty", "short", "flipped", "foreign", "nonsense"])
def test_a_broken_record_is_none_and_goes(tmp_path: Path, damage: str) -> None:
    store = Store(tmp_path)
    store.put("abcdef", RECORD)
    (file,) = files(tmp_path)
    content = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "short": content[:-10],
            "flipped": content[:-10] + b"x" + content[-9:],
            "foreign": b"another file",
            "nonsense": content[:27] + b"\xff" * 60,
        }[damage]
    )
    assert store.get("abcdef") is None
    assert files(tmp_path) == []
    store.put("abcdef", RECORD)
    assert store.get("abcdef") == RECORD


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        Store(tmp_path / "file").put("abcdef", RECORD)


def test_prune_deletes_what_was_not_used_for_longest(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number, key in enumerate(("aaold", "bbused", "ccnew")):
        store.put(key, RECORD)
        (path,) = (tmp_path / key[:2]).iterdir()
        os.utime(path, (1000 + number, 1000 + number))
    size = files(tmp_path)[0].stat().st_size
    os.utime(next((tmp_path / "aa").iterdir()), (500, 500))
    assert store.get("bbused") is not None
    store.prune(2 * size)
    assert [store.get(key) is None for key in ("aaold", "bbused", "ccnew")] == [True, False, False]
