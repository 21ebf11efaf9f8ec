"""Printing: the shortest text with the same tokens."""

from __future__ import annotations

import pytest

from celldeck.themes.css_parser import parse
from celldeck.themes.minify import minify, squeeze


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a {\n  color : red ;\n  margin: 0\n}\n", "a{color:red;margin:0}"),
        ("a , b\n> c { x: y }", "a, b > c{x:y}"),
        ("a { x: 1px\n\t2px   3px }", "a{x:1px 2px 3px}"),
        ('a { x: "1  2\\"  3" }', 'a{x:"1  2\\"  3"}'),
        ("a { x: url( a  b ) }", "a{x:url( a  b )}"),
        ("a { x: y ! important }", "a{x:y!important}"),
        ("a { --x:  { a : b }  ; }", "a{--x:  { a : b }  }"),
        ("@media ( min-width:1px )  and (x) { a { x: y } }", "@media ( min-width:1px ) and (x){a{x:y}}"),
        ("@page { margin: 0 }", "@page {margin:0}"),
        ("@import 'a' ;@import 'b'", "@import 'a';@import 'b';"),
        ("a{x:y}; b{x:y}", "a{x:y};b{x:y}"),
        ("a{} @media x{ b{} } @media y{ @supports (z:z){} }", ""),
        ("@layer a{} @layer b;", "@layer a{}@layer b;"),
        ("/* no */ /*! yes */ /* Licence: see LICENSE */ a{/* no */x:y/* no */}",
         "/*! yes *//* Licence: see LICENSE */a{x:y}"),
        ("a{x:y;/*! kept */}", "a{x:y;/*! kept */}"),
        ("a{x:1px/* c */2px}", "a{x:1px/**/2px}"),
        ("x: y", "x:y;"),
        ("a { b { x: y } x: z; @media print { x: w } }", "a{b{x:y}x:z;@media print{x:w}}"),
    ],
)  # fmt: skip
def test_minify_writes(css: str, expected: str) -> None:
    assert minify(parse(css)) == expected


def test_minify_is_stable() -> None:
    css = "a, b{x:1px 2px!important;--y: {c}}@media print{d{e:f};g{h:i}}@import 'j';"
    assert minify(parse(css)) == css


def test_squeeze_keeps_escapes_with_the_space_that_ends_them() -> None:
    assert squeeze(".\\31  .x   > b") == ".\\31  .x > b"
