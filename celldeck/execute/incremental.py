"""Run what must run, and nothing else, so that every cell gives what a run of the whole deck would give.

The deck is walked from top to bottom with a symbolic `State`: what a clean run would have reached there. A
cell whose record has read just this is kept, and its effects are taken over without running it. Any other
cell runs, in a kernel that lives from build to build, from exactly that state: names with other values are
put aside, state behind names is set, and values that are needed and not there are made again by the cells
that made them. Where that does not succeed, or a cell does not do the same twice, the kernel is started anew
and all cells above run.

By induction over the cells this gives a clean run's outputs, if what a cell can observe is in its `Effect`,
and equal versions cannot be told apart. What cannot be observed makes a cell *opaque*: all cells below depend
on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from celldeck.execute.agent.graph import ANY, LOUD
from celldeck.execute.effects import Effect, Group, State, digest
from celldeck.execute.facts import Facts, World, inside
from celldeck.execute.file_vault import FileVault
from celldeck.execute.memo import Memo
from celldeck.execute.plan import Step
from celldeck.execute.reads import reads_of
from celldeck.execute.store import Record
from celldeck.execute.walk import Walk
from celldeck.frozen import frozen

AHEAD = -1
"""Stands for: more was done to the kernel than can be taken back."""
HISTORY = "(what ran before)"
"""Stands among the names read, for cells that look at it."""
RANDOM = frozenset({"random", "numpy.random", "torch random", "tensorflow seed", "keras seed"})
"""Channels that a seed sets."""

RunStep = Callable[[Step, Mapping[str, Any] | None], tuple[Record, Mapping[str, Any]]]
"""Runs a cell in the kernel, with the request for its agent, None: observe nothing; gives the record, and
what the agent reports of it."""


class Diverged(Exception):
    """What the kernel holds is not what it should; the message says what, in words."""


class Unobserved(Exception):
    """What a cell did is not known; the message says why, in words."""

    def __init__(self, why: str, record: Record | None) -> None:
        super().__init__(why)
        self.record = record
        """What it gave, if it started from the state of a clean run."""


@dataclass(slots=True)
class Live:
    """What a kernel holds."""

    versions: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    opaque: str = ""
    trail: list[str] = field(default_factory=list)
    """The identities of the cells that ran in it, in order."""
    has_files: bool = True
    """Files are as its cells have left them, not as cells below would."""

    def copy(self) -> Live:
        """Return another one that is equal."""
        return replace(self, versions=dict(self.versions), groups=dict(self.groups), trail=list(self.trail))

    def group(self, name: str) -> Group:
        """Return the names that share something with one, itself among them."""
        return self.groups.get(name, (name,))


@frozen
class Request:
    """What a cell is run with."""

    names: frozenset[str]
    """That it may look up."""
    drop: Group
    park: Group
    is_loud: bool


class Incremental:
    """Runs decks in one kernel after another, and remembers what cells did."""

    def __init__(self, memo: Memo, vault: FileVault) -> None:
        """Take what is known of earlier runs, and of the files that cells have written."""
        self._memo = memo
        self._vault = vault
        self.live: Live | None = None
        """None: there is no kernel, or what it holds is not known."""

    def attach(
        self,
        run: RunStep,
        restart: Callable[[], None],
        loaded: Callable[[Facts], None],
        took: Callable[[Walk], None],
    ) -> None:
        """Take what the next build runs with.

        Args:
            run: runs a cell in the present kernel.
            restart: replaces the kernel by a fresh one.
            loaded: hears what each cell that ran has used.
            took: hears of each record that has come to the walk.
        """
        self._run_step = run
        self._restart = restart
        self._loaded = loaded
        self._tell = took

    def learn(self, record: Record) -> None:
        """Take a stored record: the files that cells wrote may hold what another run has left there."""
        if record.effect is not None:
            self._vault.learn((*record.effect.files, *record.effect.files_after))

    def build(self, world: World, walk: Walk) -> None:
        """Walk the steps of a deck, and run those that must run.

        Args:
            world: says whether files and packages are as they were.
            walk: where to note what comes of it; it holds as much as was reached if the kernel fails.
        """
        self._vault.look()
        try:
            for index, step in enumerate(walk.steps):
                record, reason = self._memo.match(step, self._matcher(walk, index), world, self._vault.knows)
                if record is None:
                    self._run(walk, index, walk.why or reason)
                    continue
                walk.reasons[index] = reason
                self._took(walk, index, record)
        except Unobserved as error:
            self._run_plainly(walk, error)
        else:
            self._vault.bring(walk.states[-1].files)
            if self.live is not None:
                self.live.has_files = False

    def build_clean(self, walk: Walk) -> None:
        """Run all steps in a fresh kernel; see `build`."""
        self._start()
        try:
            for index in range(len(walk.steps)):
                self._ran(walk, index, self._execute(walk, index))
        except Unobserved as error:
            self._run_plainly(walk, error)

    def _run_plainly(self, walk: Walk, error: Unobserved) -> None:
        """Run the steps below one that could not be observed; all, if it was no part of a clean run."""
        self.live = None
        if error.record is None:
            self._restart()
            walk.is_replayed = True
            del walk.records[:], walk.states[1:]
        else:
            walk.records.append(error.record)
            walk.clean.add(len(walk.records) - 1)
        for index in range(len(walk.records), len(walk.steps)):
            record, report = self._run_step(walk.steps[index], None)
            self._vault.take(report.get("written", {}))
            walk.ran.append(index)
            walk.clean.add(index)
            walk.reasons[index] = f"all cells run: {error}"
            walk.records.append(record)
            self._tell(walk)

    # ------------------------------------------------------------ keeping

    def _matcher(self, walk: Walk, index: int) -> Callable[[Record], str]:
        """Return what says why a record is of no use for a step, in words; empty: it is."""
        state = walk.states[index]

        def objection(record: Record) -> str:
            effect = record.effect
            if effect is None:
                return "what it read is not known"
            for name, version in effect.reads.items():
                now = self._version(walk, index, name)
                if now != version:
                    if version is None:
                        return f"`{name}` is there now"
                    return f"`{name}` is not what it was" if now is not None else f"`{name}` is gone"
            for name in effect.reads:
                if name in state.versions and effect.read_groups.get(name, (name,)) != state.group(name):
                    return f"`{name}` shares its value with other names than it did"
            for name, text in effect.channels.items():
                if short(state.channels.get(name, "")) != text:
                    return f"the state of {name} is another"
            if effect.opaque != state.opaque:
                return "a cell above it changed what cannot be observed"
            read = {path: known and known[0] for path, known in record.facts.files.items()}
            for path, content in {**read, **effect.files}.items():
                if self._vault.knows(path) and self._vault.content(path, state.files) != content:
                    return f"{path} is written otherwise"
            for folder, names in record.facts.folders.items():
                own = {name for name in names if self._vault.knows(inside(folder, name))}
                if own != self._vault.names(folder, state.files):
                    return f"other files are written in {folder}"
            if not walk.steps[index].cell.options.get("cache", True):
                return "its option `cache` is false"
            return ""

        return objection

    def _version(self, walk: Walk, index: int, name: str) -> str | None:
        """Return the version of what a cell may read before a step."""
        if name == HISTORY:
            return digest([step.identity for step in walk.steps[:index]])
        state = walk.states[index]
        return digest(sorted(state.versions.items())) if name == ANY else state.versions.get(name)

    def _took(self, walk: Walk, index: int, record: Record) -> None:
        """Go on to the next step."""
        state = _after(walk.states[index], record, index)
        del walk.states[index + 1 :], walk.records[index:]
        walk.states.append(state)
        walk.records.append(record)
        self._tell(walk)

    # ------------------------------------------------------------ running

    def _run(self, walk: Walk, index: int, reason: str) -> None:
        """Run a step from the state that a clean run would have reached there."""
        walk.reasons[index] = reason
        try:
            record = self._run_in_place(walk, index)
        except Diverged as error:
            walk.reasons[index] = f"{reason}; {error}, so all cells above ran in a fresh kernel"
            record = self._replay(walk, index)
        self._ran(walk, index, record)

    def _run_in_place(self, walk: Walk, index: int) -> Record:
        """Run a step, after those that make what it needs, and return its record.

        Raises:
            Diverged: that cannot be done in this kernel.
        """
        record = None
        for is_whole in (False, True):
            for number in self._slice(walk, index, is_whole):
                again = self._execute(walk, number)
                walk.reasons[number] = f"what it makes is needed by cell {walk.steps[index].cell.index + 1}"
                self._compare(walk, number, again)
            state, live = walk.states[index], self.live
            lacking = _lacking(self._request(walk, index, live).names, state, live) if live else set()
            record = self._execute(walk, index)
            if record.effect is None or lacking.isdisjoint(_changed(record.effect)):
                break
            # It changes what other names show, too, and those are not here: once more, with them.
        assert record is not None
        return record

    def _ran(self, walk: Walk, index: int, record: Record) -> None:
        """Keep the record of a step that ran, and go on to the next."""
        if record.effect is not None and record.effect.reason:
            told = f"{record.effect.reason}, so all cells below depend on it"
            walk.reasons[index] = f"{walk.reasons.get(index, 'it is new')}; {told}"
        self._memo.put(walk.steps[index], record)
        self._took(walk, index, record)

    def _replay(self, walk: Walk, index: int) -> Record:
        """Run all steps up to one in a fresh kernel, and return the last record."""
        self._start()
        walk.is_replayed = True
        for number in range(index):
            walk.reasons[number] = f"cell {walk.steps[index].cell.index + 1} needs a clean run"
            self._ran(walk, number, self._execute(walk, number))
        return self._execute(walk, index)

    def _start(self) -> None:
        self.live = None
        self._restart()
        self.live = Live()
        # A clean run finds no file that cells have written.
        self._vault.bring({})

    def _slice(self, walk: Walk, index: int, is_whole: bool) -> list[int]:
        """Return the steps that have to run again before one, in order; starts a kernel where that is needed.

        Args:
            walk: as far as it has come.
            index: of the step.
            is_whole: what shares something with what the step needs must be there, too.

        Raises:
            Diverged: no choice of steps brings about what is needed.
        """
        if self.live is None:
            self._start()
        if reads_of(walk.steps[index].cell.source).is_historic:
            if not self._is_clean(walk, index):
                raise Diverged("it looks at what ran before it")
            return []
        chosen: set[int] = set()
        while missing := self._missing(walk, index, chosen, is_whole):
            if missing == {AHEAD}:
                # It has done more than can be taken back.
                self._start()
                chosen = set()
            elif missing <= chosen:
                raise Diverged("what it needs cannot be made again in place")
            else:
                chosen |= missing
        return sorted(chosen)

    def _is_clean(self, walk: Walk, index: int) -> bool:
        """Say whether the kernel has run all steps before one, and nothing else."""
        return self.live is not None and self.live.trail == [step.identity for step in walk.steps[:index]]

    def _missing(self, walk: Walk, index: int, chosen: set[int], is_whole: bool) -> set[int]:
        """Return steps that must run, too, if those chosen run before `index`."""
        assert self.live is not None
        live = self.live.copy()
        for number in [*sorted(chosen), index]:
            state = walk.states[number]
            if live.opaque != state.opaque:
                return self._opaque_steps(walk, number, live.opaque)
            request = self._request(walk, number, live)
            unready = _unready(request.names, state, live)
            effect = walk.records[number].effect if number < index else None
            if effect is not None:
                unready |= _lacking(request.names, state, live) & _changed(effect)
            elif is_whole:
                unready |= _lacking(request.names, state, live)
            if unready:
                return {state.writers[partner] for name in unready for partner in state.group(name)}
            files = {
                at for path in self._vault.unready(state.files) for at in _file_writers(walk, number, path)
            }
            if not files <= chosen:
                return files
            if effect is not None:
                _run_in(live, effect, request)
        return set()

    def _opaque_steps(self, walk: Walk, index: int, opaque: str) -> set[int]:
        """Return the opaque steps between what the kernel did and a step; `AHEAD`: it did more."""
        for first in range(index, -1, -1):
            if walk.states[first].opaque == opaque:
                between = range(first, index)
                return {
                    at
                    for at in between
                    if (effect := walk.records[at].effect) is not None and effect.is_opaque
                }
        return {AHEAD}

    def _request(self, walk: Walk, index: int, live: Live) -> Request:
        """Return what a step is run with, in a kernel that holds `live`."""
        state = walk.states[index]
        reads = reads_of(walk.steps[index].cell.source)
        names = state.closure([*reads.names, *([ANY] if reads.is_dynamic else ())], reads.after)
        is_loud = LOUD in names
        names.discard(LOUD)
        other = [name for name, version in live.versions.items() if state.versions.get(name) != version]
        touched = {partner for name in names for partner in live.group(name)} | names
        # What shares nothing with the cell is put aside, and back after it; what does would change with it.
        drop = tuple(name for name in other if touched.intersection(live.group(name)))
        park = tuple(name for name in other if name not in drop)
        return Request(frozenset(names), drop, park, is_loud)

    def _execute(self, walk: Walk, index: int) -> Record:
        """Run a step in the present kernel and return its record.

        Raises:
            Diverged: the kernel could not be brought into the state that the step starts from.
        """
        if self.live is None:
            self._start()
        live = self.live
        assert live is not None
        step, state = walk.steps[index], walk.states[index]
        request = self._request(walk, index, live)
        is_clean = self._is_clean(walk, index)
        if not (is_clean and live.has_files):
            self._vault.bring(state.files)
            live.has_files = True
        # Whatever comes, nobody knows what the kernel holds until the cell has ended well.
        self.live = None
        walk.ran.append(index)
        record, report = self._run_step(
            step,
            {
                "drop": request.drop,
                "park": request.park,
                "stand_ins": sorted(reads_of(step.cell.source).binds.intersection(state.versions)),
                "reads": sorted(request.names),
                "channels": None if is_clean else state.channels,
                "seed": step.seed,
                "metrics": step.counts_metrics,
                "vault": self._vault.copies,
            },
        )
        effect = report.get("effect")
        self._loaded(record.facts)
        self._vault.take(report.get("written", {}))
        if not effect or "broken" in effect:
            why = (effect or {}).get("broken", "the kernel does not say what cells do")
            raise Unobserved(why, record if is_clean else None)
        if effect["failed"]:
            raise Diverged(f"the state of {effect['failed']} cannot be set")
        if not is_clean and (name := _looked_up_in_vain(record, state)):
            raise Diverged(f"it looks `{name}` up in a way that its text does not tell")
        made = self._effect(walk, index, request, _kept(state, live), record, report)
        record = replace(record, effect=made)
        walk.clean.discard(index)
        if is_clean:
            walk.clean.add(index)
        live.trail.append(step.identity)
        for name in (*request.drop, *made.deletes):
            live.versions.pop(name, None)
        live.versions.update(made.writes)
        live.groups = {name: tuple(group) for name, group in effect["groups"].items()}
        live.opaque = made.opaque_after
        self.live = live
        return record

    def _effect(
        self,
        walk: Walk,
        index: int,
        request: Request,
        kept: set[str],
        record: Record,
        report: Mapping[str, Any],
    ) -> Effect:
        step, state = walk.steps[index], walk.states[index]
        seen = report["effect"]
        reads_text = reads_of(step.cell.source)
        bound = set(seen["bound"])
        # A name that is bound to the object that it is bound to already looks as one that is left alone.
        # And one that is not there, before or after, may have been bound and deleted, or left alone.
        unclear = reads_text.binds - bound - set(seen["deletes"])
        names = {partner for name in request.names | unclear for partner in state.group(name)}
        parked = set(request.park)
        groups = {
            name: tuple(one for one in seen["groups"][name] if one not in parked or one in bound)
            for name in seen["writes"]
            if name in seen["groups"]
        }
        # What it shares something with now may be none of its own doing: a library keeps something for both.
        names |= {one for group in groups.values() for one in group if one in state.versions} - bound
        if reads_text.is_historic:
            names.add(HISTORY)
        reads = {name: self._version(walk, index, name) for name in sorted(names)}
        read_groups = {name: state.groups[name] for name in names if name in state.groups}
        channels_before, after = seen["channels_before"], seen["channels_after"]
        changed = {
            name for name in {*channels_before, *after} if channels_before.get(name) != after.get(name)
        }
        changed |= set(seen["touched"])
        used = {*seen["ambient"], *changed}
        if step.seed is not None:
            used -= RANDOM
            changed |= RANDOM
        channels = {name: short(state.channels.get(name, "")) for name in sorted(used)}
        files = {**report.get("own_reads", {})}
        read = sorted((path, known and known[0]) for path, known in record.facts.files.items())
        listed = sorted(record.facts.folders.items())
        key = digest(
            step.identity,
            reads,
            sorted(read_groups.items()),
            channels,
            state.opaque,
            sorted(files.items()),
            read,
            listed,
        )
        versions = {name: version for name, (version, _) in seen["writes"].items()}
        writes: dict[str, str] = {}
        for name, version in versions.items():
            before = state.versions.get(name)
            if version is None and name not in bound and name not in request.names:
                # Nobody has looked it up: it has changed only if something that it shares has.
                known = [one for one in state.group(name) if one in request.names or versions.get(one)]
                if known and all(versions.get(one) == state.versions.get(one) for one in known):
                    version = before
            version = version or f"~{digest(key, name)}"
            if name in bound or version != before:
                writes[name] = version
        groups = {
            name: group
            for name, group in groups.items()
            if len(group) > 1
            and (name in writes or group != tuple(one for one in state.group(name) if one in kept))
        }
        reason = seen["opaque"] or ""
        if request.is_loud and not reason:
            reason = "a function that it may call changes a library"
        return Effect(
            reads=reads,
            read_groups=read_groups,
            channels=channels,
            opaque=state.opaque,
            writes=writes,
            uses={name: tuple(used) for name, (_, used) in seen["writes"].items() if name in writes and used},
            deletes=tuple(name for name in seen["deletes"] if name in state.versions),
            groups=groups,
            channels_after={name: after.get(name, "") for name in sorted(changed)},
            opaque_after=digest(state.opaque, key) if reason else state.opaque,
            reason=reason,
            files=files,
            files_after={path: after for path, (_, after) in report.get("written", {}).items()},
        )

    def _compare(self, walk: Walk, index: int, again: Record) -> None:
        """Check that a step has done what it did before.

        Raises:
            Diverged: it has not.
        """
        one, other = (_after(walk.states[index], record, index) for record in (walk.records[index], again))
        cell = walk.steps[index].cell.index + 1
        if one.versions != other.versions or one.groups != other.groups:
            every = {*one.versions, *other.versions}
            names = [name for name in every if one.versions.get(name) != other.versions.get(name)]
            what = f"`{min(names)}`" if names else "something"
            raise Diverged(f"cell {cell} makes {what} otherwise when it runs again")
        before = walk.states[index].channels
        # An import changes things once in a kernel; the cells below are given what it made of them anyway.
        differing = {
            name
            for name in {*one.channels, *other.channels}
            if one.channels.get(name, "") != other.channels.get(name, "")
            and (name in RANDOM or other.channels.get(name, "") != before.get(name, ""))
        }
        if differing or one.files != other.files:
            raise Diverged(f"cell {cell} does not do the same when it runs again")


def _after(state: State, record: Record, index: int) -> State:
    """Return the state after a step that started from `state`."""
    after = state.copy()
    after.apply(record.effect or Effect(), index)
    return after


def short(text: str) -> str:
    """Return a digest of a channel's state; empty for that of a fresh kernel."""
    return digest(text) if text else ""


