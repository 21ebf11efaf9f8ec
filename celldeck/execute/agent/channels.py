"""State that stands behind names: random streams, options of libraries, the environment.

A channel is read and set as a whole. What it holds is None for what a fresh kernel has, whether its
library has been imported or not; so a kernel that has imported more than a cell asks for is no other
kernel.
"""

from __future__ import annotations

import base64
import contextlib
import decimal
import enum
import importlib
import logging
import marshal
import os
import random
import sys
import sysconfig
import warnings
from collections import defaultdict
from typing import Any

STANDARD_LIBRARY = sysconfig.get_path("stdlib") + os.sep


class Seed:
    """What random streams start from when their library is imported."""

    now = 0
    """Until a cell has a seed of its own, this one: the same deck gives the same numbers in each build."""
    is_given = False
    """It is the author's."""


class CannotSet(Exception):
    """The state cannot be brought about in this process."""


class Channel:
    """A piece of state."""

    name = ""
    is_ambient = True
    """Any cell may depend on it, and nobody sees it; False: only cells that change it, or `touched` it."""

    def __init__(self) -> None:
        self.touched = False
        """The running cell has read it, or set it to what it was."""
        self.base = self.read()

    def read(self) -> Any:
        """Return the state, as atoms, tuples, lists and dicts; None if its library is not there."""
        raise NotImplementedError

    def write(self, state: Any) -> None:
        """Bring the state about; not called without the library."""
        raise NotImplementedError

    def get(self) -> str:
        """Return the state as text; empty for that of a fresh kernel."""
        state = self.read()
        if state is None or state == self.base:
            return ""
        return base64.b85encode(marshal.dumps(state, 2)).decode("ascii")

    def set(self, text: str) -> None:
        """Bring about what `get` returned; raises CannotSet."""
        if text == self.get():
            return
        state = self.base if not text else marshal.loads(base64.b85decode(text))
        if state is None or (self.read() is None and not self.load()):
            raise CannotSet(self.name)
        self.write(state)
        if self.get() != text:
            raise CannotSet(self.name)

    def load(self) -> bool:
        """Import the library; say whether it is there now."""
        return False


class PythonRandom(Channel):
    """The stream of `random`."""

    name = "random"
    is_ambient = False

    def __init__(self) -> None:
        random.seed(Seed.now)
        self.get_state, self.set_state = random.getstate, random.setstate
        super().__init__()
        watch_calls(random, ("seed", "setstate", "getstate"), self)

    def read(self) -> Any:
        return self.get_state()

    def write(self, state: Any) -> None:
        self.set_state(state)


class Lazy(Channel):
    """State of a library that may be imported later; what it is then, is its base."""

    module = ""
    """What has to be imported, to its end, for the state to be there."""

    def __init__(self) -> None:
        self.library: Any = None
        super().__init__()

    def imported(self, module: Any) -> None:
        """Take the library, as soon as it has been imported."""
        self.library = module
        self.first(module)
        self.base = self.state(module)
        if Seed.is_given:
            self.seed(Seed.now)

    def seed(self, seed: int) -> None:
        """Start a random stream, if it is one."""

    def first(self, module: Any) -> None:
        """Do what is to be done before anyone uses the library."""

    def state(self, module: Any) -> Any:
        """Return the state."""
        raise NotImplementedError

    def read(self) -> Any:
        return None if self.library is None else self.state(self.library)

    def load(self) -> bool:
        __import__(self.module)
        return self.library is not None


