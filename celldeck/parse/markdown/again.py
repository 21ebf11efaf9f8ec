"""Reread: a text read again after an edit, where only the chunks that the edit touches are parsed.

A chunk begins where nothing is open, and no block looks past the ruler that ends its chunk. So the chunks
above the first changed line hold, up to the last ruler there. Below it the text is parsed up to a ruler that
stood in the old text, too, and begins the same lines: from there on all chunks hold as well, wherever they
have moved to. What is left as it was keeps its very nodes, so that later stages can tell by identity.

A deck with link references is read as a whole: one definition may change every chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from celldeck.model import MarpOptions
from celldeck.nodes import Chunk
from celldeck.parse.markdown import Document, References, read_chunks, read_markdown
from celldeck.parse.markdown.front_matter import read_front_matter
from celldeck.source import Source

_MOST_TRIES = 4
"""Rulers that are tried as the end of what changed, before all below it is read: the edit opened or
closed something."""


@dataclass(frozen=True)
class _Read:
    """What was read last."""

    options: MarpOptions
    lines: Sequence[str]
    document: Document


class Rereader:
    """Reads one deck again and again; what it gives is what `read_markdown` gives."""

    def __init__(self) -> None:
        self._last: _Read | None = None

    def read(self, source: Source, options: MarpOptions) -> Document:
        """Return what a text says; errors as `read_markdown`."""
        document = self._patched(source, options) or read_markdown(source, options)
        self._last = _Read(options, source.lines, document)
        return document

    def _patched(self, source: Source, options: MarpOptions) -> Document | None:
        """Return the document made of what still holds; None: the text has to be read as a whole."""
        last = self._last
        if last is None or last.options != options or last.document.references.links:
            return None
        old, new, before = last.lines, source.lines, last.document
        front = read_front_matter(source.text)
        if (front.yaml if front else None) != before.front_matter:
            return None
        if (front.end_line if front else 0) != before.front_matter_end:
            return None
        same_above = _same_above(old, new)
        same_below = _same_above(old[same_above:][::-1], new[same_above:][::-1])
        moved = len(new) - len(old)
        chunks = before.chunks
        # The ruler that ends a chunk has to stand among the lines that are the same.
        kept_above = sum(chunk.end_line < same_above for chunk in chunks[:-1])
        first = chunks[kept_above].line
        tails = [
            n for n, chunk in enumerate(chunks) if n > kept_above and chunk.line >= len(old) - same_below
        ]
        for tail in tails[:_MOST_TRIES]:
            ruler = chunks[tail].line + moved
            changed, references = _read_lines(source, first, ruler + 1, options, after_ruler=kept_above > 0)
            if references.links:
                return None
            if changed[-1].line == ruler and changed[-1].ruler:
                below = chunks[tail:]
                if moved:
                    below = tuple(
                        replace(chunk, line=chunk.line + moved, end_line=chunk.end_line + moved)
                        for chunk in below
                    )
                return replace(before, chunks=(*chunks[:kept_above], *changed[:-1], *below))
        changed, references = _read_lines(source, first, len(new), options, after_ruler=kept_above > 0)
        if references.links:
            return None
        return replace(before, chunks=(*chunks[:kept_above], *changed))


def _read_lines(
    source: Source, first: int, end: int, options: MarpOptions, *, after_ruler: bool
) -> tuple[tuple[Chunk, ...], References]:
    """Return the chunks from the 0-based line `first`, where one begins, to before `end`.

    Args:
        after_ruler: the first line is a ruler that ended the chunk before.
    """
    chunks, references = read_chunks("\n".join(source.lines[first:end]), options, source, first)
    # What begins with a ruler has an empty chunk before it, which is no part of the deck.
    return chunks[1:] if after_ruler else chunks, references


def _same_above(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines from the first on are equal."""
    # Halving what may differ: slices are compared far faster than lines one by one.
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
