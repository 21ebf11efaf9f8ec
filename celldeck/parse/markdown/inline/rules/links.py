"""Links and images.

https://spec.commonmark.org/0.31.2/#links
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from celldeck.nodes import Image, Link
from celldeck.parse.markdown.destinations import read_destination, read_title
from celldeck.parse.markdown.inline.tree import build
from celldeck.parse.markdown.references import normalize_label
from celldeck.parse.markdown.urls import is_allowed, normalize_link
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_SPACES_AND_LINE_ENDS = late(r"[ \t\n]*")


class _Target(NamedTuple):
    """Where a link leads."""

    href: str
    title: str | None
    end: int
    """The place behind it."""


def read_link(scanner: Scanner, at: int, silent: bool) -> int:
    """`[text](address "title")`, or `[text][label]`."""
    closing = scanner.closing_bracket(at, of_link=True)
    if closing < 0:
        return -1
    target, behind = _read_target(scanner, closing + 1, is_image=False)
    if not target and behind >= 0:
        target = _read_reference(scanner, at, closing, behind)
    if not target:
        return -1
    if not silent:
        line = scanner.line_at(at)
        scanner.link_level += 1
        children = build(scanner.read_inside(at + 1, closing))
        scanner.link_level -= 1
        scanner.push(Link(target.href, target.title, children, line))
    return target.end


def read_image(scanner: Scanner, at: int, silent: bool) -> int:
    """`![content](address "title")`, or `![content][label]`."""
    opening = at + 1
    if opening >= scanner.end or scanner.text[opening] != "[":
        return -1
    closing = scanner.closing_bracket(opening, of_link=False)
    if closing < 0:
        return -1
    target, behind = _read_target(scanner, closing + 1, is_image=True)
    if not target and behind == closing + 1:
        target = _read_reference(scanner, opening, closing, behind)
    if not target:
        return -1
    if not silent:
        line = scanner.line_at(at)
        content = scanner.text[opening + 1 : closing]
        # What stands in the brackets is read as a text of its own: it may hold links.
        inside = type(scanner)(content, line, scanner.rules)
        children = build(inside.read(0, len(content)))
        scanner.push(Image(target.href, target.title, content, children, line))
    return target.end


def _read_target(scanner: Scanner, at: int, *, is_image: bool) -> tuple[_Target | None, int]:
    """Read what stands in parentheses from `at` on.

    Returns:
        The target or None; and the place where the label of a reference may stand instead, or -1. That place
        lies beyond what was read in vain, as it does in markdown-it.
    """
    text, end = scanner.text, scanner.end
    if at >= end or text[at] != "(":
        return None, at
    at = _behind_spaces(scanner, at + 1)
    if at >= end:
        return None, -1
    href, title = "", ""
    destination = read_destination(text, at, end)
    if destination:
        href = normalize_link(destination.text)
        if is_allowed(href):
            at = destination.end
        else:
            href = ""
    if destination or is_image:
        behind = _behind_spaces(scanner, at)
        found = read_title(text, behind, end) if behind > at else None
        at = behind
        if found:
            title = found.text
            at = _behind_spaces(scanner, found.end)
    if at >= end or text[at] != ")":
        return None, at + 1
    return _Target(href, title or None, at + 1), at + 1


def _behind_spaces(scanner: Scanner, at: int) -> int:
    spaces = _SPACES_AND_LINE_ENDS.match(scanner.text, at, scanner.end)
    return spaces.end() if spaces else at


def _read_reference(scanner: Scanner, opening: int, closing: int, at: int) -> _Target | None:
    """Return what the reference whose text stands between two brackets leads to.

    Args:
        scanner: reads the text.
        opening: the place of the text's `[`.
        closing: the place of its `]`.
        at: the place where a label may stand.
    """
    links = scanner.rules.references.links
    if not links:
        return None
    label, end = "", closing + 1
    if at < scanner.end and scanner.text[at] == "[":
        label_end = scanner.closing_bracket(at, of_link=False)
        if label_end >= 0:
            label, end = scanner.text[at + 1 : label_end], label_end + 1
    found = links.get(normalize_label(label or scanner.text[opening + 1 : closing]))
    return _Target(found[0], found[1] or None, end) if found else None
