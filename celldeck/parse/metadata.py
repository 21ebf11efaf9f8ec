"""What a deck says about itself: title, author and so on, as Marp's CLI reads them.

Marp: https://github.com/marp-team/marp-cli#metadata
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from celldeck.js import as_text, is_set
from celldeck.model import Metadata, Slide
from celldeck.nodes import CodeSpan, HardBreak, Heading, Inline, InlineMath, SoftBreak, Text
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.walk import Node, every_node


def describe(draft: Draft) -> Draft:
    """Return the draft with its metadata, and with the title of each slide.

    A deck without a title gets the source of its first heading of the highest rank.
    """
    given = draft.deck.directives
    lang = given.get("lang") or draft.options.lang
    metadata = Metadata(lang=as_text(lang) if is_set(lang) else None)
    if draft.options.cli:
        keywords = given.get("keywords")
        metadata = replace(
            metadata,
            title=_text(given.get("title")) if "title" in given else _title_of_headings(draft),
            description=_text(given.get("description")),
            author=_text(given.get("author")),
            keywords=keywords if isinstance(keywords, tuple) else (),
            url=_text(given.get("url")),
            image=_text(given.get("image")),
        )
    draft = draft.with_slides(
        _TITLED.get(slide, (nodes,), partial(_titled, slide, nodes))
        for slide, nodes in zip(draft.slides, draft.nodes, strict=True)
    )
    return replace(draft, deck=replace(draft.deck, metadata=metadata))


_TITLED: Lately[Slide] = Lately()


def _titled(slide: Slide, nodes: Iterable[Node]) -> Slide:
    first = next((node for node in nodes if isinstance(node, Heading)), None)
    return slide if first is None else replace(slide, title=_plain(first.children) or None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _title_of_headings(draft: Draft) -> str | None:
    best: Heading | None = None
    for nodes in draft.nodes:
        for node in nodes:
            if isinstance(node, Heading) and (best is None or node.level < best.level):
                best = node
    return (best.source or _plain(best.children) or None) if best else None


def _plain(children: Iterable[Inline]) -> str:
    parts = []
    for node in every_node(children):
        if isinstance(node, (Text, CodeSpan)):
            parts.append(node.text)
        elif isinstance(node, InlineMath):
            parts.append(node.tex)
        elif isinstance(node, (SoftBreak, HardBreak)):
            parts.append(" ")
    return "".join(parts).strip()
