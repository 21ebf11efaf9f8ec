"""What is readable as a value, compared with PostCSS 8.5."""

from __future__ import annotations

import pytest

from celldeck.render.inline_style import declaration, read_style, style_attribute


@pytest.mark.parametrize(
    ("name", "value", "css"),
    [
        ("color", "red", "color:red;"),
        ("color", "rgba(0, 0, 0, .5)", "color:rgba(0, 0, 0, .5);"),
        ("color", "red; position: fixed", "color:red;"),
        ("color", "red; color: blue", "color:red;color: blue;"),
        ("color", "red; position", ""),
        ("color", "red}", ""),
        ("color", "red{", ""),
        ("color", "{ a: b }", ""),
        ("color", '"', ""),
        ("color", "it's", ""),
        ("color", "/*", ""),
        ("color", "a(b", ""),
        ("color", "a: b", ""),
        ("color", "red; @media x { a { b: c } }", "color:red;"),
        ("color", "red !important", "color:red !important;"),
        ("--x", "a: b", "--x:a: b;"),
        ("--x", "a { b: c; d: e }", "--x:a { b: c; d: e };"),
        ("--x", "a { b", ""),
        ("--x", "a <!-- b", "--x:a \\3c !-- b;"),
        ("--x", "</style>", "--x:\\3c /style>;"),
        (
            "background-image",
            "url(https://example.org/a;b)",
            "background-image:url(https://example.org/a;b);",
        ),
        ("background-image", 'url("a)b;c")', 'background-image:url("a)b;c");'),
        ("background-image", "url(a", ""),
        ("filter", "invert(\\3b \\29 )", "filter:invert(\\3b \\29 );"),
    ],
)
def test_declaration(name: str, value: str, css: str) -> None:
    assert declaration(name, value) == css


def test_style_attribute_leaves_out_what_is_unreadable() -> None:
    assert style_attribute({"color": "red", "--x": '"', "width": "1px"}) == "color:red;width:1px;"


def test_read_style_gives_each_property_once_and_no_importance() -> None:
    style = "color: red !important; --x: a { b: c }; color: blue/* c */"
    assert read_style(style) == {"color": "blue", "--x": "a { b: c }"}
    assert read_style("color: {") == {}
