"""Runs of slides that were copied by hand, and neighbours that only look like one."""

from __future__ import annotations

import pytest

from celldeck.parse import parse
from celldeck.parse.copied_runs import CopiedRun, find_copied_runs
from celldeck.source import Source


def runs(*slides: str) -> tuple[CopiedRun, ...]:
    return find_copied_runs(parse(Source.of("\n\n---\n\n".join(slides))).slides)


def test_grey_that_lifts_item_by_item_is_one_run_and_pictures_may_change() -> None:
    found = runs(
        "# Other",
        "# Why\n\n- one\n\n- .grey[two *x*]\n\n- .grey[three]",
        "# Why\n\n- one\n\n- two *x*\n\n- .grey[three]\n\n![](a.png)\n<small>_caption_</small>",
        "# Why\n\n- one\n\n- two *x*\n\n- three\n\n.center[\n![](b.png)\n]",
        "# Why not",
    )
    assert found == (CopiedRun("grey", 2, 4),)


def test_light_that_moves_down_is_a_run() -> None:
    found = runs("# S\n\n- one\n- .grey[two]\n- .grey[three]", "# S\n\n- .grey[one]\n- two\n- .grey[three]")
    assert found == (CopiedRun("grey", 1, 2),)


def test_spans_of_html_count_as_grey() -> None:
    found = runs('# S\n\n- one\n- <span class="grey">two</span>', "# S\n\n- one\n- two")
    assert found == (CopiedRun("grey", 1, 2),)


def test_lines_that_are_added_are_a_run() -> None:
    assert runs("# A\n\n- one\n- two", "# A\n\n- one\n- two\n- three") == (CopiedRun("append", 1, 2),)


def test_another_picture_under_the_same_text_is_a_run() -> None:
    found = runs("# A\n\ntext\n\n![](a.png)", "# A\n\ntext\n\n![](b.png)")
    assert found == (CopiedRun("figure", 1, 2),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("# A\n\n- .grey[one]\n- two", "# A\n\n- .grey[one]\n- two"),
        ("# A\n\n- one\n- two", "# A\n\n- one\n- .grey[two]"),
        ("# A\n\n- one\n- .grey[two]", "# A\n\n- one!\n- two"),
        ("# A\n\n- one\n- .grey[two]", "# B\n\n- one\n- two"),
        ("# A\n\n- .grey[one]\n- two", "# A\n\n- one\n- .grey[two]"),
        ("# A", "# A\n\n- one"),
        ("# A\n\nThis and", "# A\n\nThis and that"),
        ("# A\n\nsome text", "# A\n\nother text"),
        ("<!-- _class: invert -->\n# A\n\n- one\n- .grey[two]", "# A\n\n- one\n- two"),
        ("# A\n\n- one\n- .grey[two]\n\n<!-- say this -->", "# A\n\n- one\n- two\n\n<!-- and that -->"),
        ("![](a.png)", "![](b.png)"),
    ],
    ids=[
        "nothing changes",
        "light goes out",
        "other words",
        "other heading",
        "light moves up",
        "heading only",
        "half a line",
        "same heading",
        "other class",
        "other notes",
        "pictures alone",
    ],
)
def test_neighbours_that_are_no_run(one: str, other: str) -> None:
    assert runs(one, other) == ()
