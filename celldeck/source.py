"""Source and Span: a text an author wrote, and places in it as path:line:column."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from celldeck.frozen import frozen


@dataclass(frozen=True)
class Source:
    """The text of one file, as the parser reads it."""

    path: Path
    """As the author would name it: relative to where celldeck was called, if it was given so."""
    text: str
    """Line ends are `\\n`, a byte order mark is gone and NUL is U+FFFD, as Marp's CLI reads a deck."""

    @classmethod
    def of(cls, text: str, path: Path | str = "deck.md") -> Source:
        """Return a Source of `text` as it would be read from a file at `path`."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        return cls(Path(path), text.replace("\0", "\ufffd"))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends; `lines[0]` is line 1."""
        return tuple(self.text.split("\n"))

    def span(self, line: int, text: str = "", *, end_line: int | None = None) -> Span:
        """Return the span of `text` on `line` (1-based), or of the whole line where it does not stand there.

        Args:
            line: 1-based; lines past the end mean the last one.
            text: what to point at; only its first line is looked for.
            end_line: the last line of what is meant; None: `line`.
        """
        line = min(max(line, 1), len(self.lines))
        content = self.lines[line - 1]
        wanted = text.split("\n", 1)[0]
        at = content.find(wanted) if wanted else -1
        if at < 0:
            stripped = content.strip()
            at = content.find(stripped) if stripped else 0
            wanted = stripped
        return Span(self, line, at + 1, max(line, end_line or line), max(1, len(wanted)))


@frozen
class Span:
    """A place in a source."""

    source: Source = field(repr=False, compare=False)
    line: int
    """1-based."""
    column: int
    """1-based, in characters."""
    end_line: int
    """1-based, inclusive."""
    length: int = 1
    """Characters on `line` that a caret line underlines."""

    @property
    def path(self) -> Path:
        """The file that the span stands in."""
        return self.source.path

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """Return the line with its number, and a caret line under what is meant.

        A tab of the line is repeated in the caret line, so both are indented alike.
        """
        content = self.source.lines[self.line - 1]
        number = str(self.line)
        before = "".join("\t" if c == "\t" else " " for c in content[: self.column - 1])
        carets = "^" * max(1, min(self.length, len(content) - self.column + 1))
        return f"  {number} | {content}\n  {' ' * len(number)} | {before}{carets}"
