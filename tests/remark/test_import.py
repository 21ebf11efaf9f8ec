"""remark.js decks as Marp decks: what is kept, what is rewritten, what is told by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celldeck.errors import DeckError
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.remark import Imported, read_deck, write_deck
from celldeck.source import Source

PAGE = """\
<!DOCTYPE html>
<html>
<head>
<title>A talk &amp; more</title>
<style>
  .remark-slide-content { color: navy }
  body { font-family: serif }
  .note { color: grey }
</style>
</head>
<body>
<textarea id="source">
SOURCE
</textarea>
<script src="remark.js"></script>
<script>
  // remark.create({ ratio: '1:1' })
  var slideshow = remark.create({ ratio: '16:9', highlightLines: true, OPTIONS });
</script>
</body>
</html>
"""


def no_file(path: Path) -> Source:
    raise DeckError(f"there is no {path}")


def imported(text: str, name: str = "talk.md") -> Imported:
    return write_deck(read_deck(Source.of(text, name), no_file))


def slides(text: str) -> list[str]:
    """Return the text of each slide of a deck in Markdown, as imported."""
    result = imported(text)
    body = result.text.split("\n---\n", 1)[1].strip("\n")
    found = body.split("\n\n---\n\n")
    assert len(found) == result.slides
    assert len(parse(Source.of(result.text), MarpOptions(collapse=False)).slides) == result.slides
    return found


def told(text: str, name: str = "talk.md") -> list[str]:
    return [str(notice).splitlines()[0] for notice in imported(text, name).notices]


def page(source: str, options: str = "") -> str:
    return PAGE.replace("SOURCE", source).replace("OPTIONS", options)


# ---------------------------------------------------------------- slides, steps, notes


def test_separators_properties_and_notes() -> None:
    assert slides("class: center, middle\n\n# A\n\n???\nSay *this*\n\nand that\n---\n# B") == [
        "<!-- _class: center middle -->\n\n# A\n\n<!--\nSay *this*\n\nand that\n-->",
        "# B",
    ]


def test_a_separator_right_under_text_starts_a_slide() -> None:
    assert slides("text\n---\nmore\n---\n\nlast") == ["text", "more", "last"]


def test_steps_are_items_where_a_list_goes_on_and_pauses_elsewhere() -> None:
    assert slides("# A\n\n- one\n\n--\n\n- two\n  more\n\n--\n\ntext\n--\n\n- a\n- b") == [
        "# A\n\n- one\n\n* two more\n\n<!-- pause -->\n\ntext\n\n<!-- pause -->\n\n- a\n- b"
    ]
    assert slides("1. one\n--\n\n2. two\n--\n\n3. three") == ["1. one\n\n2) two\n\n3) three"]


def test_tight_lists_stay_tight() -> None:
    (slide,) = slides("- one\n--\n- two\n--\n- three")
    assert slide == "- one\n* two\n* three"


def test_notes_of_a_step_belong_to_it() -> None:
    assert slides("a\n???\nfirst\n--\n\nb\n???\nsecond") == [
        "a\n\n<!-- pause -->\n\nb\n\n<!--\nfirst\n-->\n\n<!--\n[click:1]\nsecond\n-->"
    ]


def test_a_step_that_looks_different_is_a_slide_of_its_own() -> None:
    text = "class: a\n\n# A\n--\n\nclass: b\n\nmore"
    assert slides(text) == [
        "<!-- _class: a -->\n\n# A",
        "<!-- _class: a b -->\n<!-- _paginate: hold -->\n\n# A\n\nmore",
    ]
    assert told(text) == [
        "talk.md:4:1: warning: this step looks different, so it is a slide of its own [remark]"
    ]


def test_notes_that_look_like_directives_or_end_a_comment_stay_notes() -> None:
    (slide,) = slides("a\n???\nclass: lead")
    assert parse(Source.of(slide)).slides[0].notes == ("Note.\nclass: lead",)
    (slide,) = slides("a\n???\nb <!-- c --> d\n\n-- e")
    assert parse(Source.of(slide)).slides[0].notes == ("b &lt;!-- c --&gt; d\n\n-- e",)


def test_what_stands_in_code_is_no_separator() -> None:
    code = "```\na\n---\nb\n--\n???\n* x\n# y\n```"
    assert slides(f"{code}\n---\nb")[0].splitlines()[1:6] == ["a", "---", "b", "--", "???"]


# ---------------------------------------------------------------- layouts and templates


def test_layouts_go_into_the_slides_below_until_they_end() -> None:
    text = (
        "layout: true\nclass: a\n\n.logo[x]\n\n---\n# A\n---\nclass: b\n\n# B\n---\nlayout: false\n# C\n"
        "---\n# D"
    )
    assert slides(text) == [
        "<!-- _class: a -->\n\n.logo[x]\n\n# A",
        "<!-- _class: a b -->\n\n.logo[x]\n\n# B",
        "# C",
        "# D",
    ]


def test_templates_take_the_content_where_they_say() -> None:
    text = (
        "name: frame\nlayout: true\n\n.left[\n{{content}}\n]\n\nfoot\n---\n# A\n\ntext\n---\nlayout: false\n"
        "# B\n---\ntemplate: frame\n# C"
    )
    assert slides(text) == [
        ".left[\n# A\n\ntext\n]\n\nfoot",
        "# B",
        ".left[\n# C\n]\n\nfoot",
    ]


def test_variables_are_the_values_of_properties() -> None:
    assert slides("topic: birds\nname: x\n\n# On {{topic}} in {{name}}, \\{{topic}}, {{other}}") == [
        "# On birds in x, {{topic}}, {{other}}"
    ]
    assert told("topic: birds\n\n{{topic}}") == []


def test_backgrounds_counts_and_exclusion() -> None:
    text = (
        "background-image: url(a.png)\n\n# A\n---\nbackground-color: #fff\ncount: false\n\n# B\n---\n"
        "exclude: true\n# C\n---\nbackground-image: url(b.png)\nbackground-size: cover\n"
    )
    assert slides(text) == [
        '<!-- _backgroundImage: "url(a.png)" -->\n<!-- _backgroundSize: contain -->\n\n# A',
        '<!-- _backgroundColor: "#fff" -->\n<!-- _paginate: hold -->\n\n# B',
        '<!-- _backgroundImage: "url(b.png)" -->\n<!-- _backgroundSize: "cover" -->',
    ]
    assert told(text) == [
        "talk.md:9:1: warning: this slide is left out, since it says `exclude: true` [remark]"
    ]
    deck = parse(Source.of(imported(text).text))
    assert [slide.page for slide in deck.slides] == [1, 1, 2]
    assert deck.slides[0].directives["backgroundImage"] == "url(a.png)"


def test_properties_in_comments() -> None:
    assert slides("<!-- class: a -->\n# A") == ["<!-- _class: a -->\n\n# A"]


def test_other_properties_are_told() -> None:
    assert told("transition: slide\n\n# A") == [
        "talk.md:1:1: warning: Marp has no property 'transition', so it is left out [remark]"
    ]


def test_links_lead_to_slides_by_their_numbers() -> None:
    text = (
        "[b](#b) [step](#c) [third](#3)\n---\nname: b\n\n# B\n--\n\nname: c\nmore\n---\n# D\n\n[no](#nowhere)"
    )
    found = slides(text)
    assert found[0] == "[b](#2) [step](#2.2) [third](#2.2)"
    assert told(text)[0].endswith("no slide has the name 'nowhere' [remark]")


# ---------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("* one\n* two\n  * three", "- one\n- two\n  - three"),
        ("1) one", "1. one"),
        ("#Title", "# Title"),
        ("a\n\n***\n\nb", "a\n\n<hr />\n\nb"),
        ("a\nb\nc", "a b c"),
        ("a  \nb", "a  \nb"),
        ("- a\n  b\n- c", "- a b\n- c"),
        ("a\n\n    * code", "a\n\n    * code"),
        ("| a | b |\n|---|---|\n| c | d |", "| a | b |\n|---|---|\n| c | d |"),
        (".left[\na\nb\n]\n.right[c]", ".left[\na b\n]\n.right[c]"),
        ("![:scale 50%](a.png)", "![w:50%](a.png)"),
        ('<img src="a.png" style="width: 300px;" />', '<img src="a.png" width="300" />'),
        ('<image src="a.png" width="9">', '<img src="a.png" width="9">'),
        ("```python\na\n* b\n*c\nd\n```", "```python {2-3}\na\n  b\nc\nd\n```"),
        ("```\n*a\n```", "```text {1}\na\n```"),
        ("`* a`", "`* a`"),
        ("Heading\n===\n\ntext", "Heading\n===\n\ntext"),
    ],
)
def test_text(written: str, read: str) -> None:
    assert slides(f"# T\n\n{written}") == [f"# T\n\n{read}"]


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("![:youtube x](y)", "Marp has no macros, such as ':youtube'"),
        ("<iframe src='x'></iframe>", "Marp shows this tag as text"),
        ("<div style='color: red'>x</div>", "Marp drops the style of this tag"),
    ],
)
def test_what_marp_cannot_say_is_told(written: str, what: str) -> None:
    assert told(f"# T\n\n{written}")[0].startswith(f"talk.md:3:1: warning: {what}")


# ---------------------------------------------------------------- pages


def test_a_page() -> None:
    result = imported(page("# A &lt;b&gt; &amp;amp; c\n---\n# B"), "talk.html")
    assert result.text == (
        '---\nmarp: true\ntitle: "A talk & more"\npaginate: true\nstyle: |\n'
        "  section { align-content: start; justify-content: flex-start }\n"
        "  section { color: navy }\n  section { font-family: serif }\n  .note { color: grey }\n---\n\n"
        "# A <b> &amp; c\n\n---\n\n# B\n"
    )
    assert result.notices == ()


def test_what_remark_was_told() -> None:
    text = page("```py\n*a `b`\n```\n\n$5 and $6", "slideNumberFormat: '', highlightSpans: true")
    result = imported(text, "talk.html")
    assert "paginate: false" in result.text
    assert "```py {1}\na b\n```" in result.text
    assert "\\$5 and \\$6" in result.text
    assert [str(n).splitlines()[0] for n in result.notices] == [
        "talk.html:13:1: warning: Marp points out no part of a line of code [remark]"
    ]
    assert "size: 4:3" in imported(page("# A").replace("ratio: '16:9',", ""), "talk.html").text


def test_a_star_is_a_star_where_remark_points_out_no_lines() -> None:
    text = page("```\n*a\n```").replace("highlightLines: true", "highlightLines: false")
    assert "```\n*a\n```" in imported(text, "talk.html").text


def test_formulas_stand_between_backticks_for_mathjax() -> None:
    text = page("`$x_1$` and `$$y$$`, `code`, \\\\(z\\\\)").replace("remark.js", "MathJax.js")
    assert "$x_1$ and $$y$$, `code`, $z$" in imported(text, "talk.html").text


def test_classes_of_remark_itself_get_their_look() -> None:
    text = imported(page("class: center, middle\n\n.right[x]"), "talk.html").text
    assert "section.center, .center { text-align: center }" in text
    assert "section.middle { align-content: center; justify-content: center }" in text
    assert "section.right, .right { text-align: right }" in text
    assert "section.bottom" not in text


def test_the_markdown_of_a_page_may_stand_in_a_file(tmp_path: Path) -> None:
    text = page("").replace("ratio:", "sourceUrl: 'deck.md?v=1', ratio:")
    files = {tmp_path / "deck.md": Source.of("# A\n---\nfoo: x\n# B", "deck.md")}
    result = write_deck(read_deck(Source.of(text, tmp_path / "talk.html"), files.__getitem__))
    assert result.text.endswith("# A\n\n---\n\n# B\n")
    assert [str(n).splitlines()[0] for n in result.notices] == [
        "deck.md:3:1: warning: Marp has no property 'foo', so it is left out [remark]"
    ]
    with pytest.raises(DeckError, match="stands at https://x"):
        imported(text.replace("deck.md?v=1", "https://x/d.md"), "talk.html")


def test_style_sheets_beside_a_page_are_taken_in(tmp_path: Path) -> None:
    links = '<link rel="stylesheet" href="a.css"><link rel="stylesheet" href="http://x/b.css"></head>'
    files = {tmp_path / "a.css": Source.of(".remark-code { color: red }\n.remark-notes { top: 0 }", "a.css")}
    deck = read_deck(Source.of(page("# A").replace("</head>", links), tmp_path / "t.html"), files.__getitem__)
    result = write_deck(deck)
    assert "  pre code { color: red }" in result.text
    assert [notice.message for notice in result.notices] == [
        "the style sheet http://x/b.css is not taken over",
        "the style sheet has rules for '.remark-notes', which Marp has not",
    ]


def test_a_page_without_a_deck_is_an_error() -> None:
    with pytest.raises(DeckError, match="holds no deck"):
        imported("<!doctype html><p>x", "x.html")


def test_lines_that_are_all_indented_count_from_there() -> None:
    assert slides("    # A\n\n    text\n    ---\n    # B") == ["# A\n\ntext", "# B"]


LINES = (
    "# A",
    "text",
    "",
    "",
    "---",
    "--",
    "???",
    "- item",
    "  - inner",
    "* star",
    "1. one",
    "2) two",
    "```",
    "```python",
    "*code",
    "class: a, b",
    "name: x",
    "layout: true",
    "layout: false",
    "template: x",
    "count: false",
    "exclude: true",
    "{{content}}",
    ".left[",
    "]",
    ".red[x] and `code`",
    "<br>",
    "<!-- note -->",
    "***",
    "| a | b |",
    "> quote",
    "    indented",
    "text  ",
    "[x](#x)",
    "$$",
    "$$ x",
    "<!-- open",
    "close -->",
    "~~~",
    "===",
    "<div>",
    "</div>",
    "<style>",
    "</style>",
    "x [a].b[c",
    "-----",
    "![:scale 50%](a.png)",
)


@given(st.lists(st.sampled_from(LINES), max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_as_many_slides_as_it_has(lines: list[str]) -> None:
    result = imported("\n".join(lines))
    deck = parse(Source.of(result.text), MarpOptions(collapse=False))
    assert len(deck.slides) == max(result.slides, 1)
