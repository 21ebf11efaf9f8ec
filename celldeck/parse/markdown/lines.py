"""Lines: the text that blocks are read from, as a table of lines that containers narrow down.

A quote or a list item does not copy its text. It moves the marks of its lines (where their content begins,
how far it is indented), lets its children be read, and puts the marks back. markdown-it works the same way:
https://github.com/markdown-it/markdown-it/blob/master/lib/rules_block/state_block.mjs
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import Any, Final

from marko.source import Source

from celldeck.parse.markdown.brackets import Brackets

MAX_NESTING: Final = 20
"""Elements inside elements; what lies deeper is left out, as Marp sets it for markdown-it."""

Marks = tuple[int, int, int, int, int]


class Lines(Source):
    """A marko source that is read line by line, with the state of the container that is being read."""

    def __init__(self, text: str, *, level: int = 0) -> None:
        """Make the table of `text`, whose line ends are `\\n`; it stands in `level` elements already."""
        super().__init__("")
        self.text = text
        texts = text.split("\n")
        self.ends_with_newline = len(texts) > 1 and not texts[-1].strip(" \t")
        if not texts[-1].strip(" \t"):
            texts.pop()
        self.texts = texts
        self.count = len(texts)
        self.level = level
        self.begin = [0] * self.count
        """Where the content of the container begins in each line."""
        self.first = [0] * self.count
        """Where the first character stands that is neither space nor tab."""
        self.indent = [0] * self.count
        """Columns before `first`, in the container; -1: the line only continues a paragraph."""
        self.shift = [0] * self.count
        """Columns that containers took from the line, which tab stops depend on."""
        for number, line in enumerate(texts):
            if line[:1] in (" ", "\t"):
                self.first[number], self.indent[number] = skip_indent(line, 0, 0, 0)
        # A block may end one line past its container, so two lines more can be asked for.
        texts += ("", "")
        for marks in (self.begin, self.first, self.indent, self.shift):
            marks += (0, 0)

        self.line = 0
        """The line that is read next."""
        self.end = self.count
        """The line after the last one of the container."""
        self.limit = self.count
        """No paragraph is continued on this line or below."""
        self.base = 0
        """Columns that a line must be indented by to stand in the container."""
        self.list_base = -1
        """`base` of the list that the item being read stands in; -1: it is no item."""
        self.tight = False
        """No blank line stood before the last block."""
        self.in_paragraph = False
        """A paragraph is asking whether a line ends it, which not every list may."""
        self.references: dict[str, tuple[str, str]] = {}
        """Link reference definitions met so far."""
        self.class_blocks: dict[tuple[int, str], Any] = {}
        """Blocks of remark.js's classes that were read ahead, by their line and their text."""
        self.rulers: list[int] = []
        """Lines, in order, that end a slide in the middle of what looked like such a block."""

    @cached_property
    def offsets(self) -> list[int]:
        """Where each line begins in `text`."""
        return [0, *accumulate(len(text) + 1 for text in self.texts)]

    @cached_property
    def brackets(self) -> Brackets:
        """The pairs of brackets in the chunk that is being read, for remark.js's classes."""
        return Brackets(self.text)

    def is_empty(self, line: int) -> bool:
        """Say whether the line holds nothing in its container."""
        return self.first[line] >= len(self.texts[line])

    def skip_empty(self, line: int) -> int:
        """Return the first line from `line` on that holds something, or the limit."""
        first, texts, limit = self.first, self.texts, self.limit
        while line < limit and first[line] >= len(texts[line]):
            line += 1
        return line

    def content(self, line: int) -> str:
        """Return the line without its indent."""
        return self.texts[line][self.first[line] :]

    def is_code(self, line: int) -> bool:
        """Say whether the line is indented so far that it would be code."""
        return self.indent[line] - self.base >= 4

    def marks(self, line: int) -> Marks:
        """Return the marks of a line, for `restore`."""
        return line, self.begin[line], self.first[line], self.indent[line], self.shift[line]

    def restore(self, marks: list[Marks]) -> None:
        """Put the marks of lines back."""
        for line, begin, first, indent, shift in marks:
            self.begin[line], self.first[line], self.indent[line] = begin, first, indent
            self.shift[line] = shift

    def cut(self, start: int, end: int, indent: int, *, last_newline: bool) -> str:
        """Return the lines from `start` to before `end`, each without its first `indent` columns.

        Args:
            start: the first line.
            end: the line after the last one.
            indent: columns; of a tab that reaches further, spaces are left.
            last_newline: keep the end of the last line.
        """
        if start >= end:
            return ""
        if indent <= 0:
            parts = [self.texts[line][self.begin[line] :] for line in range(start, end)]
        else:
            parts = [self._unindented(line, indent) for line in range(start, end)]
        text = "\n".join(parts)
        has_newline = end < self.count or self.ends_with_newline
        return text + "\n" if last_newline and has_newline else text

    def _unindented(self, line: int, indent: int) -> str:
        text = self.texts[line]
        at, first = self.begin[line], self.first[line]
        column = 0
        while at < len(text) and column < indent:
            char = text[at]
            if char == "\t":
                column += 4 - (column + self.shift[line]) % 4
            elif char == " " or at < first:
                # Markers of containers count as spaces.
                column += 1
            else:
                break
            at += 1
        return " " * (column - indent) + text[at:] if column > indent else text[at:]


def skip_indent(text: str, at: int, column: int, shift: int) -> tuple[int, int]:
    """Return the place of the first character from `at` on that is neither space nor tab, and its column."""
    while at < len(text):
        char = text[at]
        if char == " ":
            column += 1
        elif char == "\t":
            column += 4 - (column + shift) % 4
        else:
            break
        at += 1
    return at, column