class Imports:
    """A finder that finds nothing: it hands libraries to their channels when they have been imported."""

    def __init__(self, channels: Any) -> None:
        self.waiting: dict[str, list[Lazy]] = {}
        self.is_asking = False
        for channel in channels:
            if isinstance(channel, Lazy):
                self.waiting.setdefault(channel.module, []).append(channel)
        for name in list(self.waiting):
            module = sys.modules.get(name)
            if module is not None and not getattr(module.__spec__, "_initializing", False):
                self.end(name, module)
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return what the other finders find, with a loader that tells when it is done."""
        if name not in self.waiting or self.is_asking:
            return None
        self.is_asking = True
        try:
            specs = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
            spec = next((spec for spec in specs if spec is not None), None)
        finally:
            self.is_asking = False
        loader = getattr(spec, "loader", None)
        if loader is not None and hasattr(loader, "exec_module"):
            run = loader.exec_module

            def execute(module: Any) -> None:
                run(module)
                self.end(name, module)

            loader.exec_module = execute
        return spec

    def end(self, name: str, module: Any) -> None:
        for channel in self.waiting.pop(name, ()):
            try:
                channel.imported(module)
            except Exception:
                # Another version of the library than this knows; then it has no such state.
                channel.library = None


class NumpyRandom(Lazy):
    """The global stream of NumPy."""

    name = "numpy.random"
    module = "numpy.random"
    is_ambient = False

    def first(self, module: Any) -> None:
        module.seed(Seed.now)
        watch_calls(module, ("seed", "set_state", "get_state"), self)

    def seed(self, seed: int) -> None:
        self.library.seed(seed)

    def state(self, module: Any) -> Any:
        get_state = module.get_state
        kind, keys, *rest = getattr(get_state, "__wrapped__", get_state)()
        return (kind, keys.tobytes(), *[float(one) if isinstance(one, float) else int(one) for one in rest])

    def write(self, state: Any) -> None:
        numpy = sys.modules["numpy"]
        kind, keys, *rest = state
        set_state = numpy.random.set_state
        getattr(set_state, "__wrapped__", set_state)((kind, numpy.frombuffer(keys, "uint32"), *rest))


class NumpyOptions(Lazy):
    """How NumPy prints, and what it does with errors of arithmetic."""

    name = "numpy options"
    module = "numpy"

    def state(self, module: Any) -> Any:
        options = module.get_printoptions()
        return {
            "print": {name: plain(value) for name, value in options.items()},
            "errors": dict(module.geterr()),
        }

    def write(self, state: Any) -> None:
        numpy = sys.modules["numpy"]
        options = {name: value for name, value in state["print"].items() if name != "override_repr"}
        numpy.set_printoptions(**options)
        numpy.seterr(**state["errors"])


class PandasOptions(Lazy):
    """The options of pandas."""

    name = "pandas options"
    module = "pandas"

    def state(self, module: Any) -> Any:
        return dict(flat(module._config.config._global_config))

    def write(self, state: Any) -> None:
        pandas = sys.modules["pandas"]
        now = self.state(pandas)
        for name, value in state.items():
            if now.get(name) != value:
                pandas.set_option(name, value)


class Matplotlib(Lazy):
    """The settings that drawings are made with."""

    name = "rcParams"
    module = "matplotlib"
    is_ambient = False
    figures: Any = None
    """What sets the looks of figures for one cell at a time."""
    BACKEND = ("backend", "backend_fallback", "interactive", "figure.max_open_warning")

    def first(self, module: Any) -> None:
        channel = self
        kind = type(module.rcParams)
        for name in ("__getitem__", "_get", "copy", "find_all", "__iter__"):
            plain_method = getattr(kind, name, None)
            if plain_method is None:
                continue

            def method(params: Any, *arguments: Any, _plain: Any = plain_method) -> Any:
                channel.touched = True
                return _plain(params, *arguments)

            setattr(kind, name, method)

    def state(self, module: Any) -> Any:
        params = dict.items(module.rcParams)
        return {name: plain(value) for name, value in params if name not in self.BACKEND}

    def imported(self, module: Any) -> None:
        super().imported(module)
        # What the options of the importing cell have set is put back when it ends.
        self.base.update({name: plain(value) for name, value in self.figures.before_cell.items()})

    def write(self, state: Any) -> None:
        matplotlib = sys.modules["matplotlib"]
        for name, value in state.items():
            if plain(dict.get(matplotlib.rcParams, name)) != value:
                if isinstance(value, tuple) and value[:1] == ("cycler",):
                    value = importlib.import_module("cycler").cycler(**dict(value[1]))
                dict.__setitem__(matplotlib.rcParams, name, value)


class InlineFigures(Channel):
    """How IPython draws the figures of matplotlib."""

    name = "inline figures"

    def backend(self) -> Any:
        """Return its settings; None if nobody has asked for them."""
        module = sys.modules.get("matplotlib_inline.config")
        kind = getattr(module, "InlineBackend", None)
        return kind.instance() if kind is not None and kind.initialized() else None

    def read(self) -> Any:
        backend = self.backend()
        if backend is None:
            return None
        formats = sorted(backend.figure_formats)
        state = (formats, plain(dict(backend.print_figure_kwargs)), bool(backend.close_figures))
        return None if state == self.FRESH else state

    FRESH = (["retina"], {"bbox_inches": "tight"}, True)

    def write(self, state: Any) -> None:
        backend = self.backend()
        backend.figure_formats, backend.print_figure_kwargs = set(state[0]), dict(state[1])
        backend.close_figures = state[2]

    def set(self, text: str) -> None:
        if text == self.get():
            return
        if self.backend() is None:
            raise CannotSet(self.name)
        self.write(marshal.loads(base64.b85decode(text)) if text else self.FRESH)


class KerasNames(Lazy):
    """The numbers in the names that Keras gives to layers."""

    name = "keras names"
    module = "keras.src.backend.common.global_state"
    is_ambient = False

    def state(self, module: Any) -> Any:
        return sorted((module.get_global_attribute("object_name_uids") or {}).items())

    def write(self, state: Any) -> None:
        self.library.set_global_attribute("object_name_uids", defaultdict(int, state))


class KerasSeed(Lazy):
    """The global seed of Keras, and the stream that follows from it."""

    name = "keras seed"
    module = "keras.src.backend.common.global_state"
    is_ambient = False

    def state(self, module: Any) -> Any:
        generator = module.get_global_attribute("global_seed_generator")
        stream = None if generator is None else [int(one) for one in generator.state.numpy()]
        return (module.get_global_attribute("global_random_seed"), stream)

    def seed(self, seed: int) -> None:
        self.write((seed, None))

    def write(self, state: Any) -> None:
        seed, stream = state
        module = self.library
        module.set_global_attribute("global_random_seed", seed)
        if stream is None:
            module.set_global_attribute("global_seed_generator", None)
            return
        generators = importlib.import_module("keras.src.random.seed_generator")
        generators.global_seed_generator().state.assign(stream)


class KerasConfig(Lazy):
    """The settings of Keras that layers are made with."""

    name = "keras config"
    module = "keras"

    def state(self, module: Any) -> Any:
        config = module.config
        policy = config.dtype_policy().name
        return (
            config.floatx(),
            config.epsilon(),
            config.image_data_format(),
            policy,
            config.is_traceback_filtering_enabled(),
        )

    def write(self, state: Any) -> None:
        config = sys.modules["keras"].config
        floatx, epsilon, image_format, policy, filters = state
        config.set_floatx(floatx)
        config.set_epsilon(epsilon)
        config.set_image_data_format(image_format)
        config.set_dtype_policy(policy)
        config.enable_traceback_filtering() if filters else config.disable_traceback_filtering()


class TensorFlow(Lazy):
    """The global seed of TensorFlow, and the stream that follows from it."""

    name = "tensorflow seed"
    module = "tensorflow.python.eager.context"
    is_ambient = False

    def first(self, module: Any) -> None:
        # Without one, each operation would take its seed from the system.
        module.context()._set_global_seed(Seed.now)

    def state(self, module: Any) -> Any:
        context = module.context()
        stream = getattr(context, "_rng", None)
        return (context._seed, None if stream is None else stream.getstate())

    def seed(self, seed: int) -> None:
        self.library.context()._set_global_seed(seed)

    def write(self, state: Any) -> None:
        context = self.library.context()
        seed, stream = state
        if seed is None:
            context._seed = None
            context._rng = None
            return
        context._set_global_seed(seed)
        if stream is not None:
            context._rng.setstate(stream)


class TensorFlowModes(Lazy):
    """Whether functions of TensorFlow run eagerly, and all of its operations the same way each time."""

    name = "tensorflow modes"
    module = "tensorflow"
    seeds: Any = None
    """The channel of the global seed."""
    FUNCTIONS = "tensorflow.python.eager.polymorphic_function.polymorphic_function"

    def first(self, module: Any) -> None:
        # It warns of functions that were traced often: of the life of the kernel, not of what a cell does.
        functions: Any = importlib.import_module(self.FUNCTIONS)
        functions.FREQUENT_TRACING_WARNING_MAX_WARNING_PER_DETECTOR = 0
        # An operation with a seed of its own mixes it with the global one, which it so leaves as it is.
        seeds = importlib.import_module("tensorflow.python.framework.random_seed")
        watch_calls(seeds, ("get_seed",), self.seeds)

    def state(self, module: Any) -> Any:
        config = importlib.import_module("tensorflow.python.framework.config")
        return (module.config.functions_run_eagerly(), config.is_op_determinism_enabled())

    def write(self, state: Any) -> None:
        config = importlib.import_module("tensorflow.python.framework.config")
        eagerly, determinism = state
        sys.modules["tensorflow"].config.run_functions_eagerly(eagerly)
        config.enable_op_determinism() if determinism else config.disable_op_determinism()


class Torch(Lazy):
    """The global stream of PyTorch."""

    name = "torch random"
    module = "torch"
    is_ambient = False

    def first(self, module: Any) -> None:
        module.manual_seed(Seed.now)
        watch_calls(module, ("manual_seed", "seed", "set_rng_state", "get_rng_state"), self)

    def seed(self, seed: int) -> None:
        self.library.manual_seed(seed)

    def state(self, module: Any) -> Any:
        get = module.get_rng_state
        return bytes(getattr(get, "__wrapped__", get)().numpy())

    def write(self, state: Any) -> None:
        torch = sys.modules["torch"]
        torch.random.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


class SklearnConfig(Lazy):
    """The global settings of scikit-learn."""

    name = "sklearn config"
    module = "sklearn"

    def state(self, module: Any) -> Any:
        return {name: plain(value) for name, value in module.get_config().items()}

    def write(self, state: Any) -> None:
        sys.modules["sklearn"].set_config(**state)


class Environment(Channel):
    """What is other in the environment than at the start."""

    name = "environment"

    def __init__(self) -> None:
        self.start = dict(os.environ)
        self.foreign: set[str] = set()
        """Variables that libraries set for themselves when they are imported."""
        super().__init__()
        sys.addaudithook(self.audit)

    def audit(self, event: str, args: Any) -> None:
        """Python's audit hook: https://docs.python.org/3/library/audit_events.html"""
        if event in ("os.putenv", "os.unsetenv") and is_importing():
            self.foreign.add(os.fsdecode(args[0]))

    def read(self) -> Any:
        names = {*self.start, *os.environ}.difference(self.foreign)
        now = os.environ
        return [(name, now.get(name)) for name in sorted(names) if now.get(name) != self.start.get(name)]

    def write(self, state: Any) -> None:
        wanted = {**self.start, **dict(state)}
        for name in {*os.environ, *wanted}.difference(self.foreign):
            value = wanted.get(name)
            if value is None:
                os.environ.pop(name, None)
            elif os.environ.get(name) != value:
                os.environ[name] = value


