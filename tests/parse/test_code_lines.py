"""Lines to point out: how they are written, in cells and other blocks, and what is told of them."""

from __future__ import annotations

import pytest

from celldeck.cell_options import LineSteps, line_steps, read_steps, states_of_code
from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.parse.cell_info import read_info
from celldeck.source import Source


def read(text: str, *, kernel: bool = False) -> Deck:
    head = "---\nkernel: python3\n---\n\n" if kernel else ""
    return parse(Source.of(head + text, "talk.md"), MarpOptions())


@pytest.mark.parametrize(
    ("info", "language", "lines"),
    [
        ("python {1|3-4|all}", "python", "1|3-4|all"),
        ("python {2,5}", "python", "2,5"),
        ("python{2}", "python", "2"),
        ("python {1 | 3-4, 6 | all}", "python", "1 | 3-4, 6 | all"),
        ('python {label=fit lines="1|3-4|all"}', "python", "1|3-4|all"),
        ("python {label=fit lines=1|3-4,6|all echo=true}", "python", "1|3-4,6|all"),
        ("python {label=fit 1|3-4,6|all}", "python", "1|3-4,6|all"),
        ("python {1|2} {label=fit}", "python", "1|2"),
        ("{python 1|2}", "python", "1|2"),
        ("{all|1}", "", "all|1"),
        ('{lines="1|2"}', "", "1|2"),
        ("js {x|y}", "js", "x|y"),
    ],
)
def test_lines_stand_after_the_language(info: str, language: str, lines: str) -> None:
    found = read_info(info)
    assert (found.language, [o.value for o in found.options if o.name == "lines"]) == (language, [lines])


@pytest.mark.parametrize("info", ["js {.numbers}", "js {#id}", "js {a=1}", "js", "js {}"])
def test_what_else_stands_in_braces_is_no_line(info: str) -> None:
    assert [o for o in read_info(info).options if o.name == "lines"] == []


def test_lines_are_counted_from_one_and_those_that_are_not_there_are_told() -> None:
    def lines(*states: set[int]) -> tuple[frozenset[int], ...]:
        return tuple(map(frozenset, states))

    assert line_steps("1|3-4|all", 5) == LineSteps(lines({1}, {3, 4}, {1, 2, 3, 4, 5}))
    assert line_steps("2,4-9", 5).states == lines({2, 4, 5})
    assert line_steps("9", 5) == LineSteps((), "this code has 5 lines, so there is no line 9")
    assert line_steps("1|4-2|0|7", 5) == LineSteps(
        lines({1}), "this code has 5 lines, so there are no lines 4-2, 0, 7"
    )
    assert read_steps(["2", "5-7"]) == "2,5-7"
    for wrong in ("", "x", "1|", "|1", "1||2", "1;2", "-3"):
        with pytest.raises(ValueError, match="line numbers such as"):
            read_steps(wrong)


@pytest.mark.parametrize(
    ("text", "message", "caret"),
    [
        ("```js {9}\nx\n```", "this code has 1 line, so there is no line 9", "9"),
        ("```js {x|y}\nx\n```", "code is pointed out by line numbers such as", "x|y"),
        ("- a\n  ```js {1|5}\n  x\n  ```", "this code has 1 line, so there is no line 5", "1|5"),
        ("```js {1} {2}\nx\ny\n```", "given twice", "2"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str, caret: str) -> None:
    (notice,) = read(text).notices
    assert message in notice.message
    assert notice.span is not None
    line = notice.span.source.lines[notice.span.line - 1]
    assert line[notice.span.column - 1 :][: notice.span.length] == caret
    assert "{1|3-4|all}" in (notice.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "```python {label=a 1|2}\na\nb\n```",
        "```python {label=a}\n#| lines: 1|2\na\nb\n```",
        "```python {label=a lines='1|2'}\na\nb\n```",
    ],
)
def test_a_cell_has_them_among_its_options(text: str) -> None:
    deck = read(text, kernel=True)
    assert (deck.notices, deck.slides[0].fragments) == ((), 1)
    assert states_of_code(deck.cells[0]) == (frozenset({1}), frozenset({2}))


def test_lines_of_a_cell_are_those_that_are_shown() -> None:
    deck = read("```python {echo=2-3 lines=1|2}\na\nb\nc\n```\n", kernel=True)
    assert (deck.notices, deck.slides[0].fragments) == ((), 1)
    hidden = read("```python {echo=false lines=1|2}\na\nb\n```\n", kernel=True)
    assert hidden.slides[0].fragments == 0


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ("{9}", "5:12: this code has 2 lines, so there is no line 9"),
        (
            "{x|y}",
            "5:12: option 'lines' takes line numbers such as 2,5-7, or steps such as 1|3-4|all, not 'x|y'",
        ),
        ("{lines=9}", "5:12: this code has 2 lines, so there is no line 9"),
    ],
)
def test_what_is_wrong_in_a_cell_is_told_with_its_place(info: str, told: str) -> None:
    (notice,) = read(f"```python {info}\na\nb\n```\n", kernel=True).notices
    assert notice.span is not None
    assert f"{notice.span.line}:{notice.span.column}: {notice.message}" == told


def test_a_code_step_comes_before_the_output_and_after_its_pause() -> None:
    deck = read("a\n\n<!-- pause -->\n\n```python {1|2 output-step=true}\na\nb\n```\n\n* b\n", kernel=True)
    assert deck.slides[0].fragments == 4


def test_a_pause_before_an_output_alone_is_its_step() -> None:
    deck = read("a\n\n<!-- pause -->\n\n```python {echo=false output-step=true}\na\n```\n", kernel=True)
    assert deck.slides[0].fragments == 1
    later = read("a\n\n<!-- pause -->\n\nb\n\n```python {echo=false output-step=true}\na\n```\n", kernel=True)
    assert later.slides[0].fragments == 2
    nothing = read("a\n\n<!-- pause -->\n\n```python {include=false}\na\n```\n", kernel=True)
    assert [notice.kind for notice in nothing.notices] == ["pause-at-end"]
