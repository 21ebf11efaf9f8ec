"""Digests of values: equal ones mean that no cell can tell the values apart.

A digest holds types, contents and the sharing inside of a value. Values with a state that cannot be read
(generators, sockets, figures) have none; see `trace.py` for what stands in for it.
"""

from __future__ import annotations

import copyreg
import functools
import hashlib
import importlib
import marshal
import struct
import sys
import types
from typing import Any

try:
    new_hash: Any = importlib.import_module("xxhash").xxh3_128
except ImportError:
    # Ten to a hundred times slower on large arrays, and as good.
    new_hash = functools.partial(hashlib.blake2b, digest_size=16)

MOST_OBJECTS = 200_000
"""Values that hold more than this have no digest: it would take longer than most cells."""

SCALARS = frozenset((int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented)))
TRACE_SETTINGS = ("_autograph", "_jit_compile", "_reduce_retracing", "_attributes")
"""What a `tf.function` was made with."""
FLAT = frozenset((int, float, bool, str, bytes, type(None)))


class Unknown(Exception):
    """The value has a state that cannot be read."""


class Fingerprints:
    """Makes digests of the values of one namespace."""

    def __init__(self, namespace: dict[str, Any], described: Any) -> None:
        """Take what gives the text of a concrete function, and what it has captured; see `traces.py`."""
        self.namespace = namespace
        self.described = described
        self.codes: dict[types.CodeType, bytes] = {}
        self.counts_metrics = False
        """The state of its metrics is a part of a Keras model."""

    def of(self, value: Any) -> str | None:
        """Return the digest of a value; None if it has none."""
        walk = Walk(self)
        try:
            walk.add(value)
        except Exception:
            # Unknown, too deep, or code of the author's that failed when it was asked what it holds.
            return None
        return str(walk.hash.hexdigest())


