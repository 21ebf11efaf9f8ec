"""Kernels of Jupyter, with what nbclient and jupyter_client have for them.

Imported only when a cell must run: with what it needs it takes a fifth of a second.

Jupyter: https://jupyter-client.readthedocs.io/en/stable/messaging.html and https://nbclient.readthedocs.io
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async

from celldeck.execute import agent
from celldeck.execute.client import Client, log
from celldeck.execute.kernels import (
    CannotStart,
    KernelDied,
    KernelFailed,
    OnInput,
    OnMessage,
    Reply,
    TimedOut,
    environment,
    is_own_python,
)
from celldeck.execute.messages import LARGEST_CONTENT, LONGEST_TEXT
from celldeck.execute.standby import START, Zygote
from celldeck.execute.terminal import HEAD_CHARACTERS, TAIL_CHARACTERS

if TYPE_CHECKING:
    from celldeck.execute.gateway import GatewayManager

START_S = 60
"""Seconds that a kernel may take to come up."""
GRACE_S = 5
"""Seconds that an interrupted cell may take to stop, before its kernel is killed."""

_INSTALL = {
    "ir": "R -e \"install.packages('IRkernel'); IRkernel::installspec()\"",
    "bash": "python -m pip install bash_kernel && python -m bash_kernel.install",
    "julia": "julia -e 'using Pkg; Pkg.add(\"IJulia\")'",
}

_STOPPED = "it was stopped"

T = TypeVar("T")


class _Manager(AsyncKernelManager):
    """A manager whose process may be forked instead of spawned."""

    zygote: Zygote | None = None
    log_file: Path

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        if self.zygote is None:
            await super()._async_launch_kernel(kernel_cmd, **kw)
            return
        launcher = importlib.util.find_spec("ipykernel_launcher")
        argv = [(launcher and launcher.origin) or "ipykernel_launcher", *kernel_cmd[3:]]
        provisioner: Any = self.provisioner
        folder, environment = Path(kw["cwd"]), kw["env"]
        try:
            process = await asyncio.to_thread(self.zygote.fork, argv, folder, environment, self.log_file)
        except OSError:
            # It has ended meanwhile, as the one for a folder does when others are worked in.
            await super()._async_launch_kernel(kernel_cmd, **kw)
            return
        provisioner.process = process
        provisioner.pid = provisioner.pgid = provisioner.process.pid
        self._reconcile_connection_info(provisioner.connection_info)


class JupyterKernel:
    """A kernel in a process of its own; its messages are read in a thread of its own."""

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        gateway: str | None = None,
        zygote: Zygote | None = None,
        modules: tuple[str, ...] = (),
    ) -> None:
        """Take the name of a kernelspec, or one that means the Python that runs celldeck.

        Args:
            gateway: address of the Jupyter server that has the kernel; None: this machine.
            zygote: of our own Python: the process is forked from it.
            modules: our own Python imports them before it answers, out of sight of the cells.

        Raises:
            CannotStart: there is no such kernel, or no room for its files.
        """
        self.files: tuple[Path, ...] = ()
        self._is_own = is_own_python(name, gateway)
        self._zygote = zygote
        self._modules = modules
        self._folder = folder
        try:
            self._private = Path(tempfile.mkdtemp(prefix="celldeck-"))
        except OSError as error:
            raise CannotStart(f"kernel '{name}' cannot be started: {error}", "is the disk full?") from error
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name=f"kernel {name}")
        self._thread.start()
        self._closing = threading.Lock()
        self._closed = False
        self._awaited: set[Future[Any]] = set()
        try:
            self._remote = None if gateway is None else _remote(gateway, name)
            self._manager = self._remote or self._managed(name)
        except BaseException:
            self.close()
            raise
        self._runner: Any = None

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            CannotStart: it does not come up, or the kernel was closed meanwhile.
        """
        try:
            self._await(self._start())
        except KernelDied as error:
            raise CannotStart(f"kernel '{self._manager.kernel_name}' cannot be started: {error}") from None

    def run(
        self,
        code: str,
        *,
        name: str,
        timeout_s: float,
        on_message: OnMessage,
        options: Mapping[str, object] | None = None,
        on_input: OnInput | None = None,
    ) -> Reply:
        """Run code to its end; see `kernels.LiveKernel`."""
        return self._await(self._run(code, name, timeout_s, on_message, options, on_input))

    def answer(self, text: str) -> None:
        """Answer what a cell asks; may be called from any thread."""

        async def answer() -> None:
            self._runner.kc.input(text)

        self._await(answer())

    def ask(self, kind: str, content: Mapping[str, object], timeout_s: float) -> Mapping[str, Any] | None:
        """Return the content of the kernel's reply; see `kernels.LiveKernel`."""

        async def ask() -> Mapping[str, Any] | None:
            client = self._runner.kc
            message = client.session.msg(f"{kind}_request", dict(content))
            client.shell_channel.send(message)
            with suppress(TimeoutError):
                return await asyncio.wait_for(self._reply(client, message["header"]["msg_id"]), timeout_s)
            return None

        try:
            return self._await(ask())
        except CannotStart as error:
            raise KernelDied(str(error)) from None

    @property
    def pid(self) -> int | None:
        """The number of its process on this machine; None: it has none."""
        number = getattr(getattr(self._manager, "provisioner", None), "pid", None)
        return number if isinstance(number, int) else None

    def is_alive(self) -> bool:
        """Say whether its process runs."""
        with suppress(KernelFailed):
            return self._await(self._is_alive())
        return False

    def interrupt(self) -> None:
        """Interrupt what runs; may be called from any thread."""
        self._await(self._interrupt())

    def close(self) -> None:
        """Kill the process, and clean up after it. A second call does nothing.

        What another thread waits for, ends: `run` raises KernelDied there.
        """
        with self._closing:
            if self._closed:
                return
            self._closed = True
            for awaited in tuple(self._awaited):
                awaited.cancel()
        if hasattr(self, "_manager"):
            with suppress(Exception):
                asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()
        shutil.rmtree(self._private, ignore_errors=True)

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        with self._closing:
            if self._closed:
                work.close()
                raise KernelDied(_STOPPED)
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
            self._awaited.add(future)
        try:
            return future.result()
        except CancelledError:
            raise KernelDied(_STOPPED) from None
        finally:
            self._awaited.discard(future)

    def _managed(self, name: str) -> AsyncKernelManager:
        manager = _Manager(log=log, client_factory=Client)
        if self._is_own:
            if importlib.util.find_spec("ipykernel_launcher") is None:
                raise CannotStart(
                    f"{sys.executable} has no kernel", f"{sys.executable} -m pip install ipykernel"
                )
            own = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            if self._modules:
                own[1:3] = [str(START), json.dumps({"modules": self._modules})]
            manager.zygote = self._zygote
            manager.log_file = self._private / "log"
            manager.kernel_name = name
            manager._kernel_spec = KernelSpec(
                # Cells may use each other's results as `Out`; no history file is to be written.
                # Jedi keeps a cache in the user's home, and a kernel that is killed leaves half of it.
                argv=[*own, "--HistoryManager.enabled=False", "--IPCompleter.use_jedi=False"],
                language="python",
                display_name="Python",
            )
        else:
            manager.kernel_name = name
            manager._kernel_spec = spec = _find(name)
            self.files = tuple(_files_of(spec))
        manager.connection_file = str(self._private / "connection.json")
        pipe = str(self._private / "s")
        # The path of a Unix socket may have 104 to 108 characters.
        if os.name == "posix" and len(pipe) < 95:
            manager.transport = "ipc"
            manager.ip = pipe
        # As many messages as come, and no long wait before the first: a kernel takes a moment to listen.
        manager.context.setsockopt(_zmq().RCVHWM, 0)
        manager.context.setsockopt(_zmq().RECONNECT_IVL, 10)
        # A greeting that got lost, as happens where many start at once, is repeated after half a minute else.
        manager.context.setsockopt(_zmq().HANDSHAKE_IVL, 1000)
        return manager

    async def _start(self) -> None:
        manager = self._manager
        variables = {**environment(), "IPYTHONDIR": str(self._private / "ipython")}
        with (self._private / "log").open("wb") as log:
            try:
                await manager.start_kernel(env=variables, cwd=str(self._folder), stdout=log, stderr=log)
            except OSError as error:
                raise CannotStart(f"kernel '{manager.kernel_name}' cannot be started: {error}") from error
        # Imported here: the process comes up meanwhile.
        self._runner = _make_runner(manager)
        client = self._runner.kc
        await ensure_async(client.start_channels(hb=False, stdin=False, control=False))
        spec = manager.kernel_spec
        code = None
        if spec is not None and spec.language == "python":
            code = self._remote.first_code(self._folder) if self._remote else ""
            code += agent.code(
                head=HEAD_CHARACTERS,
                tail=TAIL_CHARACTERS,
                longest_text=LONGEST_TEXT,
                largest_content=LARGEST_CONTENT,
            )
        try:
            await asyncio.wait_for(self._until_ready(client, code), START_S)
        except TimeoutError:
            raise CannotStart(f"kernel '{manager.kernel_name}' does not answer") from None

    async def _until_ready(self, client: Any, code: str | None) -> None:
        """Wait until the kernel has run `code`, and its messages arrive.

        Other Pythons may be too old for the agent, or not run IPython; then cells run without it.
        """
        request = client.execute(code, silent=True) if code else client.kernel_info()
        while True:
            content = await self._reply(client, request)
            if content.get("status") == "error" and self._is_own:
                raise RuntimeError(f"the agent cannot start: {content.get('evalue')}")
            # Subscribing takes its own time; what is sent before that is lost.
            with suppress(Empty):
                while True:
                    message = await client.iopub_channel.get_msg(timeout=0.1)
                    if message["parent_header"].get("msg_id") == request and _is_idle(message):
                        return
            request = client.kernel_info()

    async def _reply(self, client: Any, request: str) -> dict[str, Any]:
        """Return what the kernel answers; CannotStart if it ends instead."""
        while True:
            try:
                message = await client.shell_channel.get_msg(timeout=0.5)
            except Empty:
                if await self._manager.is_alive():
                    continue
                if self._remote:
                    name, cause = self._remote.kernel_name, self._remote.cause
                    raise CannotStart(f"kernel '{name}' cannot be started: {cause}") from None
                told = (self._private / "log").read_text("utf-8", errors="replace").strip().splitlines()
                last = f": {told[-1]}" if told else ""
                raise CannotStart(f"kernel '{self._manager.kernel_name}' ended at once{last}") from None
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])

    async def _run(
        self,
        code: str,
        name: str,
        timeout_s: float,
        on_message: OnMessage,
        options: Mapping[str, object] | None,
        on_input: OnInput | None,
    ) -> Reply:
        from nbclient.exceptions import DeadKernelError
        from nbformat.v4 import new_code_cell

        self._runner.on_message = on_message
        self._runner.kc.cell_name = name
        self._runner.kc.cell_options = options
        self._runner.kc.may_ask = on_input is not None
        cell = new_code_cell(code)  # type: ignore[no-untyped-call]
        self._runner.nb.cells = [cell]
        task = asyncio.ensure_future(self._runner.async_execute_cell(cell, 0))
        # If the kernel is closed meanwhile, nobody asks what has become of the cell.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        asking = asyncio.ensure_future(self._hear_questions(on_input)) if on_input else None
        try:
            done, _ = await asyncio.wait({task}, timeout=timeout_s)
            if not done:
                await self._stop_cell(task, timeout_s)
            await task
        except DeadKernelError:
            raise KernelDied(await self._cause_of_death()) from None
        finally:
            if asking is not None:
                asking.cancel()
        return Reply(self._runner.error)

    async def _hear_questions(self, on_input: OnInput) -> None:
        """Hand on what the cell asks, until nobody listens any more."""
        channel = self._runner.kc.stdin_channel
        while True:
            message = await channel.get_msg(timeout=None)
            if message["msg_type"] == "input_request":
                content = message["content"]
                on_input(str(content.get("prompt", "")), bool(content.get("password")))

    async def _stop_cell(self, task: asyncio.Future[Any], timeout_s: float) -> None:
        """Interrupt the cell, kill it if need be, and raise."""
        told = f"it ran longer than {timeout_s:g} s"
        await self._manager.interrupt_kernel()
        done, _ = await asyncio.wait({task}, timeout=GRACE_S)
        if done:
            # If the kernel died of the interrupt, that is the end of the cell too.
            task.exception()
            raise TimedOut(f"{told}, and was interrupted")
        task.cancel()
        await self._manager.shutdown_kernel(now=True)
        with suppress(asyncio.CancelledError, Exception):
            await task
        raise TimedOut(f"{told}, and was killed, since interrupting it did not help")

    async def _cause_of_death(self) -> str:
        if self._remote:
            return self._remote.cause or "the kernel died"
        provisioner = getattr(self._manager, "provisioner", None)
        code = await provisioner.poll() if provisioner else None
        if code is None:
            return "the kernel died"
        if code >= 0:
            return f"the kernel ended with exit status {code}"
        with suppress(ValueError):
            number = signal.Signals(-code)
            # Linux ends the largest process that way.
            memory = ": the memory may be full" if number.name == "SIGKILL" else ""
            return f"the kernel was killed by {number.name}{memory}"
        return f"the kernel was killed by signal {-code}"

    async def _is_alive(self) -> bool:
        return bool(await self._manager.is_alive())

    async def _interrupt(self) -> None:
        await self._manager.interrupt_kernel()

    async def _stop(self) -> None:
        if self._runner is not None:
            self._runner.kc.stop_channels()
        if self._manager.has_kernel:
            await self._manager.shutdown_kernel(now=True)
        await ensure_async(self._manager.cleanup_resources())
        # What was cancelled has to see that, before its loop ends.
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def _remote(gateway: str, name: str) -> GatewayManager:
    # Imported here: few decks run elsewhere.
    from celldeck.execute.gateway import GatewayManager

    return GatewayManager(gateway, name)


