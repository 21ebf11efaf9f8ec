"""Inline elements to HTML, where cases of Markdown (tests/parse/markdown/cases) do not reach."""

from __future__ import annotations

import pytest
from contexts import telling_context

from celldeck.nodes import (
    ClassSpan,
    CodeSpan,
    Emphasis,
    HardBreak,
    HtmlInline,
    Image,
    Inline,
    InlineComment,
    InlineMath,
    Link,
    SoftBreak,
    Strikethrough,
    Strong,
    Text,
)
from celldeck.render.inlines import escape, plain_text, render_inlines


@pytest.mark.parametrize(
    ("node", "html"),
    [
        (Text("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c'"),
        (Emphasis((Strong((Strikethrough((Text("a"),)),)),)), "<em><strong><s>a</s></strong></em>"),
        (CodeSpan("a<☺ :)"), "<code>a&lt;<img ☺> :)</code>"),
        (Link('a"b', 'c"', (Text("d"),)), '<a href="a&quot;b" title="c&quot;">d</a>'),
        (HtmlInline("<b>"), "[safe <b>]"),
        (InlineMath("x"), "[inline x]"),
        (InlineComment("x"), ""),
        (ClassSpan(("a", "b"), (Text("c"),)), '<span class="a b">c</span>'),
        (SoftBreak(), "<br />\n"),
        (HardBreak(), "<br />\n"),
    ],
)
def test_each_kind_has_its_tag(node: Inline, html: str) -> None:
    assert render_inlines((node,), telling_context()) == html


def test_options_for_breaks_and_tags() -> None:
    children = (SoftBreak(), HardBreak(), Image("a", None, "", ()))
    context = telling_context(breaks=False, xhtml_out=False)
    assert render_inlines(children, context) == '\n<br>\n<img src="a" alt="">'


@pytest.mark.parametrize(
    ("children", "html"),
    [
        ((Text("a :) ☺"),), "a <img :)> <img ☺>"),
        ((Text("a :"), Text(") b")), "a <img :)> b"),
        ((Text("☺"), Text("☺", escaped=True), Text("☺")), "<img ☺>☺<img ☺>"),
        ((Text(":"), Emphasis((Text(")"),))), ":<em>)</em>"),
        ((Text(":", escaped=True), Text(")")), "<img :)>"),
    ],
    ids=[
        "in one text",
        "over two texts",
        "not what was escaped",
        "not over an element",
        "names are read last",
    ],
)
def test_emoji_in_texts_side_by_side(children: tuple[Inline, ...], html: str) -> None:
    assert render_inlines(children, telling_context()) == html


IMAGE = Image(
    'a"b',
    'c"',
    "ignored",
    (
        Text("d"),
        Text("&", escaped=True),
        CodeSpan("no"),
        InlineMath("no"),
        InlineComment("no"),
        Emphasis((Text("e"),)),
        Link("f", None, (Text("g"),)),
        SoftBreak(),
        HtmlInline("<h>"),
        Image("i", None, "", (Text("j"),)),
        ClassSpan(("k",), (Text("l"),)),
    ),
    width="3px",
    height="4em",
    filters="blur(2px)",
)


def test_an_image_has_its_text_title_and_style() -> None:
    assert plain_text(IMAGE.children) == "deg\n<h>jl"
    assert render_inlines((IMAGE,), telling_context()) == (
        '<img src="a&quot;b" alt="deg\n&lt;h&gt;jl" title="c&quot;"'
        ' style="width:3px;height:4em;filter:blur(2px);" />'
    )


def test_an_alternative_text_that_was_set_is_taken_as_it_is() -> None:
    image = Image("a", None, "b", (Text("b"),), alt='c"')
    assert render_inlines((image,), telling_context()) == '<img src="a" alt="c&quot;" />'


def test_escape_leaves_single_quotes_alone() -> None:
    assert escape("<a href='b' c=\"d\">&") == "&lt;a href='b' c=&quot;d&quot;&gt;&amp;"
