"""Session: a deck, its kernel and what is known of its cells, kept from one build to the next.

with Session("deck.md") as session:
    build = session.build()
    build.deck.cells[0].outputs
    ...                      # the file changes
    build = session.build()  # runs what must run
    build.ran, build.explain
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import TracebackType

from celldeck import pipeline
from celldeck.execute import Executed, Executor, Progress, Silent
from celldeck.execute.compare import Difference, differences
from celldeck.frozen import frozen
from celldeck.model import Deck
from celldeck.settings import Settings, find_root, read_settings
from celldeck.tools import Tools


@frozen
class Build:
    """What building a deck came to."""

    deck: Deck
    """With the outputs of its cells."""
    ran: tuple[int, ...]
    """The indices of the cells that ran, in order."""
    explain: str
    """For each cell, on a line of its own, whether it ran, and why."""
    provisional: tuple[int, ...] = ()
    """The indices of the cells whose outputs were made by running only what had to run. That gives the same
    as a run of the whole deck in a fresh kernel, as far as cells can be observed; `Session.verify` makes
    sure."""
    files: frozenset[Path] = frozenset()
    """What its cells have read, and what they have looked for in vain."""
    folders: frozenset[Path] = frozenset()
    """What they have listed."""

    @property
    def is_clean(self) -> bool:
        """No output is provisional."""
        return not self.provisional


@frozen
class Verified:
    """What a run of the whole deck in a fresh kernel came to."""

    build: Build
    """With its outputs; none of them is provisional."""
    differences: tuple[Difference, ...]
    """The cells whose outputs were others before."""


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
        if tools is None:
            settings = settings or read_settings(find_root(self.path.absolute().parent))
            tools = Tools(settings, standby=incremental)
        self.tools = tools
        self._execute_tools = pipeline.execute_tools(
            self.tools, progress or Silent(), incremental=incremental
        )
        self._executor = Executor(self._execute_tools)
        self._verifier: Executor | None = None
        self._last: tuple[Deck, Build] | None = None

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
        deck = deck or pipeline.load(self.path, self.tools)
        build = _build(self._executor.execute(deck))
        self._last = (deck, build)
        self._warm(deck)
        return build

    def _warm(self, deck: Deck) -> None:
        """Have a fresh kernel ready for the next cell that must run in one."""
        if (
            self.tools.standby
            and deck.kernel is not None
            and deck.gateway is None
            and deck.cells
            and not self._executor.is_frozen(deck)
        ):
            from celldeck.execute.standby import imports_of

            folder = deck.source.path.absolute().parent
            modules = imports_of(cell.source for cell in deck.cells)
            self.tools.kernels.warm(deck.kernel, folder, modules)

    @property
    def last(self) -> Build | None:
        """The last build; None: there has been none."""
        return self._last[1] if self._last else None

    def verify(self) -> Verified:
        """Run the deck of the last build from the top in a fresh kernel, and take over what that gives.

        Where nothing is provisional, nothing runs. Another thread may end it with `stop_verifying`.

        Raises:
            DeckError: the kernel died, or was stopped; what was known before is kept.
        """
        assert self._last is not None, "there has been no build"
        deck, before = self._last
        if before.is_clean:
            return Verified(before, ())
        self._verifier = Executor(replace(self._execute_tools, incremental=False))
        try:
            build = _build(self._verifier.execute(deck))
        finally:
            self.stop_verifying()
        found = tuple(differences(before.deck, build.deck))
        if found:
            # What the kernel holds is not what a clean run gives, either.
            self._executor.forget()
        self._last = (deck, build)
        return Verified(build, found)

    def stop_verifying(self) -> None:
        """End the kernel that verifies; may be called from any thread."""
        verifier, self._verifier = self._verifier, None
        if verifier is not None:
            verifier.close()

    def close(self) -> None:
        """End the kernel."""
        self.stop_verifying()
        self._executor.close()
        if self._owns_tools:
            self.tools.kernels.close()
            self.tools.close()


def _build(executed: Executed) -> Build:
    folder = executed.deck.source.path.absolute().parent
    files = frozenset(folder / name for name in executed.files)
    folders = frozenset(folder / name for name in executed.folders)
    return Build(executed.deck, executed.ran, executed.explain, executed.provisional, files, folders)