class WorkingFolder(Channel):
    """The working directory, from the one that the kernel started in."""

    name = "working directory"

    def __init__(self) -> None:
        self.start = os.getcwd()
        super().__init__()

    def read(self) -> Any:
        try:
            return os.path.relpath(os.getcwd(), self.start)
        except OSError:
            return "(gone)"

    def write(self, state: Any) -> None:
        try:
            os.chdir(os.path.join(self.start, state))
        except OSError:
            raise CannotSet(self.name) from None


class SearchPath(Channel):
    """Where modules are looked for; what was there at the start is known by its number."""

    name = "sys.path"

    def __init__(self) -> None:
        self.start = list(sys.path)
        super().__init__()

    def read(self) -> Any:
        return [self.start.index(path) if path in self.start else str(path) for path in sys.path]

    def write(self, state: Any) -> None:
        sys.path[:] = [self.start[path] if isinstance(path, int) else path for path in state]


class Decimal(Channel):
    """How `decimal` computes."""

    name = "decimal"

    def read(self) -> Any:
        context = decimal.getcontext()
        traps = sorted(signal.__name__ for signal, is_set in context.traps.items() if is_set)
        return (
            context.prec,
            context.rounding,
            context.Emin,
            context.Emax,
            context.capitals,
            context.clamp,
            traps,
        )

    def write(self, state: Any) -> None:
        context = decimal.getcontext()
        context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.clamp, traps = (
            state
        )
        for signal in context.traps:
            context.traps[signal] = signal.__name__ in traps


