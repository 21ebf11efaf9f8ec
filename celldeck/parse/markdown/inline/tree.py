"""A flat list of tokens to a tree of nodes, and texts side by side to one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from celldeck.errors import DeckError
from celldeck.nodes import ClassSpan, Emphasis, Inline, Link, Strikethrough, Strong, Text
from celldeck.parse.markdown.inline.delimiters import Close, Open

# Nobody nests emphasis like this, and whoever walks through the tree goes as deep.
_DEPTH_LIMIT: Final = 100
_ELEMENTS: Final[dict[str, type[Emphasis | Strong | Strikethrough]]] = {
    "em": Emphasis,
    "strong": Strong,
    "s": Strikethrough,
}


def build(tokens: Iterable[Any]) -> tuple[Inline, ...]:
    """Return the nodes of a list of texts, nodes, and starts and ends of elements.

    Raises:
        DeckError: emphasis is nested deeper than any text needs.
    """
    children: list[Inline] = []
    texts: list[str] = []
    outside: list[list[Inline]] = []
    for token in tokens:
        if isinstance(token, str):
            texts.append(token)
            continue
        if texts:
            text = "".join(texts)
            if text:
                children.append(Text(text))
            texts.clear()
        if isinstance(token, Open):
            outside.append(children)
            children = []
            if len(outside) > _DEPTH_LIMIT:
                raise DeckError(f"emphasis is nested more than {_DEPTH_LIMIT} deep here")
        elif isinstance(token, Close):
            element: Inline = _ELEMENTS[token.tag](tuple(children))
            children = outside.pop()
            children.append(element)
        else:
            children.append(token)
    text = "".join(texts)
    if text:
        children.append(Text(text))
    return tuple(children)


def join_texts(children: Sequence[Inline]) -> tuple[Inline, ...]:
    """Return `children` with texts side by side made one.

    What was escaped stays apart where that still matters: where it could be an emoji, and where it keeps a
    text from being blank.
    """
    joined: list[Inline] = []
    for child in children:
        match child:
            case Text():
                last = joined[-1] if joined else None
                if isinstance(last, Text) and _can_join(last) and _can_join(child):
                    text = last.text + child.text
                    escaped = (last.escaped or child.escaped) and not text.strip()
                    joined[-1] = Text(text, escaped)
                else:
                    escaped = child.escaped and (not child.text.isascii() or not child.text.strip())
                    joined.append(Text(child.text, escaped))
            case Emphasis() | Strong() | Strikethrough() | Link() | ClassSpan():
                joined.append(replace(child, children=join_texts(child.children)))
            case _:
                joined.append(child)
    return tuple(joined)


def _can_join(text: Text) -> bool:
    return not text.escaped or text.text.isascii()