class Walk:
    """One value, on its way into a hash."""

    def __init__(self, of: Fingerprints) -> None:
        self.of = of
        self.namespace = of.namespace
        self.codes = of.codes
        self.counts_metrics = of.counts_metrics
        self.hash = new_hash()
        self.seen: dict[int, int] = {}
        self.kept: list[Any] = []
        self.count = 0

    def put(self, tag: str, content: Any = b"") -> None:
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        self.hash.update(f"{tag}:{len(data)}:".encode())
        self.hash.update(data)

    def add(self, one: Any) -> None:
        """Take a value."""
        kind = type(one)
        if kind in SCALARS:
            return self.scalar(one, kind)
        self.count += 1
        if self.count > MOST_OBJECTS:
            raise Unknown
        if kind is tuple:
            return self.items("tuple", one)
        number = self.seen.get(id(one))
        if number is not None:
            return self.put("again", str(number))
        self.seen[id(one)] = len(self.seen)
        self.kept.append(one)
        handler = HANDLERS.get(kind)
        if handler is not None:
            handler(self, one)
            return None
        if isinstance(one, type):
            return self.of_class(one)
        if isinstance(one, types.ModuleType):
            return self.put("module", one.__name__)
        return self.of_object(one, kind)

    def scalar(self, one: Any, kind: type) -> None:
        if kind is str or kind is bytes:
            self.put(kind.__name__, one)
        elif kind is float:
            self.put("float", struct.pack("<d", one))
        elif kind is complex:
            self.put("complex", struct.pack("<dd", one.real, one.imag))
        elif kind is int:
            self.put("int", hex(one))
        else:
            self.put(kind.__name__, str(one))

    def items(self, tag: str, one: Any) -> None:
        self.put(tag, str(len(one)))
        if len(one) > 8 and set(map(type, one)) <= FLAT:
            # Version 2 knows no sharing, which for atoms is no part of their value.
            return self.put("flat", marshal.dumps(list(one), 2))
        for item in one:
            self.add(item)

    def of_list(self, one: list[Any]) -> None:
        self.items("list", one)

    def of_dict(self, one: Any) -> None:
        self.put("dict", str(len(one)))
        for key, value in one.items():
            self.add(key)
            self.add(value)

    def of_set(self, one: Any) -> None:
        self.put(type(one).__name__, str(len(one)))
        digests = []
        for item in one:
            walk = Walk(self.of)
            walk.seen = dict(self.seen)
            walk.add(item)
            self.kept.append(walk.kept)
            digests.append(walk.hash.digest())
        self.put("members", b"".join(sorted(digests)))

    def of_code(self, code: types.CodeType) -> None:
        known = self.codes.get(code)
        if known is None:
            walk = Walk(self.of)
            walk.put("code", code.co_code)
            walk.add((code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
            walk.add((code.co_flags, code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount))
            for constant in code.co_consts:
                walk.add(constant)
            walk.put("table", getattr(code, "co_exceptiontable", b""))
            known = self.codes[code] = walk.hash.digest()
        self.put("code", known)

    def of_function(self, one: types.FunctionType) -> None:
        if one.__globals__ is not self.namespace:
            self.put("function", f"{one.__module__}.{one.__qualname__}")
            if is_of_library(one):
                return
        else:
            self.put("def", one.__qualname__)
            self.of_code(one.__code__)
            self.add(one.__doc__)
            for extra in (one.__defaults__, one.__kwdefaults__, one.__dict__, one.__annotations__):
                self.add(extra)
        for cell in one.__closure__ or ():
            self.of_cell(cell)

    def of_cell(self, cell: Any) -> None:
        try:
            content = cell.cell_contents
        except ValueError:
            return self.put("empty")
        # Functions that share a variable of the function around them can see each other's changes.
        if id(cell) in self.seen:
            return self.put("again", str(self.seen[id(cell)]))
        self.seen[id(cell)] = len(self.seen)
        self.kept.append(cell)
        self.add(content)

    def of_builtin(self, one: Any) -> None:
        owner = getattr(one, "__self__", None)
        self.put("builtin", f"{one.__module__}.{one.__qualname__}")
        if owner is not None and not isinstance(owner, types.ModuleType):
            self.add(owner)

    def of_method(self, one: types.MethodType) -> None:
        self.put("method", one.__func__.__qualname__)
        self.add(one.__func__)
        self.add(one.__self__)

    def of_named(self, one: Any) -> None:
        self.put(type(one).__name__, f"{getattr(one, '__objclass__', '')}.{one.__name__}")

    def of_property(self, one: Any) -> None:
        self.put("property")
        for part in (one.fget, one.fset, one.fdel):
            self.add(part)

    def of_wrapper(self, one: Any) -> None:
        self.put(type(one).__name__)
        self.add(one.__func__)

    def of_class(self, one: type) -> None:
        self.put("class", f"{one.__module__}.{one.__qualname__}")
        if one.__module__ != "__main__":
            return
        for base in one.__bases__:
            self.add(base)
        for name, value in vars(one).items():
            if name not in ("__dict__", "__weakref__") and type(value) is not types.MemberDescriptorType:
                self.put("member", name)
                self.add(value)

    # ------------------------------------------------------------ objects

    def of_object(self, one: Any, kind: type) -> None:
        self.put("object", f"{kind.__module__}.{kind.__qualname__}")
        if kind.__module__ == "__main__":
            self.add(kind)
        root = kind.__module__.partition(".")[0]
        if self.of_numpy(one) or self.of_keras(one):
            return
        if root == "pandas" and self.of_pandas(one):
            return
        if root == "tensorflow":
            return self.of_tensorflow(one)
        if root in ("matplotlib", "mpl_toolkits"):
            return self.of_drawing(one)
        if root == "itertools":
            # Iterators of itertools can be copied, with a warning that they soon cannot.
            raise Unknown
        if kind.__module__ == "__main__":
            return self.of_own(one, kind)
        self.of_reduced(one)

    def of_own(self, one: Any, kind: type) -> None:
        """Take an object of a class of the deck, if it can be without running code of that class."""
        base = next((base for base in CONTAINERS if isinstance(one, base)), None)
        foreign = [base for base in kind.__mro__ if base.__module__ not in ("__main__", "abc", "typing")]
        if not set(foreign) <= {object, base}:
            return self.of_reduced(one)
        if base is not None:
            self.put("as", base.__name__)
            self.add(plain(one, base))
        self.attributes(one, kind)

    def attributes(self, one: Any, kind: type) -> None:
        try:
            own = object.__getattribute__(one, "__dict__")
        except AttributeError:
            own = {}
        self.put("attributes", str(len(own)))
        for name, value in own.items():
            self.put("name", str(name))
            self.add(value)
        for base in kind.__mro__:
            slots = vars(base).get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                if name in ("__dict__", "__weakref__"):
                    continue
                try:
                    value = object.__getattribute__(one, name)
                except AttributeError:
                    continue
                self.put("slot", str(name))
                self.add(value)

    def of_reduced(self, one: Any) -> None:
        """Take an object as the one that pickle would make of it."""
        reducer = copyreg.dispatch_table.get(type(one))
        reduced = reducer(one) if reducer is not None else one.__reduce_ex__(4)
        if isinstance(reduced, str):
            return self.put("global", reduced)
        self.kept.append(reduced)
        make, arguments, *rest = reduced
        self.put("made by", getattr(make, "__qualname__", type(make).__name__))
        self.add(arguments)
        state = rest[0] if rest else None
        self.add(state)
        for more in rest[1:3]:
            if more is not None:
                self.add(list(more))

    # ------------------------------------------------------------ libraries

    def of_numpy(self, one: Any) -> bool:
        numpy = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, "ndarray"):
            return False
        if isinstance(one, numpy.ndarray):
            self.array(one)
            if type(one) is not numpy.ndarray:
                self.add(getattr(one, "__dict__", None))
                if isinstance(one, numpy.ma.MaskedArray):
                    self.array(numpy.ma.getmaskarray(one))
                    self.add(one.fill_value)
            return True
        if isinstance(one, numpy.generic):
            self.put("scalar", f"{one.dtype.str}{one.dtype.fields}")
            self.put("value", one.tobytes())
            return True
        if isinstance(one, numpy.random.Generator | numpy.random.RandomState):
            source = one.bit_generator if isinstance(one, numpy.random.Generator) else one._bit_generator
            self.add(source)
            return True
        if isinstance(one, numpy.random.BitGenerator):
            self.add(one.state)
            self.add(getattr(one.seed_seq, "n_children_spawned", None))
            return True
        return False

    def array(self, one: Any) -> None:
        numpy = sys.modules["numpy"]
        self.put(
            "array",
            f"{one.dtype.str}{one.dtype.fields}{one.shape}{one.flags.f_contiguous}{one.flags.writeable}",
        )
        owner = one
        while isinstance(getattr(owner, "base", None), numpy.ndarray):
            owner = owner.base
        if owner is not one:
            # Two views of one memory are another thing than two arrays that are equal.
            start = one.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
            first = self.seen.setdefault(id(owner), len(self.seen))
            self.kept.append(owner)
            self.put("view", f"{first}+{start}{one.strides}")
        if one.dtype.hasobject:
            return self.items("objects", one.ravel().tolist())
        content = numpy.ascontiguousarray(one)
        self.put("bytes", memoryview(content.reshape(-1).view(numpy.uint8)) if content.size else b"")

    def of_pandas(self, one: Any) -> bool:
        pandas = sys.modules["pandas"]
        if isinstance(one, pandas.DataFrame):
            self.add(one.columns)
            self.add(one.index)
            self.add(one.attrs)
            for number in range(one.shape[1]):
                self.add(one.iloc[:, number].array)
            return True
        if isinstance(one, pandas.Series):
            self.add(one.index)
            self.add(one.name)
            self.add(one.attrs)
            self.add(one.array)
            return True
        if isinstance(one, pandas.MultiIndex):
            self.add(list(one.names))
            for codes, level in zip(one.codes, one.levels, strict=True):
                self.array(sys.modules["numpy"].asarray(codes))
                self.add(level)
            return True
        if isinstance(one, pandas.RangeIndex):
            self.add((one.start, one.stop, one.step, one.name))
            return True
        if isinstance(one, pandas.Index):
            self.add(one.name)
            self.add(one.array)
            return True
        if isinstance(one, pandas.api.extensions.ExtensionArray):
            self.put("dtype", str(one.dtype))
            content = getattr(one, "_ndarray", None)
            if content is None or content.dtype.hasobject:
                self.items("values", one.astype(object).tolist())
            else:
                self.array(content)
            return True
        return False

    def of_drawing(self, one: Any) -> None:
        artist = sys.modules.get("matplotlib.artist")
        if artist is None or isinstance(one, artist.Artist) or not hasattr(one, "__dict__"):
            raise Unknown
        colours = sys.modules.get("matplotlib.colors")
        if colours is not None and isinstance(one, colours.Colormap):
            # Its table is made when it is first asked for a colour.
            self.put("colours", f"{one.name}{one.N}")
            return self.array(one(sys.modules["numpy"].arange(-1, one.N + 1)))
        return self.of_reduced(one)

    def of_tensorflow(self, one: Any) -> None:
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is None:
            raise Unknown
        if isinstance(one, tensorflow.Variable):
            self.put("variable", f"{one.name}{one.trainable}")
        elif not isinstance(one, tensorflow.Tensor) or not hasattr(one, "numpy"):
            if isinstance(one, tensorflow.dtypes.DType | tensorflow.TensorShape):
                return self.put("constant", repr(one))
            if isinstance(one, tensorflow.random.Generator):
                self.put("generator", str(one.algorithm))
                return self.add(one.state)
            return self.of_traced(one)
        content = one.numpy()
        self.add(content)

    def of_traced(self, one: Any) -> None:
        """Take a `tf.function`: what it wraps, what it was traced to, and the variables in that."""
        if not hasattr(one, "_function_cache") or not hasattr(one, "python_function"):
            raise Unknown
        settings = [getattr(one, name, None) for name in TRACE_SETTINGS]
        self.put("tf.function", repr([*settings, one.input_signature]))
        self.add(one.python_function)
        traces = sorted(
            (self.of.described(trace) for trace in one._function_cache.values()), key=lambda pair: pair[0]
        )
        self.put("traces", str(len(traces)))
        for description, captured in traces:
            self.put("trace", description)
            for value in captured:
                self.add(value)

    def of_keras(self, one: Any) -> bool:
        keras = sys.modules.get("keras")
        if keras is None or not hasattr(keras, "Variable"):
            return False
        if isinstance(one, keras.Variable):
            self.put("variable", f"{one.path}{one.trainable}")
            self.add(sys.modules["numpy"].asarray(one))
            return True
        if isinstance(one, keras.KerasTensor):
            self.put("tensor", f"{one.name}{one.shape}{one.dtype}")
            history = getattr(one, "_keras_history", None)
            if history is not None:
                self.put("node", f"{history.node_index}.{history.tensor_index}")
                self.add(history.operation)
                nodes = history.operation._inbound_nodes
                for tensor in nodes[history.node_index].input_tensors if nodes else ():
                    self.add(tensor)
            return True
        if isinstance(one, keras.layers.Layer):
            self.layer(one, keras)
            return True
        if isinstance(one, keras.optimizers.Optimizer | keras.metrics.Metric):
            self.add(one.get_config())
            self.put("name", one.name)
            self.add(list(one.variables))
            return True
        if isinstance(one, keras.random.SeedGenerator):
            self.add(one.state)
            return True
        if isinstance(one, keras.callbacks.Callback):
            for name, value in sorted(vars(one).items()):
                if name not in ("validation_data", "_model"):
                    self.put("name", name)
                    self.add(value)
            self.add(getattr(one, "_model", None))
            return True
        if type(one).__module__.startswith("keras.") and hasattr(one, "get_config"):
            self.add(one.get_config())
            return True
        return False

    def is_of_keras(self, name: str, value: Any) -> bool:
        """Say whether an attribute of a layer is one that Keras has put there: methods that it wraps."""
        if name.endswith("_function") or name in ("call_signature_parameters", "build", "quantize", "call"):
            return True
        return isinstance(value, types.FunctionType) and value.__globals__ is not self.namespace

    def layer(self, one: Any, keras: Any) -> None:
        self.put("layer", f"{one.name}{one.trainable}{one.built}{one.dtype_policy.name}")
        is_own = type(one).__module__ == "__main__"
        try:
            self.add(one.get_config())
        except Exception:
            if not is_own:
                raise
        if is_own:
            for name, value in vars(one).items():
                if not name.startswith("_") and not self.is_of_keras(name, value):
                    self.put("name", name)
                    self.add(value)
        for inner in one._flatten_layers(include_self=False):
            self.put("inner", f"{inner.name}{inner.trainable}")
        for variable in one.variables:
            self.add(variable)
        if isinstance(one, keras.Model):
            self.put("compiled", str(bool(one.compiled)))
            self.add(getattr(one, "optimizer", None))
            if one.compiled:
                self.add(one.stop_training)
                loss = getattr(one, "_compile_loss", None)
                metrics = getattr(one, "_compile_metrics", None)
                self.add(getattr(loss, "_user_loss", None))
                self.add(getattr(metrics, "_user_metrics", None))
            for metric in one.metrics if self.counts_metrics else ():
                self.put("metric", metric.name)
                self.add(list(metric.variables))


def is_of_library(one: types.FunctionType) -> bool:
    """Say whether a function is what an installed module has under its name, whatever wraps it there."""
    module = sys.modules.get(one.__module__ or "")
    is_installed = "site-packages" in (getattr(module, "__file__", None) or "")
    return is_installed and getattr(module, one.__qualname__, None) is one


CONTAINERS = (dict, list, set, frozenset, tuple, str, bytes, int, float)


def plain(one: Any, base: Any) -> Any:
    """Return what an object of a class derived from a built-in one is as that one."""
    if base is dict:
        return dict(dict.items(one))
    if base in (list, set, frozenset, tuple):
        return base(base.__iter__(one))
    made: Any = {str: str.__str__, bytes: bytes.__bytes__, int: int.__int__, float: float.__float__}[base]
    return made(one)


HANDLERS: dict[type, Any] = {
    list: Walk.of_list,
    dict: Walk.of_dict,
    set: Walk.of_set,
    frozenset: Walk.of_set,
    types.MappingProxyType: Walk.of_dict,
    types.CodeType: Walk.of_code,
    types.FunctionType: Walk.of_function,
    types.BuiltinFunctionType: Walk.of_builtin,
    types.MethodType: Walk.of_method,
    types.MethodDescriptorType: Walk.of_named,
    types.WrapperDescriptorType: Walk.of_named,
    types.GetSetDescriptorType: Walk.of_named,
    property: Walk.of_property,
    staticmethod: Walk.of_wrapper,
    classmethod: Walk.of_wrapper,
}
