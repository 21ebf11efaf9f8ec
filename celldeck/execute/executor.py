"""Executor: a deck's kernel, and what is known of its cells, kept from one build to the next."""

from __future__ import annotations

from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.errors import Notice
from celldeck.execute import freeze
from celldeck.execute.facts import Facts, World
from celldeck.execute.keeper import Keeper
from celldeck.execute.kernels import Kernels, StartKernel, is_own_python
from celldeck.execute.memo import Memo
from celldeck.execute.past_runs import PastRuns
from celldeck.execute.plan import Plan, Step, plan, steps_of
from celldeck.execute.progress import Progress, Silent
from celldeck.execute.recent import Recent
from celldeck.execute.run import Runner, name_of
from celldeck.execute.settle import settled
from celldeck.execute.store import Record, Store
from celldeck.execute.walk import Walk
from celldeck.frozen import frozen
from celldeck.model import Deck

if TYPE_CHECKING:
    from celldeck.execute.file_vault import FileVault
    from celldeck.execute.incremental import Incremental

TIMEOUT_S = 300.0


@frozen
class ExecuteTools:
    """What executing a deck needs from outside."""

    store: Store | None = None
    """Where outputs are kept; None: nowhere, so every cell runs."""
    progress: Progress = field(default_factory=Silent)
    timeout_s: float = TIMEOUT_S
    """How long a cell may run that does not say so itself."""
    folder: Path | None = None
    """The folder that cells work in; None: the deck's own, so `open("a.csv")` is the file beside the deck."""
    run: bool = True
    """False: take what is stored and start nothing; from the first cell that must run, none has outputs."""
    retry_errors: bool = True
    """Run a cell again that raised without being allowed to, though nothing has changed."""
    incremental: bool = False
    """Run what must run, in a kernel that is kept; False: if anything must run, all does, in a fresh one."""
    freeze: bool = False
    """Build from the outputs that are frozen beside the deck, where its front matter does not say."""
    thaw: bool = False
    """Run decks with frozen outputs anew, and freeze what they give."""
    start: StartKernel = field(default_factory=lambda: Kernels().start)


@frozen
class Executed:
    """A deck with the outputs of its cells, and how it came by them."""

    deck: Deck
    ran: tuple[int, ...] = ()
    """The indices of the cells that ran, in order; one that ran twice stands twice."""
    reasons: tuple[str | None, ...] = ()
    """For each cell why it ran, or was kept, in words; None: it does not run."""
    provisional: tuple[int, ...] = ()
    """The indices of the cells whose outputs are not of a run of the whole deck in a fresh kernel."""
    files: frozenset[str] = frozenset()
    """Paths, from the folder the cells work in, of what they have read or looked for."""
    folders: frozenset[str] = frozenset()
    """Those of folders that they have listed."""

    @property
    def is_clean(self) -> bool:
        """No output is provisional."""
        return not self.provisional

    @property
    def explain(self) -> str:
        """A line a cell: whether it ran, and why."""
        lines = []
        for cell, reason in zip(self.deck.cells, self.reasons, strict=True):
            did = "ran " if cell.index in self.ran else "kept"
            lines.append(
                f"{name_of(cell)}, line {cell.span.line}: {did if reason else 'off '} {reason or ''}".rstrip()
            )
        return "\n".join(lines)


