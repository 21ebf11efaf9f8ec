"""Highlighted code has highlight.js's spans, and comes from the cache if it can."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from celldeck.cache import Cache
from celldeck.render.code import Highlighter


@pytest.fixture(scope="module")
def highlighter() -> Highlighter:
    return Highlighter(Cache(None))


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        (
            "python",
            'def f(x):\n    return "<b>"  # why\n',
            '<span class="hljs-keyword">def</span> <span class="hljs-title function_">f</span>('
            '<span class="hljs-params">x</span>):\n    <span class="hljs-keyword">return</span> '
            '<span class="hljs-string">&quot;&lt;b&gt;&quot;</span>  '
            '<span class="hljs-comment"># why</span>\n',
        ),
        (
            "js",
            "let a = 'é😀'",
            '<span class="hljs-keyword">let</span> a = <span class="hljs-string">&#x27;é😀&#x27;</span>',
        ),
        (
            "yaml",
            "a: 1\n",
            '<span class="hljs-attr">a:</span> <span class="hljs-number">1</span>\n',
        ),
        (
            "sql",
            "SELECT 1",
            '<span class="hljs-keyword">SELECT</span> <span class="hljs-number">1</span>',
        ),
        (
            "diff",
            "-a\n+b\n",
            '<span class="hljs-deletion">-a</span>\n<span class="hljs-addition">+b</span>\n',
        ),
    ],
)
def test_highlight_gives_the_spans_of_highlight_js(
    highlighter: Highlighter, language: str, code: str, expected: str
) -> None:
    assert highlighter.highlight(code, language) == expected


def marked(kind: str, text: str) -> str:
    return f'<span class="hljs-{kind}">{text}</span>'


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        (
            "java",
            "Map<String, int[]> m = x;",
            f"{marked('type', 'Map')}&lt;String, {marked('type', 'int')}[]&gt; {marked('variable', 'm')} "
            f"{marked('operator', '=')} x;",
        ),
        ("java", "return f(x)", f"{marked('keyword', 'return')} f(x)"),
        ("cpp", "y = sizeof(a1.b);", f"y = {marked('keyword', 'sizeof')}(a1.b);"),
        ("rust", "format(x)", f"{marked('title function_ invoke__', 'format')}(x)"),
        (
            "json",
            "{'a': 'b'}",
            f"{marked('punctuation', '{')}{marked('attr', '&#x27;a&#x27;')}{marked('punctuation', ':')} "
            f"{marked('string', '&#x27;b&#x27;')}{marked('punctuation', '}')}",
        ),
        ("diff", "@@ -1 +1 @@", marked("meta", "@@ -1 +1 @@")),
        ("cs", "x = 19.99m;", f"x = {marked('number', '19.99m')};"),
        ("dart", "Text(x)", f"{marked('title class_', 'Text')}(x)"),
        (
            "html",
            "<style>p",
            f"{marked('tag', '&lt;' + marked('name', 'style') + '&gt;')}"
            f'<span class="language-css">{marked("selector-tag", "p")}</span>',
        ),
    ],
)
def test_highlight_finds_what_marps_newer_grammars_find(
    highlighter: Highlighter, language: str, code: str, expected: str
) -> None:
    assert highlighter.highlight(code, language) == expected


@pytest.mark.parametrize(
    "language",
    ["py", "Python", "C++", "tsx", "rs", "sh", "console", "html", "toml", "md", "text"],
)
def test_highlight_knows_names_and_aliases_in_any_case(highlighter: Highlighter, language: str) -> None:
    assert highlighter.highlight("x", language) is not None


@pytest.mark.parametrize("language", ["", "mermaid", "no such", "constructor", "__proto__"])
def test_highlight_gives_none_for_a_language_that_nobody_knows(
    highlighter: Highlighter, language: str
) -> None:
    assert highlighter.highlight("x", language) is None


def test_what_no_language_allows_is_highlighted_all_the_same(highlighter: Highlighter) -> None:
    assert highlighter.highlight("{ ]] <", "json") is not None


def test_empty_code_stays_empty(highlighter: Highlighter) -> None:
    assert highlighter.highlight("", "python") == ""


def test_the_engine_is_not_started_for_what_is_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Cache(tmp_path)
    html = Highlighter(first).highlight("x = 1\n", "python")
    first.flush()
    monkeypatch.setitem(sys.modules, "quickjs", None)
    again = Highlighter(Cache(tmp_path))
    assert again.highlight("x = 1\n", "Python") == html
    assert again.highlight("graph LR", "mermaid") is None


def test_code_on_which_the_highlighter_hangs_is_left_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    import celldeck.render.code as code

    highlighter = Highlighter(Cache(None))
    assert highlighter.highlight("x", "python") == "x"
    monkeypatch.setattr(code, "_TIME_LIMIT_S", 0.05)
    long = "def f(x): return {1: 'a'}\n" * 20_000
    assert highlighter.highlight(long, "python") is None
    monkeypatch.undo()
    assert highlighter.highlight("y", "python") == "y"
