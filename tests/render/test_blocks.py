"""Blocks to HTML, where cases of Markdown (tests/parse/markdown/cases) do not reach."""

from __future__ import annotations

import pytest
from contexts import telling_context

from celldeck.nodes import (
    Block,
    BlockQuote,
    CellPlace,
    ClassBlock,
    CodeBlock,
    Comment,
    Heading,
    HtmlBlock,
    Inline,
    InlineComment,
    List,
    ListItem,
    MathBlock,
    Paragraph,
    SoftBreak,
    StyleBlock,
    Table,
    TableCell,
    Text,
    ThematicBreak,
)
from celldeck.render.blocks import is_blank, render_blocks


def code(text: str, info: str = "") -> CodeBlock:
    return CodeBlock(text, info, True, 0, 3)


def paragraph(text: str, *, tight: bool = False) -> Paragraph:
    return Paragraph((Text(text),), 0, tight)


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (
            code('x < "y"\n', "py a b"),
            '<pre><code class="language-py"><i>x &lt; &quot;y&quot;\n</i></code></pre>\n',
        ),
        (code("x<y\n", 'b"c'), '<pre><code class="language-b&quot;c">x&lt;y\n</code></pre>\n'),
        (code("x\n"), "<pre><code>x\n</code></pre>\n"),
        (code("☺<b>\n"), "<pre><code><img ☺>&lt;b&gt;\n</code></pre>\n"),
        (code("☺ & :)\n", "py"), '<pre><code class="language-py"><i><img ☺> &amp; :)\n</i></code></pre>\n'),
    ],
    ids=["highlighted", "unknown language", "no language", "emoji", "emoji among highlights"],
)
def test_code_is_highlighted_where_its_language_is_known(block: CodeBlock, html: str) -> None:
    assert render_blocks((block,), telling_context()) == html


@pytest.mark.parametrize(
    ("auto_scaling", "inline_svg", "scaled"),
    [
        ("true", True, True),
        ("code", True, True),
        ("fittingHeader", True, False),
        (None, True, False),
        ("true", False, False),
    ],
)
def test_code_is_scaled_if_the_theme_says_so(
    auto_scaling: str | None, inline_svg: bool, scaled: bool
) -> None:
    context = telling_context(auto_scaling=auto_scaling, inline_svg=inline_svg)
    pre = '<pre is="marp-pre" data-auto-scaling="downscale-only">' if scaled else "<pre>"
    assert render_blocks((code("x\n"),), context) == f"{pre}<code>x\n</code></pre>\n"


@pytest.mark.parametrize(
    ("auto_scaling", "fit", "scaled"),
    [("true", True, True), ("fittingHeader", True, True), ("code", True, False), ("true", False, False)],
)
def test_a_heading_is_scaled_if_it_asks_for_it_and_the_theme_does_it(
    auto_scaling: str, fit: bool, scaled: bool
) -> None:
    heading = Heading(2, (Text("a"),), 0, fit=fit, slug='"a"')
    extra = ' is="marp-h2" data-auto-scaling' if scaled else ""
    html = f'<h2{extra} id="&quot;a&quot;">a</h2>\n'
    assert render_blocks((heading,), telling_context(auto_scaling=auto_scaling)) == html


def test_steps_numbers_and_cut_lists() -> None:
    items = (
        ListItem((paragraph("a", tight=True),), 0, ")", fragment=1),
        ListItem((paragraph("b"), List((), False, 0)), 0, ")", fragment=2),
    )
    shown = (
        '<li data-marpit-fragment="1">a</li>\n<li data-marpit-fragment="2">\n<p>b</p>\n<ul>\n</ul>\n</li>\n'
    )
    context = telling_context()
    assert render_blocks((List(items, True, 0, start=3),), context) == f'<ol start="3">\n{shown}</ol>\n'
    assert render_blocks((List(items, True, 0, start=3, bare=True),), context) == shown


def test_neighbours_are_asked_for_what_is_theirs() -> None:
    blocks: tuple[Block, ...] = (
        HtmlBlock("<b>\n", 0),
        MathBlock("x\n", 0),
        CellPlace(2, 0),
        ClassBlock(("a", 'b"'), (paragraph("c"),), 0),
        ThematicBreak("---", 0),
    )
    assert render_blocks(blocks, telling_context()) == (
        '[safe <b>\n]<p>[block x\n]</p>[cell 2]\n<div class="a b&quot;">\n<p>c</p>\n</div>\n<hr />\n'
    )
    assert render_blocks(blocks[-1:], telling_context(xhtml_out=False)) == "<hr>\n"


@pytest.mark.parametrize(
    ("children", "blank"),
    [
        ((), True),
        ((Text(" \u00a0\ufeff"), SoftBreak(), InlineComment("x")), True),
        ((Text("\u00a0", escaped=True),), False),
        ((Text("x"),), False),
    ],
)
def test_what_holds_no_text_is_swept_away(children: tuple[Inline, ...], blank: bool) -> None:
    assert is_blank(children) is blank
    shown = "" if blank else "x" if children[0] == Text("x") else "\u00a0"
    blocks = (
        Paragraph(children, 0),
        Heading(1, children, 0),
        Table((TableCell(children, "right"),), (), 0),
    )
    context = telling_context()
    assert render_blocks(blocks[:1], context) == (f"<p>{shown}</p>\n" if shown else "")
    assert render_blocks(blocks[1:2], context) == f"<h1>{shown}</h1>\n"
    assert f'<th style="text-align:right">{shown}</th>' in render_blocks(blocks[2:], context)


def test_hidden_blocks_leave_the_line_ends_that_markdown_it_leaves() -> None:
    hidden = (Comment("x", 0), StyleBlock("a{}", "", 0), Paragraph((InlineComment("y"),), 0))
    context = telling_context()
    assert render_blocks((*hidden, paragraph("a")), context) == "\n<p>a</p>\n"
    assert render_blocks((BlockQuote(hidden, 0),), context) == "<blockquote></blockquote>\n"
    item = ListItem((paragraph("a", tight=True), paragraph("b", tight=True), BlockQuote((), 0)), 0, "-")
    assert render_blocks((List((item,), False, 0),), context) == (
        "<ul>\n<li>ab\n<blockquote></blockquote>\n</li>\n</ul>\n"
    )
