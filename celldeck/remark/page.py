"""The HTML page of a remark.js deck, or its Markdown alone: the text, its styles, and how remark was started.

remark: https://github.com/gnab/remark/wiki/Configuration
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from celldeck.errors import DeckError, Notice
from celldeck.frozen import frozen
from celldeck.source import Source, Span

_HOLDER = re.compile(
    r"""<(textarea|script|div|pre|xmp)\b([^>]*\bid\s*=\s*(?:"source"|'source'|source\b)[^>]*)>(.*?)</\1\s*>""",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_SHEET = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
_HREF = re.compile(r"""\bhref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_CREATE = re.compile(r"\bremark\s*\.\s*create\s*\(")
_IS_PAGE = re.compile(r"<!doctype html|<html\b|<textarea\b", re.IGNORECASE)

ReadFile = Callable[[Path], Source]
"""Gives the text of a file; raises DeckError if there is none."""


@frozen
class Line:
    """A line of a deck's Markdown."""

    text: str
    number: int
    """1-based, in `RemarkDeck.source`."""

    def with_text(self, text: str) -> Line:
        """Return the line with another text."""
        return self if text == self.text else replace(self, text=text)


@frozen
class RemarkDeck:
    """A deck for remark.js, as written."""

    source: Source
    """The file that the Markdown stands in."""
    lines: tuple[Line, ...]
    """The Markdown."""
    styles: tuple[str, ...] = ()
    title: str | None = None
    is_page: bool = False
    """There was a page around the Markdown, so that what remark was told is known."""
    ratio: str | None = None
    """Of width and height, such as `16:9`; None: remark's own, which is 4:3 for a page."""
    highlights_lines: bool = False
    """A `*` before a line of code highlights it."""
    highlights_spans: bool = False
    """Code between backticks in a block of code is highlighted."""
    counts_steps: bool = True
    """A step counts as a slide."""
    shows_numbers: bool = True
    has_formulas: bool = False
    """The page brings MathJax or KaTeX, which typeset what stands between backticks and dollar signs."""
    notices: tuple[Notice, ...] = ()


def read_deck(source: Source, read_file: ReadFile) -> RemarkDeck:
    """Return the deck that a file is: a page, or Markdown.

    Args:
        source: the file.
        read_file: gives the files that a page refers to.

    Raises:
        DeckError: the page holds no deck, or the file that it names is not there.
    """
    if not _IS_PAGE.search(source.text):
        lines = tuple(Line(text, number) for number, text in enumerate(source.lines, 1))
        return RemarkDeck(source, _dedented(lines), highlights_lines=True)
    return _read_page(source, read_file)


def _read_page(source: Source, read_file: ReadFile) -> RemarkDeck:
    text = source.text
    holder = _HOLDER.search(text)
    around = text if holder is None else text[: holder.start()] + text[holder.end() :]
    around = _COMMENT.sub("", around)
    scripts = "\n".join(body for _, body in _SCRIPT.findall(around))
    options = _options(scripts)
    told: list[Notice] = []
    written, lines = _markdown(source, holder, options, read_file)
    styles = [*_sheets(around, source, read_file, told), *_STYLE.findall(around)]
    title = _TITLE.search(around)
    return RemarkDeck(
        written,
        _dedented(lines),
        styles=tuple(style.strip("\n") for style in styles if style.strip()),
        title=" ".join(html.unescape(title[1]).split()) or None if title else None,
        is_page=True,
        ratio=_text(options, "ratio"),
        highlights_lines=_word(options, "highlightLines") == "true",
        highlights_spans=_word(options, "highlightSpans") not in (None, "false"),
        counts_steps=_word(options, "countIncrementalSlides") != "false",
        shows_numbers=_text(options, "slideNumberFormat") != "",
        has_formulas=bool(re.search(r"mathjax|katex", around, re.IGNORECASE)),
        notices=tuple(told),
    )


def _options(scripts: str) -> str:
    """Return what stands between the parentheses of `remark.create(…)`, as written."""
    code = re.sub(r"(?m)(?<![:\w\"'])//.*$", "", scripts)
    found = _CREATE.search(code)
    return "" if found is None else code[found.end() :]


def _text(options: str, name: str) -> str | None:
    found = re.search(rf"""\b{name}["']?\s*:\s*("([^"]*)"|'([^']*)')""", options)
    return None if found is None else found[1][1:-1]


def _word(options: str, name: str) -> str | None:
    found = re.search(rf"""\b{name}["']?\s*:\s*["']?([\w/]+)""", options)
    return found[1] if found else None


def _markdown(
    source: Source, holder: re.Match[str] | None, options: str, read_file: ReadFile
) -> tuple[Source, tuple[Line, ...]]:
    """Return the file that the Markdown stands in, and its lines."""
    address = _text(options, "sourceUrl")
    if address is not None:
        if re.match(r"[a-z]+:|//", address, re.IGNORECASE):
            raise DeckError(
                f"the Markdown of this deck stands at {address}",
                source.span(_line_of(source, address), address),
                "save it beside the page, and import that file",
            )
        file = read_file(source.path.parent / re.split(r"[?#]", address)[0])
        return file, tuple(Line(text, number) for number, text in enumerate(file.lines, 1))
    if holder is None:
        raise DeckError(
            f'{source.path} holds no deck: it has no element with id="source", and names no `sourceUrl`'
        )
    first = source.text.count("\n", 0, holder.start(3)) + 1
    body = holder[3]
    if body.startswith("\n"):
        # HTML drops a line end right after the tag.
        first, body = first + 1, body[1:]
    if holder[1].lower() != "script":
        body = html.unescape(body)
    # remark itself reads these once more.
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", '"')):
        body = body.replace(entity, character) if holder[1].lower() == "script" else body
    return source, tuple(Line(text, first + at) for at, text in enumerate(body.split("\n")))


def _sheets(around: str, source: Source, read_file: ReadFile, told: list[Notice]) -> Iterator[str]:
    """Give the style sheets beside a page, and tell of those elsewhere."""
    for tag in _SHEET.findall(around):
        href = _HREF.search(tag)
        if "stylesheet" not in tag.lower() or href is None:
            continue
        address = html.unescape(href[1].strip("\"'"))
        span = source.span(_line_of(source, address), address)
        if re.match(r"[a-z]+:|//", address, re.IGNORECASE):
            told.append(Notice("remark", f"the style sheet {address} is not taken over", span))
            continue
        try:
            yield read_file(source.path.parent / re.split(r"[?#]", address)[0]).text
        except DeckError as error:
            told.append(Notice("remark", f"a style sheet is not taken over: {error.message}", span))


def _line_of(source: Source, text: str) -> int:
    return next((number for number, line in enumerate(source.lines, 1) if text in line), 1)


def place(deck: RemarkDeck, line: Line, text: str = "") -> Span:
    """Return a place in the file that a deck's Markdown stands in."""
    return deck.source.span(line.number, text)


def _dedented(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines without what all of them are indented by."""
    indents = [len(line.text) - len(line.text.lstrip(" \t")) for line in lines if line.text.strip()]
    by = min(indents, default=0)
    return tuple(line.with_text(line.text[min(by, len(line.text)) :]) for line in lines) if by else lines
