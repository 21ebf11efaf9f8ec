"""What Marp does in silence and the author may not have meant: it is told here, and stays as Marp has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from celldeck.errors import Notice
from celldeck.model import Slide
from celldeck.nodes import CodeBlock, Comment, Heading, Image, InlineMath, SoftBreak, StyleBlock
from celldeck.parse.draft import Draft
from celldeck.parse.walk import Node
from celldeck.patterns import late
from celldeck.source import Source


def tell_accidents(draft: Draft) -> Draft:
    """Return the draft with a notice for each accident in its text, one of a kind a line."""
    found: list[Notice] = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        for node in nodes:
            check = _CHECKS.get(type(node))
            if check is not None:
                found.extend(check(node, slide, draft.deck.source))
    told = {_place(notice) for notice in draft.deck.notices}
    fresh = {_place(notice): notice for notice in found if _place(notice) not in told}
    return draft.telling(*fresh.values())


def _place(notice: Notice) -> tuple[str, int | None]:
    return notice.kind, notice.span.line if notice.span else None


def _heading(node: Node, slide: Slide, source: Source) -> Iterator[Notice]:
    """Tell of `---` right under a text: it makes a heading of the text, and no slide.

    A heading that is meant is one line and begins its slide; that one is left alone.
    """
    if not isinstance(node, Heading) or not node.setext or node.level != 2:
        return
    # The passes have changed the slide's headings since, so its line says which one this is.
    shown = [block for block in slide.blocks if not isinstance(block, (Comment, StyleBlock))]
    place = next((n for n, block in enumerate(shown) if block.line == node.line), None)
    if place is None:
        return
    start = slide.origin_line + node.line
    under = _line_from(source, start + 1, re.compile(r"\s*-+\s*"))
    if under is None or source.lines[under - 1].strip() != "---":
        return
    is_line = not any(isinstance(child, SoftBreak | Image) for child in node.children)
    if place > 0 or not is_line:
        yield Notice(
            "heading-by-ruler",
            "this --- makes a heading of the text above it instead of starting a slide",
            source.span(under),
            "put an empty line above it",
        )


_RULER = late(r"\s*-{3,}\s*")


def _comment(node: Node, slide: Slide, source: Source) -> Iterator[Notice]:
    if not isinstance(node, Comment):
        return
    line = slide.origin_line + node.line
    if node.lost.strip():
        end = _line_from(source, line, re.compile(r".*?-->.*")) or line
        yield _lost(source, end, node.lost, "-->")
    if any(_RULER.fullmatch(text) for text in node.text.split("\n")[1:]):
        at = _line_from(source, line + 1, _RULER) or line
        yield Notice(
            "slides-in-comment",
            "a comment is still open here, so this --- starts no slide",
            source.span(at),
            f"it begins on line {line}; end it with --> if the slides below are meant to be seen",
        )


def _style(node: Node, slide: Slide, source: Source) -> Iterator[Notice]:
    if isinstance(node, StyleBlock) and node.lost.strip():
        line = slide.origin_line + node.line
        end = _line_from(source, line, re.compile(r"(?i).*?</style>.*")) or line
        yield _lost(source, end, node.lost, "</style>")


def _lost(source: Source, line: int, text: str, after: str) -> Notice:
    return Notice(
        "text-lost",
        f"Marp drops what stands after {after} on its line",
        source.span(line, text.strip()),
        "put it on a line of its own",
    )


# Two letters may well be a unit or a product, unless they are a word of the language.
_PLAIN_WORD = late(r"(?<![\\A-Za-z])(?:[A-Za-z]{3,}|an|as|at|by|if|in|is|it|of|on|or|to|we)(?![A-Za-z])")
_IN_BRACES = late(r"\\[A-Za-z]+\s*\{[^{}]*\}")
_OPERATORS = frozenset({"mod", "sin", "cos", "tan", "log", "exp", "min", "max", "lim", "inf", "sup", "det"})


def _formula(node: Node, slide: Slide, source: Source) -> Iterator[Notice]:
    """Tell of two prices that make a formula of the words between them."""
    if not isinstance(node, InlineMath) or not re.match(r"\d", node.tex):
        return
    words = _PLAIN_WORD.findall(_IN_BRACES.sub(" ", node.tex))
    if any(word.lower() not in _OPERATORS for word in words):
        yield Notice(
            "price-as-formula",
            "this is read as a formula, since it stands between two dollar signs",
            source.span(slide.origin_line + node.line, f"${node.tex}"),
            "write \\$ for a dollar sign",
        )


def _fence(node: Node, slide: Slide, source: Source) -> Iterator[Notice]:
    if isinstance(node, CodeBlock) and node.fenced and not node.closed:
        yield Notice(
            "unclosed-fence",
            "this block of code is never closed, so it takes in all that follows",
            source.span(slide.origin_line + node.line),
            "close it with as many backticks or tildes as it was opened with",
        )


def _line_from(source: Source, line: int, pattern: re.Pattern[str]) -> int | None:
    """Return the first line, 1-based and from `line` on, that the pattern matches as a whole."""
    for number in range(line, min(line + 1000, len(source.lines)) + 1):
        if pattern.fullmatch(source.lines[number - 1]):
            return number
    return None


_CHECKS: Mapping[type, Callable[[Node, Slide, Source], Iterator[Notice]]] = {
    Heading: _heading,
    Comment: _comment,
    StyleBlock: _style,
    InlineMath: _formula,
    CodeBlock: _fence,
}
