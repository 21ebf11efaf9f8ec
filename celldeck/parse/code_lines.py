"""Lines of code that are pointed out, perhaps step by step: `{2,5}`, `{1|3-4|all}` after a fence's language.

celldeck's own; Marp reads nothing there but the language. Blocks that are cells have it among their options.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from celldeck.cell_options import line_steps, read_steps
from celldeck.errors import Notice
from celldeck.model import Slide
from celldeck.nodes import Block, CodeBlock
from celldeck.parse.cell_info import read_info
from celldeck.parse.draft import Draft
from celldeck.parse.walk import change_blocks
from celldeck.source import Source


def read_code_lines(draft: Draft) -> Draft:
    """Return the draft with the lines that its blocks of code point out."""
    if not draft.options.code_lines:
        return draft
    slides = []
    notices: list[Notice] = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if any(isinstance(node, CodeBlock) and "{" in node.info for node in nodes):
            reader = _Reader(draft.deck.source, slide)
            blocks = change_blocks(slide.blocks, reader.read)
            slide = slide if blocks is slide.blocks else replace(slide, blocks=blocks)
            notices += reader.notices
        slides.append(slide)
    return draft.with_slides(slides).telling(*notices)


@dataclass
class _Reader:
    source: Source
    slide: Slide
    notices: list[Notice] = field(default_factory=list)

    def read(self, block: Block) -> Block:
        """Return a block of code with the lines that it points out; any other block as it is."""
        if not isinstance(block, CodeBlock) or "{" not in block.info:
            return block
        asked = list(_asked(block.info))
        if not asked:
            return block
        if len(asked) > 1:
            self._tell("lines to point out are given twice; the last ones count", block, asked[-1])
        try:
            steps = read_steps(asked[-1])
        except ValueError as error:
            self._tell(f"code is pointed out by {error}, not by '{asked[-1]}'", block, asked[-1])
            return block
        found = line_steps(steps, block.text.count("\n"))
        if found.fault:
            self._tell(found.fault, block, asked[-1])
        return replace(block, states=found.states) if found.states else block

    def _tell(self, message: str, block: CodeBlock, asked: str) -> None:
        span = self.source.span(self.slide.origin_line + block.line, asked)
        self.notices.append(Notice("bad-option", message, span, _HINT))


_HINT = "{2,5-7} points out lines; {1|3-4|all} does so step by step"


def _asked(info: str) -> Iterator[str]:
    """Give what stands after the language as lines to point out. What other tools read there is theirs."""
    for option in read_info(info).options:
        if option.name == "lines" and isinstance(option.value, str):
            yield option.value
