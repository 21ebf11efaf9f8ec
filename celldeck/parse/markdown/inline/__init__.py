"""The text of a paragraph, a heading or a cell to inline nodes."""

from __future__ import annotations

from celldeck.nodes import Inline, Text
from celldeck.parse.markdown.inline.linkify import link_addresses, may_hold_address
from celldeck.parse.markdown.inline.scanner import SPECIAL, Rules, Scanner, read_image_text
from celldeck.parse.markdown.inline.tree import build, join_texts

__all__ = ["Rules", "read_image_text", "read_text"]


def read_text(text: str, line: int, rules: Rules) -> tuple[Inline, ...]:
    """Return what `text` says.

    Args:
        text: one or more lines, trimmed.
        line: the line that it begins on.
        rules: what is read in it.

    Raises:
        DeckError: it is far larger, or nested far deeper, than any text needs.
    """
    has_address = rules.linkify and may_hold_address(text)
    if not has_address and not rules.typographer and SPECIAL.search(text) is None:
        return (Text(text),) if text else ()
    scanner = Scanner(text, line, rules)
    children = build(scanner.read(0, len(text)))
    if has_address:
        children = link_addresses(children, line, rules.emoji)
    if rules.typographer:
        from celldeck.parse.markdown.inline.typographer import set_type

        children = set_type(children)
    return join_texts(children) if scanner.has_escapes else children
