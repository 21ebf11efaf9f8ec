"""Formulas typeset in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from celldeck.cache import Cache
from celldeck.render import typeset_many
from celldeck.render.math import Typesetter
from celldeck.render.typeset_many import WORTH_A_PROCESS, Helper, split

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
    monkeypatch.setattr(typeset_many, "split", lambda formulas: (formulas[:3], [formulas[3:]]))
    with_help = Typesetter(Cache(tmp_path / "one"))
    with_help.prepare([*FORMULAS, *FORMULAS])
    alone = Typesetter(Cache(None))
    assert [with_help.typeset(*each) for each in FORMULAS] == [alone.typeset(*each) for each in FORMULAS]


def test_a_formula_that_needs_a_definition_is_typeset_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset_many, "split", lambda formulas: (formulas[:1], [formulas[1:]]))
    deck = [(r"\newcommand{\R}{\mathbb{R}} \R", False), (r"\R^2", False), ("x", False)]
    prepared = Typesetter(Cache(None))
    prepared.prepare(deck)
    alone = Typesetter(Cache(None))
    shown = [prepared.typeset(*each) for each in deck]
    assert shown == [alone.typeset(*each) for each in deck]
    assert [each.error for each in shown] == [None, None, None]


def test_a_helper_that_fails_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset_many.sys, "executable", "false")
    assert list(Helper(FORMULAS).results()) == []
