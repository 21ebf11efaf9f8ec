"""The decks as a local site that follows their files."""

from celldeck.serve.watch import ForAudience, watch

__all__ = ["ForAudience", "watch"]
