from __future__ import annotations

import pytest

from celldeck.model import Background, Split
from celldeck.nodes import Image
from celldeck.parse import parse
from celldeck.parse.backgrounds import Backdrop, read_backdrop
from celldeck.parse.images import Keywords, Word, read_keywords
from celldeck.source import Source


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a cat", Keywords((Word("", "a"), Word(" ", "cat")), 0)),
        ("w:20 height:1.5em", Keywords((), 2, width="20px", height="1.5em")),
        ("w:1 w:auto 50% .5%", Keywords((), 4, width="auto", size=".5%")),
        ("w:1. w:-1 w:1vw", Keywords((Word("", "w:1."), Word(" ", "w:-1"), Word(" ", "w:1vw")), 0)),
        ("blur sepia:.5", Keywords((), 2, filters="blur(10px) sepia(.5)")),
        ("opacity:a;b", Keywords((), 1, filters="opacity(a\\3b b)")),
        ("drop-shadow", Keywords((), 1, filters="drop-shadow(0 5px 10px rgba(0,0,0,.4))")),
        ("drop-shadow:1px", Keywords((Word("", "drop-shadow:1px"),), 0)),
        (
            "drop-shadow:0,1px,2px,hsl(1,2%,3%)",
            Keywords((), 1, filters="drop-shadow(0 1px 2px hsl(1,2%,3%))"),
        ),
    ],
)
def test_read_keywords(content: str, expected: Keywords) -> None:
    assert read_keywords(content) == expected


def image(content: str, src: str = "a.png") -> Image:
    return Image(src, None, content, ())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("cat", None),
        ("bgs", None),
        ("bg", Backdrop(Background("a.png", ""), None, None, None)),
        ("bg fit a  b", Backdrop(Background("a.png", "a  b", "contain"), None, None, None)),
        ("cover 20% bg", Backdrop(Background("a.png", "", "20%"), None, None, None)),
        ("bg w:9 fit", Backdrop(Background("a.png", "", "contain"), None, None, None)),
        ("bg w:9 20%", Backdrop(Background("a.png", "", "9px 20%"), None, None, None)),
        ("bg h:9", Backdrop(Background("a.png", "", "auto 9px"), None, None, None)),
        ("bg left:30% right", Backdrop(Background("a.png", ""), "right", None, None)),
        ("bg left:40 vertical", Backdrop(Background("a.png", "left:40"), None, None, "vertical")),
    ],
)
def test_read_backdrop(content: str, expected: Backdrop | None) -> None:
    assert read_backdrop(image(content)) == expected


def test_keywords_of_pictures_without_an_address_still_count() -> None:
    slide = parse(Source.of("![bg](a.png)\n![bg left:20% vertical](<>)")).slides[0]
    assert slide.backgrounds == (Background("a.png", ""),)
    assert slide.split == Split("left", "20%")
    assert slide.vertical
