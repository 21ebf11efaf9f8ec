"""LiveDeck: the cells of one served deck, edited and run in a kernel of their own.

The kernel stands where the built deck stood. Before a cell runs for the first time, the cells above it that
this kernel has not run yet run first; from then on it is a notebook's kernel, and does what it is told.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from celldeck.errors import DeckError
from celldeck.execute.kernels import CannotStart, KernelDied, KernelFailed, LiveKernel
from celldeck.execute.messages import Collector, DisplayIds, Update, updated
from celldeck.execute.plan import Step, steps_of
from celldeck.files import write_atomically
from celldeck.model import Cell, Deck, Output
from celldeck.parse import parse
from celldeck.parse.cells import PYTHON
from celldeck.pipeline import output_tools
from celldeck.render.mime import MimeTools
from celldeck.serve.live.edits import difference, why_not, with_edits, written
from celldeck.serve.live.kernel import DeckKernel, Spare
from celldeck.serve.live.painter import Painter
from celldeck.serve.live.state import CellState, KernelState, Mark, Shown
from celldeck.source import Source
from celldeck.tools import Tools

WATCH_S = 2.0
"""How often it is looked whether an idle kernel has died."""

_SHOWING = frozenset(
    {"stream", "display_data", "execute_result", "update_display_data", "error", "clear_output"}
)
"""Kinds of messages that change what is shown."""

LATE_S = 0.5
"""How long after a run it is still heard of what it has written."""

Start = Callable[[str, Path, str | None], LiveKernel]
"""Takes what `StartKernel` takes."""
Reply = Callable[[dict[str, Any]], object]


class LiveDeck:
    """One deck. Its methods may be called from any thread; what takes long is done in a thread of its own."""

    def __init__(self, start: Start, make_tools: Callable[[], Tools], folder: Path) -> None:
        """Take who starts kernels, what rendering needs, and the folder that edits are kept in."""
        self._start = start
        self._folder = folder
        self._make_tools = make_tools
        self._lock = threading.Condition(threading.RLock())
        self._deck: Deck | None = None
        self._cells: dict[int, CellState] = {}
        self._generation = 0
        self._kernel_state = KernelState()
        self._listeners: set[Callable[[], object]] = set()
        self._jobs: deque[tuple[str, Callable[[], object]]] = deque()
        self._queue: list[int] = []
        """The cells that run next, in order."""
        self._wishes: dict[int, int] = {}
        """For cells that wait, which wish they belong to: a failure ends the wish that it is part of."""
        self._wish_count = 0
        self._current: int | None = None
        self._painting: int | None = None
        """The cell whose outputs are painted: the one that runs, or one whose output that has updated."""
        self._kernel: DeckKernel | None = None
        self._spare: Spare | None = None
        self._last_run: int | None = None
        self._ids = DisplayIds()
        self._ended = -LATE_S
        """When a cell has run last, by the monotonic clock."""
        self._life = 0
        """Counts kernels: what an earlier one still says is not heard."""
        self._thread: threading.Thread | None = None
        self._own_tools: Tools | None = None
        """Of the thread that runs: its engines live in it."""
        self._code_tools: tuple[Deck, MimeTools] | None = None
        self._closed = False
        self._painter = Painter(make_tools, self._painted)

    # ------------------------------------------------------------ what builds tell

    def built(self, deck: Deck, provisional: Iterable[int] = (), *, verified: bool = False) -> None:
        """Take a build of the deck; what was done here to cells that are still there stays."""
        doubtful = set(provisional)
        with self._lock:
            before = {key: self._cells[index] for index, key in self._keys() if index in self._cells}
            self._deck = deck
            cells: dict[int, CellState] = {}
            for index, key in self._keys():
                cell = deck.cells[index]
                state = before.get(key) or CellState(index, cell.source)
                state.index, state.fixed, state.place = index, why_not(cell), str(cell.span)
                state.language = cell.language
                state.built_mark = self._built_mark(cell, index in doubtful, verified)
                cells[index] = state
            stays = {id(state) for state in cells.values()}
            lost = [state for state in self._cells.values() if id(state) not in stays]
            written = {cell.source for cell in deck.cells}
            if any(state.edited is not None and state.edited not in written for state in lost):
                # The author has changed the same code in the file, which counts.
                self._do("aside", self._set_diff_aside)
            self._cells = cells
            self._generation += 1
            self._queue = [index for index in self._queue if index in cells]
            if lost:
                self._forget_kernel_of_other_code()
            self._changed(*cells)

    def _keys(self) -> list[tuple[int, tuple[str, int]]]:
        """Return cells with what they are known by from build to build: code, and place among equals."""
        counts: dict[str, int] = {}
        keys = []
        for cell in self._deck.cells if self._deck else ():
            counts[cell.source] = counts.get(cell.source, 0) + 1
            if cell.options["eval"] and cell.source.strip():
                keys.append((cell.index, (cell.source, counts[cell.source])))
        return keys

    def _forget_kernel_of_other_code(self) -> None:
        """End kernels that have run what the deck has no more."""
        steps = self._steps(built=True)
        if self._spare and self._spare.steps != tuple(steps[: len(self._spare.steps)]):
            _end_later(self._spare)
            self._spare = None
        if self._kernel and self._current is None and not self._kernel.is_prefix_of(self._steps()):
            self._end_kernel()

    @staticmethod
    def _built_mark(cell: Cell, is_provisional: bool, verified: bool) -> Mark:
        if cell.outputs is None:
            return ""
        if is_provisional:
            return "provisional"
        return "verified" if verified else "built"

    # ------------------------------------------------------------ what pages hear

    def listen(self, listener: Callable[[], object]) -> Callable[[], object]:
        """Call `listener` whenever there is news; return how to stop it."""
        with self._lock:
            self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def news(self, shown: Shown) -> dict[str, Any] | None:
        """Return what a page has not been told yet; None: nothing."""
        with self._lock:
            return shown.news(self._generation, self._cells, self._kernel_state)

    @property
    def is_running(self) -> bool:
        """Cells run here, so files may be written that are none of the author's doing."""
        is_busy = self._current is not None or bool(self._spare and not self._spare.is_over)
        return is_busy or time.monotonic() - self._ended < LATE_S

    def _changed(self, *indices: int) -> None:
        with self._lock:
            for index in indices:
                if index in self._cells:
                    self._cells[index].revision += 1
            for listener in tuple(self._listeners):
                listener()

    def _painted(self, index: int, parts: tuple[str, ...]) -> None:
        with self._lock:
            # After a reset, what the last kernel gave is not shown any more.
            is_wanted = self._current is not None and self._painting == index
            if is_wanted and index in self._cells and self._cells[index].parts != parts:
                self._cells[index].parts = parts
                self._changed(index)

    # ------------------------------------------------------------ what pages ask for

    def edit(self, index: int, source: str) -> None:
        """Take other code for a cell, not run yet."""
        with self._lock:
            cell = self._known(index)
            if cell.fixed and source != cell.built:
                raise DeckError(f"this cell cannot be changed here: {cell.fixed}")
            edited = None if source == cell.built else source
            if edited != cell.edited:
                cell.edited, cell.code = edited, None
                self._changed(index)
                self._do("keep", self._keep_edits)

    def run(self, indices: Iterable[int]) -> None:
        """Run cells after those that wait already."""
        with self._lock:
            self._wish_count += 1
            for index in indices:
                self._known(index)
                if index not in self._queue:
                    self._queue.append(index)
                    self._wishes[index] = self._wish_count
            self._tell_waiting()
            self._do("run", self._run_queue)

    def run_from(self, index: int) -> None:
        """Run a cell and all below it."""
        with self._lock:
            self._known(index)
            self.run([other for other in self._cells if other >= index])

    def run_all(self) -> None:
        """Run all cells in a fresh kernel."""
        with self._lock:
            self.restart()
            self.run(self._cells)

    def near(self, index: int) -> None:
        """Have the kernel ready for a cell that is likely to run soon."""
        with self._lock:
            self._known(index)
            self._do("near", partial(self._come_near, index))

    def interrupt(self) -> None:
        """End what runs and what waits."""
        with self._lock:
            self._queue.clear()
            self._tell_waiting()
            kernel, self._kernel_state.question = self._kernel, None
            is_busy = self._current is not None
        if kernel and is_busy:
            with suppress(KernelFailed):
                kernel.interrupt()

    def restart(self) -> None:
        """Begin with a fresh kernel; edits stay, and outputs until their cells run again."""
        with self._lock:
            self._end_kernel()
            for cell in self._cells.values():
                cell.is_stale = cell.is_stale or cell.is_made_here
            self._changed(*self._cells)

    def reset(self) -> None:
        """Bring back what was built: code, outputs and the state of the kernel."""
        with self._lock:
            had_edits = any(cell.edited is not None for cell in self._cells.values())
            self._end_kernel()
            for cell in self._cells.values():
                cell.clear()
            self._changed(*self._cells)
            self._jobs = deque(job for job in self._jobs if job[0] == "ask")
            if had_edits:
                self._do("keep", self._set_diff_aside)
            self._do("adopt", self._adopt)

    def answer(self, text: str) -> None:
        """Answer what a cell asks."""
        with self._lock:
            kernel, question = self._kernel, self._kernel_state.question
            self._kernel_state.question = None
            self._changed()
        if kernel and question:
            with suppress(KernelFailed):
                kernel.answer(text)

    def complete(self, index: int, code: str, cursor: int, reply: Reply) -> None:
        """Have `reply` called with what may stand at a place of a cell's code."""
        self._ask(index, lambda kernel: kernel.complete(code, cursor), reply)

    def inspect(self, index: int, code: str, cursor: int, reply: Reply) -> None:
        """Have `reply` called with the help for what stands at a place of a cell's code."""
        self._ask(index, lambda kernel: {"text": kernel.inspect(code, cursor)}, reply)

    def _ask(self, index: int, ask: Callable[[DeckKernel], dict[str, object]], reply: Reply) -> None:
        with self._lock:
            self._known(index)
            if self._current is not None:
                reply({"busy": True})
                return

            def work() -> None:
                kernel = self._come_near(index)
                with suppress(KernelFailed):
                    reply(ask(kernel) if kernel else {"busy": True})
                    return
                reply({"busy": True})

            self._do("ask", work)

    # ------------------------------------------------------------ the diff

    def diff(self, index: int | None = None) -> str:
        """Return what was changed here, as a diff of the deck's file; of one cell, or of all.

        Raises:
            DeckError: code that cannot stand in the file.
        """
        with self._lock:
            if self._deck is None:
                return ""
            return difference(self._deck, with_edits(self._deck, self._edits(index)), self._deck.source.path)

    def _edits(self, index: int | None = None) -> Mapping[int, str]:
        return {
            cell.index: cell.edited
            for cell in self._cells.values()
            if cell.edited is not None and index in (None, cell.index)
        }

    def keep(self, index: int, shown_diff: str) -> None:
        """Write a cell's code into the deck's file.

        Args:
            shown_diff: what the author has agreed to; nothing else is written.

        Raises:
            DeckError: the file or the edit has changed meanwhile, or it cannot be written.
        """
        with self._lock:
            deck = self._deck
            if deck is None or not shown_diff or shown_diff != self.diff(index):
                raise DeckError("this is not what was shown: look at it again")
            new = with_edits(deck, self._edits(index))
            self._check(deck, new, index)
            path = deck.source.path
            try:
                write_atomically(path, written(deck, new, path.read_bytes()))
            except OSError as error:
                raise DeckError(f"{path} cannot be written: {error.strerror or error}") from error

    def _check(self, deck: Deck, new: str, index: int) -> None:
        """Raise unless reading the new text gives the deck with this one cell changed."""
        path = deck.source.path
        cells = parse(Source.of(new, path), self._make_tools().options(path)).cells
        wanted = self._cells[index].edited
        others = [cell for cell in deck.cells if cell.index != index]
        is_so = (
            len(cells) == len(deck.cells)
            and cells[index].source == wanted
            and all(cell.origin or cells[cell.index].source == cell.source for cell in others)
        )
        if not is_so:
            raise DeckError(
                "this code would be read as something else in the file",
                deck.cells[index].span,
                "lines that begin with `#|` are options, and belong into the file",
            )

    def _keep_edits(self) -> None:
        """Make what is shown of edits, and keep them."""
        self._keep_diff()
        deck = self._deck
        if deck is None:
            return
        if self._code_tools is None or self._code_tools[0] is not deck:
            if self._own_tools is None:
                self._own_tools = self._make_tools()
            self._code_tools = (deck, output_tools(deck, self._own_tools))
        for index, source in self._edits().items():
            if self._cells[index].code is None:
                html = self._code_tools[1].code(source, deck.cells[index].language, ())
                with self._lock:
                    if index in self._cells and self._cells[index].edited == source:
                        self._cells[index].code = html
                        self._changed(index)

    def _keep_diff(self) -> None:
        """Keep what was changed in a file, so that nothing is lost whatever happens."""
        deck = self._deck
        if deck is None:
            return
        path = self._folder / f"{deck.source.path.stem}.diff"
        with suppress(OSError, DeckError):
            text = self.diff()
            if text:
                write_atomically(path, text)
            else:
                path.unlink(missing_ok=True)

    def _set_diff_aside(self) -> None:
        deck = self._deck
        if deck is None:
            return
        path = self._folder / f"{deck.source.path.stem}.diff"
        with suppress(OSError):
            path.replace(path.with_suffix(".before-reset.diff"))

    # ------------------------------------------------------------ the thread that runs

    def _known(self, index: int) -> CellState:
        if index not in self._cells:
            raise DeckError(f"there is no cell {index + 1} that runs")
        return self._cells[index]

    def _do(self, kind: str, work: Callable[[], object]) -> None:
        with self._lock:
            if self._closed:
                return
            if kind in ("near", "keep", "run"):
                # The last wish counts.
                self._jobs = deque(job for job in self._jobs if job[0] != kind)
            self._jobs.append((kind, work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="live deck")
                self._thread.start()
            self._lock.notify_all()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._jobs or self._closed, WATCH_S if self._kernel else None)
                if self._closed:
                    if self._own_tools:
                        self._own_tools.close()
                    return
                job = self._jobs.popleft()[1] if self._jobs else self._look_after
                life = self._life
            try:
                job()
            except Exception as error:
                # Whatever it is, the deck goes on; a mistake of ours keeps its traceback.
                is_told = isinstance(error, DeckError)
                self._died(str(error) if is_told else "".join(traceback.format_exception(error)), life)

    def _look_after(self) -> None:
        """Notice a kernel that has died while nothing ran."""
        with self._lock:
            kernel, life = self._kernel, self._life
        if kernel and not kernel.is_alive():
            self._died("the kernel has ended", life)

    def _run_queue(self) -> None:
        while True:
            with self._lock:
                if not self._queue or self._closed:
                    return
                index = self._queue[0]
            if not self._bring(index):
                continue
            with self._lock:
                if not self._queue or self._queue[0] != index:
                    continue
                wish = self._wishes[self._queue.pop(0)]
            if not self._run_one(index):
                self._give_up(wish)
            if not self._queue:
                self._after_runs()

    def _give_up(self, wish: int | None) -> None:
        """Run no more of what was wished for together with a cell that has failed."""
        with self._lock:
            self._queue = [index for index in self._queue if self._wishes.get(index) != wish]
            self._tell_waiting()

    def _bring(self, index: int) -> bool:
        """Have a kernel that has run the cells above one; say whether that went well."""
        life = self._life
        try:
            kernel = self._kernel_for(index)
        except KernelFailed as error:
            hint = f" ({error.hint})" if isinstance(error, CannotStart) and error.hint else ""
            self._died(f"{error}{hint}", life)
            return False
        if kernel is None:
            return False
        for step in self._steps():
            other = step.cell.index
            if other >= index or other in kernel.has_run:
                continue
            if kernel.is_prefix_of(self._steps(built=True)) and self._cells[other].edited is None:
                if not self._run_silently(kernel, step, index, life):
                    return False
            elif not self._run_one(other):
                self._give_up(self._wishes.get(index))
                return False
        return life == self._life

    def _kernel_for(self, index: int) -> DeckKernel | None:
        """Return the kernel, a fresh one if there is none; None: it is not wanted any more."""
        with self._lock:
            if self._kernel is not None:
                return self._kernel
            deck, life, spare = self._deck, self._life, self._spare
            assert deck is not None
            fits = spare is not None and self._fits(spare, index)
            if fits:
                self._spare = None
        self._tell("starting", "a kernel is being prepared")
        taken = spare.take() if spare and fits else None
        kernel = taken or DeckKernel(self._start_kernel())
        with self._lock:
            if life != self._life or self._closed:
                kernel.close()
                return None
            self._kernel = kernel
            self._ids = DisplayIds()
            self._tell("idle")
            return kernel

    def _fits(self, spare: Spare, index: int) -> bool:
        """Say whether a spare kernel has run nothing but cells above one, as they are now."""
        steps = self._steps()[: len(spare.steps)]
        mine = [(step.cell.index, step.identity) for step in spare.steps]
        return mine == [(step.cell.index, step.identity) for step in steps] and all(
            step.cell.index < index for step in spare.steps
        )

    def _start_kernel(self) -> LiveKernel:
        deck = self._deck
        assert deck is not None
        return self._start(deck.kernel or "", deck.source.path.absolute().parent, deck.gateway)

    def _steps(self, *, built: bool = False) -> tuple[Step, ...]:
        """Return the cells that run, with their code as it is now, or as it was built."""
        with self._lock:
            deck = self._deck
            assert deck is not None
            if built:
                return steps_of(deck)
            cells = tuple(
                replace(cell, source=self._cells[cell.index].source) if cell.index in self._cells else cell
                for cell in deck.cells
            )
            return tuple(step for step in steps_of(replace(deck, cells=cells)))

    def _run_silently(self, kernel: DeckKernel, step: Step, index: int, life: int) -> bool:
        """Run a cell of the built deck for the sake of its state; say whether that went well."""
        with self._lock:
            self._current = step.cell.index
            self._tell("busy", f"cell {step.cell.index + 1} runs first, for cell {index + 1}")
            self._tell_waiting()
        # What it shows is known by name, should a cell below update it.
        collector = Collector(step.name, self._ids)
        try:
            kernel.run(step, collector.feed)
        except KernelFailed as error:
            self._died(str(error), life)
            return False
        finally:
            with self._lock:
                self._current = None
        if life == self._life:
            self._tell("idle")
        return life == self._life

    def _run_one(self, index: int) -> bool:
        """Run a cell and show what it gives; say whether cells below may run."""
        with self._lock:
            kernel, deck, state, life = self._kernel, self._deck, self._cells.get(index), self._life
            if kernel is None or deck is None or state is None:
                return False
            step = next((step for step in self._steps() if step.cell.index == index), None)
            if step is None:
                # Its code is empty now.
                state.parts, state.is_made_here, state.is_stale = (), True, False
                self._changed(index)
                return True
            is_as_built = kernel.is_prefix_of(self._steps(built=True)) and state.edited is None
            is_as_built = is_as_built and index not in kernel.has_run
            state.began, state.waits_for = time.monotonic(), None
            self._current = self._last_run = self._painting = index
            self._tell("busy")
            self._tell_waiting()
            self._changed(index)
        collector = Collector(step.name, self._ids)
        feeding = threading.Lock()

        def on_message(kind: str, content: Mapping[str, Any]) -> None:
            with feeding:
                collector.feed(kind, content)
            # Until something comes, what the last run gave stays.
            if kind in _SHOWING:
                self._painter.wake()

        def on_input(prompt: str, secret: bool) -> None:
            with self._lock:
                if life == self._life:
                    self._kernel_state.question = (index, prompt, secret)
                    self._changed()

        def outputs() -> tuple[Output, ...]:
            with feeding:
                return collector.collected().outputs

        self._painter.begin(deck, step.cell, outputs)
        failure: KernelFailed | None = None
        began = time.monotonic()
        try:
            reply = kernel.run(step, on_message, on_input)
            if reply.error and not collector.has_error:
                collector.error(*reply.error)
        except KernelFailed as error:
            failure = error
            if life == self._life:
                collector.error("Kernel died", str(error))
        seconds = time.monotonic() - began
        if life != self._life:
            return False
        self._painter.finish()
        collected = collector.collected()
        state.outputs = collected.outputs
        self._update_others(deck, index, collected.updates)
        with self._lock:
            self._current = None
            self._kernel_state.question = None
            if life != self._life:
                return False
            state.began, state.seconds = None, round(seconds, 3)
            state.runs += 1
            self._ended = time.monotonic()
            state.is_stale = False
            state.is_made_here = not is_as_built
            if not is_as_built:
                below = [cell for cell in self._cells.values() if cell.index > index]
                for cell in below:
                    cell.is_stale = cell.is_stale or cell.mark != ""
            self._changed(*self._cells)
            self._tell("idle")
        if failure is not None:
            self._died(str(failure), life)
            return False
        return not collector.has_error or bool(step.cell.options["error"])

    def _update_others(self, deck: Deck, index: int, updates: tuple[Update, ...]) -> None:
        """Show what a cell that ran has changed of the outputs of others."""
        with self._lock:
            others = [cell for cell in self._cells.values() if cell.index != index] if updates else []
        for other in others:
            cell = deck.cells[other.index]
            shown = (cell.outputs or ()) if other.outputs is None else other.outputs
            new = tuple(updated(output, updates) for output in shown)
            if new == shown:
                continue
            with self._lock:
                self._painting, other.outputs, other.is_made_here = other.index, new, True
            self._painter.begin(deck, cell, partial(tuple, new))
            self._painter.finish()

    def _after_runs(self) -> None:
        """Look what the kernel uses, and have a spare one where it is likely to be needed."""
        with self._lock:
            kernel, deck, life = self._kernel, self._deck, self._life
        if kernel is None or deck is None:
            return
        try:
            device = kernel.status(is_python=deck.cells[0].language.lower() in PYTHON)
        except KernelDied as error:
            self._died(str(error), life)
            return
        with self._lock:
            if life != self._life:
                return
            self._kernel_state.device = device
            self._changed()
        self._prepare_spare()

    def _prepare_spare(self) -> None:
        with self._lock:
            index = self._last_run
            if index is None or self._deck is None or self._closed:
                return
            steps = [step for step in self._steps(built=True) if step.cell.index < index]
            if self._spare and self._spare.steps == tuple(steps):
                return
            if self._spare:
                _end_later(self._spare)
            self._spare = Spare(self._start_kernel, steps, self._changed)

    def _adopt(self) -> None:
        """Take the spare kernel, so that the state is that of the built deck; prepare another one."""
        with self._lock:
            index = self._last_run
            if self._kernel is not None or index is None or self._deck is None:
                return
        with suppress(KernelFailed):
            if self._kernel_for(index) is not None:
                self._prepare_spare()

    def _come_near(self, index: int) -> DeckKernel | None:
        """Bring the kernel to a cell, if that changes nothing that is shown; return it."""
        with self._lock:
            if self._deck is None:
                return None
            is_plain = self._kernel is None or self._kernel.is_prefix_of(self._steps(built=True))
            above = [cell for cell in self._cells.values() if cell.index < index]
            if not is_plain or any(cell.edited is not None for cell in above):
                return self._kernel
        return self._kernel if self._bring(index) else None

    # ------------------------------------------------------------ telling

    def _tell(self, state: Any, told: str = "") -> None:
        with self._lock:
            self._kernel_state.state, self._kernel_state.told = state, told
            self._changed()

    def _tell_waiting(self) -> None:
        """Say of each cell that waits what it waits for."""
        with self._lock:
            changed = []
            for cell in self._cells.values():
                ahead = self._current
                if cell.index in self._queue:
                    at = self._queue.index(cell.index)
                    ahead = self._queue[at - 1] if at else self._current
                waits = ahead if cell.index in self._queue else None
                if cell.waits_for != waits:
                    cell.waits_for = waits
                    changed.append(cell.index)
            if changed:
                self._changed(*changed)

    def _died(self, told: str, life: int | None = None) -> None:
        """The kernel cannot go on: say so. What is shown stays."""
        with self._lock:
            if life is not None and life != self._life:
                return
            self._end_kernel()
            self._tell("dead", told)

    def _end_kernel(self) -> None:
        """Forget the kernel; it is ended in the background."""
        with self._lock:
            self._life += 1
            kernel, self._kernel = self._kernel, None
            self._queue.clear()
            self._current = None
            for cell in self._cells.values():
                cell.began = cell.waits_for = None
            self._kernel_state = KernelState()
            self._changed(*self._cells)
        if kernel:
            _end_later(kernel)

    def close(self) -> None:
        """End everything."""
        with self._lock:
            self._closed = True
            self._life += 1
            kernel, self._kernel = self._kernel, None
            spare, self._spare = self._spare, None
            self._lock.notify_all()
        for one in (kernel, spare):
            if one:
                one.close()
        self._painter.close()
        if self._thread:
            self._thread.join(10)


def _end_later(one: DeckKernel | Spare) -> None:
    """End a kernel in the background."""
    threading.Thread(target=one.close, daemon=True, name="kernel that goes").start()
