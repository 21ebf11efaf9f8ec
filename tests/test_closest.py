"""What somebody may have meant."""

from __future__ import annotations

from celldeck.closest import closest


def test_the_name_most_like_it_is_found() -> None:
    assert closest("thme", {"theme": 1, "time": 2}) == "theme"
    assert closest("xyz", ["theme"]) is None
    assert closest("thxxx", ["theme"], 0.3) == "theme"
