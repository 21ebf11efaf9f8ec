"""Copies that lift grey step by step become one slide; everything that counts slides follows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from celldeck.model import Deck, MarpOptions
from celldeck.nodes import CellPlace, CellValue, Link, OutputPlace
from celldeck.parse import Rereader, parse
from celldeck.parse.walk import every_node
from celldeck.source import Source

RUN = (
    "# Why\n\n- one\n- .grey[two]\n- .grey[three]",
    "# Why\n\n- one\n- two\n- .grey[three]\n\n![](a.png)",
    "# Why\n\n- one\n- two\n- three\n\n![](b.png)",
)


def read(*slides: str, front: str = "") -> Deck:
    head = f"---\n{front}\n---\n\n" if front else ""
    return parse(Source.of(head + "\n\n---\n\n".join(slides)))


def test_a_run_is_one_slide_with_a_state_for_each_copy_and_one_number() -> None:
    deck = read("# First", *RUN, "# Last", front="paginate: true")
    assert [slide.number for slide in deck.slides] == [1, 2, 3]
    assert [(slide.page, slide.pages) for slide in deck.slides] == [(1, 3), (2, 3), (3, 3)]
    slide = deck.slides[1]
    assert slide.fragments == 3
    assert [copy.number for copy in slide.copies] == [2, 2]
    assert slide.title == "Why"
    lines = deck.source.lines
    assert lines[slide.line - 1] == "---"
    assert lines[slide.copies[0].line - 1 : slide.end_line - 1][-1] == ""
    assert slide.end_line == deck.slides[2].line


def test_front_matter_turns_it_off_or_takes_in_runs_of_pictures() -> None:
    pictures = ("# P\n\ntext\n\n![](a.png)", "# P\n\ntext\n\n![](b.png)")
    assert len(read(*RUN, *pictures).slides) == 3
    assert len(read(*RUN, *pictures, front="collapse: false").slides) == 5
    assert len(read(*RUN, *pictures, front="collapse: figures").slides) == 2


def test_another_value_of_the_setting_is_told() -> None:
    deck = read(*RUN, front="collapse: some")
    assert len(deck.slides) == 1
    (notice,) = deck.notices
    assert str(notice).splitlines()[0].endswith("'collapse' cannot be 'some' [directive-value]")


def test_options_turn_it_off() -> None:
    source = Source.of("\n\n---\n\n".join(RUN))
    assert len(parse(source, MarpOptions(collapse=False)).slides) == 3
    assert len(parse(source, MarpOptions(inline_svg=False)).slides) == 3


def test_copies_with_steps_of_their_own_stay_as_they_are() -> None:
    assert len(read(*(slide.replace("- ", "* ") for slide in RUN)).slides) == 3
    raw = '<p data-marpit-fragment="1">x</p>'
    assert len(read(*(f"{slide}\n\n{raw}" for slide in RUN)).slides) == 3


def test_notes_are_joined_once_each_at_its_step() -> None:
    notes = ("", "\n\n<!-- say this -->", "\n\n<!-- say this -->\n\n<!-- and that -->")
    deck = read(*(slide + note for slide, note in zip(RUN, notes, strict=True)))
    assert deck.slides[0].notes == ("[click:1]\nsay this", "[click:2]\nand that")
    deck = read(*(f"{slide}\n\n<!-- the same -->" for slide in RUN))
    assert deck.slides[0].notes == ("the same",)


def test_copies_that_hold_the_page_number_are_a_slide_that_has_it() -> None:
    held = [f"<!-- _paginate: hold -->\n\n{slide}" for slide in RUN[1:]]
    deck = read("# First", RUN[0], *held, "# Last", front="paginate: true")
    assert [slide.page for slide in deck.slides] == [1, 2, 3]


def test_links_to_slides_by_number_follow() -> None:
    links = "# Last\n\n[a](#1) [b](#2) [c](#3) [d](#5) [e](#9) [f](x.html#3) [g](#why)"
    deck = read("# First", *RUN, links)
    hrefs = [node.href for node in every_node(deck.slides[2].blocks) if isinstance(node, Link)]
    assert hrefs == ["#1", "#2.1", "#2.2", "#3", "#9", "x.html#3", "#why"]


def test_links_in_raw_html_follow() -> None:
    deck = parse(
        Source.of(
            "\n\n---\n\n".join([*RUN, "<a href='#4'>x</a> <b title='#4'>y</b>\n\nz <a href=\"#2\">q</a>"])
        )
    )
    html = "".join(getattr(node, "html", "") for node in every_node(deck.slides[1].blocks))
    assert "<a href='#2'>" in html
    assert 'href="#1.2"' in html
    assert "title='#4'" in html


def test_scoped_styles_stay_with_their_copy() -> None:
    styled = [f"{slide}\n\n<style scoped>h1 {{ color: red }}</style>" for slide in RUN]
    deck = read("# First", *styled, "# Last\n\n<style scoped>p { margin: 0 }</style>")
    scopes = [style.scope for style in deck.styles]
    assert len(set(scopes)) == 4
    assert [*(copy.scope for copy in deck.slides[1].copies), *(s.scope for s in deck.slides[1:])] == scopes
    assert [style.slide for style in deck.styles] == [2, 2, 2, 3]


def test_a_cell_that_was_copied_is_one_cell_and_the_others_are_numbered_anew() -> None:
    cell = "\n\n```python {label=fit}\nprint(1)\n```\n\nvalue `{python} 2`"
    first, last = "```python\nprint(0)\n```", "<!-- output: fit -->\n\n```python\nprint(9)\n```"
    deck = read(first, *(slide + cell for slide in RUN), last, front="kernel: python3")
    assert [(c.index, c.source, c.slide, c.label) for c in deck.cells] == [
        (0, "print(0)", 1, None),
        (1, "print(1)", 2, "fit"),
        (2, "2", 2, None),
        (3, "print(9)", 3, None),
    ]
    assert not [notice for notice in deck.notices if notice.kind == "duplicate-label"]

    def places(*slides: object) -> list[int]:
        kinds = CellPlace | CellValue | OutputPlace
        return [n.index for s in slides for n in every_node(s.blocks) if isinstance(n, kinds)]  # type: ignore[attr-defined]

    assert places(*deck.slides) == [0, 1, 2, 1, 3]
    assert places(*deck.slides[1].copies) == [1, 2, 1, 2]
    # The cell stands where the last copy has it, which has all of the text.
    assert deck.cells[1].span.line > deck.slides[1].copies[-1].end_line


def test_labels_that_are_twice_elsewhere_are_still_told() -> None:
    cell = "```python {label=fit}\nprint(1)\n```"
    deck = read(*(f"{slide}\n\n{cell}" for slide in RUN), cell, front="kernel: python3")
    assert [notice.kind for notice in deck.notices] == ["duplicate-label"]


def test_what_is_wrong_in_a_copy_is_still_told() -> None:
    deck = read(
        f"{RUN[0]}\n\n<!-- _clas: lead -->", *(f"{slide}\n\n<!-- _clas: lead -->" for slide in RUN[1:])
    )
    assert len(deck.slides) == 1
    assert len([notice for notice in deck.notices if notice.kind == "unknown-directive"]) == 3


LINES = ("# Why", "- one", "- .grey[two]", "- two", "", "", "---", "", "![](a.png)", "<!-- note -->")


@given(lines=st.lists(st.sampled_from(LINES), max_size=40), data=st.data())
@settings(max_examples=100, deadline=None)
def test_edits_give_what_reading_from_scratch_gives(lines: list[str], data: st.DataObject) -> None:
    lines = ["# Why", "", "- one", "- .grey[two]", "", "---", "", "# Why", "", "- one", "- two", "", *lines]
    again = Rereader()
    parse(Source.of("\n".join(lines)), again=again)
    for _ in range(3):
        at = data.draw(st.integers(0, len(lines)))
        until = data.draw(st.integers(at, min(len(lines), at + 3)))
        lines = lines[:at] + data.draw(st.lists(st.sampled_from(LINES), max_size=3)) + lines[until:]
        text = "\n".join(lines)
        assert parse(Source.of(text), again=again) == parse(Source.of(text))
