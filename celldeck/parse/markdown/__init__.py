"""Markdown to the frozen nodes of `celldeck.nodes`, as markdown-it reads it for Marp.

marko gives the frame of the block parser and its tree; the blocks (`blocks/`), the table of lines that
they are read from (`lines.py`) and the scanner of their text (`inline/`) are ours. Where CommonMark and
markdown-it differ, markdown-it holds, with Marp's options: https://github.com/marp-team/marp-core#readme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from celldeck.errors import DeckError
from celldeck.model import MarpOptions
from celldeck.nodes import Block, Chunk, Inline, ThematicBreak
from celldeck.parse.markdown.blocks import block_parser
from celldeck.parse.markdown.blocks.ruler import ThematicBreak as Ruler
from celldeck.parse.markdown.freeze import freeze
from celldeck.parse.markdown.front_matter import read_front_matter
from celldeck.parse.markdown.inline import Rules, read_text
from celldeck.parse.markdown.inline import read_image_text as _read_image_text
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.references import NONE, References
from celldeck.source import Source, Span

__all__ = [
    "NONE",
    "Document",
    "References",
    "read_chunk",
    "read_chunks",
    "read_image_text",
    "read_inline",
    "read_markdown",
]


@dataclass(frozen=True)
class Document:
    """A text as read: its front matter and its chunks."""

    front_matter: str | None
    """The YAML, without its fences; None: there is none."""
    front_matter_end: int
    """0-based line after it; 0: there is none."""
    chunks: tuple[Chunk, ...]
    references: References


def read_markdown(source: Source, options: MarpOptions) -> Document:
    """Return what a text says, chunk by chunk; there is always a first chunk, if an empty one.

    Raises:
        DeckError: a paragraph is far larger, or nested far deeper, than any text needs.
    """
    front = read_front_matter(source.text)
    start = front.end_line if front else 0
    text = source.text
    if front:
        text = "\n".join(source.lines[start:])
    chunks, references = read_chunks(text, options, source, start)
    return Document(front.yaml if front else None, start, chunks, references)


def read_chunks(
    text: str, options: MarpOptions, source: Source, line: int
) -> tuple[tuple[Chunk, ...], References]:
    """Return the chunks of a part of a source, and the references that are defined in it and hold for it.

    Args:
        text: the part, without front matter; nothing may be open where it begins.
        options: how it is read.
        source: the whole.
        line: 0-based line that the part begins on.

    Raises:
        DeckError: as for `read_markdown`.
    """
    lines, elements = _read_blocks(text, options)
    references = References(lines.references)
    chunks = tuple(
        _freeze_chunk(chunk, end, line, options, references, lambda number: source.span(number + 1))
        for chunk, end in _cut(elements, lines.count)
    )
    return chunks, references


def read_chunk(text: str, options: MarpOptions, references: References = NONE, line: int = 0) -> Chunk:
    """Return the first chunk of a text without front matter; of a chunk's own text, all of it.

    Args:
        text: may begin with a ruler; line ends are `\\n`.
        options: how it is read.
        references: those of the whole deck.
        line: 0-based line of the source that it starts on.

    Raises:
        DeckError: as for `read_markdown`, without a place.
    """
    lines, elements = _read_blocks(text, options)
    chunks = list(_cut(elements, lines.count))
    # A text that begins with a ruler has an empty chunk before it.
    first, end = chunks[1] if len(chunks) > 1 and not chunks[0][0] else chunks[0]
    return _freeze_chunk(first, end, line, options, references, lambda _: None)


def read_inline(
    text: str, options: MarpOptions, references: References = NONE, line: int = 0
) -> tuple[Inline, ...]:
    """Return what the text of one paragraph says, such as that of a header.

    Raises:
        DeckError: as for `read_markdown`, without a place.
    """
    return read_text(text, line, _rules(options, references))


def read_image_text(
    text: str, options: MarpOptions, references: References = NONE, line: int = 0
) -> tuple[Inline, ...]:
    """Return the children of an image whose brackets hold `text`: escaped characters stand apart in it."""
    return _read_image_text(text, line, _rules(options, references))


def _rules(options: MarpOptions, references: References) -> Rules:
    return Rules(
        html=options.html is not False,
        linkify=options.linkify,
        math=bool(options.math),
        classes=options.remark_classes,
        typographer=options.typographer,
        emoji=bool(options.emoji_unicode),
        references=references,
    )


def _read_blocks(text: str, options: MarpOptions) -> tuple[Lines, list[Any]]:
    parser = block_parser(
        html=options.html is not False, math=bool(options.math), classes=options.remark_classes
    )
    lines = Lines(text)
    lines.parser = parser
    return lines, parser.parse_source(lines)


def _cut(elements: list[Any], end: int) -> Iterator[tuple[list[Any], int]]:
    """Give the elements of each chunk, its ruler first, and the line after it."""
    chunk: list[Any] = []
    for element in elements:
        if isinstance(element, Ruler):
            yield chunk, element.line
            chunk = [element]
        else:
            chunk.append(element)
    yield chunk, end


def _freeze_chunk(
    elements: list[Any],
    end: int,
    offset: int,
    options: MarpOptions,
    references: References,
    locate: Callable[[int], Span | None],
) -> Chunk:
    """Return the chunk of `elements`.

    Args:
        elements: its ruler first, unless it is the first chunk.
        end: the line after it, counted as the lines of the elements are.
        offset: the line of the source that line 0 of the elements is.
        options: how their text is read.
        references: those of the whole deck.
        locate: gives the place in the source of one of its 0-based lines.
    """
    rules = _rules(options, references)
    ruler = elements[0] if elements and isinstance(elements[0], Ruler) else None
    start = ruler.line if ruler else 0

    def read(text: str, line: int) -> tuple[Inline, ...]:
        try:
            return read_text(text, line, rules)
        except DeckError as error:
            raise DeckError(error.message, locate(offset + start + line), error.hint) from None

    blocks: tuple[Block, ...] = freeze(elements[1:] if ruler else elements, -start, read)
    mark = ThematicBreak(ruler.markup, 0) if ruler else None
    return Chunk(offset + start, offset + end, mark, blocks)
