"""A text read again after an edit: as if it were read for the first time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celldeck.errors import DeckError
from celldeck.model import MarpOptions
from celldeck.parse.markdown import Document
from celldeck.parse.markdown.again import Rereader
from celldeck.source import Source

OPTIONS = MarpOptions()

DECK = """\
---
theme: gaia
---

# One

---

## Two

- a
- b

---

## Three $x$

---

```
code
```
"""

# Lines that open something, close something, divide slides, or do so only beside others.
LINES = (
    "",
    "text",
    "*a* `b`",
    "---",
    "- - -",
    "***",
    "===",
    "# h",
    "- item",
    "  - nested",
    "  more",
    "    code",
    "> quote",
    "```",
    "~~~py",
    "$$",
    "a $x",
    "y$ b",
    "<!--",
    "-->",
    "<!-- _class: lead -->",
    "<div>",
    "</div>",
    "<style>",
    "</style>",
    "<script>",
    ".red[",
    "]",
    "x .a.b[ c",
    "d ] e [",
    "| a | b |",
    "|---|---|",
    "| c | d |",
    "[a]: /b",
    "[a]",
    "1. one",
    "\\",
    "theme: x",
    "---   ",
    " ---",
    "&nbsp;",
)
texts = st.lists(st.sampled_from(LINES), max_size=24)


def read(rereader: Rereader, text: str) -> Document | str:
    try:
        return rereader.read(Source.of(text), OPTIONS)
    except DeckError as error:
        return str(error)


def from_scratch(text: str) -> Document | str:
    return read(Rereader(), text)


@given(lines=texts, data=st.data())
@settings(max_examples=300, deadline=None)
def test_edits_give_what_reading_from_scratch_gives(lines: list[str], data: st.DataObject) -> None:
    rereader = Rereader()
    read(rereader, "\n".join(lines))
    for _ in range(4):
        at = data.draw(st.integers(0, len(lines)))
        until = data.draw(st.integers(at, min(len(lines), at + 4)))
        lines = lines[:at] + data.draw(st.lists(st.sampled_from(LINES), max_size=4)) + lines[until:]
        text = "\n".join(lines)
        assert read(rereader, text) == from_scratch(text)


@pytest.mark.parametrize(
    "edited",
    [
        DECK.replace("- b", "- c"),
        DECK.replace("- b", "- b\n- c\n\ntext"),
        DECK.replace("## Two", "## Two\n\n---\n\n## More"),
        DECK.replace("\n---\n\n## Three", "\n## Three"),
        DECK.replace("- b", "```"),
        DECK.replace("code", "x\n---\ny"),
        DECK.replace("gaia", "default"),
        DECK.replace("- b", "[x]: /y"),
        DECK + "\nmore\n",
        DECK.replace("# One", ""),
        "",
    ],
)
def test_an_edit_gives_what_reading_from_scratch_gives(edited: str) -> None:
    rereader = Rereader()
    read(rereader, DECK)
    assert read(rereader, edited) == from_scratch(edited)


def test_slides_that_an_edit_does_not_touch_keep_their_nodes() -> None:
    rereader = Rereader()
    before = rereader.read(Source.of(DECK), OPTIONS)
    after = rereader.read(Source.of(DECK.replace("- b", "- b\n- c\n\n---\n\nmore")), OPTIONS)
    assert len(before.chunks) == 4
    assert len(after.chunks) == 5
    assert after.chunks[0] is before.chunks[0]
    assert after.chunks[3].blocks is before.chunks[2].blocks
    assert after.chunks[4].blocks is before.chunks[3].blocks
