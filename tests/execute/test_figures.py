"""Figures, variables and values as a real kernel gives them."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from decks import texts

from celldeck.execute import ExecuteTools, execute
from celldeck.model import Cell, Deck, MarpOptions
from celldeck.parse import parse
from celldeck.source import Source

pytestmark = pytest.mark.kernel


def run(tmp_path: Path, *cells: str) -> Deck:
    blocks = "".join(
        f"{cell}\n\n" if cell.startswith("`") else f"```python{textwrap.dedent(cell)}\n```\n\n"
        for cell in cells
    )
    source = Source.of(f"---\nkernel: python3\n---\n\n{blocks}", tmp_path / "talk.md")
    return execute(parse(source, MarpOptions()), ExecuteTools())


def picture(cell: Cell, mime: str) -> tuple[str, Mapping[str, object]]:
    (output,) = cell.outputs or ()
    about = output.metadata[mime]
    assert isinstance(about, dict)
    return output.data[mime], about


def test_options_of_figures_hold_for_their_cell(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    sizes = "\nprint(*plt.rcParams['figure.figsize'], plt.rcParams['figure.dpi'], plt.rcParams['font.size'])"
    deck = run(
        tmp_path,
        " {fig-width=4}\nimport matplotlib.pyplot as plt" + sizes,
        sizes,
        " {fig-width=4 fig-height=2}\nplt.plot([1, 2], label='a')\nplt.legend();",
        " {fig-format=png}\nplt.plot([1, 2]);",
        " {fig-format=retina}\nplt.plot([1, 2]);",
        " {fig-format=png fig-dpi=50}\nplt.plot([1, 2]);",
        " {fig-theme=false}\nplt.plot([1, 2]);" + sizes,
        # What a cell sets itself stays, and beats its options.
        " {fig-height=3}\nplt.rcParams['figure.figsize'] = (3, 3)\nplt.rcParams['font.size'] = 9",
        sizes,
        "\nplt.rcdefaults()\nplt.plot([1, 2]);",
        "\nplt.plot([1, 2]); plt.gcf().set_facecolor('white')",
        "\nplt.rcParams.update({'figure.facecolor': 'none', 'text.color': '#eeeeee', 'xtick.color': '0.1'})\n"
        "plt.plot([1, 2]);",
    )
    printed = texts(deck.cells)
    assert printed[0] == ["4.0 2.25 100.0 15.0\n"]
    assert printed[1] == ["8.0 4.5 100.0 15.0\n"]
    assert printed[8] == ["3.0 3.0 100.0 9.0\n"]
    drawing, about = picture(deck.cells[2], "image/svg+xml")
    assert 300 < int(str(about["width"])) <= 420
    assert ">a</text>" in drawing
    assert all(str(colour) in drawing for colour in (about["ink"], about["ground"]))
    pixels = []
    for number in (3, 4, 5):
        content, about = picture(deck.cells[number], "image/png")
        wide = int.from_bytes(base64.b64decode(content)[16:20], "big")
        pixels.append(round(wide / int(str(about["width"])), 1))
    assert pixels == [1.0, 2.0, 0.5]
    plain, about = picture_of(deck.cells[6])
    assert ("ink" in about, "fill: #ffffff" in plain) == (False, True)
    # Matplotlib's own defaults have a white ground, and so has an author's: the ink stays dark on it.
    assert "ink" not in picture_of(deck.cells[9])[1]
    assert "ink" not in picture_of(deck.cells[10])[1]
    # Text of the author's own in a dark colour needs paper.
    assert picture_of(deck.cells[11])[1]["paper"] is True


def picture_of(cell: Cell) -> tuple[str, Mapping[str, object]]:
    drawn = [output for output in cell.outputs or () if "image/svg+xml" in output.data]
    about = drawn[0].metadata["image/svg+xml"]
    assert isinstance(about, dict)
    return drawn[0].data["image/svg+xml"], about


def test_figures_are_the_same_in_every_run_and_large_ones_are_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    cells = (
        "\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('a $x^2$ b');",
        "\nplt.scatter(range(9000), range(9000));",
        "\n%config InlineBackend.figure_formats = ['png']\nplt.plot([1, 2]);",
    )
    one, other = run(tmp_path, *cells), run(tmp_path, *cells)
    assert [cell.outputs for cell in one.cells] == [cell.outputs for cell in other.cells]
    assert [sorted((cell.outputs or ())[0].data)[0] for cell in one.cells] == [
        "image/svg+xml",
        "image/png",
        "image/png",
    ]
    # IPython drew the last one, as its author wants.
    assert "ink" in (one.cells[1].outputs or ())[0].metadata["image/png"]  # type: ignore[operator]
    assert "ink" not in (one.cells[2].outputs or ())[0].metadata.get("image/png", {})  # type: ignore[operator]


def test_a_place_that_differs_in_digits_not_printed_is_drawn_alike(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    cell = """
    import matplotlib.pyplot as plt
    axes = plt.figure().add_axes([0.1, 0.1, 0.8, float(open("height.txt").read())])
    axes.imshow([[1, 2]]);
    """
    drawn = []
    for height in ("0.8", "0.80000000000001"):
        (tmp_path / "height.txt").write_text(height, "utf-8")
        drawn.append(run(tmp_path, cell).cells[0].outputs)
    assert drawn[0] == drawn[1]


def test_variables_are_set_for_their_cell(tmp_path: Path) -> None:
    shown = "\nimport os; print(os.environ.get('A'), os.environ.get('HOME') == '/x')"
    deck = run(
        tmp_path,
        ' {env="A=1 HOME=/x"}' + shown,
        shown,
        " {env=A=2}\nos.environ['A'] = '3'",
        shown,
        " {env=A=4}\n%%capture\n1",
        " {env=A=5 error=allow}\n1 / 0",
        shown,
    )
    printed = [text for text in texts(deck.cells) if text]
    assert printed[:3] == [["1 True\n"], ["None False\n"], ["3 False\n"]]
    assert printed[-1] == ["3 False\n"]


def test_values_read_as_in_an_f_string(tmp_path: Path) -> None:
    deck = run(
        tmp_path,
        "\nclass Odd:\n    def __repr__(self): return 'Odd()'\n    def __str__(self): return 'odd'",
        '`{python} \'a\' + "b"` and `{python} Odd()` and `{python} f"{0.9312:.1%}"` and `{python} None`',
        "\nOdd()",
        "`{python} 1 / 0`",
    )
    assert texts(deck.cells[:6]) == [[], ["ab"], ["odd"], ["93.1%"], [], ["Odd()"]]
    (raised,) = deck.cells[6].outputs or ()
    assert raised.error == ("ZeroDivisionError", "division by zero")
    assert "talk.md:17" in raised.data["text/plain"]
