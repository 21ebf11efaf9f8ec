"""remark.js's classes in a line of text: `.grey[x]`. celldeck's own; not in Marp.

remark: https://github.com/gnab/remark/wiki/Markdown#content-classes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celldeck.nodes import ClassSpan
from celldeck.parse.markdown.brackets import CLASSES, WORD_CHARACTERS, names
from celldeck.parse.markdown.inline.tree import build

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner


def read_classes(scanner: Scanner, at: int, silent: bool) -> int:
    """`.a.b[content]`; parentheses behind it are text, since the brackets are none of a link's."""
    text = scanner.text
    if not scanner.rules.classes or (at and text[at - 1] in WORD_CHARACTERS):
        return -1
    opening = CLASSES.match(text, at, scanner.end)
    closing = scanner.brackets.closing(opening.end() - 1) if opening else -1
    if not opening or not 0 <= closing < scanner.end:
        return -1
    if not silent:
        content = text[opening.end() : closing]
        start = closing - len(content.lstrip(" \t\n"))
        end = opening.end() + len(content.rstrip(" \t\n"))
        children = build(scanner.read_inside(start, max(start, end)))
        scanner.push(ClassSpan(names(opening), children))
    return closing + 1
