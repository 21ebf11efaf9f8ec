from __future__ import annotations

from celldeck.model import MarpOptions
from celldeck.nodes import Block, Inline, Text
from celldeck.parse.markdown import read_markdown
from celldeck.parse.walk import change_blocks, change_text, every_node
from celldeck.source import Source

TEXT = "# *a* [b](c)\n\n> - d\n>   - e\n\n| f | g |\n|---|---|\n| **h** | i |\n\n.x[\nj\n]\n"


def blocks() -> tuple[Block, ...]:
    return read_markdown(Source.of(TEXT), MarpOptions()).chunks[0].blocks


def test_every_node_gives_parents_first_in_reading_order() -> None:
    words = [node.text for node in every_node(blocks()) if isinstance(node, Text)]
    assert [word for word in words if word.strip()] == ["a", "b", "d", "e", "f", "g", "h", "i", "j"]


def test_a_change_that_changes_nothing_gives_back_what_it_was_given() -> None:
    found = blocks()
    assert change_blocks(found, lambda block: block) is found
    assert change_text(found, lambda node: node) is found


def test_change_text_reaches_every_text() -> None:
    def louder(node: Inline) -> Inline:
        return Text(node.text.upper()) if isinstance(node, Text) else node

    words = [node.text for node in every_node(change_text(blocks(), louder)) if isinstance(node, Text)]
    assert [word for word in words if word.strip()] == ["A", "B", "D", "E", "F", "G", "H", "I", "J"]