class Interpreter(Channel):
    """Settings of the interpreter."""

    name = "interpreter"

    def read(self) -> Any:
        return (sys.getrecursionlimit(), sys.get_int_max_str_digits())

    def write(self, state: Any) -> None:
        recursion, digits = state
        sys.setrecursionlimit(recursion)
        sys.set_int_max_str_digits(digits)


class Logging(Channel):
    """What the root logger does; it cannot be brought back, since handlers are objects."""

    name = "logging"

    def read(self) -> Any:
        root = logging.getLogger()
        handlers = [
            (type(one).__name__, one.level, getattr(one.formatter, "_fmt", None)) for one in root.handlers
        ]
        return (root.level, root.manager.disable, handlers)

    def write(self, state: Any) -> None:
        level, disable, handlers = state
        root = logging.getLogger()
        if handlers == [] and self.base[2] == []:
            root.handlers[:] = []
        root.setLevel(level)
        root.manager.disable = disable


class Filters(Channel):
    """The warnings filters that the deck set; those that libraries set when they are imported are theirs."""

    name = "warnings filters"

    def __init__(self) -> None:
        self.foreign: set[int] = {id(one) for one in warnings.filters}
        self.kept: list[Any] = list(warnings.filters)
        super().__init__()
        add = warnings._add_filter  # type: ignore[attr-defined]

        def added(*item: Any, append: bool) -> None:
            before = {id(one) for one in warnings.filters}
            add(*item, append=append)
            if is_of_library():
                for one in warnings.filters:
                    if id(one) not in before:
                        self.foreign.add(id(one))
                        self.kept.append(one)

        warnings._add_filter = added  # type: ignore[attr-defined]

    def read(self) -> Any:
        return [filter_text(one) for one in warnings.filters if id(one) not in self.foreign]

    def write(self, state: Any) -> None:
        own = [filter_of(*one) for one in state]
        warnings.filters[:] = [*own, *(one for one in self.kept if id(one) in self.foreign)]  # type: ignore[index]
        warnings._filters_mutated()  # type: ignore[attr-defined]