class Executor:
    """Executes one deck, as often as it changes."""

    def __init__(self, tools: ExecuteTools) -> None:
        """Take what is needed; no kernel is started before a cell must run."""
        self._tools = tools
        self._store = None if tools.store is None else Recent(tools.store.folder)
        self._memo = Memo()
        self._runner: Runner | None = None
        self._incremental: Incremental | None = None
        self._vault: FileVault | None = None
        self._thawed = False
        """All cells have run for `ExecuteTools.thaw`."""
        self._is_new = True
        """Nothing has run yet, so past runs have to be looked up."""
        self._loaded = Facts()
        """What the present kernel has imported; where that changes, it is of no use."""

    def close(self) -> None:
        """End the kernel."""
        if self._runner is not None:
            self._runner.close()
        if self._incremental is not None:
            self._incremental.live = None

    def forget(self) -> None:
        """Know nothing of earlier runs any more, but what is stored."""
        self._memo.forget()
        self.close()

    def execute(self, deck: Deck) -> Executed:
        """Return the deck with the outputs of its cells, and notices of what could not be kept.

        `Cell.seconds` is set for the cells that ran. A deck without a kernel is returned as it is.

        Raises:
            DeckError: there is no such kernel, it died, or a cell took too long. What was known before is
                kept, and what the cells before it gave.
        """
        if deck.kernel is None or not deck.cells:
            return Executed(deck, reasons=(None,) * len(deck.cells))
        folder = self._tools.folder or deck.source.path.absolute().parent
        deck = replace(deck, notices=(*deck.notices, *freeze.odd_value(deck)))
        if self.is_frozen(deck):
            return self._frozen(deck, folder)
        freezes = freeze.freezes(deck, self._tools.freeze)
        anew = freezes and self._tools.thaw and self._tools.run and not self._thawed
        if self._store is not None:
            self._store.next_build()
        store = None if anew else self._store
        planned = plan(deck, store, folder, retry_errors=self._tools.retry_errors)
        for step, record in zip(planned.steps, planned.records, strict=False):
            self._memo.seed(step, record)
        walk = Walk(planned.steps)
        if planned.is_complete or not self._tools.run:
            walk.records = list(planned.records)
            walk.reasons = dict.fromkeys(range(len(planned.records)), "it is stored")
            unkept, clean = None, len(planned.steps)
        else:
            unkept, clean = self._run(deck, planned, folder, walk)
        if freezes and clean == len(walk.records) == len(planned.steps):
            unkept = self._freeze(deck, walk) or unkept
        return self._executed(deck, planned, walk, unkept, clean)

    def is_frozen(self, deck: Deck) -> bool:
        """Say whether a deck is built from frozen outputs, so that nothing of it runs."""
        thaws = self._tools.thaw and self._tools.run
        return freeze.freezes(deck, self._tools.freeze) and not thaws and freeze.is_there(deck)

    def _frozen(self, deck: Deck, folder: Path) -> Executed:
        """Return the deck with its frozen outputs."""
        steps = steps_of(deck)
        taken = freeze.take(deck, steps, freeze.read(deck), folder)
        reasons: list[str | None] = [None] * len(deck.cells)
        for step, reason in zip(steps, taken.reasons, strict=True):
            reasons[step.cell.index] = reason
        cells = settled(deck, taken.steps, taken.records, ran=False)
        notices = (*deck.notices, *taken.notices, *_notices(taken.steps, list(taken.records), None))
        return Executed(replace(deck, cells=cells, notices=notices), reasons=tuple(reasons))

    def _freeze(self, deck: Deck, walk: Walk) -> str | None:
        """Freeze the outputs of a clean run in which nothing failed; return why that cannot be done."""
        self._thawed = True
        pairs = zip(walk.steps, walk.records, strict=True)
        if any(record.failed and not step.cell.options["error"] for step, record in pairs):
            return None
        try:
            freeze.write(deck, walk.steps, walk.records)
        except OSError as error:
            return f"{error.filename or freeze.freeze_folder(deck)}: {error.strerror}"
        return None

    def _run(self, deck: Deck, planned: Plan, folder: Path, walk: Walk) -> tuple[str | None, int]:
        """Run what must run; return why records could not be stored, and how many of the first are clean."""
        tools = self._tools
        if self._runner is None or self._runner.folder != folder:
            self.close()
            self._runner = Runner(tools.start, tools.progress, folder, tools.timeout_s)
            self._incremental = None
        runner = self._runner
        keeper = Keeper(self._store, deck, planned)
        runner.begin(deck, planned)
        try:
            if is_own_python(deck.kernel, deck.gateway):
                self._walk(deck, planned, folder, walk, runner, keeper)
            else:
                runner.restart(deck)
                for step in planned.steps:
                    record, _ = runner.run(step)
                    number = len(walk.records)
                    walk.records.append(record)
                    walk.ran.append(number)
                    walk.clean.add(number)
                    keeper.keep(walk)
        except BaseException:
            self.close()
            raise
        finally:
            keeper.keep(walk)
            if self._vault is not None:
                self._vault.note()
            is_own = is_own_python(deck.kernel, deck.gateway)
            if is_own and self._store is not None and keeper.keys and keeper.unkept is None:
                # Other kernels run everything, if anything must.
                PastRuns(self._store, deck).note(walk.steps[: keeper.done], keeper.keys)
            tools.progress.ended(deck)
            if tools.store is not None:
                tools.store.prune()
            if not self._is_incremental(deck):
                self.close()
        return keeper.unkept, keeper.done

    def _is_incremental(self, deck: Deck) -> bool:
        return (
            self._tools.incremental
            and is_own_python(deck.kernel, deck.gateway)
            and deck.settings.get("incremental") is not False
        )

    def _walk(
        self, deck: Deck, planned: Plan, folder: Path, walk: Walk, runner: Runner, keeper: Keeper
    ) -> None:
        if self._incremental is None:
            # Imported here: a deck whose outputs are stored needs none of it.
            from celldeck.execute.file_vault import FileVault
            from celldeck.execute.incremental import Incremental

            copies = (
                self._tools.store.folder.parent if self._tools.store else folder / ".celldeck"
            ) / "files"
            self._vault = FileVault(folder, copies, str(deck.source.path.absolute()))
            self._incremental = Incremental(self._memo, self._vault)
        for record in planned.records:
            self._incremental.learn(record)
        world = World(folder)
        if (changed := world.change(self._loaded)) is not None:
            self._memo.forget()
            self._incremental.live = None
            walk.why = changed
        self._incremental.attach(
            run=runner.run,
            restart=lambda: self._restart(deck, runner),
            loaded=self._load,
            took=keeper.keep,
        )
        if self._is_incremental(deck):
            self._recall(deck, world, walk)
            self._incremental.build(world, walk)
        else:
            self._incremental.build_clean(walk)

    def _recall(self, deck: Deck, world: World, walk: Walk) -> None:
        """Take the records of past runs, when the first build of a session runs something."""
        is_new, self._is_new = self._is_new, False
        if is_new and self._store is not None and self._incremental is not None:
            for step, record in PastRuns(self._store, deck).records(walk.steps, world):
                self._memo.seed(step, record)
                self._incremental.learn(record)

    def _restart(self, deck: Deck, runner: Runner) -> None:
        runner.restart(deck)
        self._loaded = Facts()

    def _load(self, facts: Facts) -> None:
        """Note what a cell has imported."""
        modules = {path: known for path, known in facts.files.items() if path.endswith(".py")}
        self._loaded = Facts({**self._loaded.files, **modules}, {**self._loaded.packages, **facts.packages})

    def _executed(self, deck: Deck, planned: Plan, walk: Walk, unkept: str | None, clean: int) -> Executed:
        steps = planned.steps
        ran = tuple(steps[number].cell.index for number in walk.ran)
        cells = list(settled(deck, steps, walk.records, ran=False))
        reasons: list[str | None] = [None] * len(deck.cells)
        for number, (step, record) in enumerate(zip(steps, walk.records, strict=False)):
            index = step.cell.index
            reasons[index] = walk.reasons.get(number, "it is run with the cells around it")
            if index in ran:
                cells[index] = replace(cells[index], seconds=record.seconds)
        notices = (*deck.notices, *_notices(steps, walk.records, unkept))
        provisional = tuple(step.cell.index for step in steps[clean : len(walk.records)])
        built = replace(deck, cells=tuple(cells), notices=notices)
        facts = [record.facts for record in walk.records]
        files = frozenset(path for one in facts for path in one.files)
        folders = frozenset(path for one in facts for path in one.folders)
        return Executed(built, ran, tuple(reasons), provisional, files, folders)


def _notices(steps: tuple[Step, ...], records: list[Record], unkept: str | None) -> list[Notice]:
    notices = []
    for step, record in zip(steps, records, strict=False):
        if record.left_out:
            told = f"this cell gives too much: {' and '.join(record.left_out)} left out"
            notices.append(Notice("cut-output", told, step.cell.span))
    if unkept:
        hint = "the next build runs the cells again"
        notices.append(Notice("unkept-outputs", f"outputs could not be stored: {unkept}", hint=hint))
    return notices
