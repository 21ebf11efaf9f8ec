"""Notes whose lines an editor has wrapped."""

from __future__ import annotations

import textwrap

import pytest

from celldeck.nodes import HardBreak, Paragraph, SoftBreak, Text
from celldeck.parse.wrapped import is_wrapped, join_wrapped_lines

PROSE = (
    "Say it early: there is not one borrowed screenshot here. Whatever moves, sounds or predicts was trained."
)


@pytest.mark.parametrize("width", [60, 72, 80, 110])
def test_prose_is_wrapped_however_wide_the_editor_is(width: int) -> None:
    assert is_wrapped(textwrap.fill(f"{PROSE} {PROSE} {PROSE}", width))


@pytest.mark.parametrize(
    "text",
    [
        "one\ntwo\nthree",
        "Ask them:\nwhich one is generated?",
        "A line that is long enough to have been wrapped by an editor, and then\nshort\nones",
        f"{PROSE}\n{PROSE}\nThis one would have had\nroom for more.",
    ],
)
def test_lines_that_were_broken_on_purpose_are_not_wrapped(text: str) -> None:
    assert not is_wrapped(text)


def test_what_begins_a_block_is_no_line_that_goes_on() -> None:
    assert is_wrapped(f"# Title\n{textwrap.fill(PROSE, 80)}\n\n- one\n- two\n")


def test_wrapped_lines_become_one_and_breaks_that_were_asked_for_stay() -> None:
    lines = (Text("a"), SoftBreak(), Text("b"), HardBreak(), Text("c"))
    (joined,) = join_wrapped_lines(textwrap.fill(PROSE, 70), (Paragraph(lines, 0),))
    assert joined == Paragraph((Text("a"), Text(" "), Text("b"), HardBreak(), Text("c")), 0)
    blocks = (Paragraph(lines, 0),)
    assert join_wrapped_lines("a\nb", blocks) is blocks
