"""Cells that are edited and run in the page of a served deck, in a kernel of their own."""

from celldeck.serve.live.lives import Lives

__all__ = ["Lives"]
