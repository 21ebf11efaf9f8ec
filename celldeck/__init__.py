"""celldeck: Marp slide decks with live code cells."""

__version__ = "0.1.0"
