"""Values in a text, outputs and code in other places, and code from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.errors import DeckError
from celldeck.model import Deck, MarpOptions
from celldeck.nodes import CellPlace, CellValue, CodeSpan, Heading, ListItem, OutputPlace, SourcePlace
from celldeck.parse import parse
from celldeck.parse.code_files import names_in, part_of
from celldeck.parse.walk import every_node
from celldeck.source import Source

HEAD = "---\nkernel: python3\n---\n\n"
TRAIN = Source.of(
    '"""Train."""\n\nif 1:\n    # region model\n    width = 3\n\n    depth = 2\n    # endregion\n\n@cache\n'
    "def fit(x):\n    return x\n\n\nclass Net:\n    def call(self):\n        pass\n",
    "train.py",
)


def read(text: str, head: str = HEAD) -> Deck:
    return parse(Source.of(head + text, "decks/talk.md"), MarpOptions(), read_file=file)


def file(path: Path) -> Source:
    if path != Path("decks/train.py"):
        raise DeckError(f"there is no {path}", hint="did you mean train.py?")
    return TRAIN


def told(deck: Deck) -> list[str]:
    return [f"{n.kind} {n.span}: {n.message} ({n.hint})" for n in deck.notices]


def nodes(deck: Deck, slide: int, *kinds: type) -> list[object]:
    return [node for node in every_node(deck.slides[slide - 1].blocks) if isinstance(node, kinds)]


# ---------------------------------------------------------------- values


def test_values_are_cells_in_the_order_of_the_text() -> None:
    deck = read(
        "# At `{python} a`\n\n```python\nb\n```\n\n- item `{py}  c` and\n  `{python} d` `{r} e` `f`\n\n"
        "| x |\n|---|\n| **`{python} g`** |\n"
    )
    assert [(c.source, c.inline, str(c.span)) for c in deck.cells] == [
        ("a", True, "decks/talk.md:5:7"),
        ("b", False, "decks/talk.md:7:1"),
        ("c", True, "decks/talk.md:11:9"),
        ("d", True, "decks/talk.md:12:4"),
        ("g", True, "decks/talk.md:16:6"),
    ]
    assert [node.index for node in nodes(deck, 1, CellValue)] == [0, 2, 3, 4]  # type: ignore[attr-defined]
    assert [node.text for node in nodes(deck, 1, CodeSpan)] == ["{r} e", "f"]  # type: ignore[attr-defined]


def test_a_deck_that_does_not_run_has_no_values() -> None:
    deck = read("`{python} a`\n\n<!-- output: fit -->\n", head="")
    assert (deck.cells, deck.slides[0].notes) == ((), ("output: fit",))
    assert nodes(deck, 1, CodeSpan) == [CodeSpan("{python} a")]


# ---------------------------------------------------------------- outputs and code elsewhere


def test_outputs_and_code_stand_where_comments_ask_for_them() -> None:
    deck = read(
        "<!-- output: fit -->\n\n---\n\n```python {label=fit}\na\nb\nc\n```\n\n"
        "- x\n\n  <!-- source: fit lines=1,3 -->\n"
    )
    assert nodes(deck, 1, OutputPlace) == [OutputPlace(0, 1)]
    assert nodes(deck, 2, SourcePlace) == [SourcePlace("a\nc", "python", 0, 10)]
    assert deck.notices == ()
    assert [slide.notes for slide in deck.slides] == [(), ()]


def test_a_comment_that_means_no_cell_stays_a_note_and_is_told() -> None:
    deck = read(
        "<!-- output: fitt -->\n\n<!-- source: Wikipedia, 2020 -->\n\n```python {label=fit}\na\n```\n\n"
        "<!-- source: fit lines=9 -->\n\n<!-- output: fit size=3 -->\n"
    )
    assert deck.slides[0].notes == ("output: fitt", "source: Wikipedia, 2020")
    assert told(deck) == [
        "unknown-label decks/talk.md:5:14: no cell has the label 'fitt' (did you mean 'fit'?)",
        "bad-option decks/talk.md:13:24: cell 'fit' has 1 lines of code, so none of 9 (None)",
        "unknown-option decks/talk.md:15:18: unknown option 'size' of a comment that shows the output of a "
        "cell (options here: none)",
    ]


def test_the_next_slide_has_the_title_the_looks_and_the_output() -> None:
    deck = read(
        "<!-- _class: invert -->\n\n# Title\n\n<!-- a note -->\n\n"
        "```python {output-location=next-slide}\na\n```\n\n---\n\n# Last\n\n```python\nb\n```\n"
    )
    assert [slide.number for slide in deck.slides] == [1, 2, 3]
    assert [slide.directives.get("class") for slide in deck.slides] == ["invert", "invert", None]
    assert [slide.title for slide in deck.slides] == ["Title", "Title", "Last"]
    assert [slide.notes for slide in deck.slides] == [("a note",), (), ()]
    assert [heading.slug for s in (1, 2) for heading in nodes(deck, s, Heading)] == [  # type: ignore[attr-defined]
        "title",
        "title-1",
    ]
    assert (nodes(deck, 1, CellPlace), nodes(deck, 1, OutputPlace)) == ([CellPlace(0, 7)], [])
    assert len(nodes(deck, 2, OutputPlace)) == 1
    assert [cell.slide for cell in deck.cells] == [1, 3]


@pytest.mark.parametrize("option", ["echo=false", "output=false", "include=false", "eval=false"])
def test_a_cell_of_which_one_half_is_not_shown_gets_no_next_slide(option: str) -> None:
    assert len(read(f"```python {{output-location=slide {option}}}\na\n```\n").slides) == 1


def test_an_output_can_be_a_step_between_those_of_lists() -> None:
    deck = read("* one\n\n```python {output-location=fragment}\na\n```\n\n- x\n* two\n")
    assert deck.slides[0].fragments == 3
    assert [node.fragment for node in nodes(deck, 1, ListItem)] == [1, None, 3]  # type: ignore[attr-defined]
    assert [node.output_fragment for node in nodes(deck, 1, CellPlace)] == [2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ("output-step=true", 1),
        ("output-step", 1),
        ("output-step=true output-location=beside", 1),
        ("output-step=true output=false", 0),
        ("output-step=true include=false", 0),
        ("output-step=true eval=false", 0),
        ("output-step=true output-location=next-slide", 0),
        ("output-step=false", 0),
    ],
)
def test_an_output_is_a_step_where_it_shows(options: str, steps: int) -> None:
    assert read(f"```python {{{options}}}\na\n```\n").slides[0].fragments == steps


# ---------------------------------------------------------------- files


def test_code_comes_from_a_file_or_a_part_of_it() -> None:
    deck = read("```python {file=train.py#model}\n```\n\n```python\n#| file: train.py\n```\n")
    part, whole = deck.cells
    assert (part.source, part.shown, part.first_line) == (
        "width = 3\n\ndepth = 2",
        "width = 3\n\ndepth = 2",
        5,
    )
    assert part.origin is TRAIN
    assert (whole.source, whole.first_line) == (TRAIN.text.rstrip("\n"), 1)
    assert deck.files == (Path("decks/train.py"),)
    assert deck.notices == ()


def test_parts_are_regions_functions_and_classes() -> None:
    assert names_in(TRAIN) == ["model", "fit", "Net", "Net.call"]
    fit, call = part_of(TRAIN, "fit"), part_of(TRAIN, "Net.call")
    assert fit is not None
    assert call is not None
    assert (fit.code, fit.first_line) == ("@cache\ndef fit(x):\n    return x", 10)
    assert (call.code, call.first_line) == ("def call(self):\n    pass", 16)
    assert part_of(TRAIN, "nope") is None
    nested = Source.of(
        "# region a\n1\n# region b\n2\n# endregion\n3\n# endregion b\n// region c\n4\n", "x.js"
    )
    assert [part and part.code.split("\n")[-1] for part in (part_of(nested, n) for n in "abc")] == [
        "3",
        "2",
        "4",
    ]


def test_a_file_that_is_not_there_keeps_the_cell_from_running() -> None:
    deck = read(
        "```python {file=gone.py}\n```\n\n```python {file=train.py#modle}\n```\n\n"
        "```python {file=train.py#fit}\nx = 1\n```\n"
    )
    assert told(deck) == [
        "missing-file decks/talk.md:5:12: this cell is not run: there is no decks/gone.py "
        "(did you mean train.py?)",
        "missing-file decks/talk.md:8:12: this cell is not run: train.py has no part 'modle' "
        "(did you mean 'train.py#model'?)",
        "bad-option decks/talk.md:11:12: this cell takes its code from a file, so what stands in it "
        "is not read (leave the block empty)",
    ]
    assert [cell.options["eval"] for cell in deck.cells] == [False, False, True]
    assert deck.cells[2].source.startswith("@cache")


def test_files_that_cells_depend_on_belong_to_the_deck() -> None:
    assert read('```python {depends="a.csv,../b.csv"}\nx\n```\n').files == (
        Path("decks/a.csv"),
        Path("decks/../b.csv"),
    )
