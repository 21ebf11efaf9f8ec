"""Modules imported before a cell asks for them, and hidden until it does.

Nothing of it can be seen by a cell: what was imported early is taken out of `sys.modules` again, and comes
back, with all that its import would have brought, when an `import` names it. Global state that the import
changed (variables of the environment, filters of warnings) is put back as well, and changed when it comes.
A package whose import cannot be hidden that way (it prints, warns, asks for the shell, starts threads, opens
files) is told, so that the next process leaves it out.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.machinery
import importlib.util
import os
import signal
import sys
import tempfile
import threading
import warnings
from types import ModuleType
from typing import Any

KNOWN = frozenset(
    {"numpy", "scipy", "pandas", "matplotlib", "sklearn", "tensorflow", "keras", "seaborn", "PIL"}
)
"""Packages whose threads, those of BLAS, survive a fork, and whose open files are their own libraries."""
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Warnings that Python shows only where the code of a cell gives them."""

MADE = ("__spec__", "__loader__", "__package__", "__path__", "__file__", "__cached__")
"""What the machinery of imports sets in a module."""


class Early:
    """Imports modules, hides them, and reveals them when they are asked for. It is the first finder."""

    def __init__(self) -> None:
        self.edges: dict[str, set[str]] = {}
        """Module to the modules that it has imported."""
        self.hidden: dict[str, Any] = {}
        self.order: dict[str, int] = {}
        """Hidden module to its place among them, in the order of their import."""
        self.names: list[str] = []
        self.reach: dict[str, int] = {}
        """Hidden module to those that its import brings: a bit for each, by its place."""
        self.attributes: dict[str, Any] = {}
        """Submodules that their package had as attributes, though its own import does not bring them."""
        self.changes: dict[str, Change] = {}
        """What importing a module changed beside `sys.modules`, by the module that was asked for."""
        self.unfit: dict[str, str] = {}
        """Top-level modules that cannot be hidden, and why."""
        self.streams = {name: getattr(sys, name) for name in ("stdout", "stderr")}
        self.kept_streams: list[tuple[dict[str, Any], str, str]] = []
        """Where the streams of this process were kept: dictionary, key, name of the stream."""

    # ------------------------------------------------------------ import

    def bring(self, names: list[str]) -> dict[str, str]:
        """Import modules; return what each printed, by its top-level name."""
        printed: dict[str, str] = {}
        plain = builtins.__import__
        watcher = Loads(self)
        before = set(sys.modules)

        def recording(
            name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
        ) -> Any:
            module = plain(name, globals, locals, fromlist, level)
            self.note(importer(sys._getframe(1)), absolute(name, globals, level), fromlist or ())
            return module

        builtins.__import__ = recording
        sys.meta_path.insert(0, watcher)
        try:
            for name in names:
                if name not in sys.modules:
                    self.bring_one(name, printed)
        finally:
            builtins.__import__ = plain
            sys.meta_path.remove(watcher)
        self.hidden.update((name, sys.modules[name]) for name in list(sys.modules) if name not in before)
        return printed

    def note_others(self) -> None:
        """Let entries of `sys.modules` that no import has made come with what they stand in or stand for."""
        for name, module in self.hidden.items():
            own = getattr(getattr(module, "__spec__", None), "name", None)
            if own != name:
                for other in (own, name.rpartition(".")[0]):
                    if other:
                        self.edges.setdefault(other, set()).add(name)

    def bring_one(self, name: str, printed: dict[str, str]) -> None:
        top = name.partition(".")[0]
        parent = name.rpartition(".")[0]
        if (parent and parent not in sys.modules) or not is_installed(name):
            return
        loaded = set(sys.modules)
        before = Change.state()
        with Listening() as listening:
            try:
                importlib.import_module(name)
            except BaseException:
                # The cell will see it.
                self.unfit.setdefault(top, "it cannot be imported")
        self.changes[name] = Change(before)
        for other in set(sys.modules) - loaded:
            if "." not in other and getattr(sys.modules[other], "__spec__", None) is None:
                # Nobody imports it: an extension has put it there.
                self.note(name, other)
        if listening.text.strip():
            printed[top] = printed.get(top, "") + listening.text
        for reason in (listening.reason, self.changes[name].reason if top not in KNOWN else ""):
            if reason:
                self.unfit.setdefault(top, reason)

    def note(self, by: str, name: str, parts: Any = ()) -> None:
        """Note that the import of one module imported another."""
        found = self.edges.setdefault(by, set())
        found.add(name)
        found.update(full for part in parts if (full := f"{name}.{part}") in sys.modules)

    def settle(self) -> None:
        """Find what the import of each hidden module brings: a number with a bit for each, by their order."""
        self.note_others()
        self.names = list(self.hidden)
        self.order = {name: number for number, name in enumerate(self.names)}
        direct: dict[str, list[str]] = {}
        for name, number in self.order.items():
            packages = [name.rpartition(".")[0]] if "." in name else []
            direct[name] = [one for one in (*self.edges.get(name, ()), *packages) if one in self.order]
            self.reach[name] = 1 << number
        changed = True
        while changed:
            changed = False
            for name, others in direct.items():
                reach = self.reach[name]
                for other in others:
                    reach |= self.reach[other]
                if reach != self.reach[name]:
                    self.reach[name], changed = reach, True

    def brings(self, name: str) -> set[str]:
        """Return the modules, still hidden, that the import of one brings, itself among them."""
        rest = self.reach[name]
        found = set()
        while rest:
            lowest = rest & -rest
            rest ^= lowest
            found.add(self.names[lowest.bit_length() - 1])
        return {one for one in found if one in self.hidden}

    # ------------------------------------------------------------ hide

    def hide(self) -> None:
        """Take everything back that was imported; from now on it comes when it is asked for."""
        self.settle()
        for change in reversed(self.changes.values()):
            change.undo()
        for name in self.hidden:
            package, _, last = name.rpartition(".")
            parent = sys.modules.get(package)
            if not isinstance(parent, ModuleType) or vars(parent).get(last) is not self.hidden[name]:
                continue
            if not self.reach.get(package, 0) >> self.order[name] & 1:
                self.attributes[name] = vars(parent).pop(last)
        for name in self.hidden:
            del sys.modules[name]
        gc = importlib.import_module("gc")
        for stream, value in self.streams.items():
            for holder in gc.get_referrers(value):
                if isinstance(holder, dict) and holder is not vars(sys) and holder is not self.streams:
                    self.kept_streams += [(holder, key, stream) for key in holder if holder[key] is value]
        sys.meta_path.insert(0, self)

    # ------------------------------------------------------------ reveal

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Stand for `importlib.abc.MetaPathFinder`: say where a hidden module is."""
        module = self.hidden.get(name)
        if not isinstance(module, ModuleType):
            return None
        others = self.brings(name)
        tops = {one for one in others if "." not in one}
        places = {top: self.place(top) for top in tops}
        strangers = [top for top, (ours, now) in places.items() if now is not None and now != ours]
        if strangers:
            # The cell has put others in their place: what was built on ours is of no use.
            bits = sum(1 << self.order[top] for top in strangers)
            for one in [one for one in self.hidden if self.reach[one] & bits]:
                del self.hidden[one]
            return None
        if name in places and places[name][1] is None:
            # Its own package has shown the way to it for a moment only.
            return None
        loader: Any = Reveal(self, name, module, others)
        return importlib.machinery.ModuleSpec(name, loader)

    def watched(self, name: str) -> Any:
        """Return the loader of whoever wants to see a module come: a finder that stands before us."""
        for finder in sys.meta_path[: sys.meta_path.index(self)]:
            spec = finder.find_spec(name, None)
            if spec is not None:
                return spec.loader
        return None

    def place(self, top: str) -> tuple[str | None, str | None]:
        """Return where a hidden top-level module is from, and where a search would find it now."""
        ours = getattr(self.hidden[top], "__spec__", None)
        if ours is None or ours.name != top or ours.origin in (None, "built-in", "frozen"):
            return "", ""
        found = importlib.machinery.PathFinder.find_spec(top)
        return ours.origin, found.origin if found else None

    def reveal(self, name: str, others: set[str]) -> None:
        """Put back what the import of a module brings."""
        for one in sorted(others, key=self.order.__getitem__):
            if one != name and one in self.hidden and (loader := self.watched(one)):
                sys.modules[one] = self.hidden[one]
                loader.exec_module(self.hidden[one])
            module = self.hidden.pop(one, None)
            if module is None:
                continue
            sys.modules[one] = module
            if one in self.attributes:
                package, _, last = one.rpartition(".")
                vars(sys.modules[package])[last] = self.attributes.pop(one)
            if one in self.changes:
                self.changes[one].redo()
        waiting = self.kept_streams
        self.kept_streams = []
        for holder, key, stream in waiting:
            now = getattr(sys, stream)
            if now is self.streams[stream]:
                self.kept_streams.append((holder, key, stream))
            elif holder.get(key) is self.streams[stream]:
                holder[key] = now

    def reseed(self) -> None:
        """Seed what a fresh process would have seeded for itself; Python's own `random` does so in a fork."""
        random = self.hidden.get("numpy.random")
        if random is not None:
            random.seed()


