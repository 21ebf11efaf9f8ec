"""Marks of emphasis and of strikethrough, and which of them belong together.

The rules: https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis. How far a search goes back is
limited as in https://github.com/markdown-it/markdown-it/blob/master/lib/rules_inline/balance_pairs.mjs, so
that a text of nothing but marks takes no longer than any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celldeck.parse.markdown.inline.characters import kind_of


class Delimiter:
    """One `*` or `_`, or one `~~`."""

    __slots__ = ("closer", "closes", "length", "mark", "opens", "token")

    def __init__(self, mark: str, length: int, token: int, opens: bool, closes: bool) -> None:
        self.mark = mark
        self.length = length
        """Characters of the run that it stands in; 0 where the run's length does not matter."""
        self.token = token
        """Its place among the tokens."""
        self.opens = opens
        self.closes = closes
        self.closer = -1
        """Index of the delimiter that closes it."""


class Open:
    """The start of an element in a flat list of tokens."""

    __slots__ = ("tag",)

    def __init__(self, tag: str) -> None:
        self.tag = tag


class Close:
    """The end of the element that was opened last."""

    __slots__ = ("tag",)

    def __init__(self, tag: str) -> None:
        self.tag = tag


def flanks(before: str, after: str, *, inside_words: bool) -> tuple[bool, bool]:
    """Say whether a run of marks between these two characters can open and can close.

    Args:
        before: the character before the run; a space at the start of a text.
        after: the character behind it; a space at the end of a text.
        inside_words: the mark also counts between letters.
    """
    space_before, punctuation_before = kind_of(before)
    space_after, punctuation_after = kind_of(after)
    left = not space_after and (not punctuation_after or space_before or punctuation_before)
    right = not space_before and (not punctuation_before or space_after or punctuation_after)
    return (
        left and (inside_words or not right or punctuation_before),
        right and (inside_words or not left or punctuation_after),
    )


def pair(delimiters: Sequence[Delimiter]) -> None:
    """Set `closer` of every delimiter that is closed by another one."""
    skips = [0] * len(delimiters)
    """How many delimiters before this one are done with, so that a search steps over them."""
    bottoms: dict[tuple[str, bool, int], int] = {}
    """For each kind of closer, the delimiter above which there was no opener for it."""
    run_start = 0
    last_token = -2
    for index, closer in enumerate(delimiters):
        if delimiters[run_start].mark != closer.mark or last_token != closer.token - 1:
            run_start = index
        last_token = closer.token
        if not closer.closes:
            continue
        kind = (closer.mark, closer.opens, closer.length % 3)
        bottom = bottoms.get(kind, -1)
        first = at = run_start - skips[run_start] - 1
        while at > bottom:
            opener = delimiters[at]
            if opener.mark == closer.mark and opener.opens and opener.closer < 0 and _fit(opener, closer):
                # What lies before an opener that could not be one is stepped over too.
                beyond = skips[at - 1] + 1 if at > 0 and not delimiters[at - 1].opens else 0
                skips[index] = index - at + beyond
                skips[at] = beyond
                closer.opens = False
                opener.closer = index
                opener.closes = False
                last_token = -2
                break
            at -= skips[at] + 1
        else:
            bottoms[kind] = first


def _fit(opener: Delimiter, closer: Delimiter) -> bool:
    """Say whether the lengths of two runs let their marks belong together (the rule of three)."""
    if not (opener.closes or closer.opens) or (opener.length + closer.length) % 3:
        return True
    return opener.length % 3 == 0 and closer.length % 3 == 0


def place(tokens: list[Any], delimiters: Sequence[Delimiter]) -> None:
    """Put the starts and ends of elements where paired delimiters stand among the tokens."""
    lone: list[int] = []
    for opener in delimiters:
        if opener.mark == "~" and opener.closer >= 0:
            closer = delimiters[opener.closer]
            tokens[opener.token] = Open("s")
            tokens[closer.token] = Close("s")
            if tokens[closer.token - 1] == "~":
                lone.append(closer.token - 1)
    while lone:
        _move_behind_ends(tokens, lone.pop())
    index = len(delimiters) - 1
    while index >= 0:
        opener = delimiters[index]
        if opener.mark != "~" and opener.closer >= 0:
            closer = delimiters[opener.closer]
            strong = index > 0 and _is_double(delimiters, index)
            tag = "strong" if strong else "em"
            tokens[opener.token] = Open(tag)
            tokens[closer.token] = Close(tag)
            if strong:
                tokens[delimiters[index - 1].token] = ""
                tokens[delimiters[opener.closer + 1].token] = ""
                index -= 1
        index -= 1


def _is_double(delimiters: Sequence[Delimiter], index: int) -> bool:
    """Say whether the delimiter and the one before it form one pair of double marks."""
    opener, outer = delimiters[index], delimiters[index - 1]
    return (
        outer.closer == opener.closer + 1
        and outer.mark == opener.mark
        and outer.token == opener.token - 1
        and delimiters[opener.closer + 1].token == delimiters[opener.closer].token + 1
    )


def _move_behind_ends(tokens: list[Any], at: int) -> None:
    """An odd run of tildes has one to spare: it stands outside of what the run closes."""
    end = at + 1
    while end < len(tokens) and isinstance(tokens[end], Close) and tokens[end].tag == "s":
        end += 1
    tokens[at], tokens[end - 1] = tokens[end - 1], tokens[at]