def _make_runner(manager: AsyncKernelManager | GatewayManager) -> Any:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionComplete
    from nbformat.v4 import new_notebook

    class Runner(NotebookClient):
        """nbclient, with the messages handed on as they come instead of kept in a notebook."""

        on_message: OnMessage
        error: tuple[str, str] | None = None

        def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> None:
            """Take a message; nbclient's own method keeps it."""
            if _is_idle(msg):
                raise CellExecutionComplete
            self.on_message(msg["msg_type"], msg["content"])

        async def _check_raise_for_error(self, cell: Any, cell_index: int, exec_reply: Any) -> None:
            content = exec_reply["content"]
            failed = content["status"] == "error"
            self.error = (str(content["ename"]), str(content["evalue"])) if failed else None

    runner = Runner(
        nb=new_notebook(),  # type: ignore[no-untyped-call]
        km=cast(Any, manager),
        log=log,
        timeout=None,
        # Only kernels that lose messages make anyone wait so long.
        iopub_timeout=30,
        store_widget_state=False,
    )
    runner.kc = manager.client()
    return runner


def _is_idle(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")


def _find(name: str) -> KernelSpec:
    specs = KernelSpecManager(log=log)
    try:
        return specs.get_kernel_spec(name)
    except NoSuchKernel:
        here = ", ".join(sorted({"python3", *specs.find_kernel_specs()}))
        family = next((family for family in _INSTALL if name.startswith(family)), None)
        install = f"; to install this one: {_INSTALL[family]}" if family else ""
        raise CannotStart(f"there is no kernel '{name}'", f"kernels here: {here}{install}") from None


def _files_of(spec: KernelSpec) -> list[Path]:
    files = [Path(spec.resource_dir) / "kernel.json"]
    program = Path(spec.argv[0]) if spec.argv else None
    if program and program.is_absolute():
        files.append(program)
    return files


def _zmq() -> Any:
    import zmq

    return zmq
