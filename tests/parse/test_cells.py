"""Which blocks become cells, and what their options come to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from celldeck.cell_options import DEFAULTS
from celldeck.model import Deck, MarpOptions, Slide
from celldeck.nodes import BlockQuote, CellPlace, CodeBlock, List
from celldeck.parse.cell_info import Info, Written, read_head, read_info
from celldeck.parse.cells import find_cells, languages_of
from celldeck.parse.markdown import read_markdown
from celldeck.source import Source


def read(
    text: str,
    *,
    kernel: str | None = "python3",
    settings: Mapping[str, object] | None = None,
    run_cells: bool = False,
) -> Deck:
    """Return the deck with its cells; a chunk is a slide."""
    source = Source.of(text, "talk.md")
    document = read_markdown(source, MarpOptions())
    slides = tuple(
        Slide(number, chunk.line + 1, chunk.end_line + 1, chunk.line + 1, chunk.blocks)
        for number, chunk in enumerate(document.chunks, 1)
    )
    deck = Deck(source, slides, kernel=kernel, settings=settings or {})
    return find_cells(deck, MarpOptions(run_cells=run_cells))


def told(deck: Deck) -> list[str]:
    """Return each notice as `kind line: message`."""
    return [f"{n.kind} {n.span.line if n.span else '-'}: {n.message}" for n in deck.notices]


def test_python_blocks_become_cells_with_places() -> None:
    deck = read("# A\n\n```python\nx = 1\nx\n```\n\n---\n\ntext\n\n```py\nprint(x)\n```\n")
    first, second = deck.cells
    assert (first.index, first.source, first.language, first.first_line, first.slide) == (
        0,
        "x = 1\nx",
        "python",
        4,
        1,
    )
    assert (second.index, second.source, second.language, second.first_line, second.slide) == (
        1,
        "print(x)",
        "py",
        13,
        2,
    )
    assert (first.span.line, first.span.end_line) == (3, 6)
    assert first.options == DEFAULTS
    assert [b for s in deck.slides for b in s.blocks if isinstance(b, CodeBlock | CellPlace)] == [
        CellPlace(0, 2),
        CellPlace(1, 4),
    ]
    assert deck.idle_python_blocks == 0


def test_a_deck_that_does_not_opt_in_keeps_its_code_and_counts_it() -> None:
    deck = read("```python {nonsense=1}\nx\n```\n\n- ```py\n  y\n  ```\n\n```js\n1\n```\n", kernel=None)
    assert (deck.cells, deck.kernel, deck.idle_python_blocks, deck.notices) == ((), None, 2, ())


def test_a_deck_runs_if_it_is_told_to_from_outside() -> None:
    deck = read("```python\nx\n```\n", kernel=None, run_cells=True)
    assert (deck.kernel, len(deck.cells)) == ("python3", 1)


@pytest.mark.parametrize(
    "settings", [{"kernel": "none"}, {"kernel": False}, {"execute": False}, {"execute": "false"}]
)
def test_a_deck_can_opt_out(settings: Mapping[str, object]) -> None:
    deck = read("```python\nx\n```\n", kernel=None, settings=settings, run_cells=True)
    assert (deck.kernel, len(deck.cells), deck.idle_python_blocks) == (None, 0, 1)


def test_cells_are_found_in_lists_and_quotes_with_their_lines() -> None:
    deck = read("- a\n\n  ```python\n  x = 1\n  ```\n\n> ```python\n> y = 2\n> ```\n")
    assert [(c.source, c.first_line) for c in deck.cells] == [("x = 1", 4), ("y = 2", 8)]
    kinds = [type(block) for block in deck.slides[0].blocks]
    assert kinds == [List, BlockQuote]


@pytest.mark.parametrize(
    ("kernel", "language", "runs"),
    [
        ("ir", "r", True),
        ("ir", "python", False),
        ("julia-1.10", "julia", True),
        ("bash", "sh", True),
        ("my-own-env", "python", True),
        ("python3", "r", False),
    ],
)
def test_a_kernel_runs_the_blocks_of_its_language(kernel: str, language: str, runs: bool) -> None:
    assert (language in languages_of(kernel)) is runs


def test_options_stand_after_the_language_and_at_the_head() -> None:
    deck = read(
        '```python {echo=false label="my fit", timeout=2.5}\n#| error: allow\n#|output: false\nfit()\n```\n'
    )
    (cell,) = deck.cells
    given = {"echo": False, "label": "my fit", "timeout": 2.5, "error": True, "output": False}
    assert cell.options == DEFAULTS | given
    assert (cell.source, cell.shown, cell.first_line, cell.label) == ("fit()", "fit()", 4, "my fit")
    assert deck.notices == ()


@pytest.mark.parametrize(
    ("info", "read_as"),
    [
        ("python", Info("python")),
        ("python {1|3-4}", Info("python", (Written("lines", "1|3-4"),))),
        ("python {2, 5}", Info("python", (Written("lines", "2, 5"),))),
        ("py{2 echo=false}", Info("py", (Written("lines", "2"), Written("echo", "false")))),
        ("py {include} {all|1}", Info("py", (Written("include", None), Written("lines", "all|1")))),
        ("py {label='a } b'}", Info("py", (Written("label", "a } b"),))),
        ("{python echo=false}", Info("python", (Written("echo", "false"),))),
        ("{python}", Info("python")),
        ("python echo=false", Info("python", (), (Written("echo", "false"),))),
        ("", Info("")),
    ],
)
def test_read_info(info: str, read_as: Info) -> None:
    assert read_info(info) == read_as


def test_lines_are_kept_as_written() -> None:
    deck = read("```python {1|3-4 echo=true}\na\n```\n")
    assert deck.cells[0].options["lines"] == "1|3-4"


def test_head_takes_only_lines_at_the_head() -> None:
    head = read_head(["#| label: a", "x = 1", "#| echo: false"])
    assert (head.count, head.options) == (1, (Written("label", "a", 1),))


def test_bad_yaml_at_the_head_is_told_and_still_not_run() -> None:
    deck = read("```python\n#| echo: [\nx = 1\n```\n")
    assert deck.cells[0].source == "x = 1"
    (line,) = told(deck)
    assert line.startswith("bad-option 2: cannot read the options: ")


def test_unknown_options_and_wrong_values_are_told_with_a_suggestion() -> None:
    deck = read("```python {ecko=false}\nx\n```\n\n```python\n#| timeout: soon\n#| eval: perhaps\nx\n```\n")
    assert told(deck) == [
        "unknown-option 1: unknown option 'ecko' of a cell",
        "bad-option 6: option 'timeout' takes a number of seconds above 0, not 'soon'",
        "bad-option 7: option 'eval' takes true or false, not 'perhaps'",
    ]
    assert deck.notices[0].hint == "did you mean 'echo'?"
    assert str(deck.notices[0].span) == "talk.md:1:12"
    assert [c.options for c in deck.cells] == [DEFAULTS, DEFAULTS]


def test_an_option_outside_braces_is_told() -> None:
    deck = read("```python echo=false title=x\nx\n```\n")
    assert told(deck) == ["bad-option 1: options of a cell stand in braces"]
    assert deck.notices[0].hint == "write {echo=false}"


def test_a_bare_name_is_true_and_told_where_that_means_nothing() -> None:
    deck = read("```python {echo label}\nx\n```\n")
    assert told(deck) == [
        "bad-option 1: option 'label' takes the cell's name, its own in the deck, not nothing"
    ]


def test_an_option_given_twice_is_told_and_the_last_counts() -> None:
    deck = read("```python {echo=false}\n#| echo: true\nx\n```\n")
    assert told(deck) == ["bad-option 2: option 'echo' is given twice; the last one counts"]
    assert deck.cells[0].options["echo"] is True


def test_a_label_used_twice_is_told() -> None:
    deck = read("```python {label=a}\nx\n```\n\n```python\n#| label: a\nx\n```\n")
    assert told(deck) == ["duplicate-label 6: label 'a' is that of the cell on line 1 too"]


def test_a_deck_sets_defaults_for_its_cells() -> None:
    head = "---\nkernel: python3\nexecute:\n  echo: false\n  timeout: 9\n---\n\n"
    deck = read(
        f"{head}```python\nx\n```\n\n```python {{echo=true}}\nx\n```\n",
        settings={"execute": {"echo": False, "timeout": 9}},
    )
    assert [(c.options["echo"], c.options["timeout"]) for c in deck.cells] == [(False, 9.0), (True, 9.0)]
    assert deck.notices == ()


def test_wrong_defaults_of_a_deck_are_told_on_their_lines() -> None:
    head = "---\nexecute:\n  eco: false\n  label: all\n  echo: no way\n---\n\n"
    settings = {"execute": {"eco": False, "label": "all", "echo": "no way"}}
    deck = read(f"{head}```python\nx\n```\n", settings=settings)
    assert told(deck) == [
        "unknown-option 3: unknown option 'eco' of a cell",
        "bad-option 4: option 'label' is for one cell, not for a whole deck",
        "bad-option 5: option 'echo' takes true, false, fenced, or line numbers such as 1,4-6, not 'no way'",
    ]
    deck = read(f"{head}```python\nx\n```\n", settings={"execute": "quickly"})
    assert told(deck) == ["bad-option 2: `execute` in front matter is a list of options"]


def test_a_cell_that_is_never_closed_is_told_and_not_run() -> None:
    deck = read("# A\n\n```python\nx = 1\n")
    assert told(deck) == ["unclosed-fence 3: this cell is never closed"]
    assert deck.cells[0].options["eval"] is False
