"""A remark.js deck → the text of a Marp deck, and what Marp cannot say of it, by line.

remark: https://github.com/gnab/remark/wiki
"""

from __future__ import annotations

from celldeck.remark.page import RemarkDeck, read_deck
from celldeck.remark.write import Imported, write_deck

__all__ = ["Imported", "RemarkDeck", "read_deck", "write_deck"]
