"""Marp's reading of YAML, compared with what js-yaml 5 and Marpit's loose mode give for the same texts."""

from __future__ import annotations

import pytest

from celldeck.parse.directives import LOOSE_IN_COMMENTS
from celldeck.parse.loose_yaml import YamlError, load, loosen


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: true\nb: 1.50\nc: null\nd: ~", {"a": "true", "b": "1.50", "c": "null", "d": "~"}),
        ("a:\nb: ''", {"a": "", "b": ""}),
        ("a: [x, 'y', {k: v}]", {"a": ["x", "y", {"k": "v"}]}),
        ("a: |\n  one\n  two", {"a": "one\ntwo\n"}),
        ("a: >-\n  one\n  two", {"a": "one two"}),
        ("a: &x one\nb: *x", {"a": "one", "b": "one"}),
        ("a: &x one\nb: &x two\nc: *x", {"a": "one", "b": "two", "c": "two"}),
        ("a: b # comment", {"a": "b"}),
        ("a: b#c", {"a": "b#c"}),
        ("a: one\n  two", {"a": "one two"}),
        ("a:\tb\nc: \t d", {"a": "b", "c": "d"}),
        ("# only: this\na: b", {"a": "b"}),
        ("- a\n- b", ["a", "b"]),
        ("just text", "just text"),
        ('a: "\\u00e9\\n"', {"a": "é\n"}),
        ("a: !!str 5", {"a": "5"}),
        ("a: x y, (z) 50%\nb: 'it''s'", {"a": "x y, (z) 50%", "b": "it's"}),
    ],
)
def test_load_gives_texts_lists_and_mappings(text: str, value: object) -> None:
    assert load(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("# nothing", 0),
        ("a: 1\nb: 2\na: 3", 2),
        ("a: {x: 1, x: 2}", 0),
        ("a: *unknown", 0),
        ("a: b: c", 0),
        ("a: @x", 0),
        ("a: b\nc: !!int 5", 1),
        ("a: b\n---\nc: d", 1),
        ("? [a]\n: b", 0),
        ('a: "one\ntwo"', 1),
        ("a: &x [*x]", 0),
        ("a: [b", 1),
    ],
)
def test_load_refuses_what_js_yaml_refuses_and_says_where(text: str, line: int) -> None:
    with pytest.raises(YamlError) as refused:
        load(text)
    assert refused.value.line == line


def test_load_refuses_aliases_that_unfold_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 8)]
    with pytest.raises(YamlError) as refused:
        load("\n".join(lines))
    assert refused.value.problem == "its aliases unfold to too many values"


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("color: #fff", 'color: "#fff"'),
        ("_class: a: b # c", '_class: "a: b # c"'),
        ('header: say "hi"', 'header: "say \\"hi\\""'),
        ("header: [l](u)", "header: [l](u)"),
        ("header: *em*", "header: *em*"),
        ("header: 'quoted'", "header: 'quoted'"),
        ("'color':   red", "'color':   \"red\""),
        ("  color: #fff", 'color: "#fff"'),
        ("other: #fff", "other: #fff"),
        ("style: |\n  color: red", "style: |\n  color: red"),
        ("color:", "color:"),
    ],
)
def test_loosen_puts_plain_values_of_directives_between_quotes(text: str, loose: str) -> None:
    # Only the first line of a text may be indented, since the text is trimmed as a whole.
    assert loosen(text.strip(), LOOSE_IN_COMMENTS) == loose
