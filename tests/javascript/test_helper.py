"""Formulas typeset in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.cache import Cache
from celldeck.javascript import helper
from celldeck.javascript.expected import expect_formulas
from celldeck.javascript.helper import WORTH_A_PROCESS, Helper, split
from celldeck.javascript.mathjax import MathJax
from celldeck.render.math import Typesetter

FORMULAS = [(rf"\frac{{{n}}}{{x^{n}}}", n % 2 == 0) for n in range(8)]


def test_few_formulas_or_one_core_stay_here() -> None:
    many = FORMULAS * WORTH_A_PROCESS
    assert split(FORMULAS, cores=8) == (FORMULAS, [])
    assert split(many, cores=1) == (many, [])


@pytest.mark.parametrize("cores", [2, 3, 8])
def test_split_leaves_none_out_and_gives_this_process_most(cores: int) -> None:
    many = FORMULAS * WORTH_A_PROCESS
    here, elsewhere = split(many, cores=cores)
    assert [*here, *(each for share in elsewhere for each in share)] == many
    assert len(elsewhere) < cores
    assert all(len(share) <= len(here) for share in elsewhere)


def test_a_helper_gives_what_is_made_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(helper, "split", lambda formulas, is_waiting: (formulas[:3], [formulas[3:]]))
    with_help = Typesetter(Cache(tmp_path / "one"))
    with_help.prepare([*FORMULAS, *FORMULAS])
    alone = Typesetter(Cache(None))
    assert [with_help.typeset(*each) for each in FORMULAS] == [alone.typeset(*each) for each in FORMULAS]


def test_a_formula_that_needs_a_definition_is_typeset_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "split", lambda formulas, is_waiting: (formulas[:1], [formulas[1:]]))
    deck = [(r"\newcommand{\R}{\mathbb{R}} \R", False), (r"\R^2", False), ("x", False)]
    prepared = Typesetter(Cache(None))
    prepared.prepare(deck)
    alone = Typesetter(Cache(None))
    shown = [prepared.typeset(*each) for each in deck]
    assert shown == [alone.typeset(*each) for each in deck]
    assert [each.error for each in shown] == [None, None, None]


def test_a_helper_that_fails_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper.sys, "executable", "false")
    failing = Helper()
    failing.give(FORMULAS)
    assert list(failing.results()) == []


@pytest.mark.parametrize("cores", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [1, 99, 100, 101, 333])
def test_a_process_that_waits_takes_more_than_one_that_has_to_load(cores: int, count: int) -> None:
    many = (FORMULAS * WORTH_A_PROCESS)[:count]
    here, elsewhere = split(many, cores=cores, is_waiting=True)
    assert [*(each for share in elsewhere for each in share), *here] == many or cores > 2
    assert sorted([*here, *(each for share in elsewhere for each in share)]) == sorted(many)
    assert len(elsewhere) <= max(1, cores - 1)
    assert all(len(share) <= len(elsewhere[0]) for share in (here, *elsewhere))


def test_formulas_that_are_new_find_mathjax_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(helper.os, "cpu_count", lambda: 2)
    cache, mathjax = Cache(tmp_path), MathJax()
    expect_formulas("text $x$ and\n$$y$$", cache, mathjax)
    typesetter = Typesetter(cache, mathjax)
    typesetter.prepare([("x", False), ("y", True)])
    assert typesetter.typeset("x", False) == Typesetter(Cache(None)).typeset("x", False)
    assert mathjax._engine is None

    expect_formulas("other text $x$ and more\n$$y$$", cache, mathjax)
    expect_formulas("no formula for $5", cache, mathjax)
    assert mathjax._helper is None


def test_a_process_that_nobody_needs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper.os, "cpu_count", lambda: 2)
    mathjax = MathJax()
    mathjax.expect()
    waiting = mathjax._helper
    assert waiting is not None
    mathjax.close()
    assert waiting._process.returncode is not None
