"""Lines of notes that an editor has broken, made one line again.

Marp shows each line end of a text as one (option `breaks`), which in notes, written as prose and wrapped at
the editor's edge, leaves every other line half empty. Lines that were broken on purpose stay: `is_wrapped`
tells them apart by what an editor does, which breaks a line only where the next word finds no room.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from celldeck.nodes import Block, Inline, Paragraph, SoftBreak, Text
from celldeck.parse.walk import change_blocks
from celldeck.patterns import late

_STARTS = late(r"[-*+>] |#|```|~~~|\d+[.)] |\|")
"""What begins a block of its own, or a row of one."""
NARROWEST = 50
"""Characters of the longest line from which on it may have been wrapped; verses and keywords are shorter."""


def join_wrapped_lines(text: str, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks with spaces in the place of line ends, if the lines of the text are wrapped.

    Args:
        text: the Markdown that the blocks are of.
    """
    if not is_wrapped(text):
        return blocks

    def joined(block: Block) -> Block:
        if isinstance(block, Paragraph) and SoftBreak() in block.children:
            return replace(block, children=tuple(map(_space, block.children)))
        return block

    return change_blocks(blocks, joined)


def _space(node: Inline) -> Inline:
    return Text(" ") if isinstance(node, SoftBreak) else node


def is_wrapped(text: str) -> bool:
    """Return whether the lines of a text end where an editor would have ended them.

    Each line that the next one goes on from is so long that the next word would have made it longer than the
    longest, and that one is long.
    """
    lines = [line.strip() for line in text.splitlines()]
    longest = max(map(len, lines), default=0)
    if longest < NARROWEST:
        return False
    return all(
        len(line) + 1 + len(following.split(maxsplit=1)[0]) > longest
        for line, following in pairwise(lines)
        if line and following and line[0] != "#" and not _STARTS.match(following)
    )
