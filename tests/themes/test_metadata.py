"""What a theme says about itself in comments."""

from __future__ import annotations

import pytest

from celldeck.themes.css_parser import parse
from celldeck.themes.metadata import Metadata, find_name, read_metadata


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("/* @theme a */", Metadata("a")),
        ("/*! @theme a */", Metadata("a")),
        ("/**\n * @theme a b\n * @auto-scaling code\n */", Metadata("a b", (), "code")),
        ("/* @theme a */ p { x: y } /* @theme b */", Metadata("b")),
        ("p { /* @theme inside */ }", Metadata("inside")),
        ("p { x: y /* @theme value */; }", Metadata()),
        ("p { x: '/* @theme string */' }", Metadata()),
        ("/* @size a 1px 2px\n   @size b 3px 4px */ /* @size a false */",
         Metadata(None, ("a 1px 2px", "b 3px 4px", "a false"))),
        ("/* Theme of mine: @theme a */", Metadata()),
        ("/* @theme\n a */", Metadata("a")),
        ("/* @Theme a */", Metadata()),
        ("/* @thème a */", Metadata()),
        ("/* **!* @theme a */", Metadata("a")),
        ("/* nothing */", Metadata()),
        ("", Metadata()),
    ],
)  # fmt: skip
def test_read_metadata(css: str, expected: Metadata) -> None:
    assert read_metadata(parse(css)) == expected


def test_find_name_needs_no_valid_css() -> None:
    assert find_name("/* @theme a */ p {{{ ' ") == "a"
    assert find_name("p { x: '/* @theme string */' }") is None
    assert find_name("/* no name */") is None


def test_find_name_is_quick_on_long_comments() -> None:
    assert find_name("/*" + "*!\n" * 20_000 + "*/") is None
