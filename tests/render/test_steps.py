"""Marks of steps in raw HTML, which may open elements that others close."""

from __future__ import annotations

import pytest

from celldeck.render.steps import all_in_step, fragment, in_step

M = fragment(2)


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<div><p>a</p></div><p>b</p>", f"<div{M}><p>a</p></div><p{M}>b</p>"),
        ("</div>\n<div class=x>", f"</div>\n<div{M} class=x>"),
        ("a <b>c</b> d", f"<span{M}>a </span><b{M}>c</b><span{M}> d</span>"),
        ('<img alt="a > b"><br /><p>x', f'<img{M} alt="a > b"><br{M} /><p{M}>x'),
        ('<p data-marpit-fragment="9">a</p>', '<p data-marpit-fragment="9">a</p>'),
        ("<!-- a note -->", "<!-- a note -->"),
    ],
)
def test_what_is_outermost_is_in_the_step(html: str, marked: str) -> None:
    assert all_in_step(html, 2) == marked
    assert all_in_step(html, None) == html


def test_one_element_is_marked_at_its_start() -> None:
    assert in_step('<div class="cell"><p>a</p></div>', 2) == f'<div{M} class="cell"><p>a</p></div>'
    assert in_step("<p>a</p>", None) == "<p>a</p>"
    assert in_step("", 2) == ""
