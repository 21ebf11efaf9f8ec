"""Texts that nobody writes, which must neither crash nor hang: each is read within seconds, or refused."""

from __future__ import annotations

import time

import pytest

from celldeck.errors import DeckError
from celldeck.model import MarpOptions, Theme
from celldeck.parse.markdown import read_markdown
from celldeck.render.blocks import render_blocks
from celldeck.render.context import Context
from celldeck.render.inlines import escape
from celldeck.source import Source

N = 10_000
# Most take a tenth of this on a slow machine; what grows with the square of its length takes far longer.
BOUND_S = 8.0

TEXTS = {
    "opening brackets": "[" * N,
    "nested brackets": "[" * N + "]" * N,
    "nested links": "[" * N + "a" + "](b)" * N,
    "quotes": ">" * N + "a",
    "quotes on many lines": (">" * 50 + "a\n") * 2000,
    "lists in one line": "- " * N + "a",
    "lists in lists": "".join("  " * level + "- a\n" for level in range(1000)),
    "mixed containers": "> - 1. " * N,
    "lazy lines": ">" * 15 + "a\n" + "b\n" * 20_000,
    "unclosed images": "![bg" * N,
    "images without address": "![bg](" * N,
    "images in images": "![" * N + "](x)" * N,
    "a long word": "x" * 5_000_000,
    "a long line": "word " * 1_000_000,
    "a long paragraph": "lorem ipsum - dolor: sit!\n" * 200_000,
    "much emphasis": "lorem *ipsum* " * 360_000,
    "many links": "[a](b) " * 700_000,
    "unclosed comments": "x <!-- a " * N,
    "one comment at the end": "x " + "<!a " * N + "<!-- b -->",
    "unclosed tags": 'x <a b="' * N,
    "a tag without end": "x <a " + "b " * 100_000,
    "unclosed declarations": "x <!a <? <![CDATA[ " * N,
    "backticks": "`a" * N + "``",
    "backticks of all lengths": " ".join("`" * length for length in range(1, 1500)),
    "unclosed emphasis": "*a _b **c " * N,
    "nested emphasis": "*a " * N + "b*" * N,
    "stars": "*" * N + "a" + "*" * N,
    "crossing emphasis": "a***b**c*d" * N,
    "tildes": "~~a ~~~b" * N,
    "unclosed links": "[a](b" * N,
    "unclosed titles": "[a](b \"c [d](e 'f " * N,
    "references": "".join(f"[r{n}]: /u\n" for n in range(5000)) + "".join(f"[r{n}] " for n in range(5000)),
    "references with open titles": '[r]: /u "t\n' * 5000,
    "an open title": '[r]: /u "t\n' + "a\n" * 20_000,
    "spaces": "a" + " " * 1_000_000 + "b",
    "spaces at line ends": ("a" + " " * 1000 + "\n") * 1000,
    "tabs": "\t" * 1_000_000 + "a",
    "blank lines": " \n" * 500_000,
    "a wide table": "|".join("a" * N) + "\n" + "|".join("-" * N) + "\n",
    "a table of empty cells": "|" * 1000 + "\n" + "|-" * 999 + "|\n" + "a\n" * 100_000,
    "nearly tables": "a|b\n" * N,
    "fences": "```\n" * N,
    "an open fence": "```\n" + "a\n" * 100_000,
    "schemes": "a://" * N,
    "addresses without space": "http://" * N,
    "parentheses in an address": "http://a/" + "(" * 9000,
    "mail": "a@" * N,
    "dots": ".a" * 100_000,
    "dollars": "$a " * N + "\\$" * N,
    "entities": "&a" * N + "&amp;" * N,
    "backslashes": "\\" * 100_000,
    "unclosed classes": ".a[" * N,
    "nested classes": ".a[" * N + "]" * N,
    "unclosed classes over lines": "x .a[\n" * N,
    "nested classes over lines": ".a[\n" * N + "]\n" * N,
    "classes over slides": ".a[\n# b\n---\n" * 1000 + "]\n" * 1000,
    "rulers": "---\n" * N,
    "raw HTML": "<div>\n" * N + "<style>\n" * N,
    "an open front matter": "---\n" + "a: b\n" * 50_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_read_in_time_or_refused(name: str) -> None:
    options = MarpOptions()
    context = Context(
        options=options,
        theme=Theme("plain", ""),
        sanitize=escape,
        highlight=lambda code, language: None,
        math=lambda tex, display: escape(tex),
        emojify=lambda text, prose: escape(text),
        cell=str,
    )
    start = time.process_time()
    try:
        for chunk in read_markdown(Source.of(TEXTS[name]), options).chunks:
            render_blocks(chunk.blocks, context)
    except DeckError as error:
        assert error.span  # noqa: PT017 - being read is as good as being refused
    assert time.process_time() - start < BOUND_S
