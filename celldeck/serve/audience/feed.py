"""Feed: what a deck's cells show while they run in the presenter's page, handed on to the stage."""

from __future__ import annotations

from celldeck.serve.audience.stage import CellShown, Stage
from celldeck.serve.live.deck import LiveDeck
from celldeck.serve.live.state import Shown


class Feed:
    """Listens to a live deck as a page of the presenter's does, for as long as that lives."""

    def __init__(self, live: LiveDeck, stage: Stage) -> None:
        """Take the deck, and where its cells are to be shown."""
        self._live = live
        self._stage = stage
        self._shown = Shown()
        self._parts: dict[int, tuple[str, ...] | None] = {}
        live.listen(self._pass_on)

    def _pass_on(self) -> None:
        # Called by whoever has changed something, one at a time.
        news = self._live.news(self._shown) or {}
        if news.get("anew"):
            self._parts.clear()
        for told in news.get("cells", ()):
            cell = told["cell"]
            parts = self._parts[cell] = _parts(self._parts.get(cell), told)
            code = told["code"] if told["isEdited"] else None
            self._stage.show_cell(cell, None if parts is None and code is None else CellShown(parts, code))


def _parts(had: tuple[str, ...] | None, told: dict[str, object]) -> tuple[str, ...] | None:
    """Return what a cell shows, from what it had and what is told of it (see `Shown`)."""
    if "outputs" not in told:
        return had
    outputs = told["outputs"]
    if not isinstance(outputs, dict):
        return None
    parts = [*(had or ()), *[""] * outputs["count"]][: outputs["count"]]
    for at, part in outputs["parts"]:
        parts[at] = part
    return tuple(parts)