class Reveal:
    """The loader of a hidden module: it is loaded already."""

    def __init__(self, early: Early, name: str, module: Any, others: set[str]) -> None:
        self.early = early
        self.name = name
        self.module = module
        self.others = others
        self.kept = {name: value for name, value in vars(module).items() if name in MADE}

    def create_module(self, spec: Any) -> Any:
        """Return the module."""
        return self.module

    def exec_module(self, module: Any) -> None:
        """Bring what belongs to it, and let it be as its own loader has left it."""
        for name in MADE:
            vars(module).pop(name, None)
        vars(module).update(self.kept)
        self.early.reveal(self.name, self.others)


class Loads:
    """A finder that finds nothing, and notes who asks for a module that is not loaded yet."""

    def __init__(self, early: Early) -> None:
        self.early = early

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Note it."""
        self.early.note(importer(sys._getframe(1)), name)


class Change:
    """What an import changed beside `sys.modules`."""

    def __init__(self, before: dict[str, Any]) -> None:
        after = self.state()
        self.environment = {
            name: (before["environment"].get(name), after["environment"].get(name))
            for name in {**before["environment"], **after["environment"]}
            if before["environment"].get(name) != after["environment"].get(name)
        }
        self.filters = [one for one in after["filters"] if one not in before["filters"]]
        self.reason = next((told for name, told in TOLD.items() if before[name] != after[name]), "")

    @staticmethod
    def state() -> dict[str, Any]:
        """Return what an import may change."""
        return {
            "environment": dict(os.environ),
            "filters": list(warnings.filters),
            "threads": (threading.active_count(), native_threads()),
            "files": open_files(),
            "signals": [signal.getsignal(number) for number in signal.valid_signals()],
            "hooks": [sys.excepthook, sys.displayhook, sys.stdout, sys.stderr, *sys.path_hooks, *sys.path],
            "builtins": sorted(vars(builtins)),
        }

    def undo(self) -> None:
        """Put back what was there."""
        self.set_environment(0)
        if self.filters:
            warnings.filters[:] = [one for one in warnings.filters if one not in self.filters]  # type: ignore[index]
            warnings._filters_mutated()  # type: ignore[attr-defined]

    def redo(self) -> None:
        """Change it again."""
        self.set_environment(1)
        if self.filters:
            warnings.filters[:0] = self.filters  # type: ignore[index]
            warnings._filters_mutated()  # type: ignore[attr-defined]

    def set_environment(self, which: int) -> None:
        for name, values in self.environment.items():
            value = values[which]
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


TOLD = {
    "threads": "it starts threads",
    "files": "it keeps files open",
    "signals": "it handles signals",
    "hooks": "it changes what Python does",
    "builtins": "it adds names to Python's own",
}


class Listening:
    """Hears what an import says: text, warnings, and whether it asks for the shell."""

    def __init__(self) -> None:
        self.text = ""
        self.reason = ""

    def __enter__(self) -> Listening:
        flush()
        self.file = tempfile.TemporaryFile()
        self.plain = [os.dup(1), os.dup(2)]
        os.dup2(self.file.fileno(), 1)
        os.dup2(self.file.fileno(), 2)
        self.filter = ("always", None, Warning, None, 0)
        warnings.filters.insert(0, self.filter)  # type: ignore[attr-defined]
        warnings._filters_mutated()  # type: ignore[attr-defined]
        self.plain_show = warnings.showwarning
        warnings.showwarning = self.warned
        self.shell = sys.modules["IPython.core.interactiveshell"].InteractiveShell
        self.plain_initialized = vars(self.shell).get("initialized")
        self.shell.initialized = classmethod(lambda cls: self.asked())
        return self

    def __exit__(self, *_: object) -> None:
        if self.plain_initialized is None:
            del self.shell.initialized
        else:
            self.shell.initialized = self.plain_initialized
        warnings.showwarning = self.plain_show
        if self.filter in warnings.filters:
            warnings.filters.remove(self.filter)  # type: ignore[attr-defined]
            warnings._filters_mutated()  # type: ignore[attr-defined]
        flush()
        for number, plain in enumerate(self.plain, 1):
            os.dup2(plain, number)
            os.close(plain)
        self.file.seek(0)
        self.text = self.file.read().decode("utf-8", "replace")
        self.file.close()

    def asked(self) -> bool:
        self.reason = self.reason or "it asks for the shell"
        return False

    def warned(self, message: Any, category: Any, filename: str, *_: Any, **__: Any) -> None:
        by_cell = filename == __file__ or "importlib" in filename
        if sys.warnoptions or by_cell or not issubclass(category, QUIET):
            self.reason = self.reason or "it warns"


def flush() -> None:
    """Write what waits in the streams."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def importer(frame: Any) -> str:
    """Return the module that is being imported, whichever function of whichever module it has called."""
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            return str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    return ""


def absolute(name: str, globals: Any, level: int) -> str:
    """Return the full name of a module that an import statement names."""
    if not level:
        return name
    package = (globals or {}).get("__package__") or (globals or {}).get("__name__", "")
    base = package.rsplit(".", level - 1)[0]
    return f"{base}.{name}" if name else base


def is_installed(name: str) -> bool:
    """Say whether a module is of Python or an installed package, which do not change while they are used."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return False
    if spec is None or not spec.origin:
        return False
    if spec.origin in ("built-in", "frozen"):
        return True
    return (
        spec.origin.startswith((sys.prefix + os.sep, sys.base_prefix + os.sep))
        or "site-packages" in spec.origin
    )


def native_threads() -> int:
    """Return how many threads the process has; 0 where that cannot be told."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def open_files() -> list[str]:
    """Return what the process has open, as far as that can be told."""
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return []
    found = []
    for number in numbers:
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if not target.startswith(("/dev/", "/proc/")):
            found.append(target)
    return sorted(found)
