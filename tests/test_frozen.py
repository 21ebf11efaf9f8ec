"""Frozen values: what dataclasses would make."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from celldeck.frozen import frozen


@frozen
class Base:
    line: int = 0
    """Of the base."""


@frozen
class Point(Base):
    x: int = 1
    tags: tuple[str, ...] = ()
    seen: list[int] = field(default_factory=list)
    aside: str = field(default="", repr=False, compare=False)


@frozen
class Checked:
    x: int

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("less than nothing")

    def __hash__(self) -> int:
        return 7


@dataclass(frozen=True, slots=True)
class Same:
    line: int = 0
    x: int = 1
    tags: tuple[str, ...] = ()
    seen: list[int] = field(default_factory=list)
    aside: str = field(default="", repr=False, compare=False)


def test_values_are_equal_by_what_they_hold() -> None:
    assert Point(3, x=2) == Point(3, 2)
    assert Point(x=2) != Point(x=3)
    assert Point(aside="a") == Point(aside="b")
    assert Base(1) != Point(1)
    assert hash(Base(5)) == hash(Base(5))
    assert repr(Point(3, 2, ("a",))) == repr(Same(3, 2, ("a",))).replace("Same", "Point")


def test_fields_cannot_be_changed() -> None:
    point: Any = Point()
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises(AttributeError):
        point.other = 1
    assert not hasattr(point, "__dict__")


def test_dataclasses_know_them() -> None:
    point = Point(3, 2, seen=[1])
    assert replace(point, x=9) == Point(3, 9, seen=[1])
    assert [one.name for one in dataclasses.fields(point)] == ["line", "x", "tags", "seen", "aside"]
    assert Point().seen is not Point().seen
    match point:
        case Point(line, x):
            assert (line, x) == (3, 2)


def test_values_are_copied_and_pickled() -> None:
    point = Point(3, 2, ("a",), [1], "b")
    for other in (copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))):
        assert other == point
        assert other.aside == "b"


def test_own_methods_are_kept() -> None:
    assert hash(Checked(1)) == 7
    with pytest.raises(ValueError, match="less than nothing"):
        Checked(-1)
    with pytest.raises(TypeError, match="missing"):
        Checked()  # type: ignore[call-arg]
