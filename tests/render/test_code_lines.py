"""Code cut into lines, whatever its highlighting."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from celldeck.render.code_lines import in_lines

ALL = (frozenset(range(1, 100)),)


def test_a_span_over_several_lines_is_closed_and_opened_again() -> None:
    html = '<span class="a">x<span class="b">1\n2</span>\n\ny</span>z\n'
    assert in_lines(html, (frozenset({1}), frozenset({2, 4}))) == (
        '<span class="code-line code-line-out" data-celldeck-lit="0">'
        '<span class="a">x<span class="b">1</span></span></span>\n'
        '<span class="code-line" data-celldeck-lit="1">'
        '<span class="a"><span class="b">2</span></span></span>\n'
        '<span class="code-line code-line-out" data-celldeck-lit=""><span class="a"></span></span>\n'
        '<span class="code-line" data-celldeck-lit="1"><span class="a">y</span>z</span>\n'
    )


TREES = st.recursive(
    st.sampled_from(["a", "b\n", "\n", "c &lt;\nd", '<img class="emoji" alt="x" />']),
    lambda inner: st.lists(inner, max_size=4).map(lambda parts: f'<span class="s">{"".join(parts)}</span>'),
    max_leaves=20,
)


@given(st.lists(TREES, min_size=1, max_size=5))
def test_lines_hold_the_same_text_and_whole_elements(trees: list[str]) -> None:
    html = "".join(trees) + "\n"
    cut = in_lines(html, ALL)
    lines = cut.removesuffix("\n").split("\n")
    assert len(lines) == html.count("\n")
    for line in lines:
        assert line.count("<span") == line.count("</span>")
    without = re.compile(r"<span[^>]*>|</span>")
    assert without.sub("", cut) == without.sub("", html)
    assert text(cut) == text(html)


def text(html: str) -> str:
    root = LexborHTMLParser(f"<pre><code>{html}</code></pre>").css_first("code")
    assert root is not None
    return root.text()