def _kept(state: State, live: Live) -> set[str]:
    """Return the names whose value is in the kernel, in the version of a state."""
    return {name for name, version in live.versions.items() if state.versions.get(name) == version}


def _unready(names: frozenset[str], state: State, live: Live) -> set[str]:
    """Return the names whose value is not in the kernel, in the version of a state.

    Or does not share what it should with others there.
    """
    kept = _kept(state, live)
    unready = set()
    for name in names & state.versions.keys():
        here = sorted(one for one in live.group(name) if one in kept)
        if name not in kept or here != [one for one in state.group(name) if one in kept]:
            unready.add(name)
    return unready


def _lacking(names: frozenset[str], state: State, live: Live) -> set[str]:
    """Return the names of a state that share something there with names whose value is not in the kernel."""
    kept = _kept(state, live)
    return {name for name in names & state.versions.keys() if not kept.issuperset(state.group(name))}


def _changed(effect: Effect) -> set[str]:
    """Return the names that a step binds or changes, or that come to share something or no longer do."""
    sharing = {one for group in effect.groups.values() for one in group}
    return {*effect.writes, *effect.deletes, *sharing}


def _run_in(live: Live, effect: Effect, request: Request) -> None:
    """Change `live` as running a step does that has this effect."""
    for name in (*request.drop, *effect.deletes):
        live.versions.pop(name, None)
    gone = {*request.drop, *effect.deletes, *effect.writes}
    groups: dict[str, Group] = {}
    for name in live.versions:
        rest = tuple(one for one in live.group(name) if one not in gone)
        if name not in gone and len(rest) > 1:
            groups[name] = rest
    live.versions.update(effect.writes)
    for group in set(effect.groups.values()):
        members = tuple(one for one in group if one in live.versions)
        for name in members:
            groups[name] = members
    live.groups = groups
    live.opaque = effect.opaque_after


def _file_writers(walk: Walk, index: int, path: str) -> set[int]:
    writers = [
        at
        for at in range(index)
        if (effect := walk.records[at].effect) is not None and path in effect.files_after
    ]
    return set(writers[-1:])


def _looked_up_in_vain(record: Record, state: State) -> str | None:
    """Return a name that the cell did not find, though a clean run has it."""
    for output in record.outputs:
        found = re.match(r"name '(\w+)' is not defined", output.error[1]) if output.error else None
        if found and found[1] in state.versions:
            return found[1]
    return None
