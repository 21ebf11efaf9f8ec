"""What the options of a cell take, and what is told of what they do not take."""

from __future__ import annotations

import pytest

from celldeck.cell_options import BY_NAME, DEFAULTS, OPTIONS, chosen_lines, run_options
from celldeck.model import Deck, MarpOptions
from celldeck.parse import parse
from celldeck.source import Source

HEAD = "---\nkernel: python3\n---\n\n"


def read(text: str, head: str = HEAD) -> Deck:
    return parse(Source.of(head + text, "talk.md"), MarpOptions())


@pytest.mark.parametrize(
    ("braces", "line", "value"),
    [
        ("eval=no", "eval: no", False),
        ("echo=fenced", "echo: fenced", "fenced"),
        ('echo="1, 3-4"', "echo: [1, 3-4]", "1,3-4"),
        ("echo=2", "echo: 2", "2"),
        ("output=asis", "output: asis", "asis"),
        ("output=last", "output: Last", "last"),
        ("error=allow", "error: true", True),
        ("timeout=1.5", "timeout: 1.5", 1.5),
        ("cache=false", "cache: false", False),
        ('depends="a.csv, b/c.csv"', "depends: [a.csv, b/c.csv]", ("a.csv", "b/c.csv")),
        ("depends=a.csv", "depends: a.csv", ("a.csv",)),
        ("env=\"B=2 A='x y'\"", "env: {B: 2, A: x y}", {"A": "x y", "B": "2"}),
        ("fig-width=6", "fig-width: 6", 6.0),
        ("fig-height=2.5", "fig-height: 2.5", 2.5),
        ("fig-format=SVG", "fig-format: svg", "svg"),
        ("fig-dpi=150", "fig-dpi: 150", 150.0),
        ("fig-theme=false", "fig-theme: false", False),
        ('fig-cap="A *b*"', "fig-cap: A *b*", "A *b*"),
        ("fig_alt=x", "fig_alt: x", "x"),
        ("tbl-cap=x", "tbl-cap: x", "x"),
        ("output-location=beside", "output-location: column", "beside"),
        ("output-location=slide", "output-location: next-slide", "next-slide"),
        ("output-location=fragment", "output-location: fragment", "fragment"),
        ("output-size=60%", "output-size: 0.6", 0.6),
        ("max-lines=12", "max-lines: 12", 12),
        ('classes=".a b"', "classes: [a, b]", ("a", "b")),
    ],
)
def test_values_in_braces_and_in_lines(braces: str, line: str, value: object) -> None:
    name = braces.partition("=")[0].replace("_", "-")
    for text in (f"```python {{{braces}}}\n1\n2\n3\n4\n```\n", f"```python\n#| {line}\n1\n2\n3\n4\n```\n"):
        deck = read(text)
        assert deck.notices == ()
        assert deck.cells[0].options == DEFAULTS | {name: value}


@pytest.mark.parametrize(
    ("braces", "told"),
    [
        ("echo=some", "option 'echo' takes true, false, fenced, or line numbers such as 1,4-6, not 'some'"),
        ("output=first", "option 'output' takes asis, last, true or false, not 'first'"),
        ("error=deny", "option 'error' takes allow, true or false, not 'deny'"),
        ("fig-width=0", "option 'fig-width' takes a number of inches, not '0'"),
        ("fig-width=800", "option 'fig-width' takes a number of inches, not '800'"),
        ("fig-format=gif", "option 'fig-format' takes svg, png or retina, not 'gif'"),
        ("fig-dpi=much", "option 'fig-dpi' takes pixels an inch, not 'much'"),
        (
            "output-location=left",
            "option 'output-location' takes below, beside, next-slide or fragment, not 'left'",
        ),
        ("output-size=big", "option 'output-size' takes a share of the usual size, such as 60%, not 'big'"),
        ("max-lines=few", "option 'max-lines' takes a number of lines above 0, not 'few'"),
        ("max-lines=0", "option 'max-lines' takes a number of lines above 0, not '0'"),
        ("classes=a<b", "option 'classes' takes names of classes, not 'a<b'"),
        ("env=A", "option 'env' takes variables such as NAME=value, a space between them, not 'A'"),
        ("depends", "option 'depends' takes files that the cell runs again for when they change,"),
    ],
)
def test_wrong_values_are_told(braces: str, told: str) -> None:
    deck = read(f"```python {{{braces}}}\nx\n```\n")
    assert [n.kind for n in deck.notices] == ["bad-option"]
    assert deck.notices[0].message.startswith(told)
    assert deck.cells[0].options == DEFAULTS


@pytest.mark.parametrize("name", ["output-locaton", "figwidth", "max_line", "dependson"])
def test_a_name_that_is_none_is_told_with_the_one_that_is_meant(name: str) -> None:
    (notice,) = read(f"```python\n#| {name}: 1\nx\n```\n").notices
    assert notice.message == f"unknown option '{name}' of a cell"
    assert notice.hint is not None
    assert notice.hint.startswith("did you mean '")


def test_the_kernel_is_told_what_a_run_depends_on_and_nothing_else() -> None:
    looks = "echo=false fig-cap=x classes=a output-location=beside output-size=50% max-lines=3 cache=false"
    (cell,) = read(f"```python {{{looks}}}\nx\n```\n").cells
    assert run_options(cell) == {}
    (cell,) = read('```python {fig-width=6 fig-format=png fig-dpi=50 fig-theme=no env="A=1"}\nx\n```\n').cells
    assert run_options(cell) == {
        "env": {"A": "1"},
        "fig-width": 6.0,
        "fig-format": "png",
        "fig-dpi": 50.0,
        "fig-theme": False,
    }


def test_defaults_of_a_deck_reach_cells_and_values() -> None:
    head = "---\nkernel: python3\nexecute:\n  fig-width: 5\n  depends: [a.csv]\n  error: true\n---\n\n"
    one, other = read("```python\nx\n```\n\n`{python} x`\n", head).cells
    assert one.options == other.options | {"echo": True}
    assert (one.options["fig-width"], one.options["depends"]) == (5.0, ("a.csv",))


def test_every_default_is_what_its_option_reads() -> None:
    assert set(BY_NAME) == {option.name for option in OPTIONS} == set(DEFAULTS)
    assert all(option.meaning for option in OPTIONS)


def test_chosen_lines() -> None:
    assert chosen_lines("3,1-2,2,9", 4) == [3, 1, 2]
    assert chosen_lines("5-6", 4) == []


# ---------------------------------------------------------------- the code that is shown


def test_echo_chooses_lines() -> None:
    (cell,) = read("```python {echo=1,3-9}\na\nb\nc\nd\n```\n").cells
    assert (cell.source, cell.shown) == ("a\nb\nc\nd", "a\nc\nd")
    deck = read("```python {echo=7}\na\n```\n")
    assert [n.message for n in deck.notices] == ["option 'echo' asks for lines 7, and the cell has 1"]


def test_echo_fenced_shows_the_fence_and_the_options_but_not_itself() -> None:
    (cell,) = read("```python {label=a echo=fenced}\n#| eval: false\nx\n```\n").cells
    assert cell.shown == "```python {label=a}\n#| eval: false\nx\n```"
    (cell,) = read('````python\n#| echo: fenced\ns = """\n```\n"""\n````\n').cells
    assert cell.shown == '````python\ns = """\n```\n"""\n````'
