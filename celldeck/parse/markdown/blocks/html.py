"""Raw HTML as blocks: https://spec.commonmark.org/0.31.2/#html-blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from marko import block

from celldeck.js import SPACE
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import LineElement
from celldeck.parse.markdown.tags import TAG
from celldeck.patterns import late

_BLOCK_TAGS: Final = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|"
    "dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|"
    "legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|"
    "tbody|td|tfoot|th|thead|title|tr|track|ul"
)


class _Kind(NamedTuple):
    opening: re.Pattern[str]
    closing: Callable[[str], object] | None
    """Says whether a line is the last one; None: a blank line ends the block."""
    ends_paragraph: bool = True


def _search(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).search


_KINDS: Final = (
    _Kind(
        late(rf"(?ai)<(?:script|pre|style|textarea)(?=[{SPACE}>]|$)"),
        _search(r"(?ai)</(?:script|pre|style|textarea)>"),
    ),
    _Kind(late("<!--"), _search("-->")),
    _Kind(late(r"<\?"), _search(r"\?>")),
    _Kind(late("<![A-Za-z]"), _search(">")),
    _Kind(late(r"<!\[CDATA\["), _search(r"\]\]>")),
    _Kind(late(rf"(?ai)</?(?:{_BLOCK_TAGS})(?=[{SPACE}]|/?>|$)"), None),
    _Kind(late(rf"(?:{TAG})[{SPACE}]*$"), None, ends_paragraph=False),
)


class HTMLBlock(LineElement, block.HTMLBlock):
    """Lines of raw HTML, up to the end that its kind has."""

    opens = "<"
    ends = frozenset({"paragraph", "quote"})

    def __init__(self, line: int, html: str) -> None:
        self.line = line
        self.body = html

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        return not lines.is_code(line) and _kind(lines, line) is not None

    @classmethod
    def ends_at(cls, lines: Lines, line: int, end: int) -> bool:
        if lines.is_code(line):
            return False
        kind = _kind(lines, line)
        return kind is not None and kind.ends_paragraph

    @classmethod
    def parse(cls, source: Any) -> Any:
        lines: Lines = source
        start = lines.line
        kind = _kind(lines, start)
        assert kind
        line = start + 1
        if kind.closing is None:
            while line < lines.end and lines.indent[line] >= lines.base and not lines.is_empty(line):
                line += 1
        elif not kind.closing(lines.content(start)):
            while line < lines.end:
                if lines.indent[line] < lines.base and not lines.is_empty(line):
                    break
                line += 1
                if kind.closing(lines.content(line - 1)):
                    break
        lines.line = line
        return cls(start, lines.cut(start, line, lines.base, last_newline=True))


def _kind(lines: Lines, line: int) -> _Kind | None:
    content = lines.content(line)
    return next((kind for kind in _KINDS if kind.opening.match(content)), None)
