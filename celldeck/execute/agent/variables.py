"""Environment variables that are set for one cell."""

from __future__ import annotations

import os


class Variables:
    """The environment variables of a cell, set before it and put back after it."""

    def __init__(self) -> None:
        self.old: dict[str, str | None] = {}
        self.new: dict[str, str] = {}

    def start(self, wanted: dict[str, str]) -> None:
        """Set them."""
        self.new = {name: str(value) for name, value in wanted.items()}
        self.old = {name: os.environ.get(name) for name in self.new}
        os.environ.update(self.new)

    def end(self) -> None:
        """Put back what was there; what the cell itself has changed stays."""
        for name, old in self.old.items():
            if os.environ.get(name) != self.new[name]:
                continue
            if old is None:
                del os.environ[name]
            else:
                os.environ[name] = old
        self.old, self.new = {}, {}
