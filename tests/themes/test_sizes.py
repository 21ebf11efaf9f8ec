"""How large slides are."""

from __future__ import annotations

import pytest

from celldeck.themes.css_parser import parse
from celldeck.themes.root import mark_root
from celldeck.themes.sizes import read_presets, read_size, to_pixels


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("section { width: 960px; height: 720px }", ("960px", "720px")),
        (":root { width: 960px }", ("960px", None)),
        ("section:root { height: 10cm }", (None, "10cm")),
        ("section { width: 1px } :root { width: 2px } section { width: 3px }", ("2px", None)),
        ("section { width: 1px } section { width: 2px !important }", ("2px", None)),
        ("h1, section { width: 1px }", ("1px", None)),
        ("section, :root { width: 1px } :root, section { width: 2px }", ("2px", None)),
        ("@media print { section { width: 1px } }", ("1px", None)),
        ("section.a { width: 1px } section h1 { width: 2px } section-x { width: 3px } .section { width: 4 }",
         (None, None)),
        ("section { max-width: 1px; Width: 2px }", (None, None)),
        ("section { width: calc(1px * 2) }", ("calc(1px * 2)", None)),
    ],
)  # fmt: skip
def test_read_size(css: str, expected: tuple[str | None, str | None]) -> None:
    assert read_size(mark_root(parse(css))) == expected


@pytest.mark.parametrize(
    ("length", "pixels"),
    [
        ("1280px", 1280),
        ("1.5in", 144),
        ("2.54cm", 96),
        ("25.4mm", 96),
        ("72pt", 96),
        ("6pc", 96),
        ("101.6q", 96),
        ("10PX", 10),
        (".5in", 48),
        ("5.px", 5),
        ("-5px", -5),
        ("1.2.3px", 1.2),
        ("..px", None),
        ("1e3px", None),
        ("100%", None),
        ("10em", None),
        ("50vw", None),
        ("calc(1px)", None),
        ("10", None),
        ("", None),
        (None, None),
    ],
)
def test_to_pixels(length: str | None, pixels: float | None) -> None:
    assert to_pixels(length) == (None if pixels is None else pytest.approx(pixels))


def test_read_presets_takes_the_last_line_and_takes_away() -> None:
    lines = [
        "a 1px 2px",
        "b 3px 4px",
        "a 5px 6px",
        "b false",
        "c 1px",
        "d 1px 2px 3px",
        "e  7px\t8px",
        "f 1px 2px ",
    ]
    assert read_presets(lines) == {"a": ("5px", "6px"), "e": ("7px", "8px")}
