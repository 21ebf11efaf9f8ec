"""Link reference definitions: `[label]: address "title"`."""

from __future__ import annotations

from typing import Any, Final

from marko import block

from celldeck.parse.markdown.destinations import INSIDE_TITLE, Found, read_destination, unescape
from celldeck.parse.markdown.lines import Lines
from celldeck.parse.markdown.parser import BlockParser, LineElement
from celldeck.parse.markdown.references import normalize_label
from celldeck.parse.markdown.urls import is_allowed, normalize_link
from celldeck.patterns import late

_LABEL_LIMIT: Final = 999
_INSIDE_LABEL = late(r"(?:\\[\s\S]|[^\[\]\\])*+")
_LINE_END = late(r"[ \t]*(?:\n|$)")
_SPACES = late(r"[ \t]*")


class LinkRefDef(LineElement, block.LinkRefDef):
    """A definition, which shows nothing; the first one of a label counts."""

    opens = "["

    def __init__(self, line: int, end: int, label: str, href: str, title: str) -> None:
        super().__init__(label, href, title)
        self.line = line
        self.end = end

    @classmethod
    def match(cls, source: Any) -> bool:
        lines: Lines = source
        lines.context.definition = _read(lines)
        return lines.context.definition is not None

    @classmethod
    def parse(cls, source: Any) -> LinkRefDef:
        lines: Lines = source
        found: LinkRefDef = lines.context.definition
        lines.references.setdefault(found.label, (found.dest, found.title or ""))
        lines.line = found.end
        return found


def _read(lines: Lines) -> LinkRefDef | None:
    """Return the definition that begins on the next line, if all of it is there."""
    if lines.is_code(lines.line):
        return None
    text = _Text(lines)
    label_end = text.label_end()
    if label_end < 0 or not text.value.startswith("]:", label_end):
        return None
    written = text.value[1:label_end]
    label = normalize_label(written)
    if len(written) > _LABEL_LIMIT or not label:
        return None
    at = text.skip(label_end + 2)
    destination = read_destination(text.value, at)
    if not destination:
        return None
    href = normalize_link(destination.text)
    if not is_allowed(href):
        return None
    end, title = destination.end, ""
    at = text.skip(end)
    found = text.title(at) if at > end else None
    if found:
        if text.is_line_end(found.end):
            end, title = found.end, found.text
        elif not found.text:
            # markdown-it does not go back over an empty title.
            return None
    if not text.is_line_end(end):
        return None
    return LinkRefDef(lines.line, lines.line + text.value.count("\n", 0, end) + 1, label, href, title)


class _Text:
    """What a definition is read from: lines of a paragraph, taken one by one as they are needed."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.next = lines.line + 1
        self.value = lines.content(lines.line)

    def take(self) -> bool:
        """Add the next line; say whether the paragraph has one."""
        lines, line = self.lines, self.next
        if line >= lines.limit or lines.is_empty(line):
            return False
        if 0 <= lines.indent[line] <= lines.base + 3:
            parser = lines.parser
            assert isinstance(parser, BlockParser)
            if parser.is_ended("paragraph", lines, line, lines.limit):
                return False
        self.value += "\n" + lines.content(line)
        self.next += 1
        return True

    def label_end(self) -> int:
        """Return where the label's `]` stands, or -1."""
        at = 1
        while True:
            inside = _INSIDE_LABEL.match(self.value, at)
            assert inside
            at = inside.end()
            if at > 2 * _LABEL_LIMIT or self.value.startswith("[", at):
                return -1
            if self.value.startswith("]", at):
                return at
            if not self.take():
                return -1

    def skip(self, at: int) -> int:
        """Return the place of the next character that is no space, on this line or the next one."""
        spaces = _SPACES.match(self.value, at)
        assert spaces
        at = spaces.end()
        return at + 1 if at == len(self.value) and self.take() else at

    def title(self, at: int) -> Found | None:
        """Return the title that begins at `at`."""
        inside = INSIDE_TITLE.get(self.value[at : at + 1])
        if not inside:
            return None
        start = at = at + 1
        while True:
            read = inside.match(self.value, at)
            assert read
            at = read.end()
            char = self.value[at : at + 1]
            if char == "(":
                return None
            if char and char != "\\":
                return Found(unescape(self.value[start:at]), at + 1)
            if not self.take():
                return None

    def is_line_end(self, at: int) -> bool:
        """Say whether nothing but spaces stands from `at` to the end of the line."""
        return _LINE_END.match(self.value, at) is not None
