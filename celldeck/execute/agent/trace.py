"""What a cell read and changed, observed as it runs.

Before a cell: bring about the state that it is to start from. After it: say which names it bound, which
values it changed, with whom they share what they hold, and what became of the state behind names
(`channels.py`).
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import sys
import sysconfig
import threading
import types
from typing import Any

SYSTEM = re.compile(r"_+|_i+|_\d+|_i\d+|_oh|_ih|_dh|In|Out|exit|quit|open|get_ipython|__\w+__")
"""Names that Python and IPython keep for themselves."""

EVENTS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "pty.spawn",
    "socket.connect",
    "socket.bind",
    "sqlite3.connect",
    "ctypes.dlopen",
    "signal.pthread_kill",
    "os.kill",
    "webbrowser.open",
    "urllib.Request",
    "ftplib.connect",
    "smtplib.connect",
)
"""Audit events of what reaches out of the process: https://docs.python.org/3/library/audit_events.html"""

INNOCENT = ("subprocess.Popen", "ctypes.dlopen", "os.posix_spawn")
"""Those of them that libraries cause for their own needs."""
STANDARD_LIBRARY = sysconfig.get_path("stdlib") + os.sep

QUIET = frozenset(
    [
        "matplotlib",
        "mpl_toolkits",
        "pylab",
        "seaborn",
        "numpy",
        "random",
        "time",
        "math",
        "cmath",
        "json",
        "pandas",
        "os",
        "shutil",
        "warnings",
        "sys",
        "pprint",
        "IPython",
        "gc",
        "tqdm",
        "logging",
        "csv",
        "pickle",
        "joblib",
        "io",
        "string",
        "textwrap",
        "itertools",
        "functools",
        "collections",
        "copy",
        "re",
        "decimal",
        "statistics",
        "datetime",
        "pathlib",
        "glob",
        "tempfile",
        "contextlib",
        "operator",
        "types",
        "typing",
        "scipy",
        "plotly",
        "altair",
        "traceback",
    ]
)
"""Libraries whose state is in a channel, in files, or shown."""
QUIET_CALLS = frozenset(
    {"set_random_seed", "set_seed", "manual_seed", "seed", "print", "clear_session", "plot_model"}
    | {"enable_op_determinism", "run_functions_eagerly", "set_floatx", "set_epsilon", "set_dtype_policy"}
)
LOUD_CALLS = frozenset(
    {"switch_backend", "use", "ion", "ioff", "register", "excepthook", "settrace", "setprofile"}
)
"""Functions that change a library that is quiet otherwise."""
SETTINGS = ("environ", "rcParams", "rcParamsDefault", "options", "path")
"""Objects in modules that are in a channel."""
STAND_IN = object()
"""What names are bound to before a cell that binds them, where nobody needs their value: so it shows if it
deletes them."""
SAFE_MAGICS = frozenset({"time", "timeit", "capture", "matplotlib", "precision"})


