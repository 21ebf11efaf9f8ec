"""HTML comments: directives, or notes for the presenter.

Marp: https://marpit.marp.app/usage?id=presenter-notes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from celldeck.frozen import frozen
from celldeck.js import trim
from celldeck.nodes import Comment, Heading, Image, Inline, InlineComment, Paragraph, SoftBreak, Table, Text
from celldeck.parse.directives import LOOSE_IN_COMMENTS, SETTING
from celldeck.parse.images import is_background
from celldeck.parse.loose_yaml import YamlError, YamlValue, load, loosen
from celldeck.parse.walk import Node
from celldeck.patterns import late
from celldeck.source import Source

# Comments for other tools, which Marp keeps out of the notes; `pause` is celldeck's own.
_NOT_FOR_PEOPLE = late(
    r"prettier-ignore(?:-(?:start|end))?|markdownlint-(?:(?:disable|enable)[^\n\r\u2028\u2029]*|capture|restore)"
    r"|lint (?:disable|enable|ignore)[^\n\r\u2028\u2029]*|pause"
)


@frozen
class Remark:
    """A comment of a deck."""

    text: str
    """Without its delimiters, trimmed."""
    line: int
    """1-based line of the file."""
    directives: Mapping[str, YamlValue] | None
    """What it sets; None: it holds no directive."""
    is_swept: bool = False
    """It stands in a line that shows nothing, such as that of a background image: Marp makes no note then."""

    @property
    def is_note(self) -> bool:
        """Whether it is for the presenter: neither a directive nor an order to a tool."""
        return self.directives is None and not _NOT_FOR_PEOPLE.fullmatch(self.text)

    def text_line(self, source: Source) -> int:
        """Return the 1-based line of the file on which the text starts, which may be below `line`."""
        first = self.text.split("\n", 1)[0]
        # White space after `<!--` is all that can stand between.
        for number in range(self.line, min(self.line + 100, len(source.lines)) + 1):
            if first in source.lines[number - 1]:
                return number
        return self.line

    def line_of(self, key: str, source: Source) -> int:
        """Return the 1-based line of the file that sets a key."""
        lines = enumerate(self.text.split("\n"))
        below = (n for n, line in lines if line.strip(" \t\"'").startswith(key))
        return self.text_line(source) + next(below, 0)


def remarks_in(
    nodes: Sequence[Node], origin_line: int, known: frozenset[str], *, loose: bool
) -> tuple[Remark, ...]:
    """Return the comments among the nodes.

    Args:
        origin_line: 1-based line of the file that the nodes count their lines from.
        known: the keys that are directives.
        loose: directives may be written loosely (`looseYAML`).
    """
    comments = [node for node in nodes if isinstance(node, (Comment, InlineComment))]
    inline = any(isinstance(node, InlineComment) for node in comments)
    swept = _swept(nodes) if inline else frozenset()
    return tuple(
        Remark(
            node.text,
            origin_line + node.line,
            directives_in(node.text, known, loose),
            id(node) in swept,
        )
        for node in comments
    )


def _swept(nodes: Iterable[Node]) -> frozenset[int]:
    """Return the identities of the comments in lines of text that show nothing."""
    found: set[int] = set()
    for node in nodes:
        for children in _lines_of(node):
            if all(map(_shows_nothing, children)):
                found.update(id(child) for child in children)
    return frozenset(found)


def _lines_of(node: Node) -> Iterator[tuple[Inline, ...]]:
    if isinstance(node, (Paragraph, Heading)):
        yield node.children
    elif isinstance(node, Table):
        yield from (cell.children for row in (node.header, *node.rows) for cell in row)


def _shows_nothing(node: Inline) -> bool:
    if isinstance(node, Text):
        return not node.escaped and not trim(node.text)
    if isinstance(node, Image):
        return is_background(node)
    return isinstance(node, (SoftBreak, InlineComment))


@lru_cache(maxsize=4096)
def directives_in(text: str, known: frozenset[str], loose: bool) -> Mapping[str, YamlValue] | None:
    """Return the mapping that a comment holds, if one of its keys is a directive; else None."""
    if not SETTING.search(text):
        return None
    try:
        value = read_comment(text, loose)
    except YamlError:
        return None
    return value if isinstance(value, dict) and not known.isdisjoint(value) else None


def read_comment(text: str, loose: bool) -> YamlValue:
    """Return what a comment says as YAML.

    Raises:
        YamlError: it is none.
    """
    return load(loosen(text, LOOSE_IN_COMMENTS) if loose else text)
