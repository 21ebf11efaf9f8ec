"""Incremental runs against clean ones: random decks, random edits, many steps in one session."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from differential import Oracle, deck, edited, masked, shown_of, text_of
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from celldeck import Session

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(not hasattr(os, "fork"), reason="the clean run forks")]

EDITS = 6


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    oracle = Oracle()
    yield oracle
    oracle.close()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("deck")
    (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    with Session(folder / "deck.md") as session:
        yield session


def fresh(folder: Path) -> None:
    """Take away what the cells of another deck have written."""
    for path in (*folder.glob("f?.txt"), folder / "sub"):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def check(session: Session, oracle: Oracle, cells: list[str], rng: random.Random, edits: int) -> None:
    fresh(session.path.parent)
    for _ in range(edits + 1):
        session.path.write_text(text_of(cells), "utf-8")
        build = session.build()
        assert masked(shown_of(build.deck)) == masked(oracle.run(cells)), build.explain
        cells = edited(cells, rng)


@seed(1)
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
@given(st.randoms(use_true_random=False))
def test_outputs_after_edits_are_those_of_a_clean_run(
    session: Session, oracle: Oracle, rng: random.Random
) -> None:
    check(session, oracle, deck(rng), rng, EDITS)


SETUP = "import os, random\nimport numpy as np\nimport pandas as pd"

COUNTER = """
def make():
    n = [0]
    def up():
        n[0] += 1
    return up, lambda: n[0]
