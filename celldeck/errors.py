"""What is told to the author: DeckError, which stops a build, and Notice, which does not."""

from __future__ import annotations

from dataclasses import dataclass

from celldeck.frozen import frozen
from celldeck.source import Span


def _told(message: str, span: Span | None, hint: str | None) -> str:
    lines = [f"{span}: {message}" if span else message]
    if span:
        lines.append(span.excerpt())
    if hint:
        lines.append(f"  hint: {hint}")
    return "\n".join(lines)


@dataclass(eq=False)
class DeckError(Exception):
    """Something an author can mend in a deck, a theme or the settings."""

    message: str
    """What is wrong, in one sentence without a full stop."""
    span: Span | None = None
    """Where; None when no one place is to blame."""
    hint: str | None = None
    """What to write instead; None when no one mend is likely."""

    def __str__(self) -> str:
        return _told(self.message, self.span, self.hint)


@frozen
class Notice:
    """Something told about a deck that was built all the same."""

    kind: str
    """Its name in the settings, such as `unknown-theme`; a kind can be silenced there."""
    message: str
    """What is odd, in one sentence without a full stop."""
    span: Span | None = None
    """Where; None when no one place is to blame."""
    hint: str | None = None
    """What to write instead; None when no one mend is likely."""

    def __str__(self) -> str:
        return _told(f"warning: {self.message} [{self.kind}]", self.span, self.hint)