class Trace:
    """Observes the cells of one shell."""

    def __init__(self, shell: Any, graph: Any, fingerprints: Any, channels: Any) -> None:
        self.namespace: dict[str, Any] = shell.user_ns
        self.before: dict[str, Any] = {}
        self.parked: dict[str, Any] = {}
        """Values that are no part of the state that the running cell starts from, and come back after it."""
        self.touched: list[str] = []
        """The channels that the cell has used without changing them."""
        self.failed: str | None = None
        self.before_channels: dict[str, str] = {}
        self.threads: set[threading.Thread] = set()
        self.graph = graph
        self.fingerprints = fingerprints
        self.channels = channels
        self.held: dict[str, Any] = {}
        """Name to what its value holds; of names whose value nobody has touched since."""
        self.request: dict[str, Any] | None = None
        self.own = set(self.namespace)
        self.events: list[str] = []
        self.streams = (sys.stdout, sys.stderr)
        self.loud: set[tuple[str, int]] = set()
        """File and line of functions that change what no channel knows."""
        graph.loud = self.loud
        self.is_on = False
        self.busy = threading.local()
        sys.addaudithook(self.audit)

    def audit(self, event: str, args: Any) -> None:
        """Python's audit hook: note what reaches out of the process, but for what an import does."""
        if not self.is_on or not event.startswith(EVENTS) or getattr(self.busy, "here", False):
            return
        self.busy.here = True
        try:
            if not is_of_library(event):
                self.events.append(event)
        finally:
            self.busy.here = False

    def names(self) -> list[str]:
        """Return the names of the deck."""
        return [name for name in list(self.namespace) if name not in self.own and not SYSTEM.fullmatch(name)]

    def start(self, request: dict[str, Any] | None) -> None:
        """Begin a cell; without a request it is not observed."""
        self.request = request
        if request is None:
            return
        for name in request.get("drop", ()):
            self.namespace.pop(name, None)
            self.held.pop(name, None)
        self.failed = None
        if request.get("channels") is not None:
            self.failed = self.channels.set(request["channels"])
        self.before_channels = self.channels.get()
        self.fingerprints.counts_metrics = request.get("metrics", False)
        if request.get("seed") is not None:
            self.channels.seed(request["seed"])
        self.channels.start()
        self.parked = {
            name: self.namespace.pop(name) for name in request.get("park", ()) if name in self.namespace
        }
        for name in request.get("stand_ins", ()):
            self.namespace.setdefault(name, STAND_IN)
        self.before = {name: self.namespace[name] for name in self.names()}
        self.threads = set(threading.enumerate())
        self.events = []

    def executed(self) -> None:
        """The cell's own code has ended; what IPython does now, such as drawing, is not the cell's."""
        self.touched = self.channels.touched()

    def end(self, cell: str, source: str) -> dict[str, Any]:
        """End a cell; return what is to be known of it."""
        if self.request is None:
            return {}
        after_channels = self.channels.get()
        tree = parsed(source)
        reason = self.opaque(tree, source, cell)
        names = self.names()
        is_new = {name for name in names if self.before.get(name, self) is not self.namespace[name]}
        gone = [name for name in self.before if name not in self.namespace]
        for name in [name for name in names if self.namespace[name] is STAND_IN]:
            del self.namespace[name]
        for name, value in self.parked.items():
            # Unless the cell has bound the name, or deleted it.
            if name not in is_new and name not in gone:
                self.namespace[name] = value
        names = self.names()
        touched = set(self.request["reads"])
        changed = self.sharing(touched) | is_new
        changed -= self.parked.keys() - is_new
        for name in (*gone, *changed):
            self.held.pop(name, None)
        groups = self.groups(names)
        # What shares something only now has changed as little as it had to: its partner has.
        changed |= {partner for name in changed for partner in groups[name]} - self.parked.keys()
        result = {
            "writes": {
                name: [self.fingerprints.of(self.namespace[name]), sorted(self.held[name].names)]
                for name in sorted(changed)
            },
            "bound": sorted(is_new),
            "deletes": gone,
            "groups": {name: groups[name] for name in names if len(groups[name]) > 1},
            "channels_before": self.before_channels,
            "channels_after": after_channels,
            "touched": self.touched,
            "ambient": self.channels.ambient(),
            "opaque": reason,
            "failed": self.failed,
            "paths": self.paths(tree, touched),
        }
        self.before, self.parked = {}, {}
        self.request = None
        return result

    def sharing(self, touched: set[str]) -> set[str]:
        """Return the names that share something with those touched, as the values were before the cell."""
        for name in touched & self.before.keys():
            if name not in self.held:
                return set(self.names())
        ids: set[int] = set()
        for name in touched:
            held = self.held.get(name)
            if held is not None:
                if not held.is_bounded:
                    return set(self.names())
                ids |= held.ids
        names = self.names()
        found = touched.intersection(names)
        for name in names:
            held = self.held.get(name)
            if held is not None and (not held.is_bounded or not held.ids.isdisjoint(ids)):
                found.add(name)
        return found

    def groups(self, names: list[str]) -> dict[str, list[str]]:
        """Return for each name those that share something with it, itself among them."""
        leader = {name: name for name in names}

        def find(name: str) -> str:
            while leader[name] != name:
                name = leader[name]
            return name

        owners: dict[int, str] = {}
        first_unbounded: str | None = None
        for name in names:
            held = self.held.get(name)
            if held is None:
                held = self.held[name] = self.graph.holds(self.namespace[name])
            if not held.is_bounded:
                first_unbounded = first_unbounded or name
                leader[find(name)] = find(first_unbounded)
                continue
            for one in held.ids:
                other = owners.setdefault(one, name)
                if other is not name:
                    leader[find(name)] = find(other)
        members: dict[str, list[str]] = {}
        for name in names:
            members.setdefault(find(name), []).append(name)
        return {name: sorted(members[find(name)]) for name in names}

    # ------------------------------------------------------------ what no channel knows

    def opaque(self, tree: ast.Module | None, source: str, cell: str) -> str | None:
        """Return why the cell's effects cannot be told, in words; None if they can."""
        if self.events:
            return f"it reaches out of the process ({self.events[0]})"
        left = [
            thread
            for thread in threading.enumerate()
            # What sends the outputs starts one for the first that is large.
            if thread not in self.threads and thread.is_alive() and not is_of_kernel(thread)
        ]
        if left:
            return f"it leaves a thread running ({left[0].name})"
        if (sys.stdout, sys.stderr) != self.streams:
            return "it replaces sys.stdout or sys.stderr"
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None and hasattr(pyplot, "get_fignums") and pyplot.get_fignums():
            return "it leaves a figure open"
        generators = sys.modules.get("tensorflow.python.ops.stateful_random_ops")
        if getattr(generators, "global_generator", None) is not None:
            return "it draws from TensorFlow's global generator"
        if tree is None:
            magics = set(re.findall(r"^\s*%%?(\w+)", source, re.MULTILINE))
            if not magics or magics - SAFE_MAGICS or re.search(r"^\s*!|=\s*!", source, re.MULTILINE):
                return "it uses magics of IPython"
            return None
        return self.library_changes(tree, cell)

    def library_changes(self, tree: ast.Module, cell: str) -> str | None:
        """Return how the cell changes a library; note the functions in it that do when they are called."""
        reasons = [reason for statement in tree.body if (reason := self.change_in(statement))]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
                parts = node.body if isinstance(node.body, list) else [node.body]
                if any(self.change_in(part) for part in parts):
                    self.loud.add((f"<cell {cell}>", first))
        return reasons[0] if reasons else None

    def change_in(self, top: ast.AST) -> str | None:
        for node in ast.walk(top):
            if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
                if self.is_library(dotted(node)):
                    return f"it changes {'.'.join(dotted(node))}, a library's own"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if (
                    node.func.id in ("setattr", "delattr")
                    and node.args
                    and self.is_library(dotted(node.args[0]))
                ):
                    return f"it changes {'.'.join(dotted(node.args[0]))}, a library's own"
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                called = dotted(node.value.func)
                if self.is_loud(called):
                    return f"it calls {'.'.join(called)}, which may change a library"
        return None

    def value(self, name: str) -> Any:
        """Return what a name is bound to, or was before the cell."""
        found = self.namespace.get(name, self.before.get(name))
        return found if found is not None else vars(builtins).get(name)

    def is_library(self, names: list[str]) -> bool:
        """Say whether a target is a part of a module or of a class that is not the deck's."""
        if not names or any(name in SETTINGS for name in names[1:]) or names[0] in SETTINGS:
            return False
        value = self.value(names[0])
        is_foreign = isinstance(value, type) and value.__module__ != "__main__"
        return is_foreign or isinstance(value, types.ModuleType)

    def is_loud(self, names: list[str]) -> bool:
        """Say whether a call for nothing but its effect may change a library."""
        if len(names) < 2:
            return False
        value = self.value(names[0])
        if not isinstance(value, types.ModuleType):
            return False
        root = value.__name__.partition(".")[0]
        return names[-1] in LOUD_CALLS or (root not in QUIET and names[-1] not in QUIET_CALLS)

    def paths(self, tree: ast.Module | None, touched: set[str]) -> list[str]:
        """Return the files whose names stand in the code, or in a variable: C code reads files unseen."""
        texts = {self.namespace[name] for name in touched if isinstance(self.namespace.get(name), str)}
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
        found = []
        for text in texts:
            if 0 < len(text) < 300 and "\n" not in text and "\0" not in text:
                try:
                    if os.path.isfile(text):
                        found.append(text)
                except (OSError, ValueError):
                    continue
        return sorted(found)


def is_of_kernel(thread: threading.Thread) -> bool:
    """Say whether a thread serves the kernel itself."""
    return type(thread).__module__.partition(".")[0] in ("zmq", "ipykernel")


def dotted(node: ast.AST) -> list[str]:
    """Return the names of `a.b[0].c`, subscripts left out; empty if it does not start with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        else:
            names.append("[]")
        node = node.value
    if not isinstance(node, ast.Name):
        return []
    return [node.id, *reversed(names)]


def parsed(source: str) -> ast.Module | None:
    """Return the code as a tree; None if it is not Python alone."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def is_of_library(event: str) -> bool:
    """Say whether an event comes of an import, or of a library that asks how many processors there are."""
    frame: Any = sys._getframe(2)
    is_first = True
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return True
        is_standard = file.startswith(STANDARD_LIBRARY) and "site-packages" not in file
        if is_first and not is_standard:
            is_first = False
            if "site-packages" in file and event.startswith(INNOCENT):
                return True
        frame = frame.f_back
    return False