u, g = make()
"""

GUARDED = "import contextlib\nwith contextlib.suppress(Exception):\n    a = e.copy()\na[:1] = [4]"
LOOK, WRITE = "print(os.path.exists('f1.txt'))", "with open('f1.txt', 'w') as file:\n    file.write('1')"
ADD, READ = "with open('f1.txt', 'a') as file:\n    file.write('+')", "print(open('f1.txt').read())"
PUT = "os.makedirs('sub', exist_ok=True)\nopen('sub/f1.txt', 'a').close()"
LIST = "import glob\nprint(sorted(glob.glob('sub/*')))"

FOUND: dict[str, tuple[list[str], list[str]]] = {
    "a library keeps something for two names": (
        [
            "import functools\n@functools.lru_cache\ndef b():\n    return [2]",
            "@functools.lru_cache\ndef a():\n    return [3]",
            "a.append(1)",
            "print(type(a).__name__)",
        ],
        [
            "import functools",
            "@functools.lru_cache\ndef a():\n    return [3]",
            "a.append(2)",
            "print(type(a).__name__)",
        ],
    ),
    "what a with statement guards is cut short": (
        ["a = [1]", "e = []", f"{GUARDED}\nprint(a)"],
        ["a = [1]", "e = 1", f"{GUARDED}\nprint(a)"],
    ),
    "a name that is bound and deleted": (
        ["pass", "a = 1\ndel a", "print(a)"],
        ["a = 5", "a = 1\ndel a", "print(a)"],
    ),
    "a file is left over when the kernel starts anew": (
        [f"{LOOK}\n{WRITE}", "import math\nmath.answer = 1"],
        [f"{LOOK}\n{LOOK}\n{WRITE}", "import math\nmath.answer = 1"],
    ),
    "a file that another cell adds to as well": (["pass", ADD, READ], [f"x = 1\n{ADD}", ADD, READ]),
    "a file that is written over in part": (
        [WRITE, "with open('f1.txt', 'r+') as file:\n    file.write('2')", READ],
        [f"{WRITE}\n{ADD}", "with open('f1.txt', 'r+') as file:\n    file.write('2')", READ],
    ),
    "a file that was not there when it was to go": (
        ["pass", "if os.path.exists('f1.txt'):\n    os.remove('f1.txt')", LOOK],
        [WRITE, "if os.path.exists('f1.txt'):\n    os.remove('f1.txt')", LOOK],
    ),
    "a file whose name does not stand in the code": (
        ["pass", "print(os.path.exists('f' + str(1) + '.txt'))"],
        [WRITE, "print(os.path.exists('f' + str(1) + '.txt'))"],
    ),
    "a folder that is listed": (
        ["pass", "print(sorted(name for name in os.listdir() if name.endswith('.txt')))"],
        [WRITE, "print(sorted(name for name in os.listdir() if name.endswith('.txt')))"],
    ),
    "a folder that was not there when it was listed": (["pass", LIST], [PUT, LIST]),
    "a folder that goes with all that is in it": (
        [PUT, "pass", LIST],
        [PUT, "import shutil\nshutil.rmtree('sub')", LIST],
    ),
    "a folder that moves with all that is in it": (
        [PUT, "pass", f"{LIST}\nprint(os.path.exists('sub2/f1.txt'))"],
        [PUT, "os.rename('sub', 'sub2')", f"{LIST}\nprint(os.path.exists('sub2/f1.txt'))"],
    ),
    "a name that is bound or not, as it comes": (
        ["f = 2", "x = b['x']\nf = x", "print(f)"],
        ["g = 2", "x = b['x']\nf = x", "print(f)"],
    ),
    "any name may be looked up": (["x = 1", "print(eval('g'))"], ["g = 7", "print(eval('g'))"]),
    "an exception's name is deleted": (
        ["e = {'k': 2}", "pass", "print(e)"],
        [
            "e = {'k': 2}",
            "def e():\n    pass\ntry:\n    g\nexcept NameError as e:\n    a = str(e)",
            "print(e)",
        ],
    ),
    "equal contents that are not shared": (
        ["a = [1]", "b = a", "b.append(2)", "print(a, a is b)"],
        ["a = [1]", "b = [1]", "b.append(2)", "print(a, a is b)"],
    ),
    "a view of an array": (
        ["a = np.arange(3.)", "b = a[:2]", "b[0] = 5", "print(a)"],
        ["a = np.arange(3.)", "b = a[:2]", "b[0] = 6", "print(a)"],
    ),
    "a variable of an outer function": (
        [
            COUNTER,
            "u()",
            "print(g())",
        ],
        [
            COUNTER,
            "u()\nu()",
            "print(g())",
        ],
    ),
    "a stream that has been drawn from": (
        ["r = np.random.default_rng(1)", "print(r.random())", "print(r.random())"],
        ["r = np.random.default_rng(1)", "r.random()\nprint(r.random())", "print(r.random())"],
    ),
    "an iterator goes on": (
        ["i = (n for n in range(9))", "next(i)", "print(next(i))"],
        ["i = (n for n in range(9))", "next(i), next(i)", "print(next(i))"],
    ),
    "a library that was changed": (
        ["import math\nmath.answer = 1", "import math\nprint(math.answer)"],
        ["import math\nmath.answer = 2", "import math\nprint(math.answer)"],
    ),
    "a definition that was removed": (["def f():\n    return 1", "print(f())"], ["pass", "print(f())"]),
    "print options": (
        ["np.set_printoptions(precision=2)", "print(np.array([1 / 3]))"],
        ["np.set_printoptions(precision=5)", "print(np.array([1 / 3]))"],
    ),
    "a variable named in a text": (
        ["n = 1", "print(pd.DataFrame({'x': [1, 2]}).query('x > @n'))"],
        ["n = 0", "print(pd.DataFrame({'x': [1, 2]}).query('x > @n'))"],
    ),
}
"""What once went wrong, or easily would: the cells before an edit, and after it."""


@pytest.mark.parametrize("name", FOUND)
def test_what_once_went_wrong(session: Session, oracle: Oracle, name: str) -> None:
    before, after = FOUND[name]
    fresh(session.path.parent)
    for cells in (before, after, before):
        session.path.write_text(text_of([SETUP, *cells]), "utf-8")
        build = session.build()
        assert masked(shown_of(build.deck)) == masked(oracle.run([SETUP, *cells])), build.explain