def filter_text(one: Any) -> Any:
    action, message, category, module, line = one
    texts = [(part.pattern, part.flags) if hasattr(part, "pattern") else part for part in (message, module)]
    return (action, texts[0], f"{category.__module__}:{category.__qualname__}", texts[1], line)


def filter_of(action: str, message: Any, category: str, module: Any, line: int) -> Any:
    import re

    place, _, name = category.partition(":")
    kind = getattr(sys.modules.get(place) or __import__(place, fromlist=["_"]), name, None)
    if kind is None:
        raise CannotSet("warnings filters")
    made = [re.compile(*part) if isinstance(part, tuple) else part for part in (message, module)]
    return (action, made[0], kind, made[1], line)


def is_importing() -> bool:
    """Say whether the caller runs because of an import."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def is_of_library() -> bool:
    """Say whether what is done now is done by a library, or because of an import."""
    if is_importing():
        return True
    frame: Any = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if "site-packages" in file:
            return True
        if not file.startswith((STANDARD_LIBRARY, "<celldeck")):
            return False
        frame = frame.f_back
    return False


def watch_calls(module: Any, names: tuple[str, ...], channel: Channel) -> None:
    """Note calls of a module's functions in `channel.touched`."""
    for name in names:
        function = getattr(module, name)

        def called(*arguments: Any, _function: Any = function, **named: Any) -> Any:
            channel.touched = True
            return _function(*arguments, **named)

        called.__name__ = name
        called.__doc__ = function.__doc__
        called.__wrapped__ = function  # type: ignore[attr-defined]
        setattr(module, name, called)


