"""The table of keys, and an author's own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from celldeck.errors import DeckError
from celldeck.keymap import ACTIONS, with_keys
from celldeck.settings import read_settings


def test_no_key_does_two_things() -> None:
    counted = Counter(key for action in ACTIONS for key in action.keys)
    assert [key for key, times in counted.items() if times > 1] == []


def keys_of(name: str, *entries: str) -> tuple[str, ...]:
    return next(action.keys for action in with_keys(entries) if action.name == name)


def test_own_keys_replace_those_of_an_action_and_are_taken_from_others() -> None:
    assert keys_of("pen", "pen = w b") == ("w", "b")
    assert keys_of("blackout", "pen = w b") == (".",)
    assert keys_of("pen", "pen =") == ()
    assert keys_of("zoom", "zoom = Z Shift+z F2") == ("z", "Shift+Z", "F2")


def test_an_unknown_action_or_key_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.celldeck]\nkeys = [\n  "blakout = x",\n]\n', "utf-8")
    with pytest.raises(DeckError) as told:
        read_settings(tmp_path)
    assert str(told.value) == (
        f"{file}:3:4: no action of the presented deck is named 'blakout'\n"
        '  3 |   "blakout = x",\n'
        "    |    ^^^^^^^^^^^\n"
        "  hint: did you mean 'blackout'?"
    )
    with pytest.raises(DeckError, match="no key is named 'Pagedown'") as told:
        with_keys(["next = Pagedown"])
    assert told.value.hint == "did you mean PageDown?"
