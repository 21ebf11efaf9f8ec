"""The decks as a local site that follows their files."""

from celldeck.serve.watch import watch

__all__ = ["watch"]
