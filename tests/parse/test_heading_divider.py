from __future__ import annotations

from celldeck.model import Slide
from celldeck.parse import parse
from celldeck.source import Source


def slides(text: str) -> tuple[Slide, ...]:
    return parse(Source.of("---\nheadingDivider: 2\n---\n" + text)).slides


def test_divided_slides_know_their_lines() -> None:
    cut = slides("# One\n\ntext\n\n## Two\n\n---\n\nthree\n\n# Four")
    assert [(s.number, s.line, s.end_line, s.origin_line) for s in cut] == [
        (1, 4, 8, 4),
        (2, 8, 10, 4),
        (3, 10, 14, 10),
        (4, 14, 15, 10),
    ]


def test_comments_stay_with_their_part() -> None:
    cut = slides("# One\n<!-- first -->\n<!-- _class: a -->\n# Two\n<!-- second -->")
    assert [slide.notes for slide in cut] == [("first",), ("second",)]
    assert [dict(slide.directives) for slide in cut] == [{"class": "a"}, {}]


def test_a_deep_list_is_cut_at_every_heading() -> None:
    text = "\n".join("  " * depth + f"- # Level {depth}" for depth in range(8))
    assert [slide.title for slide in slides(text)] == [None] + [f"Level {depth}" for depth in range(8)]