def flat(options: Any, before: str = "") -> Any:
    """Give the leaves of nested dicts, with dotted names."""
    for name, value in options.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + name, plain(value)


def plain(value: Any) -> Any:
    """Return a setting as atoms, lists and tuples; what is none of these is known by its text."""
    if type(value) in (type(None), bool, int, float, str, bytes):
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value)
    for kind in (str, bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, tuple):
        return tuple(plain(one) for one in value)
    if type(value) is dict:
        return {plain(name): plain(one) for name, one in value.items()}
    if hasattr(value, "by_key"):
        return ("cycler", sorted((key, plain(list(one))) for key, one in value.by_key().items()))
    return ("text", repr(value))


KINDS = (
    KerasSeed,
    KerasNames,
    KerasConfig,
    TensorFlow,
    TensorFlowModes,
    Torch,
    PythonRandom,
    NumpyRandom,
    NumpyOptions,
    PandasOptions,
    Matplotlib,
    InlineFigures,
    SklearnConfig,
    Environment,
    WorkingFolder,
    SearchPath,
    Decimal,
    Interpreter,
    Logging,
    Filters,
)
"""In the order in which they are set: those whose setting may draw from a stream come before the streams."""


class Channels:
    """All of them."""

    def __init__(self, figures: Any) -> None:
        """Take what sets the looks of figures for one cell."""
        self.all = {kind.name: kind() for kind in KINDS}
        Matplotlib.figures = figures
        TensorFlowModes.seeds = self.all[TensorFlow.name]
        Imports(self.all.values())

    def get(self) -> dict[str, str]:
        """Return the state of each; those of a fresh kernel are left out."""
        states = {}
        for name, channel in self.all.items():
            try:
                text = channel.get()
            except Exception:
                # A library that is half imported, or another version of it than this knows.
                text = "?" + os.urandom(8).hex()
            if text:
                states[name] = text
        return states

    def set(self, states: dict[str, str]) -> str | None:
        """Bring all of them about; return the name of the first that cannot be, or None."""
        for channel in self.all.values():
            # What was asked for is another thing than what can be had: the second round tells.
            with contextlib.suppress(Exception):
                channel.set(states.get(channel.name, ""))
        now = self.get()
        return next((name for name in self.all if now.get(name, "") != states.get(name, "")), None)

    def seed(self, seed: int) -> None:
        """Start all random streams from a seed, those of libraries that are imported later, too."""
        Seed.now, Seed.is_given = seed, True
        random.seed(seed)
        for channel in self.all.values():
            if isinstance(channel, Lazy) and channel.library is not None:
                channel.seed(seed)

    def ambient(self) -> list[str]:
        """Return the names of those that any cell may depend on."""
        return [name for name, channel in self.all.items() if channel.is_ambient]

    def start(self) -> None:
        """Begin a cell."""
        for channel in self.all.values():
            channel.touched = False

    def touched(self) -> list[str]:
        """Return the names of those that the cell has used without changing them."""
        return [name for name, channel in self.all.items() if channel.touched]
