"""What a value holds: the objects that it shares with other values, and the names that its functions look up.

A walk over references, as the garbage collector sees them. It stops at what belongs to a library (modules,
classes, functions) and at what cannot change.
"""

from __future__ import annotations

import contextlib
import dis
import gc
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

MOST_OBJECTS = 100_000
"""A value that holds more counts as sharing with everything."""

ATOMS = frozenset(
    (int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented), range, slice)
)
IMMUTABLE = (types.ModuleType, types.BuiltinFunctionType, types.CodeType, types.GetSetDescriptorType)
ANY = "*"
"""Stands for every name: of code that looks names up in ways that its text does not tell."""

LOUD = "!"
"""Stands for what no channel knows, and a function changes."""

DYNAMIC = frozenset({"eval", "exec", "globals", "locals", "get_ipython"})
"""Functions that can reach any name, looked up as a name."""
DYNAMIC_ATTRIBUTES = frozenset(
    {"_getframe", "currentframe", "run_line_magic", "run_cell_magic", "run_cell", "user_ns"}
)
"""The same, looked up as an attribute."""


class Holds:
    """What was found in a value."""

    __slots__ = ("ids", "is_bounded", "names")

    def __init__(self) -> None:
        self.ids: set[int] = set()
        """Of the objects in it that can change, so that sharing them can be observed."""
        self.names: set[str] = set()
        """Global names that functions of the deck in it look up; `ANY`: there is no telling which."""
        self.is_bounded = True
        """False: it holds more than was looked at."""


