"""A store that remembers what it was asked for lately, so that the next build need not read it again."""

from __future__ import annotations

from pathlib import Path

from celldeck.execute.store import Record, Store


class Recent(Store):
    """A store for one deck that is built again and again."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the store."""
        super().__init__(folder)
        self._before: dict[str, Record] = {}
        self._used: dict[str, Record] = {}

    def get(self, key: str) -> Record | None:
        """Return the record of a key; None if there is none that can be read."""
        record = self._before.get(key) or super().get(key)
        if record is not None:
            self._used[key] = record
        return record

    def put(self, key: str, record: Record) -> None:
        """Keep a record; see `Store.put`."""
        self._used[key] = record
        super().put(key, record)

    def next_build(self) -> None:
        """Forget what the last build did not use."""
        self._before, self._used = self._used, {}
