"""Markdown, case by case: the files in `cases/` hold a text beside the HTML of its blocks.

A file has cases under headings of level 2, each with blocks of code: `markdown`, `html`, and where there are
any, `options` (fields of MarpOptions as JSON), and `comments` and `styles` (JSON strings, one a line).
All but remark.js's classes come out as markdown-it has them with Marp's rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from celldeck.model import MarpOptions, Theme
from celldeck.nodes import Comment, InlineComment, StyleBlock
from celldeck.parse.markdown import read_markdown
from celldeck.render.blocks import render_blocks
from celldeck.render.context import Context
from celldeck.render.inlines import escape
from celldeck.source import Source

CASES = Path(__file__).with_name("cases")
PART = re.compile(
    r"^## (?P<title>[^\n]+)$|^(?P<fence>`{3,})(?P<kind>\w+)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S
)


@dataclass(frozen=True)
class Case:
    """A text and what is to come of it."""

    file: str
    title: str
    blocks: dict[str, str]


def read_cases(file: Path) -> Iterator[Case]:
    """Give the cases of a file."""
    case = None
    for part in PART.finditer(file.read_text("utf-8")):
        if part["title"]:
            case = Case(file.stem, part["title"], {})
            yield case
        elif case:
            case.blocks[part["kind"]] = part["text"]


def plain_context(options: MarpOptions) -> Context:
    """Return a context that shows raw HTML, code, formulas and emoji as they were written."""
    return Context(
        options=options,
        theme=Theme("plain", ""),
        sanitize=lambda html: html,
        highlight=lambda code, language: None,
        math=lambda tex, display: f"<math{' block' if display else ''}>{escape(tex)}</math>",
        emojify=lambda text, prose: escape(text),
        cell=str,
    )


def every(node: Any, kind: type | tuple[type, ...]) -> Iterator[Any]:
    """Give the nodes of a kind, parents first."""
    if isinstance(node, tuple):
        for child in node:
            yield from every(child, kind)
    elif is_dataclass(node):
        if isinstance(node, kind):
            yield node
        for field in fields(node):
            yield from every(getattr(node, field.name), kind)


def outcome(case: Case) -> dict[str, str]:
    """Return what comes of a case, for each kind of block."""
    settings: dict[str, Any] = {"emoji_unicode": False, "emoji_shortcode": False, "inline_svg": False}
    options = MarpOptions(**settings, **json.loads(case.blocks.get("options", "{}")))
    document = read_markdown(Source.of(case.blocks["markdown"]), options)
    context = plain_context(options)
    blocks = [
        render_blocks((*([chunk.ruler] if chunk.ruler else []), *chunk.blocks), context)
        for chunk in document.chunks
    ]
    chunks = tuple(chunk.blocks for chunk in document.chunks)
    found = {
        "html": "".join(blocks),
        "comments": "".join(_json(c.text) for c in every(chunks, (Comment, InlineComment))),
        "styles": "".join(_json(style.css) for style in every(chunks, StyleBlock)),
    }
    return {kind: text if text.endswith("\n") else text + "\n" for kind, text in found.items() if text}


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) + "\n"


ALL = [case for file in sorted(CASES.glob("*.md")) for case in read_cases(file)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.file}: {case.title}")
def test_a_text_comes_out_as_its_file_says(case: Case) -> None:
    expected = {kind: text for kind, text in case.blocks.items() if kind not in ("markdown", "options")}
    assert outcome(case) == {kind: text for kind, text in expected.items() if text}


def test_there_are_cases_for_all_kinds_of_blocks_and_text() -> None:
    assert len(ALL) > 100
