"""What one run of a cell read and changed: enough to know when it would do the same again.

A *version* is a digest of a value's content; where a value has a state that cannot be read, it stands for the
run that made it. `None` stands for a name, or a file, that was not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from celldeck.execute.agent.graph import ANY
from celldeck.frozen import frozen

Group = tuple[str, ...]
"""Names, in order, whose values share something that can change."""


@frozen
class Effect:
    """A run of a cell, seen from outside."""

    reads: Mapping[str, str | None] = field(default_factory=dict)
    """Names that it may have looked up, with their versions before it."""
    read_groups: Mapping[str, Group] = field(default_factory=dict)
    """Of the names read that shared something: with whom."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """State behind names that it may have depended on, by channel; empty: that of a fresh kernel."""
    opaque: str = ""
    """What had happened before it that no channel knows, as a digest; empty: nothing."""
    writes: Mapping[str, str] = field(default_factory=dict)
    """Names that it bound, or whose values it may have changed, with their versions after it."""
    uses: Mapping[str, Group] = field(default_factory=dict)
    """Of the names written: the names that functions in their values look up."""
    deletes: Group = ()
    groups: Mapping[str, Group] = field(default_factory=dict)
    """Of the names written that share something now: with whom."""
    channels_after: Mapping[str, str] = field(default_factory=dict)
    """The channels that it changed, or set."""
    opaque_after: str = ""
    reason: str = ""
    """Why its effects cannot be told, in words; empty: they can."""
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Files that it read, as the cells before it had left them; other files are in `Facts`."""
    files_after: Mapping[str, str | None] = field(default_factory=dict)
    """Files that it wrote, with the digests of what they hold after it."""

    @property
    def is_opaque(self) -> bool:
        """Its effects cannot be told."""
        return self.opaque_after != self.opaque


def to_value(effect: Effect) -> dict[str, Any]:
    """Return an effect as JSON knows it."""
    return {name: getattr(effect, name) for name in Effect.__dataclass_fields__}


def from_value(value: Mapping[str, Any]) -> Effect:
    """Return what `to_value` was given.

    Raises:
        KeyError, TypeError: it is something else.
    """
    fields = {name: value[name] for name in Effect.__dataclass_fields__}
    for name in ("read_groups", "uses", "groups"):
        fields[name] = {key: tuple(names) for key, names in fields[name].items()}
    return Effect(**{**fields, "deletes": tuple(fields["deletes"])})


def digest(*parts: object) -> str:
    """Return a digest of values that have a text of their own."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(slots=True)
class State:
    """Everything that a cell may find, by names and versions. It is changed by `apply` alone."""

    versions: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    """Of the names that share something."""
    uses: dict[str, Group] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    opaque: str = ""
    files: dict[str, str | None] = field(default_factory=dict)
    """Those that cells have written."""
    writers: dict[str, int] = field(default_factory=dict)
    """Name to the index of the step that wrote it last."""

    def copy(self) -> State:
        """Return another one that is equal."""
        return State(
            dict(self.versions),
            dict(self.groups),
            dict(self.uses),
            dict(self.channels),
            self.opaque,
            dict(self.files),
            dict(self.writers),
        )

    def group(self, name: str) -> Group:
        """Return the names that share something with one, itself among them."""
        return self.groups.get(name, (name,))

    def apply(self, effect: Effect, index: int) -> None:
        """Go on to the state after a cell.

        Args:
            effect: of a run from this state.
            index: of its step.
        """
        for name in (*effect.writes, *effect.deletes):
            self._leave(name)
        for name, version in effect.writes.items():
            self.versions[name] = version
            self.writers[name] = index
            self.uses[name] = effect.uses.get(name, ())
        for name in effect.deletes:
            for values in (self.versions, self.writers, self.uses):
                values.pop(name, None)
        for group in set(effect.groups.values()):
            for name in group:
                if name in self.versions:
                    self.groups[name] = group
        for name, text in effect.channels_after.items():
            if text:
                self.channels[name] = text
            else:
                self.channels.pop(name, None)
        self.opaque = effect.opaque_after
        self.files.update(effect.files_after)

    def _leave(self, name: str) -> None:
        """Take a name out of its group."""
        for partner in self.groups.pop(name, ()):
            if partner != name:
                rest = tuple(one for one in self.groups.get(partner, ()) if one != name)
                if len(rest) > 1:
                    self.groups[partner] = rest
                else:
                    self.groups.pop(partner, None)

    def closure(self, names: Iterable[str], after: Mapping[str, frozenset[str]] | None = None) -> set[str]:
        """Return the names, those that functions in their values look up, and so on.

        Args:
            names: where to begin.
            after: of these, names that have another value by then, and count no more.

        Returns:
            The names, whether they are here or not; `ANY` among them if one may look any name up, and then
            all, and `LOUD` if one may do what no channel knows.
        """
        found: set[str] = set()
        beginnings: dict[frozenset[str], list[str]] = {}
        for name in names:
            beginnings.setdefault((after or {}).get(name, frozenset()), []).append(name)
        for bound, waiting in beginnings.items():
            seen: set[str] = set()
            while waiting:
                name = waiting.pop()
                if name not in seen and name not in bound:
                    seen.add(name)
                    waiting.extend(self.versions if name == ANY else self.uses.get(name, ()))
            found |= seen
        return found
