"""Kernels that stand ready: forked from a process that has imported what the cells will ask for.

On Linux a *zygote*, which has run nothing, forks itself into kernels; one of them is *parked*, started and
connected, for whoever asks next. Where a fork is not safe (another system, a GPU, TensorFlow already at work)
a spare kernel is started in advance that has imported the same. Either is what a fresh kernel would be: see
`zygote/imports.py`. Whatever has changed since it began to stand there (a variable of the environment, an
installed package, a settings file of a library, a file beside the deck that would be imported instead) makes
it useless, and it is thrown away.
"""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from celldeck.execute.kernels import OWN_PYTHON, CannotStart
from celldeck.execute.noise import without_noise
from celldeck.frozen import frozen

if TYPE_CHECKING:
    from celldeck.execute.kernel import JupyterKernel

START = Path(__file__).parent / "zygote" / "start.py"
READY_S = 120.0
"""Seconds that a zygote may take to import."""
FORK_S = 10.0
MOST_ZYGOTES = 2
"""One a folder that decks work in; each takes what its packages take: with TensorFlow, Keras and matplotlib
710 MB resident, about 260 MB of it its own share."""

_PROBED = (
    "matplotlibrc",
    "~/.config/matplotlib/matplotlibrc",
    "~/.matplotlib/matplotlibrc",
    "~/.keras/keras.json",
)
"""Files that libraries read while they are imported."""
_OWN_VARIABLES = ("IPYTHONDIR", "JPY_PARENT_PID")
"""Variables that each kernel has for itself."""


