"""Markdown text to the frozen nodes of `celldeck.nodes`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marko import Markdown
from marko.ext.gfm import gfm

from celldeck import nodes
from celldeck.model import MarpOptions
from celldeck.source import Source


@dataclass(frozen=True)
class References:
    """Link reference definitions: normalised label to address and title."""

    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)


NONE = References()


@dataclass(frozen=True)
class Document:
    """A text as read: its front matter and its chunks."""

    front_matter: str | None
    """The YAML, without its fences; None: there is none."""
    front_matter_end: int
    """0-based line after it; 0: there is none."""
    chunks: tuple[nodes.Chunk, ...]
    references: References


_COMMENT = re.compile(r"<!--+\s*([\s\S]*?)\s*--+>")


def read_markdown(source: Source, options: MarpOptions) -> Document:
    """Return what `source` says."""
    lines = source.lines
    front, end = None, 0
    if lines[0].startswith("---"):
        for i, line in enumerate(lines[1:], 1):
            if line.rstrip() == "---":
                front, end = "\n".join(lines[1:i]), i + 1
                break
    chunks = []
    start, ruler, text = end, None, "\n".join(lines[end:])
    document = gfm.parse(text)
    blocks: list[Any] = []
    base = end
    for child in document.children:
        at = text.count("\n", 0, child.source_span[0])
        if type(child).__name__ == "ThematicBreak":
            chunks.append(nodes.Chunk(start, base + at, ruler, tuple(blocks)))
            blocks, start, ruler = [], base + at, nodes.ThematicBreak("---", 0)
        else:
            blocks.extend(_block(child, at + base - start))
    chunks.append(nodes.Chunk(start, len(lines), ruler, tuple(blocks)))
    return Document(front, end, tuple(chunks), NONE)


def read_inline(
    text: str, options: MarpOptions, references: References = NONE, line: int = 0
) -> tuple[nodes.Inline, ...]:
    """Return what one line of text says."""
    document = gfm.parse(text)
    return _inlines(getattr(document.children[0], "children", ())) if document.children else ()


def _block(e: Any, line: int) -> list[Any]:
    kind = type(e).__name__
    if kind in ("Heading", "SetextHeading"):
        return [nodes.Heading(e.level, _inlines(e.children), line, kind == "SetextHeading")]
    if kind == "Paragraph":
        return [nodes.Paragraph(_inlines(e.children), line, e._tight)]
    if kind == "Quote":
        return [nodes.BlockQuote(_blocks(e.children, line), line)]
    if kind == "List":
        items = tuple(nodes.ListItem(_blocks(i.children, line), line, e.bullet[-1]) for i in e.children)
        return [nodes.List(items, e.ordered, line, e.start)]
    if kind in ("CodeBlock", "FencedCode"):
        text = e.children[0].children
        info = (e.lang + " " + e.extra).strip()
        return [nodes.CodeBlock(text, info, kind == "FencedCode", line, line + text.count("\n") + 2)]
    if kind == "HTMLBlock":
        m = _COMMENT.match(e.body.lstrip())
        if m:
            return [nodes.Comment(m[1], line)]
        m = re.match(r"\s*<style(.*?)>(.*?)</style>", e.body, re.S)
        return [nodes.StyleBlock(m[2].strip(), m[1], line)] if m else [nodes.HtmlBlock(e.body, line)]
    if kind == "ThematicBreak":
        return [nodes.ThematicBreak("---", line)]
    if kind == "Table":
        rows = [tuple(nodes.TableCell(_inlines(c.children), c.align) for c in r.children) for r in e.children]
        return [nodes.Table(rows[0], tuple(rows[1:]), line)]
    return []


def _blocks(children: Any, line: int) -> tuple[Any, ...]:
    return tuple(b for c in children for b in _block(c, line))


def _inlines(children: Any) -> tuple[Any, ...]:
    if isinstance(children, str):
        return (nodes.Text(children),)
    return tuple(n for c in children for n in _inline(c))


def _inline(e: Any) -> list[Any]:
    kind = type(e).__name__
    if kind in ("RawText", "Literal"):
        return [nodes.Text(e.children)]
    if kind == "LineBreak":
        return [nodes.SoftBreak() if e.soft else nodes.HardBreak()]
    if kind == "CodeSpan":
        return [nodes.CodeSpan(e.children)]
    if kind == "Emphasis":
        return [nodes.Emphasis(_inlines(e.children))]
    if kind == "StrongEmphasis":
        return [nodes.Strong(_inlines(e.children))]
    if kind == "Strikethrough":
        return [nodes.Strikethrough(_inlines(e.children))]
    if kind in ("Link", "AutoLink", "Url"):
        return [nodes.Link(e.dest, getattr(e, "title", None), _inlines(e.children))]
    if kind == "Image":
        inner = _inlines(e.children)
        return [nodes.Image(e.dest, e.title, "".join(getattr(c, "text", "") for c in inner), inner)]
    if kind == "InlineHTML":
        m = _COMMENT.match(e.children)
        return [nodes.InlineComment(m[1])] if m else [nodes.HtmlInline(e.children)]
    return []


assert Markdown
