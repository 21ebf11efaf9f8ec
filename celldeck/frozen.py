"""Frozen values, made several times as fast as `dataclasses` makes them.

A dataclass has six methods written and compiled for it when its module is imported: half a millisecond a
class, and a twentieth of a second before a small deck is even read. Here only the one called often is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: Class) -> Class:
    """Make of a class what `@dataclass(frozen=True, slots=True)` makes of it.

    Args:
        cls: a class with annotated fields; it may derive from classes made in this way.

    Returns:
        A class with the fields as slots, for which `dataclasses.replace` and `dataclasses.fields` work.
    """
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    made.__init__ = _init(made)
    made.__setattr__ = made.__delattr__ = _refuse
    methods = {"__repr__": _repr, "__eq__": _eq, "__hash__": _hash, "__reduce__": _reduce}
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _init(made: Any) -> Any:
    """Write the method that sets the fields."""
    scope: dict[str, Any] = {}
    parameters, lines = ["self"], []
    for one in dataclasses.fields(made):
        name = one.name
        scope[f"_set_{name}"] = getattr(made, name).__set__
        given = name
        if one.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = one.default
            given = f"{name}=_default_{name}"
        elif one.default_factory is not dataclasses.MISSING:
            scope[f"_make_{name}"], scope["_missing"] = one.default_factory, dataclasses.MISSING
            given = f"{name}=_missing"
            lines.append(f"if {name} is _missing: {name} = _make_{name}()")
        parameters.append(given)
        lines.append(f"_set_{name}(self, {name})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), scope)
    return scope["__init__"]


def _refuse(self: Any, name: str, *_: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if self is other:
        return True
    return _compared(self) == _compared(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _compared(self: Any) -> Any:
    made: Any = type(self)
    return _reader(made)(self)


@cache
def _reader(made: Any) -> Callable[[Any], Any]:
    """Return what gives the fields of a value that are compared."""
    names = [one.name for one in dataclasses.fields(made) if one.compare]
    return attrgetter(*names) if names else lambda _: ()


def _reduce(self: Any) -> Any:
    return type(self), tuple(getattr(self, name) for name in self.__match_args__)
