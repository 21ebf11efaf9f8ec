"""Session: a deck, its kernel and what is known of its cells, kept from one build to the next.

with Session("deck.md") as session:
    build = session.build()
    build.deck.cells[0].outputs
    ...                      # the file changes
    build = session.build()  # runs what must run
    build.ran, build.explain
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from celldeck import pipeline
from celldeck.execute import Executor, Progress, Silent
from celldeck.model import Deck
from celldeck.settings import Settings, find_root, read_settings
from celldeck.tools import Tools


@dataclass(frozen=True, slots=True)
class Build:
    """What building a deck came to."""

    deck: Deck
    """With the outputs of its cells."""
    ran: tuple[int, ...]
    """The indices of the cells that ran, in order."""
    explain: str
    """For each cell, on a line of its own, whether it ran, and why."""
    is_clean: bool
    """All outputs are of runs of the whole deck in a fresh kernel. Else they are provisional: made by running
    what had to run, which gives the same, as far as cells can be observed."""


class Session:
    """Builds one deck, as often as it changes."""

    def __init__(
        self,
        path: Path | str,
        *,
        settings: Settings | None = None,
        tools: Tools | None = None,
        progress: Progress | None = None,
        incremental: bool = True,
    ) -> None:
        """Take a deck; nothing is read or run yet.

        Args:
            path: its Markdown file.
            settings: None: those of the project around it.
            tools: shared with other sessions, which then closes them; None: its own.
            progress: hears which cell runs.
            incremental: run what must run, in a kernel that is kept; False: if anything must run, run all,
                in a fresh one.
        """
        self.path = Path(path)
        self._owns_tools = tools is None
        self.tools = tools or Tools(settings or read_settings(find_root(self.path.absolute().parent)))
        self._executor = Executor(
            pipeline.execute_tools(self.tools, progress or Silent(), incremental=incremental)
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def build(self, deck: Deck | None = None) -> Build:
        """Run what must run.

        Args:
            deck: the deck as it has been read; None: read it as it is now.

        Raises:
            DeckError: it cannot be read, or its kernel died. What was known before is kept.
        """
        executed = self._executor.execute(deck or pipeline.load(self.path, self.tools))
        return Build(executed.deck, executed.ran, executed.explain, executed.is_clean)

    def close(self) -> None:
        """End the kernel."""
        self._executor.close()
        if self._owns_tools:
            self.tools.close()
