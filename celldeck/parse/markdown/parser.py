"""BlockParser: marko's parser with our elements, which reads lines as markdown-it does.

The order of the elements and which of them end a paragraph are markdown-it's, with Marp's rules in between:
https://github.com/markdown-it/markdown-it/blob/master/lib/parser_block.mjs
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from marko.block import BlockElement
from marko.parser import Parser

from celldeck.parse.markdown.lines import MAX_NESTING, Lines


class LineElement(BlockElement):
    """A block that is recognised at the start of a line."""

    opens: ClassVar[str] = ""
    """The characters that it may begin with; empty: any."""
    ends: ClassVar[frozenset[str]] = frozenset()
    """What it can end without a blank line: `paragraph`, `quote`, `list`."""
    line: int
    """The line that it begins on."""

    @classmethod
    def begins(cls, lines: Lines, line: int) -> bool:
        """Say whether the element begins on `line`; nothing is read."""
        raise NotImplementedError

    @classmethod
    def ends_at(cls, lines: Lines, line: int, end: int) -> bool:
        """Say whether the element begins on `line`, before `end`, and ends what stands before it."""
        return cls.begins(lines, line)

    @classmethod
    def match(cls, source: Any) -> Any:
        """Say whether the element begins on the line that is read next (marko's question)."""
        return cls.begins(source, source.line)

    @classmethod
    def parse(cls, source: Any) -> Any:
        """Read the element and move to the line after it (marko's request)."""
        raise NotImplementedError


Elements = tuple[type[LineElement], ...]
_ANY: Final = ""


class BlockParser(Parser):
    """A marko parser with nothing but the given elements, in the order in which they are tried."""

    def __init__(self, elements: Iterable[type[LineElement]]) -> None:
        super().__init__()
        self.block_elements.clear()
        for element in elements:
            self.add_element(element)
        ordered: Elements = tuple(e for e in self.block_elements.values() if issubclass(e, LineElement))
        characters = {char for element in ordered for char in element.opens}
        self._starting = _by_character(ordered, characters)
        self._ending = {
            container: _by_character((e for e in ordered if container in e.ends), characters)
            for container in ("paragraph", "quote", "list")
        }

    def parse_source(self, source: Any) -> list[BlockElement]:
        """Read blocks up to the end of the container, or to the first line that is no longer in it."""
        lines: Lines = source
        starting = self._starting
        blocks: list[BlockElement] = []
        blank_before = False
        line, end = lines.line, lines.end
        while line < end:
            line = lines.line = lines.skip_empty(line)
            if line >= end or lines.indent[line] < lines.base:
                break
            if lines.level >= MAX_NESTING:
                lines.line = end
                break
            char = lines.texts[line][lines.first[line]]
            for element in starting.get(char) or starting[_ANY]:
                if element.match(lines):
                    blocks.append(element.parse(lines))
                    break
            lines.tight = not blank_before
            # A class may begin or end in the middle of a line: the one before it does not matter then.
            if lines.line > line and lines.is_empty(lines.line - 1):
                blank_before = True
            line = lines.line
            if line < end and lines.is_empty(line):
                blank_before = True
                line += 1
                lines.line = line
        return blocks

    def is_ended(self, container: str, lines: Lines, line: int, end: int) -> bool:
        """Say whether an element that begins on `line` ends a paragraph, a quote or a list before it."""
        ending = self._ending[container]
        first, text = lines.first[line], lines.texts[line]
        elements = ending.get(text[first]) if first < len(text) else None
        # A loop, since this is asked for every line of every paragraph.
        for element in elements or ending[_ANY]:  # noqa: SIM110
            if element.ends_at(lines, line, end):
                return True
        return False


def _by_character(elements: Iterable[type[LineElement]], characters: Iterable[str]) -> dict[str, Elements]:
    ordered = tuple(elements)
    return {
        char: tuple(element for element in ordered if not element.opens or (char and char in element.opens))
        for char in (*characters, _ANY)
    }
