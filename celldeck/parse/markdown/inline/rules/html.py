"""What begins with `<` in a line of text: addresses, comments and raw HTML.

https://spec.commonmark.org/0.31.2/#autolinks and https://spec.commonmark.org/0.31.2/#raw-html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celldeck.nodes import HtmlInline, InlineComment, Link, Text
from celldeck.parse.markdown.comments import find_comment
from celldeck.parse.markdown.tags import LINK_END_TAG, LINK_TAG, TAG
from celldeck.parse.markdown.urls import is_allowed, normalize_link, normalize_link_text
from celldeck.patterns import late

if TYPE_CHECKING:
    from celldeck.parse.markdown.inline.scanner import Scanner

_ADDRESS = late(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]*+)>")
_MAIL = late(
    r"<([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]++@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*)>"
)
_TAG = late(TAG)
_DECLARATION = late("<![A-Za-z]")


def read_angle(scanner: Scanner, at: int, silent: bool) -> int:
    """An address in angle brackets, a comment, or raw HTML."""
    if at > scanner.last(">"):
        if scanner.rules.html:
            _special_end(scanner, at)
        return -1
    end = _read_address(scanner, at, silent)
    if end < 0 and at + 2 < scanner.end:
        end = _read_comment(scanner, at, silent)
        if end < 0 and scanner.rules.html:
            end = _read_html(scanner, at, silent)
    return end


def _read_address(scanner: Scanner, at: int, silent: bool) -> int:
    found = _ADDRESS.match(scanner.text, at, scanner.end)
    scheme = ""
    if not found:
        found = _MAIL.match(scanner.text, at, scanner.end)
        scheme = "mailto:"
    if not found:
        return -1
    href = normalize_link(scheme + found[1])
    if not is_allowed(href):
        return -1
    if not silent:
        shown = Text(normalize_link_text(found[1]))
        scanner.push(Link(href, None, (shown,), scanner.line_at(at), auto=True))
    return found.end()


def _read_comment(scanner: Scanner, at: int, silent: bool) -> int:
    text = scanner.text
    if not text.startswith("!", at + 1) or at > scanner.last("<!--") or at > scanner.last("-->"):
        return -1
    found = find_comment(text, at)
    if not found:
        return -1
    if not silent:
        scanner.push(InlineComment(found.text, scanner.line_at(at)))
    # Marp also finds a comment that begins further on, and then goes on by the comment's length from here.
    return at + found.end - found.start


def _read_html(scanner: Scanner, at: int, silent: bool) -> int:
    if scanner.text[at + 1] in "!?":
        end = _special_end(scanner, at)
    else:
        tag = _TAG.match(scanner.text, at)
        end = tag.end() if tag else -1
    if end >= 0 and not silent:
        html = scanner.text[at:end]
        scanner.link_level += bool(LINK_TAG.match(html)) - bool(LINK_END_TAG.match(html))
        scanner.push(HtmlInline(html))
    return end


def _special_end(scanner: Scanner, at: int) -> int:
    """Return the end of a comment, declaration, processing instruction or CDATA section, or -1."""
    text = scanner.text
    if text.startswith("<!--", at):
        for short in ("<!-->", "<!--->"):
            if text.startswith(short, at):
                return at + len(short)
        inside, mark = at + 4, "-->"
    elif text.startswith("<![CDATA[", at):
        inside, mark = at + 9, "]]>"
    elif text.startswith("<?", at):
        inside, mark = at + 2, "?>"
    elif _DECLARATION.match(text, at):
        inside, mark = at + 3, ">"
    else:
        return -1
    # After one that nobody closed, none is looked for any more.
    end = -1 if scanner.has_open_special else text.find(mark, inside)
    if end < 0:
        scanner.has_open_special = True
        return -1
    return end + len(mark)