class Graph:
    """Looks into the values of one namespace."""

    def __init__(self, namespace: dict[str, Any], is_of_library: Callable[[Any], bool]) -> None:
        """Take what says whether a function is a library's own; see `fingerprints.py`."""
        self.namespace = namespace
        self.is_of_library = is_of_library
        self.codes: dict[types.CodeType, frozenset[str]] = {}
        self.loud: set[tuple[str, int]] = set()
        """File and first line of the functions that change what no channel knows."""

    def holds(self, value: Any) -> Holds:
        """Return what a value holds."""
        found = Holds()
        seen: set[int] = set()
        # What is made on the way is kept, or its id could be given to another object.
        kept: list[Any] = []
        waiting = [value]
        while waiting:
            one = waiting.pop()
            kind = type(one)
            if kind in ATOMS or id(one) in seen:
                continue
            seen.add(id(one))
            if len(seen) > MOST_OBJECTS:
                found.is_bounded = False
                return found
            parts = self.parts(one, kind, found)
            if parts:
                kept.append(parts)
                waiting.extend(parts)
        return found

    def parts(self, one: Any, kind: type, found: Holds) -> Iterable[Any]:
        """Return what to look at next, and note what can change."""
        if isinstance(one, IMMUTABLE):
            # A method of a built-in type shares the object that it belongs to.
            owner = getattr(one, "__self__", None)
            return () if owner is None or isinstance(owner, types.ModuleType) else (owner,)
        if isinstance(one, type):
            return self.of_class(one, found)
        if kind is types.FunctionType:
            return self.of_function(one, found)
        if kind in (tuple, frozenset):
            return list(one) if has_objects(one) else ()
        if kind in (list, set, dict):
            found.ids.add(id(one))
            if kind is dict:
                return [*one.keys(), *one.values()] if has_objects(one) or has_objects(one.values()) else ()
            return list(one) if has_objects(one) else ()
        special = self.special(one, kind, found)
        if special is not None:
            return special
        found.ids.add(id(one))
        return [part for part in gc.get_referents(one) if not self.is_foreign(part)] + self.own_class(kind)

    def own_class(self, kind: type) -> list[Any]:
        return [kind] if self.is_own_class(kind) else []

    def is_own_class(self, kind: type) -> bool:
        return kind.__module__ == "__main__"

    def is_foreign(self, part: Any) -> bool:
        """Say whether something is a library's own, or the namespace itself."""
        if part is self.namespace:
            return True
        if isinstance(part, type):
            return not self.is_own_class(part)
        if type(part) is types.FunctionType:
            return part.__globals__ is not self.namespace and not part.__closure__
        return isinstance(part, types.ModuleType)

    def of_class(self, one: type, found: Holds) -> Iterable[Any]:
        if not self.is_own_class(one):
            return ()
        found.ids.add(id(one))
        members = [value for name, value in vars(one).items() if name not in ("__dict__", "__weakref__")]
        return [*members, *one.__bases__]

    def of_function(self, one: types.FunctionType, found: Holds) -> Iterable[Any]:
        is_own = one.__globals__ is self.namespace
        if is_own:
            found.ids.add(id(one))
            found.names |= self.looked_up(one.__code__)
        elif not one.__closure__ or self.is_of_library(one):
            return ()
        cells = [cell.cell_contents for cell in one.__closure__ or () if is_full(cell)]
        if not is_own:
            return cells
        for cell in one.__closure__ or ():
            # Functions that share a variable of the function around them can see each other's changes.
            found.ids.add(id(cell))
        extras = (one.__defaults__, one.__kwdefaults__, one.__dict__)
        return [*cells, *(extra for extra in extras if extra)]

    def looked_up(self, code: types.CodeType) -> frozenset[str]:
        """Return the global names that code looks up, its inner functions included."""
        known = self.codes.get(code)
        if known is None:
            names: set[str] = set()
            for step in dis.get_instructions(code):
                if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"):
                    names.add(step.argval)
                elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and step.argval in DYNAMIC_ATTRIBUTES:
                    names.add(ANY)
            if names & DYNAMIC:
                names.add(ANY)
            if (code.co_filename, code.co_firstlineno) in self.loud:
                names.add(LOUD)
            for constant in code.co_consts:
                if isinstance(constant, types.CodeType):
                    names |= self.looked_up(constant)
            known = self.codes[code] = frozenset(names)
        return known

    # ------------------------------------------------------------ libraries

    def special(self, one: Any, kind: type, found: Holds) -> Iterable[Any] | None:
        """Return the parts of a library's object; None for objects that are looked at as any other."""
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(one, numpy.ndarray):
            found.ids.add(id(owner_of(one)))
            return one.ravel().tolist() if one.dtype == object else self.own_class(kind)
        if numpy is not None and isinstance(one, numpy.generic | numpy.dtype):
            return ()
        root = kind.__module__.partition(".")[0]
        if root == "pandas":
            found.ids.add(id(one))
            return pandas_parts(one)
        if root in ("matplotlib", "mpl_toolkits"):
            return self.drawing(one, found)
        keras = sys.modules.get("keras")
        if keras is not None and hasattr(keras, "Variable"):
            parts = self.of_keras(one, kind, keras, found)
            if parts is not None:
                return parts
        if root == "tensorflow":
            found.ids.add(id(one))
            return tensorflow_parts(one)
        if root == "keras":
            return ()
        return None

    def drawing(self, one: Any, found: Holds) -> Iterable[Any]:
        """Return the figure that a drawing is part of: all of its parts change together."""
        figure = getattr(one, "figure", None)
        if figure is not None and figure is not one:
            figure = getattr(figure, "figure", figure) or figure
        found.ids.add(id(one))
        return [] if figure is None or figure is one else [figure]

    def of_keras(self, one: Any, kind: type, keras: Any, found: Holds) -> Iterable[Any] | None:
        if isinstance(one, keras.Variable):
            found.ids.add(id(one))
            # TensorFlow's own variable in it, which its functions and modules know.
            found.ids.add(id(getattr(one, "_value", one)))
            return ()
        if isinstance(one, keras.KerasTensor):
            history = getattr(one, "_keras_history", None)
            return [] if history is None else [history.operation]
        if isinstance(one, keras.layers.Layer):
            found.ids.add(id(one))
            parts: list[Any] = [*one._flatten_layers(include_self=False), *one.variables]
            if isinstance(one, keras.Model):
                parts.append(getattr(one, "optimizer", None))
                parts += [*compiled_with(one), *getattr(one, "metrics", ())]
            parts += [value for name, value in vars(one).items() if self.may_be_own(name, value)]
            return parts + self.own_class(kind)
        if isinstance(one, keras.optimizers.Optimizer | keras.metrics.Metric | keras.random.SeedGenerator):
            found.ids.add(id(one))
            return [*getattr(one, "variables", ()), *self.own_class(kind)]
        if isinstance(one, keras.callbacks.Callback):
            found.ids.add(id(one))
            plain = [value for name, value in vars(one).items() if name not in ("_model", "validation_data")]
            return [getattr(one, "_model", None), *plain, *self.own_class(kind)]
        return None

    def may_be_own(self, name: str, value: Any) -> bool:
        """Say whether an attribute of a layer may be something that the deck put there."""
        if name in ("train_function", "test_function", "predict_function"):
            return False
        if type(value) is types.FunctionType:
            return value.__globals__ is self.namespace
        if type(value) in (list, dict, set):
            return not name.startswith("_")
        return self.is_own_class(type(value))


