"""A store that remembers."""

from __future__ import annotations

from pathlib import Path

from celldeck.execute.recent import Recent
from celldeck.execute.store import Record, Store
from celldeck.model import Output

RECORD = Record((Output("stream", {"text/plain": "a"}, "stdout"),))


def test_what_was_used_in_the_last_build_is_not_read_again(tmp_path: Path) -> None:
    Store(tmp_path).put("abc", RECORD)
    recent = Recent(tmp_path)
    first = recent.get("abc")
    for file in tmp_path.rglob("*.cell"):
        file.unlink()
    recent.next_build()
    assert recent.get("abc") is first
    recent.next_build()
    recent.next_build()
    assert recent.get("abc") is None


def test_what_is_put_is_on_disk_too(tmp_path: Path) -> None:
    recent = Recent(tmp_path)
    recent.put("abc", RECORD)
    recent.next_build()
    assert recent.get("abc") is RECORD
    assert Store(tmp_path).get("abc") == RECORD
