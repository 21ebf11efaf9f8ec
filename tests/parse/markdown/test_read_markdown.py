"""What a text is cut into: front matter, chunks, lines, and the values that cases of HTML do not show."""

from __future__ import annotations

import pytest

from celldeck.errors import DeckError
from celldeck.model import MarpOptions
from celldeck.nodes import (
    Block,
    BlockQuote,
    Chunk,
    ClassBlock,
    ClassSpan,
    CodeBlock,
    Comment,
    Heading,
    Image,
    InlineComment,
    InlineMath,
    Link,
    List,
    ListItem,
    Paragraph,
    SoftBreak,
    StyleBlock,
    Table,
    TableCell,
    Text,
    ThematicBreak,
)
from celldeck.parse.markdown import (
    References,
    read_chunk,
    read_image_text,
    read_inline,
    read_markdown,
)
from celldeck.source import Source

OPTIONS = MarpOptions()


def blocks_of(text: str, **options: bool) -> tuple[Block, ...]:
    (chunk,) = read_markdown(Source.of(text), MarpOptions(**options)).chunks  # type: ignore[arg-type]
    return chunk.blocks


def front_matter_of(text: str) -> tuple[str | None, int]:
    document = read_markdown(Source.of(text), OPTIONS)
    return document.front_matter, document.front_matter_end


# ---------------------------------------------------------------- front matter


@pytest.mark.parametrize(
    ("text", "yaml", "end"),
    [
        ("---\na: b\n---\n# x\n", "a: b", 3),
        ("---\na: b\n...\n# x\n", "a: b", 3),
        ("----\na: b\n---\nc: d\n-----  \n", "a: b\n---\nc: d", 5),
        ("--- a: b\nc: d\n   ---\n", "a: b\nc: d\n  ", 3),
        ("---a: b\n---\n", ": b", 2),
        ("---\n\n# x\n\n---\n", "\n# x\n", 5),
        ("---\n---\n", "", 2),
        ("---\na: b\nc: d\n", "a: b", 3),
        ("---", "", 1),
    ],
    ids=[
        "dashes",
        "dots end it too",
        "the end is as long as the start",
        "text behind the dashes belongs to it",
        "but for one character",
        "a slide between two rulers is swallowed",
        "an empty one",
        "without an end, all but the last line",
        "nothing but dashes",
    ],
)
def test_front_matter_is_what_stands_between_dashes(text: str, yaml: str, end: int) -> None:
    assert front_matter_of(text) == (yaml, end)


@pytest.mark.parametrize("text", ["\n---\na: b\n---\n", " ---\na: b\n---\n", "--\na: b\n--\n", "***\n", ""])
def test_front_matter_begins_with_the_very_first_character(text: str) -> None:
    assert front_matter_of(text) == (None, 0)


# ---------------------------------------------------------------- chunks


def test_a_ruler_starts_a_chunk_whose_lines_count_from_it() -> None:
    document = read_markdown(Source.of("---\na: b\n---\n# A\n\n---\n\ntext\n- - -\n\n***\n> ---\n"), OPTIONS)
    ruler = ThematicBreak("---", 0)
    assert document.chunks == (
        Chunk(3, 5, None, (Heading(1, (Text("A"),), 0, source="A"),)),
        Chunk(5, 8, ruler, (Paragraph((Text("text"),), 2),)),
        Chunk(8, 10, ruler, ()),
        Chunk(10, 12, ThematicBreak("***", 0), (BlockQuote((ThematicBreak("---", 1),), 1),)),
    )


def test_a_text_has_a_chunk_even_if_it_says_nothing() -> None:
    assert read_markdown(Source.of(""), OPTIONS).chunks == (Chunk(0, 0, None, ()),)
    assert read_markdown(Source.of("---\na: b\n---"), OPTIONS).chunks == (Chunk(3, 3, None, ()),)


DECK = """\
# First

- a

  ---
- b .c[
---
text `---
---
<!-- comment

---
-->
| a |
|---|
---
.d[

# e
]
---
$$
---
$$
***
```
---
"""