def compiled_with(model: Any) -> list[Any]:
    """Return the losses and metrics that a model was compiled with, as given."""
    loss = getattr(model, "_compile_loss", None)
    metrics = getattr(model, "_compile_metrics", None)
    given = [getattr(loss, "_user_loss", None)]
    given += [getattr(metrics, name, None) for name in ("_user_metrics", "_user_weighted_metrics")]
    return [one for one in given if one is not None]


def pandas_parts(one: Any) -> Iterable[Any]:
    """Return the arrays that a table or a column keeps its values in."""
    manager = getattr(one, "_mgr", None)
    if manager is None:
        return ()
    arrays = [getattr(array, "_ndarray", array) for array in manager.arrays]
    return [array for array in arrays if type(array).__module__.partition(".")[0] == "numpy"]


def tensorflow_parts(one: Any) -> Iterable[Any]:
    """Return what an object of TensorFlow goes by: functions with what they wrap, data sets, modules."""
    # A random generator keeps its state in a variable, as a function does that draws from it.
    parts: list[Any] = [getattr(one, "python_function", None), getattr(one, "_state_var", None)]
    for trace in traces_of(one):
        # A trace keeps the variables that it was made with, whatever the names mean by now.
        parts += trace.variables
    if weak := getattr(one, "weakrefself_target__", None):
        # What a method of its own was bound to.
        parts.append(weak())
    if hasattr(one, "element_spec"):
        parts += [getattr(function, "_func", None) for function in called(one, "_functions")]
        parts += called(one, "_inputs")
    elif hasattr(one, "captured_inputs") or hasattr(one, "trainable_variables"):
        with contextlib.suppress(Exception):
            parts += one.variables
    return [part for part in parts if part is not None]


def traces_of(one: Any) -> list[Any]:
    """Return the concrete functions that a `tf.function` was traced to; empty for anything else.

    Its own method of that name would trace it.
    """
    cache = getattr(one, "_function_cache", None)
    return [] if cache is None else called(cache, "values")


def called(one: Any, name: str) -> list[Any]:
    """Return the list that a method gives; empty if there is none."""
    try:
        return list(getattr(one, name)())
    except Exception:
        return []


def owner_of(array: Any) -> Any:
    """Return the object whose memory an array shows."""
    owner = array
    while getattr(owner, "base", None) is not None:
        owner = owner.base
    return owner


def has_objects(values: Iterable[Any]) -> bool:
    """Say whether a collection holds anything but atoms."""
    return not set(map(type, values)) <= ATOMS


def is_full(cell: Any) -> bool:
    """Say whether a variable of an outer function has a value."""
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
