"""Problem: something that an author is to be told in the page, with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from celldeck.errors import Notice
from celldeck.frozen import frozen


@frozen
class Problem:
    """A line in the list in the corner of the page."""

    kind: str
    message: str
    file: str | None = None
    line: int | None = None
    """From 1."""
    excerpt: str | None = None
    """That line of the text."""
    column: int = 1
    """Of what is meant in it, from 1."""
    length: int = 1
    """Characters of what is meant there."""
    hint: str | None = None
    slide: int | None = None
    """From 0; None: it belongs to none."""

    @classmethod
    def of(cls, notice: Notice, slide: int | None = None) -> Problem:
        """Return a notice as a problem of a slide (from 0)."""
        span = notice.span
        return cls(
            notice.kind,
            notice.message,
            str(span.source.path) if span else None,
            span.line if span else None,
            span.source.lines[span.line - 1] if span else None,
            span.column if span else 1,
            span.length if span else 1,
            notice.hint,
            slide,
        )

    def moved(self, slide: int, lines: int) -> Problem:
        """Return it for a slide that stands elsewhere now, so many lines further down."""
        return replace(self, slide=slide, line=self.line and self.line + lines)

    def as_json(self) -> dict[str, Any]:
        """Return it as the page takes it (`runtime/problems.js`)."""
        return {
            "kind": self.kind,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "excerpt": self.excerpt,
            "column": self.column,
            "length": self.length,
            "hint": self.hint,
            "slide": self.slide,
        }
