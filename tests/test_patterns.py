"""Expressions that are compiled late."""

from __future__ import annotations

import re

import pytest

from celldeck.patterns import late


def test_a_late_expression_does_what_a_compiled_one_does() -> None:
    pattern, same = late(r"(?P<a>x)(\d)", re.IGNORECASE), re.compile(r"(?P<a>x)(\d)", re.IGNORECASE)
    text = "x1 X2 y3"
    assert pattern.findall(text) == same.findall(text)
    assert pattern.sub("-", text) == same.sub("-", text)
    assert [found.span() for found in pattern.finditer(text)] == [(0, 2), (3, 5)]
    assert (pattern.pattern, pattern.groups, pattern.flags) == (same.pattern, same.groups, same.flags)


def test_it_is_compiled_with_its_first_use() -> None:
    pattern = late("(")
    with pytest.raises(re.error):
        pattern.match("x")
