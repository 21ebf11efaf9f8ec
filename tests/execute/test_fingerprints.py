"""Digests of values, and what values hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from celldeck.execute.agent.fingerprints import Fingerprints, is_of_library
from celldeck.execute.agent.graph import Graph
from celldeck.execute.agent.traces import Traces


def run(code: str) -> dict[str, Any]:
    """Return the namespace of a deck that has run this code."""
    namespace: dict[str, Any] = {"__name__": "__main__", "np": np, "pd": pd}
    exec(compile(code, "<cell>", "exec"), namespace)
    return namespace


def digest(code: str) -> str | None:
    namespace = run(code)
    return Fingerprints(namespace, Traces().described).of(namespace["x"])


CODES = [
    "x = 1",
    "x = 1.0",
    "x = True",
    "x = '1'",
    "x = b'1'",
    "x = None",
    "x = -0.0",
    "x = 0.0",
    "x = float('nan')",
    "x = 1j",
    "x = [1, 2]",
    "x = [2, 1]",
    "x = (1, 2)",
    "x = {1, 2}",
    "x = frozenset({1, 2})",
    "x = {'a': 1, 'b': 2}",
    "x = {'b': 2, 'a': 1}",
    "x = [[1], [1]]",
    "a = [1]\nx = [a, a]",
    "x = list(range(100))",
    "x = list(range(99)) + [100]",
    "x = []\nx.append(x)",
    "x = 10 ** 5000",
    "x = 'a' * 300",
    "x = '\\udc80'",
    "x = np.arange(4)",
    "x = np.arange(4.)",
    "x = np.arange(4).reshape(2, 2)",
    "x = np.arange(4).reshape(2, 2).T",
    "x = np.array(['a'], dtype=object)",
    "x = np.float64(1)",
    "x = np.float32(1)",
    "x = np.random.default_rng(1)",
    "x = np.random.default_rng(1)\nx.random()",
    "x = np.ma.array([1, 2], mask=[0, 1])",
    "x = np.arange(3)\nx.flags.writeable = False",
    "x = pd.DataFrame({'a': [1, 2]})",
    "x = pd.DataFrame({'a': [1, 3]})",
    "x = pd.DataFrame({'b': [1, 2]})",
    "x = pd.Series([1, 2])",
    "x = pd.Series([1, 2], name='n')",
    "x = pd.Series(['a', None])",
    "x = pd.Series(pd.Categorical(['a', 'b']))",
    "x = pd.Series(pd.to_datetime(['2020-01-01']))",
    "x = pd.DataFrame({'a': [1]}, index=pd.MultiIndex.from_tuples([(1, 2)]))",
    "def x():\n    return 1",
    "def x():\n    return 2",
    "def x(a=1):\n    return 1",
    "x = lambda: 1",
    "def f(n):\n    return lambda: n\nx = f(1)",
    "def f(n):\n    return lambda: n\nx = f(2)",
    "class x:\n    v = 1",
    "class x:\n    v = 2",
    "class C:\n    pass\nx = C()",
    "class C:\n    pass\nx = C()\nx.v = 1",
    "class C:\n    __slots__ = ('v',)\nx = C()\nx.v = 1",
    "class C(list):\n    pass\nx = C([1])",
    "class C(list):\n    pass\nx = C([2])",
    "class C(dict):\n    pass\nx = C(a=1)",
    "import dataclasses\n@dataclasses.dataclass\nclass C:\n    a: int\nx = C(1)",
    "import enum\nclass C(enum.Enum):\n    A = 1\nx = C.A",
    "x = iter([1, 2])",
    "x = iter([1, 2])\nnext(x)",
    "import collections\nx = collections.deque([1])",
    "import collections\nx = collections.Counter('ab')",
    "import collections\nx = collections.OrderedDict(a=1)",
    "import collections\nx = collections.defaultdict(list)",
    "import datetime\nx = datetime.date(2020, 1, 1)",
    "import re\nx = re.compile('a')",
    "import random\nx = random.Random(1)",
    "x = len",
    "x = [].append",
    "import math\nx = math",
    "x = int",
    "x = ValueError('a')",
    "x = ValueError('b')",
    "import functools\nx = functools.partial(max, 1)",
]


@pytest.mark.parametrize("code", CODES)
def test_the_same_code_gives_the_same_digest(code: str) -> None:
    assert digest(code) is not None
    assert digest(code) == digest(code)


def test_other_values_have_other_digests() -> None:
    known: dict[str | None, str] = {}
    for code in CODES:
        assert known.setdefault(digest(code), code) == code


@pytest.mark.parametrize(
    "code",
    [
        "x = (i for i in range(3))",
        "import threading\nx = threading.Lock()",
        "import itertools\nx = itertools.count()",
        "import sys\nx = sys._getframe()",
        "class C(Exception):\n    def __reduce__(self):\n        1 / 0\nx = C()",
    ],
)
def test_what_cannot_be_read_has_no_digest(code: str) -> None:
    assert digest(code) is None


def test_lines_and_places_are_no_part_of_a_function() -> None:
    assert digest("def x():\n    return 1") == digest("\n\n\ndef x():\n    return 1")


def test_no_code_of_the_deck_runs() -> None:
    names = ("__eq__", "__hash__", "__iter__", "__len__", "__bool__", "__repr__", "__getattr__")
    methods = "".join(f"    def {name}(self, *a):\n        ran.append('{name}')\n" for name in names)
    namespace = run(f"ran = []\nclass C:\n{methods}x = [C(), C()]")
    assert Fingerprints(namespace, Traces().described).of(namespace["x"])
    Graph(namespace, is_of_library).holds(namespace["x"])
    assert namespace["ran"] == []


def shares(code: str) -> bool:
    namespace = run(code)
    graph = Graph(namespace, is_of_library)
    return not graph.holds(namespace["a"]).ids.isdisjoint(graph.holds(namespace["b"]).ids)


@pytest.mark.parametrize(
    "code",
    [
        "a = []\nb = a",
        "b = []\na = [b]",
        "b = {}\na = (b,)",
        "a = np.arange(4)\nb = a[1:]",
        "a = np.zeros((2, 2))\nb = a.T.ravel('K')",
        "class C:\n    pass\na = C()\nb = C",
        "class C:\n    pass\na, b = C(), C()",
        "b = []\na = lambda: b\na.__defaults__ = (b,)",
        "def f(n):\n    def up():\n        nonlocal n\n        n += 1\n    return up, lambda: n\na, b = f(0)",
        "a = {}\nb = a.setdefault",
        "class C:\n    def m(self): pass\na = C()\nb = a.m",
        "b = []\na = iter([b])",
        "import functools\nb = []\na = functools.partial(print, b)",
        "b = []\na = np.array([b, 1], dtype=object)",
        "a = pd.DataFrame({'x': [1.]})\nb = a",
    ],
)
def test_values_that_share_something(code: str) -> None:
    assert shares(code)


@pytest.mark.parametrize(
    "code",
    [
        "a = 1\nb = a",
        "a = 'x' * 50\nb = a",
        "a = (1, 2)\nb = a",
        "a = []\nb = []",
        "a = np.arange(3)\nb = a.copy()",
        "a = int\nb = int",
        "import math\na = b = math",
        "a = b = len",
        "a = range(3)\nb = a",
        "a = np.float64(1)\nb = a",
        "a = {'k': 1}\nb = list(a)",
    ],
)
def test_values_that_share_nothing_that_can_change(code: str) -> None:
    assert not shares(code)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def a():\n    return y", "y"),
        ("def a():\n    def g():\n        return z\n    return g", "z"),
        ("def f():\n    return y\na = [f]", "y"),
        ("class a:\n    def m(self):\n        return y", "y"),
        ("class C:\n    def m(self):\n        return y\na = C()", "y"),
        ("def a():\n    global n\n    n = 1", "n"),
        ("def a():\n    return x.y", "x"),
        ("a = [1]", ""),
    ],
)
def test_names_that_functions_look_up(code: str, names: str) -> None:
    namespace = run(code)
    assert Graph(namespace, is_of_library).holds(namespace["a"]).names == set(names.split())


def test_large_values_are_read_fast_enough() -> None:
    namespace = run("x = np.zeros((1000, 1000, 6))\ny = list(range(10 ** 6))")
    take: Callable[[Any], Any] = Fingerprints(namespace, Traces().described).of
    assert take(namespace["x"])
    assert take(namespace["y"])