def test_the_text_of_a_chunk_alone_says_what_it_is() -> None:
    source = Source.of(DECK)
    chunks = read_markdown(source, OPTIONS).chunks
    assert [chunk.line for chunk in chunks] == [0, 6, 15, 20, 24]
    for chunk in chunks:
        text = "\n".join(source.lines[chunk.line : chunk.end_line]) + "\n"
        assert read_chunk(text, OPTIONS, line=chunk.line) == chunk


def test_references_of_the_whole_deck_hold_in_each_chunk() -> None:
    document = read_markdown(Source.of("[a]\n\n---\n\n[a]: /b 'c'\n[a]: /d\n"), OPTIONS)
    assert document.references == References({"A": ("/b", "c")})
    assert document.chunks[0].blocks == (Paragraph((Link("/b", "c", (Text("a"),)),), 0),)
    assert read_chunk("[a]\n", OPTIONS, document.references).blocks == document.chunks[0].blocks


# ---------------------------------------------------------------- lines and fields


def test_every_node_knows_its_line() -> None:
    text = """\
a
[b](c)
 x<!-- d --> ![e](f) $g
h$ https://i.j

> - k
>
>   <!-- l --> lost
>   - m [n](o)

.p[
q
.r[
[s](t)
]
]

Head
[u](v)
---

| w |
|---|
| [x](y) |
| z@a.com |
"""
    link = Link
    assert blocks_of(text) == (
        Paragraph(
            (
                Text("a"),
                SoftBreak(),
                link("c", None, (Text("b"),), 1),
                SoftBreak(),
                Text("x"),
                InlineComment("d", 2),
                Text(" "),
                Image("f", None, "e", (Text("e"),), 2),
                Text(" "),
                InlineMath("g\nh", 2),
                Text(" "),
                link("https://i.j", None, (Text("https://i.j"),), 3, auto=True),
            ),
            0,
        ),
        BlockQuote(
            (
                List(
                    (
                        ListItem(
                            (
                                Paragraph((Text("k"),), 5),
                                Comment("l", 7, "lost"),
                                List(
                                    (
                                        ListItem(
                                            (
                                                Paragraph(
                                                    (Text("m "), link("o", None, (Text("n"),), 8)),
                                                    8,
                                                    tight=True,
                                                ),
                                            ),
                                            8,
                                            "-",
                                        ),
                                    ),
                                    False,
                                    8,
                                ),
                            ),
                            5,
                            "-",
                        ),
                    ),
                    False,
                    5,
                ),
            ),
            5,
        ),
        ClassBlock(
            ("p",),
            (
                Paragraph((Text("q"),), 11),
                ClassBlock(("r",), (Paragraph((link("t", None, (Text("s"),), 13),), 13),), 12),
            ),
            10,
        ),
        Heading(
            2,
            (Text("Head"), SoftBreak(), link("v", None, (Text("u"),), 18)),
            17,
            setext=True,
            source="Head\n[u](v)",
        ),
        Table(
            (TableCell((Text("w"),)),),
            (
                (TableCell((link("y", None, (Text("x"),), 23),)),),
                (TableCell((link("mailto:z@a.com", None, (Text("z@a.com"),), 24, auto=True),)),),
            ),
            21,
        ),
    )


def test_code_tells_where_it_ends_and_whether_something_closed_it() -> None:
    assert blocks_of("```py a&amp;b \nx\n```\n\n    y\n\n\n- ~~~\n  z\n") == (
        CodeBlock("x\n", "py a&b", True, 0, 3),
        CodeBlock("y\n", "", False, 4, 5),
        List((ListItem((CodeBlock("z\n", "", True, 7, 9, closed=False),), 7, "-"),), False, 7),
    )


def test_lists_keep_their_marks() -> None:
    assert [
        (block.ordered, block.start, [item.marker for item in block.items])
        for block in blocks_of("* a\n* b\n\n3) c\n4) d\n\n1. e\n")
        if isinstance(block, List)
    ] == [(False, 1, ["*", "*"]), (True, 3, [")", ")"]), (True, 1, ["."])]


