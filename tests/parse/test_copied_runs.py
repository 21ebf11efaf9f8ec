"""Runs of slides that were copied by hand, and neighbours that only look like one."""

from __future__ import annotations

import pytest

from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.parse.copied_runs import CopiedRun, find_copied_runs
from celldeck.source import Source


def runs(*slides: str) -> tuple[CopiedRun, ...]:
    deck = parse(Source.of("\n\n---\n\n".join(slides)), MarpOptions(collapse=False))
    return find_copied_runs(deck.slides, deck.cells)


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


def test_red_that_moves_down_is_a_run_with_the_rest_grey_or_not() -> None:
    assert runs("# S\n\n- .red[one]\n- .grey[two]", "# S\n\n- .grey[one]\n- .red[two]") == (
        CopiedRun("grey", 1, 2),
    )
    assert runs("# S\n\n- .red[one]\n- two", "# S\n\n- one\n- .red[two]") == (CopiedRun("grey", 1, 2),)


@pytest.mark.parametrize(
    "figures",
    [
        ("![bg right](a.png)", "![bg right](b.png)"),
        ("", "![bg left:30%](b.png)"),
        ("![](a.png)", '<img src="b.png" style="float: right">'),
    ],
)
def test_pictures_beside_the_text_may_change_with_the_grey(figures: tuple[str, str]) -> None:
    one = f"# A\n\n- x\n- .grey[y]\n\n{figures[0]}"
    other = f"# A\n\n- x\n- y\n\n{figures[1]}"
    assert runs(one, other) == (CopiedRun("grey", 1, 2),)


def test_copies_may_hold_the_page_number() -> None:
    one = "<!-- paginate: true -->\n# A\n\n- x\n- .grey[y]"
    assert runs(one, "<!-- _paginate: hold -->\n# A\n\n- x\n- y") == (CopiedRun("grey", 1, 2),)
    assert runs(one, "<!-- _paginate: skip -->\n# A\n\n- x\n- y") == ()


def test_slides_with_a_copy_of_a_cell_are_copies() -> None:
    cell = "```python {label=LABEL}\nprint(NUMBER)\n```"
    texts = [f"# A\n\n- x\n- {y}\n\n{cell}" for y in (".grey[y]", "y")]
    start = "---\nkernel: python3\n---\n\n"

    def found(number: str) -> tuple[CopiedRun, ...]:
        one = start + texts[0].replace("LABEL", "a").replace("NUMBER", "1")
        return runs(one, texts[1].replace("LABEL", "b").replace("NUMBER", number))

    assert found("1") == (CopiedRun("grey", 1, 2),)
    assert found("2") == ()


@pytest.mark.parametrize(
    "grey",
    [
        '<span class="grey">two</span>',
        "<span class=muted>two</span>",
        ".faded[two]",
        ".gray[**two**]",
        ".small.grey[two]",
    ],
)
def test_other_ways_to_write_grey(grey: str) -> None:
    lit = {".gray[**two**]": "**two**", ".small.grey[two]": ".small[two]"}.get(grey, "two")
    assert runs(f"# S\n\n- one\n- {grey}", f"# S\n\n- one\n- {lit}") == (CopiedRun("grey", 1, 2),)


def test_colours_that_stay_do_not_matter() -> None:
    one, other = ("# S\n\n- .red[one]\n- two", "# S\n\n- .red[one]\n- two\n- .blue[three]")
    assert runs(one, other) == (CopiedRun("append", 1, 2),)
    assert runs(one.replace("two", ".grey[two]"), one) == (CopiedRun("grey", 1, 2),)


def test_pictures_in_columns_are_set_aside() -> None:
    text = "# S\n\n.left-column[\n- one\n- ITEM\n]\n.right-column[\n![](PICTURE.png)\n]"
    found = runs(text.replace("ITEM", ".grey[two]").replace("PICTURE", "a"), text.replace("ITEM", "two"))
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
        ("# A\n\n- one\n- .red[two]", "# A\n\n- .red[one]\n- two"),
        ("# A\n\n- one\n- two", "# A\n\n- one\n- .red[two]"),
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
        "red moves up",
        "red comes",
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