def imports_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the modules that the code of cells imports, in order; code that is no Python has none.

    Of `from a import b` both `a` and `a.b` are named: only an import can tell whether `b` is a module.
    """
    return tuple(dict.fromkeys(name for source in sources for name in _imports_of(source)))


@lru_cache(2048)
def _imports_of(source: str) -> tuple[str, ...]:
    plain = "\n".join(line for line in source.split("\n") if not line.lstrip().startswith(("%", "!")))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        return ()
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"]
    return tuple(found)


def can_fork() -> bool:
    """Say whether a process that has imported packages may be forked here."""
    if not sys.platform.startswith("linux") or not hasattr(os, "pidfd_open") or _has_gpu():
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _has_gpu() -> bool:
    """Say whether a library may find a GPU: what it holds there does not survive a fork."""
    asked = os.environ.get("CUDA_VISIBLE_DEVICES")
    if asked is not None:
        return asked.strip() not in ("", "-1")
    return any(Path(path).exists() for path in ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg"))


@frozen
class World:
    """What a process found when it began to import."""

    environment: Mapping[str, str]
    files: tuple[tuple[str, object], ...]

    @classmethod
    def now(cls, folder: Path, environment: Mapping[str, str]) -> World:
        """Return what a kernel of this folder would find."""
        paths = [folder / path if path[0] != "~" else Path(path).expanduser() for path in _PROBED]
        paths += [Path(path) for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
        own = {name: value for name, value in environment.items() if name not in _OWN_VARIABLES}
        return cls(own, tuple((str(path), _stamp(path)) for path in paths))


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def beside(folder: Path) -> frozenset[str]:
    """Return the names under which modules would be found in a folder."""
    found = set()
    with suppress(OSError):
        for entry in os.scandir(folder):
            name, dot, _ = entry.name.partition(".")
            is_file = dot and entry.name.endswith((".py", ".pyc", ".so", ".pyd"))
            if is_file or os.path.exists(os.path.join(entry.path, "__init__.py")):
                found.add(name)
    return frozenset(found)


@dataclass(slots=True)
class Forked:
    """A kernel's process that a zygote has forked, as `subprocess.Popen` would show it."""

    pid: int
    returncode: int | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        """Return its exit status, below 0 for a signal; None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it has ended."""
        self.ended.wait(timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(9)

    terminate = kill


class Zygote:
    """A process that has imported modules, and forks itself into kernels. It ends with this process."""

    def __init__(self, folder: Path, modules: tuple[str, ...], environment: Mapping[str, str]) -> None:
        """Start it in the folder that its kernels will work in; it is of use once it is ready."""
        self.folder = folder
        self.modules = modules
        self.world = World.now(folder, environment)
        self.told: Mapping[str, Any] = {}
        """What it has said of its imports, once it is ready."""
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._born: list[int] = []
        self._birth = threading.Condition()
        self._children: dict[int, Forked] = {}
        self._over = False
        self._closing = threading.Lock()
        self._closed = False
        ours, theirs = socket.socketpair()
        self._socket = ours
        try:
            self.process = subprocess.Popen(
                [sys.executable, str(START), json.dumps({"modules": modules, "socket": theirs.fileno()})],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=dict(self.world.environment),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        finally:
            theirs.close()
        self._reader = threading.Thread(target=self._read, daemon=True, name="zygote")
        self._reader.start()

    @property
    def is_ready(self) -> bool:
        """It has imported everything, and forks on request."""
        return self._ready.is_set() and not self._over

    def wait(self, timeout_s: float = READY_S) -> bool:
        """Wait until it is ready; say whether it is."""
        self._ready.wait(timeout_s)
        return self.is_ready

    def fork(self, argv: list[str], folder: Path, environment: Mapping[str, str], log: Path) -> Forked:
        """Return a new process that becomes a kernel.

        Raises:
            OSError: the zygote is gone.
        """
        own = {**environment, "JPY_PARENT_PID": str(self.process.pid)}
        wanted = {"argv": argv, "cwd": str(folder), "env": own, "log": str(log)}
        with self._lock:
            self._socket.sendall(json.dumps({"fork": wanted}).encode() + b"\n")
            with self._birth:
                if not self._birth.wait_for(lambda: self._born or self._over, FORK_S) or not self._born:
                    raise OSError("the process that kernels are forked from is gone")
                return self._children[self._born.pop()]

    def close(self) -> None:
        """End it, and every kernel that was forked from it."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        self.process.kill()
        self.process.wait()
        self._reader.join(5)
        self._socket.close()

    def close_when_idle(self) -> None:
        """Wait until no kernel that was forked from it runs, and end it."""
        with self._birth:
            self._birth.wait_for(lambda: self._over or not self._children)
        self.close()

    def shadowed(self, names: frozenset[str]) -> bool:
        """Say whether files of these names would be imported instead of what it has imported."""
        return not names.isdisjoint(self.told.get("tops", ()))

    def _read(self) -> None:
        held = b""
        while True:
            try:
                data = self._socket.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
        self._over = True
        self._ready.set()
        with self._birth:
            for child in self._children.values():
                # They end with it.
                child.returncode = -9
                child.ended.set()
            self._birth.notify_all()

    def _take(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:
            self.told = message["ready"]
            self._ready.set()
            return
        with self._birth:
            if "forked" in message:
                self._children[message["forked"]] = Forked(message["forked"])
                self._born.append(message["forked"])
                self._birth.notify_all()
            else:
                pid, status = message["ended"]
                child = self._children.pop(pid)
                child.returncode = status
                child.ended.set()
                self._birth.notify_all()


class Standby:
    """Has kernels ready for the folders of decks: `warm` says what they will need, `take` hands one out."""

    def __init__(self, environment: Callable[[], Mapping[str, str]], *, forks: bool | None = None) -> None:
        """Start nothing yet.

        Args:
            environment: gives the variables that a kernel would have now.
            forks: False: spare kernels are started instead of forked ones; None: what is safe here.
        """
        self._environment = environment
        self._forks = forks
        self._lock = threading.Condition()
        self._wanted: dict[Path, tuple[str, ...]] = {}
        self._unfit: dict[str, str] = {}
        self._zygotes: dict[Path, Zygote] = {}
        self._parked: dict[Path, tuple[JupyterKernel, World, tuple[str, ...]]] = {}
        self._retired: list[Zygote] = []
        self._tasks: list[Path] = []
        self._thread: threading.Thread | None = None
        self._closed = False
        self._starting: JupyterKernel | None = None

    @property
    def unfit(self) -> Mapping[str, str]:
        """Packages that are not imported in advance, and why."""
        return dict(self._unfit)

    def warm(self, name: str, folder: Path, modules: Iterable[str] = ()) -> None:
        """Begin to prepare a kernel, in the background. A kernel of another kind is left alone.

        Args:
            name: of the kernel.
            folder: that it will work in.
            modules: that its cells import, as `imports_of` tells.
        """
        if name not in OWN_PYTHON:
            return
        folder = Path(os.path.abspath(folder))
        with self._lock:
            known = self._wanted.get(folder, ())
            # numpy first: the threads of its BLAS would count as another package's.
            self._wanted[folder] = tuple(dict.fromkeys((*known, "numpy", *modules)))
            self._queue(folder)

    def take(self, name: str, folder: Path) -> JupyterKernel | None:
        """Return a kernel that stands ready, or one that is forked now; None if there is neither.

        The next one is prepared in the background.
        """
        if name not in OWN_PYTHON:
            return None
        folder = Path(os.path.abspath(folder))
        with self._lock:
            parked = self._parked.pop(folder, None)
            zygote = self._zygotes.get(folder)
            wanted = folder in self._wanted
        try:
            now = World.now(folder, self._environment())
            names = beside(folder)
            if parked:
                kernel, world, modules = parked
                shadowed = zygote.shadowed(names) if zygote else bool(names & _tops(modules))
                if world == now and not shadowed and kernel.is_alive():
                    return kernel
                kernel.close()
            if zygote and zygote.is_ready and zygote.world == now and not zygote.shadowed(names):
                with suppress(CannotStart, OSError):
                    return self._forked(zygote)
            return None
        finally:
            if wanted:
                with self._lock:
                    self._queue(folder)

    def is_ready(self, folder: Path) -> bool:
        """Say whether a kernel is parked for a folder."""
        return Path(os.path.abspath(folder)) in self._parked

    def wait(self, folder: Path, timeout_s: float = READY_S) -> bool:
        """Wait until a kernel is parked for a folder; say whether one is."""
        folder = Path(os.path.abspath(folder))
        with self._lock:
            return self._lock.wait_for(lambda: folder in self._parked or self._closed, timeout_s) and (
                folder in self._parked
            )

    def close(self) -> None:
        """End everything that stands ready. Kernels that were forked end too: they belong to their zygote."""
        with self._lock:
            self._closed = True
            parked = [kernel for kernel, _, _ in self._parked.values()]
            self._parked.clear()
            zygotes = [*self._zygotes.values(), *self._retired]
            self._zygotes.clear()
            starting = self._starting
            self._lock.notify_all()
        if starting:
            starting.close()
        for kernel in parked:
            kernel.close()
        for zygote in zygotes:
            zygote.close()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(10)

    def _queue(self, folder: Path) -> None:
        if self._closed:
            return
        if folder not in self._tasks:
            self._tasks.append(folder)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True, name="standby")
            self._thread.start()
        self._lock.notify_all()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._tasks or self._closed)
                if self._closed:
                    return
                folder = self._tasks.pop(0)
            # What cannot be prepared is started when it is needed, and says there what is wrong.
            with suppress(CannotStart, OSError):
                self._prepare(folder)

    def _prepare(self, folder: Path) -> None:
        """Have a zygote and a parked kernel for a folder that are up to date."""
        world = World.now(folder, self._environment())
        modules = self._modules(folder)
        forks = can_fork() if self._forks is None else self._forks
        zygote = self._zygote(folder, world, modules) if forks else None
        modules = self._modules(folder)
        with self._lock:
            parked = self._parked.get(folder)
            if parked and parked[1] == world and parked[2] == modules and parked[0].is_alive():
                return
            self._parked.pop(folder, None)
        if parked:
            parked[0].close()
        kernel = self._forked(zygote) if zygote else self._spare(folder, modules)
        with self._lock:
            if not self._closed:
                self._parked[folder] = (kernel, world, modules)
                self._lock.notify_all()
                return
        kernel.close()

    def _modules(self, folder: Path) -> tuple[str, ...]:
        """Return what is to be imported for a folder: without what is unfit, or shadowed by a file there."""
        without = beside(folder) | set(self._unfit)
        return tuple(name for name in self._wanted[folder] if name.partition(".")[0] not in without)

    def _zygote(self, folder: Path, world: World, modules: tuple[str, ...]) -> Zygote | None:
        """Return a zygote that has imported these modules, a new one if need be; None: forking is no use."""
        while True:
            with self._lock:
                zygote = self._zygotes.get(folder)
                if self._closed:
                    raise CannotStart("it was stopped")
            if zygote and zygote.is_ready and zygote.world == world and self._has(zygote, modules):
                return zygote
            new = Zygote(folder, modules, world.environment)
            if not new.wait():
                new.close()
                return None
            with self._lock:
                old = self._zygotes.pop(folder, None)
                self._zygotes[folder] = new
                surplus = (
                    [self._zygotes.pop(next(iter(self._zygotes)))]
                    if len(self._zygotes) > MOST_ZYGOTES
                    else []
                )
                closed = self._closed
            for one in (old, *surplus):
                if one:
                    self._retire(one)
            if closed:
                new.close()
            if new.told["touched"]:
                self._forks = False
                return None
            unfit = unfit_packages(new.told)
            if not unfit:
                return new
            self._unfit.update(unfit)
            modules = self._modules(folder)

    def _has(self, zygote: Zygote, modules: tuple[str, ...]) -> bool:
        """Say whether a zygote has imported these modules, and none that is unfit."""
        return set(modules) <= set(zygote.modules) and _tops(zygote.modules).isdisjoint(self._unfit)

    def _retire(self, zygote: Zygote) -> None:
        """Let a zygote end once the kernels that were forked from it have ended."""
        self._retired.append(zygote)
        threading.Thread(target=zygote.close_when_idle, daemon=True, name="zygote that goes").start()

    def _forked(self, zygote: Zygote) -> JupyterKernel:
        from celldeck.execute.kernel import JupyterKernel

        return self._started(JupyterKernel("python3", zygote.folder, zygote=zygote))

    def _spare(self, folder: Path, modules: tuple[str, ...]) -> JupyterKernel:
        from celldeck.execute.kernel import JupyterKernel

        return self._started(JupyterKernel("python3", folder, modules=modules))

    def _started(self, kernel: JupyterKernel) -> JupyterKernel:
        with self._lock:
            self._starting = kernel
        try:
            kernel.start()
        except BaseException:
            kernel.close()
            raise
        finally:
            self._starting = None
        return kernel


def unfit_packages(told: Mapping[str, Any]) -> dict[str, str]:
    """Return which packages must not be imported in advance, from what a zygote said of its imports."""
    unfit = dict(told["unfit"])
    for top, text in told["printed"].items():
        if without_noise(text).strip():
            unfit.setdefault(top, "it prints")
    return unfit


def _tops(modules: Iterable[str]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in modules)
