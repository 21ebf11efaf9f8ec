"""The text of a paragraph, a heading or a cell to inline nodes."""

from __future__ import annotations

from celldeck.nodes import Inline, Text
from celldeck.parse.markdown.inline.linkify import link_addresses, may_hold_address
from celldeck.parse.markdown.inline.rules import SPECIAL
from celldeck.parse.markdown.inline.scanner import Rules, Scanner
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
    if not has_address and not rules.typographer and not SPECIAL.search(text):
        return (Text(text),) if text else ()
    scanner = Scanner(text, line, rules)
    children = build(scanner.read(0, len(text)))
    if has_address:
        children = link_addresses(children, text, line, emoji=rules.emoji)
    if rules.typographer:
        # Loaded only where it is asked for.
        from celldeck.parse.markdown.inline.typographer import set_type

        children = set_type(children)
    return join_texts(children) if scanner.has_escapes else children


def read_image_text(content: str, line: int, rules: Rules) -> tuple[Inline, ...]:
    """Return what the text in an image's brackets says; characters that were escaped stay apart.

    Raises:
        DeckError: as for `read_text`.
    """
    return build(Scanner(content, line, rules).read(0, len(content)))
