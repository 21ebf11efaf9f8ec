"""Session: a deck that is built again and again, in a real kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from celldeck import Session
from celldeck.errors import DeckError

pytestmark = pytest.mark.kernel

Write = Callable[..., None]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    with Session(tmp_path / "deck.md") as session:
        yield session


def write(session: Session, *cells: str, head: str = "", text: str = "") -> None:
    slides = "\n---\n\n".join(f"```python\n{code}\n```\n" for code in cells)
    session.path.write_text(f"---\nkernel: python3\n{head}---\n\n{text}{slides}", "utf-8")


def build(session: Session, *cells: str, head: str = "", text: str = "") -> tuple[tuple[int, ...], list[str]]:
    """Build a deck with these cells; return which ran, and what each cell shows."""
    write(session, *cells, head=head, text=text)
    made = session.build()
    return made.ran, shown(made.deck)


def shown(deck) -> list[str]:  # type: ignore[no-untyped-def]
    return ["".join(o.data.get("text/plain", "") for o in cell.outputs or ()) for cell in deck.cells]


def test_only_what_an_edit_touches_runs(session: Session) -> None:
    cells = ["a = 1", "b = 2", "print(a)", "print(b)"]
    assert build(session, *cells)[0] == (0, 1, 2, 3)
    assert build(session, "a = 5", *cells[1:]) == ((0, 2), ["", "", "5\n", "2\n"])


def test_an_edit_that_changes_no_value_runs_nothing_below(session: Session) -> None:
    build(session, "a = 1 + 1", "print(a)")
    assert build(session, "a = 2", "print(a)") == ((0,), ["", "2\n"])


def test_an_edit_that_is_undone_runs_nothing(session: Session) -> None:
    before = build(session, "a = [1]", "a.append(2)", "print(a)")[1]
    build(session, "a = [1]", "a.append(3)", "print(a)")
    assert build(session, "a = [1]", "a.append(2)", "print(a)") == ((), before)


def test_prose_captions_and_themes_run_nothing(session: Session) -> None:
    build(session, "print(1)")
    assert build(session, "print(1)", text="# Words\n\n", head="theme: gaia\n")[0] == ()
    assert build(session, "#| echo: false\n#| fig-cap: A caption\nprint(1)")[0] == ()


def test_a_value_that_was_changed_in_place_is_made_again(session: Session) -> None:
    build(session, "a = [1]", "b = a", "a.append(2)", "print(a, b)")
    ran, texts = build(session, "a = [1]", "b = a", "a.append(7)", "print(a, b)")
    assert (ran, texts[3]) == ((0, 1, 2, 3), "[1, 7] [1, 7]\n")


def test_random_numbers_go_on_from_where_a_clean_run_would_be(session: Session) -> None:
    first = ["import random", "print(random.random())", "print(random.random())", "print('x')"]
    numbers = build(session, *first)[1]
    ran, texts = build(session, first[0], first[1], first[2] + "  # again", first[3])
    assert (ran, texts) == ((0, 2) if 0 in ran else (2,), numbers)


def test_a_seed_keeps_an_edit_away_from_the_numbers_of_other_cells(session: Session) -> None:
    cells = ["import random", "print(random.random())", "#| label: draw\nprint(random.random(), 2)"]
    numbers = build(session, *cells, head="seed: 42\n")[1]
    edited = "random.random(); print(random.random())"
    ran, texts = build(session, cells[0], edited, cells[2], head="seed: 42\n")
    assert 2 not in ran
    assert texts[2] == numbers[2] != texts[1]


def test_a_file_that_a_cell_reads_runs_it_again_when_it_changes(session: Session, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("one")
    (tmp_path / "other.txt").write_text("one")
    cells = ["print(open('data.txt').read())", "print('beside')"]
    build(session, *cells)
    (tmp_path / "other.txt").write_text("two")
    assert session.build().ran == ()
    (tmp_path / "data.txt").write_text("two")
    made = session.build()
    assert (made.ran, shown(made.deck)) == ((0,), ["two\n", "beside\n"])


def test_a_file_that_only_c_code_reads_is_known_by_its_name(session: Session, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("one")
    cell = "import os\nprint(os.stat('data.txt').st_size)"
    build(session, cell)
    assert session.build().ran == ()
    (tmp_path / "data.txt").write_text("three")
    made = session.build()
    assert (made.ran, shown(made.deck)) == ((0,), ["5\n"])


def test_a_file_that_cells_write_is_what_it_would_be(session: Session, tmp_path: Path) -> None:
    cells = ["open('f', 'w').write('a');", "print(open('f').read())", "open('f', 'w').write('b');"]
    build(session, *cells)
    ran, texts = build(session, cells[0], cells[1] + "  # once more", cells[2])
    assert (ran, texts[1]) == ((1,), "a\n")
    assert (tmp_path / "f").read_text() == "b"


def test_what_reaches_out_is_followed_by_all_below(session: Session) -> None:
    call = "import subprocess\nprint(subprocess.run(['echo', '%s'], capture_output=True).stdout)"
    build(session, call % "a", "print(1)")
    write(session, call % "b", "print(1)")
    made = session.build()
    assert made.ran == (0, 1)
    assert "it reaches out of the process (subprocess.Popen)" in made.explain


def test_each_cell_is_explained(session: Session) -> None:
    build(session, "a = 1", "#| label: show\nprint(a)", "#| eval: false\nx")
    write(session, "a = 2", "#| label: show\nprint(a)", "#| eval: false\nx")
    assert session.build().explain == (
        "cell 1, line 5: ran  it is new, or its code has changed\n"
        "cell 'show', line 11: ran  `a` is not what it was\n"
        "cell 3, line 18: off"
    )


def test_a_clean_run_confirms_what_was_made_in_parts(session: Session) -> None:
    build(session, "a = 1", "print(a)")
    write(session, "a = 2", "print(a)")
    made = session.build()
    assert made.provisional == (0, 1)
    verified = session.verify()
    assert verified.differences == ()
    assert verified.build.is_clean
    assert session.build().is_clean


def test_a_clean_run_replaces_what_was_not_the_same(session: Session) -> None:
    cells = ["a = 1", "import time\nprint(time.time_ns())"]
    build(session, *cells)
    write(session, "a = 2", cells[1])
    before = session.build()
    (difference,) = session.verify().differences
    assert difference.cell.index == 1
    assert difference.text.startswith("-1")
    after = session.build()
    assert after.ran == ()
    assert shown(after.deck) != shown(before.deck)


def test_a_kernel_that_dies_costs_no_more_than_its_cell(session: Session) -> None:
    build(session, "a = 1", "print(a)")
    write(session, "a = 1", "print(a)", "import os\nos._exit(3)")
    with pytest.raises(DeckError, match="exit status 3"):
        session.build()
    ran, texts = build(session, "a = 1", "print(a)", "print(a + 1)")
    assert texts == ["", "1\n", "2\n"]
    assert 1 not in ran


def test_a_deck_may_ask_for_whole_runs(session: Session) -> None:
    build(session, "a = 1", "print(3)", head="incremental: false\n")
    assert build(session, "a = 2", "print(3)", head="incremental: false\n")[0] == (0, 1)


def test_code_that_moves_is_not_run_for_it(session: Session) -> None:
    build(session, "a = 1", "b = 2", "print(a, b)")
    assert build(session, "b = 2", "a = 1", "print(a, b)")[0] == ()


def test_a_traceback_has_the_lines_of_the_deck_as_it_is(session: Session) -> None:
    build(session, "def f():\n    raise ValueError('no')", "#| error: allow\nf()")
    _, texts = build(session, "def f():\n    raise ValueError('no')", "#| error: allow\nf()", text="more\n\n")
    assert "deck.md:9" in texts[1]


def test_a_file_is_what_its_stored_writer_wrote_whatever_a_later_run_has_left(session: Session) -> None:
    def write_file(text: str) -> str:
        return f"with open('a.txt', 'w') as file:\n    file.write('{text}')"

    read = "print(open('a.txt').read())"
    build(session, write_file("one"), read)
    with Session(session.path) as other:
        build(other, write_file("two"), read)
    with Session(session.path) as other:
        ran, texts = build(other, write_file("one"), read + "  # edited")
    assert (ran, texts) == ((1,), ["", "one\n"])
    assert (session.path.parent / "a.txt").read_text("utf-8") == "one"


def test_after_a_restart_an_edit_runs_only_what_it_touches(session: Session) -> None:
    cells = ["x = 1", "y = 2", "print(y)", "z = [y]", "z.append(x)", "print(z)"]
    build(session, *cells)
    with Session(session.path) as other:
        assert build(other, "x = 1", "y = 3 - 1", *cells[2:])[0] == (1,)
    with Session(session.path) as other:
        ran, texts = build(other, "x = 5", *cells[1:])
        # The second one only for its value, which the fresh kernel lacks.
        assert set(ran) == {0, 1, 3, 4, 5}
        assert texts[2::3] == ["2\n", "[2, 5]\n"]
        # What has not run in one go is made sure of, like everything else that is provisional.
        assert other.last is not None
        assert other.last.provisional == (2, 3, 4, 5)
        assert other.verify().differences == ()


def test_after_a_restart_a_module_that_has_changed_runs_what_used_it(session: Session) -> None:
    helper = session.path.parent / "helper.py"
    helper.write_text("n = 1\n")
    cells = ["import helper", "import helper\nprint(helper.n)", "print(3)"]
    build(session, *cells)
    helper.write_text("n = 22\n")
    with Session(session.path) as other:
        assert build(other, "pass", *cells[1:]) == ((0, 1, 2), ["", "22\n", "3\n"])


def test_a_large_output_is_nothing_that_cells_below_depend_on(session: Session) -> None:
    picture = (
        "import matplotlib.pyplot as plt\nplt.imshow([[i * j % 251 for i in range(300)] for j in range(300)])"
    )
    build(session, picture, "print(2)")
    assert build(session, f"{picture}\nprint(1)", "print(2)")[0] == (0,)
