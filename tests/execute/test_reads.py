"""Which names the text of a cell may look up."""

from __future__ import annotations

import pytest

from celldeck.execute.reads import reads_of


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = y", "y"),
        ("fig, ax = make()\nax.plot(x)", "make x"),
        ("x += 1", "x"),
        ("x[0] = y", "x y"),
        ("del x", "x"),
        ("a = 1\ndel a\na", "a"),
        ("if t:\n    a = 1\na", "t a"),
        ("if t:\n    a = 1\nelse:\n    a = 2\na", "t"),
        ("for i in r:\n    y = i\ny, i", "r y i"),
        ("while t:\n    a = 1\na", "t a"),
        ("with o() as f:\n    f.x", "o"),
        ("with o() as f:\n    a = f.x\na, f", "o a"),
        ("try:\n    a = f()\nexcept E:\n    a = 1\na", "f E"),
        ("try:\n    a = f()\nexcept E:\n    pass\na", "f E a"),
        ("try:\n    f()\nexcept E as e:\n    e", "f E e"),
        ("[a for a in b if c]", "b c"),
        ("{k: v for k, v in d.items()}", "d"),
        ("(y := f(x))\ny", "f x"),
        ("a and (b := 1)\nb", "a b"),
        ("match v:\n    case [x, *y]:\n        x, y\n    case {'k': z, **w}:\n        z, w", "v"),
        ("import numpy as np, os.path\nnp, os", ""),
        ("from m import f as g\ng()", ""),
        # functions: what they look up counts where they may be called
        ("def f():\n    return model", ""),
        ("def f():\n    return model\nf()", "model"),
        ("def f(x=d):\n    return x + y\nmap(f, [])", "d map y"),
        ("@dec\ndef f():\n    return y", "dec y"),
        ("lambda q: q + w", "w"),
        ("def f():\n    y = 1\n    return y\nf()", ""),
        ("def f():\n    global n\n    n = 1\nf()", "n"),
        ("def f():\n    def g():\n        return k\n    return g\nf()", "k"),
        ("def f():\n    return g()\ndef g():\n    return z\nf()", "z"),
        ("class A:\n    v = z\n    def m(self):\n        return q", "z"),
        ("class A(B):\n    def m(self):\n        return q", "B q"),
        ("class A:\n    def m(self):\n        return q\nA()", "q"),
        # names in texts
        ("df.query('a > @low')", "df low"),
    ],
)
def test_names(code: str, names: str) -> None:
    reads = reads_of(code)
    assert (set(names.split()), False) == (set(reads.names), reads.is_dynamic)


@pytest.mark.parametrize(
    ("code", "bound"),
    [
        ("n = 1\nf()", "n"),
        ("f()\nn = 1\nf()", ""),
        ("n = 1\nf()\nm = 1\nf()", "n"),
        ("if t:\n    n = 1\nf()", ""),
        ("if t:\n    n = 1\nelse:\n    n = 2\nf()", "n"),
        ("for n in r:\n    f()", "n"),
        ("for i in r:\n    f()\n    n = 1", "i"),
        ("n = 1\ndel n\nf()", ""),
        ("try:\n    n = 1\nexcept E:\n    pass\nf()", ""),
        ("def g():\n    return f()\nn = 1\ng()", "g n"),
        ("def g():\n    n = 1\n    return f()\ng()", "g"),
        ("def g(n):\n    return f()\ng(1)", "g"),
        # what is bound in these is theirs alone
        ("[f() for n in r]", ""),
        ("n = 1\n[f() for i in r]", "n"),
        ("class A:\n    n = 1\n    m = f()", ""),
        ("lambda n: f()", ""),
    ],
)
def test_what_is_bound_before_a_function_is_looked_up(code: str, bound: str) -> None:
    assert reads_of(code).after["f"] == frozenset(bound.split())


@pytest.mark.parametrize(
    "code",
    [
        "eval('x')",
        "globals()['x']",
        "vars()",
        "dir()",
        "%matplotlib inline",
        "get_ipython().user_ns",
        "if:",
    ],
)
def test_code_that_may_look_up_anything(code: str) -> None:
    assert reads_of(code).is_dynamic


@pytest.mark.parametrize("code", ["_ + 1", "Out[3]", "print(_2)", "In[1]"])
def test_code_that_looks_at_what_ran_before(code: str) -> None:
    assert reads_of(code).is_historic


def test_what_a_cell_binds() -> None:
    code = "a, (b, *c) = x\nfor d in y:\n    import e.f\ndef g():\n    h = 1\nclass I:\n    pass"
    assert reads_of(code).binds == frozenset("abcdeg") | {"I"}
