"""Which server a deck's kernel runs on."""

from __future__ import annotations

import pytest

from celldeck.errors import DeckError
from celldeck.gateway import address, with_gateway
from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.source import Source


def read(kernel: str) -> Deck:
    return parse(Source.of(f"---\nkernel: {kernel}\n---\n\n```r\n1\n```\n", "talk.md"), MarpOptions())


@pytest.mark.parametrize(
    ("kernel", "settings", "environment", "expected"),
    [
        ("python3", None, None, None),
        ("python3", None, "http://env", "http://env"),
        ("{gateway: http://deck/}", None, "http://env", "http://deck"),
        ("{name: ir, gateway: 'https://deck:8888/user/me/'}", None, None, "https://deck:8888/user/me"),
        ("{gateway: http://deck}", "http://given", "http://env", "http://given"),
        ("{gateway: http://deck}", "none", "http://env", None),
        ("{gateway: none}", None, "http://env", None),
        ("{gateway: false}", None, "http://env", None),
        ("none", "http://given", "http://env", None),
    ],
)
def test_the_settings_beat_front_matter_which_beats_the_environment(
    kernel: str,
    settings: str | None,
    environment: str | None,
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JUPYTER_GATEWAY_URL", raising=False)
    if environment:
        monkeypatch.setenv("JUPYTER_GATEWAY_URL", environment)
    assert with_gateway(read(kernel), settings).gateway == expected


def test_a_mapping_names_the_kernel_and_so_the_language_of_its_fences() -> None:
    deck = read("{name: ir, gateway: http://deck}")
    assert (deck.kernel, len(deck.cells), deck.notices) == ("ir", 1, ())


def test_an_unknown_key_is_told_with_its_place() -> None:
    assert [str(notice) for notice in read("{gatway: http://deck}").notices] == [
        "talk.md:2:10: warning: unknown key 'gatway' of `kernel` [unknown-option]\n"
        "  2 | kernel: {gatway: http://deck}\n"
        "    |          ^^^^^^\n"
        "  hint: did you mean 'gateway'?"
    ]


def test_an_address_that_is_none_stops_the_deck_with_its_place() -> None:
    with pytest.raises(DeckError) as caught:
        with_gateway(read("{gateway: gpu.example.org}"), None)
    assert str(caught.value) == (
        "talk.md:2:19: this is no address of a Jupyter server: 'gpu.example.org'\n"
        "  2 | kernel: {gateway: gpu.example.org}\n"
        "    |                   ^^^^^^^^^^^^^^^\n"
        "  hint: an address such as https://gpu.example.org:8888, or none"
    )


@pytest.mark.parametrize("said", ["http://h/?token=abc", "http://me:abc@h/", "https://h/#abc"])
def test_a_token_in_an_address_is_refused_and_not_repeated(said: str) -> None:
    with pytest.raises(DeckError) as caught:
        address(said)
    assert "JUPYTER_GATEWAY_AUTH_TOKEN" in str(caught.value)
    assert "abc" not in str(caught.value)