def test_what_a_style_or_a_comment_loses_is_kept_aside() -> None:
    assert blocks_of('<style scoped title="x">a{}</style> lost\n<!-- a --> <!-- b -->\n<!-- open\n') == (
        StyleBlock("a{}", 'scoped title="x"', 0, "lost"),
        Comment("a", 1, "<!-- b -->"),
        Comment("", 2),
    )


# ---------------------------------------------------------------- text


def test_what_was_escaped_stays_apart_where_it_still_matters() -> None:
    assert read_inline("a\\*&amp;b&copy;c", OPTIONS) == (
        Text("a*&b"),
        Text("©", escaped=True),
        Text("c"),
    )
    assert read_inline("\\*&#32;&#42; x", OPTIONS) == (Text("* * x"),)
    assert read_inline("&#32;", OPTIONS) == (Text(" ", escaped=True),)


def test_the_text_of_an_image_keeps_every_escape_apart() -> None:
    assert read_image_text("a\\*b [c](d)", OPTIONS) == (
        Text("a"),
        Text("*", escaped=True),
        Text("b "),
        Link("d", None, (Text("c"),)),
    )


def test_an_emoji_ends_an_address_only_where_it_becomes_a_picture() -> None:
    text = "x@y.com/😀 //a.b/😀c"
    picture = read_inline(text, OPTIONS)
    plain = read_inline(text, MarpOptions(emoji_unicode=False))
    assert picture[2] == Link("//a.b/", None, (Text("//a.b/"),), auto=True)
    assert plain[2] == Link("//a.b/%F0%9F%98%80c", None, (Text("//a.b/😀c"),), auto=True)


def test_classes_are_read_in_a_line_that_stands_alone() -> None:
    assert read_inline(".a.b[c]", OPTIONS) == (ClassSpan(("a", "b"), (Text("c"),)),)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("\u00a0- a\n", (Paragraph((Text("\u00a0- a"),), 0),)),
        ("#\u00a0a\n", (Paragraph((Text("#\u00a0a"),), 0),)),
        ("\u3000\n", (Paragraph((Text("\u3000"),), 0),)),
        ("a\x0cb\x1c\u2028c\n", (Paragraph((Text("a\x0cb\x1c\u2028c"),), 0),)),
        ("*\u00a0a*\n", (Paragraph((Text("*\u00a0a*"),), 0),)),
        (
            "|\u00a0a\u00a0|\n|-|\n",
            (Table((TableCell((Text("a"),)),), (), 0),),
        ),
    ],
    ids=["list", "heading", "paragraph", "no line ends", "emphasis", "cells are trimmed"],
)
def test_only_spaces_and_tabs_are_space_to_blocks(text: str, blocks: tuple[Block, ...]) -> None:
    assert blocks_of(text) == blocks


@pytest.mark.parametrize(
    ("inside", "plain"),
    [
        ("          <img src=a>", "<img src=a>"),
        ("\n    - a\n      - b\n\n    text", "\n- a\n  - b\n\ntext"),
        ("      a\n    b", "a\nb"),
        ("   - a\n   - b", "   - a\n   - b"),
        ("a\n\n    code", "a\n\n    code"),
    ],
)
def test_what_indents_a_class_block_from_its_start_makes_no_code(inside: str, plain: str) -> None:
    assert blocks_of(f".c[\n{inside}\n]") == blocks_of(f".c[\n{plain}\n]")


# ---------------------------------------------------------------- refused


def test_a_paragraph_that_holds_too_much_is_refused_with_its_line() -> None:
    with pytest.raises(DeckError) as caught:
        read_markdown(Source.of("---\na: b\n---\n\n---\n\n" + "*a* " * 80_000), OPTIONS)
    assert caught.value.message == "this paragraph holds more than celldeck reads in one"
    assert str(caught.value.span) == "deck.md:7:1"
    assert caught.value.hint == "part it with blank lines"


def test_emphasis_that_is_nested_too_deep_is_refused_with_its_line() -> None:
    with pytest.raises(DeckError) as caught:
        read_markdown(Source.of("# A\n\n> " + "*a " * 101 + "b*" * 101), OPTIONS)
    assert str(caught.value).startswith("deck.md:3:1: emphasis is nested more than 100 deep here\n")
    read_markdown(Source.of("*a " * 100 + "b*" * 100), OPTIONS)
