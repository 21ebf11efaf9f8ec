from __future__ import annotations

import pytest

from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.source import Source


def read(text: str, **options: object) -> Deck:
    return parse(Source.of(text), MarpOptions(**options))  # type: ignore[arg-type]


def test_own_settings_are_kept_with_their_types() -> None:
    deck = read(
        "---\nkernel: python3\nseed: 42\nfreeze: false\ncollapse: ''\n"
        "execute:\n  echo: false\n  timeout: 2.5\n  tags: [1, x]\n---\n"
    )
    assert deck.settings == {
        "kernel": "python3",
        "execute": {"echo": False, "timeout": 2.5, "tags": [1, "x"]},
        "seed": 42,
        "freeze": False,
        "collapse": None,
    }


def test_own_settings_do_not_disturb_the_directives() -> None:
    deck = read("---\nkernel:\n  name: ir\ncolor: red\n---\ntext")
    assert deck.slides[0].directives == {"color": "red"}
    assert deck.notices == ()


@pytest.mark.parametrize(
    ("text", "run_cells", "kernel"),
    [
        ("---\nkernel: julia\n---\n", False, "julia"),
        ("---\nkernel: {name: ir}\n---\n", False, "ir"),
        ("text", False, None),
        ("text", True, "python3"),
        ("---\nkernel: none\n---\n", True, None),
    ],
)
def test_kernel_is_what_the_deck_or_the_options_ask_for(
    text: str, run_cells: bool, kernel: str | None
) -> None:
    assert read(text, run_cells=run_cells).kernel == kernel


def test_front_matter_that_is_no_yaml_is_told_with_its_line() -> None:
    deck = read("---\ncolor: red\n\ncolor: blue\n---\n")
    assert str(deck.notices[0]) == (
        "deck.md:4:1: warning: the whole front matter is ignored, since it is no YAML: the key 'color' "
        "stands twice [yaml-ignored]\n"
        "  4 | color: blue\n"
        "    | ^^^^^^^^^^^\n"
        '  hint: put values with special characters between quotes: header: "*a*: b"'
    )


def test_the_names_of_the_cli_are_loose_only_where_the_cli_reads() -> None:
    text = "---\ntitle: a: b\n---\n"
    assert read(text).metadata.title == "a: b"
    assert [notice.kind for notice in read(text, cli=False).notices] == ["yaml-ignored"]


def test_an_empty_front_matter_tells_nothing() -> None:
    assert read("---\n---\ntext").notices == ()
