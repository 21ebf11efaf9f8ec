"""MathJax 3.2.2: TeX to SVG.

https://docs.mathjax.org/en/v3.2/
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from celldeck.javascript.engine import Engine
    from celldeck.javascript.helper import Formula, Helper

VERSION = "MathJax 3.2.2/1"
"""Part of every key in the cache; the number goes up when `mathjax.js` changes what comes out."""
_TIME_LIMIT_S = 1.5
"""A formula takes a few hundredths; what takes this long would keep the author waiting for nothing."""
_FILES = (
    "loader.js",
    "core.js",
    "adaptors/liteDOM.js",
    "input/tex-full.js",
    "output/svg.js",
    "output/svg/fonts/tex.js",
)


class Definition(NamedTuple):
    """A formula that changes what later formulas mean."""

    tex: str
    display: bool
    names: tuple[str, ...]
    """What it defines, as it stands where it is used: `\\\\R`, `lemma`; `*` is anything."""


class Typesetting:
    """Formulas that are typeset, here and in other processes."""

    def __init__(self, done: Sequence[tuple[Formula, dict[str, Any]]], helpers: Sequence[Helper]) -> None:
        """Take what is done, and who does the rest."""
        self._done, self._helpers = done, helpers

    @property
    def is_elsewhere(self) -> bool:
        """Another process has some of them."""
        return bool(self._helpers)

    def results(self) -> Iterator[tuple[Formula, dict[str, Any]]]:
        """Wait for all, and give formulas with what `MathJax.typeset` gives for them.

        Those are left out that a process did not get done.
        """
        yield from self._done
        for helper in self._helpers:
            yield from helper.results()


class MathJax:
    """MathJax in an engine, started by the first formula. One serves many decks, in several threads too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._known: list[Definition] = []
        self._helper: Helper | None = None

    def expect(self) -> None:
        """Load MathJax in a process of its own, as formulas will be asked for; unless it is loaded."""
        with self._lock:
            if self._engine is None and self._helper is None and (os.cpu_count() or 1) > 1:
                from celldeck.javascript.helper import Helper

                self._helper = Helper()

    def typeset_many(self, formulas: Sequence[Formula]) -> Typesetting:
        """Begin to typeset formulas, each alone, in more processes where that is faster; errors as `typeset`.

        Returns:
            What gives the results. Nothing where formulas are few, and MathJax is not loaded elsewhere.
        """
        from celldeck.javascript.helper import Helper, split

        with self._lock:
            helper, self._helper = self._helper, None
        here, elsewhere = split(formulas, is_waiting=helper is not None)
        if not elsewhere:
            return Typesetting([], [])
        helpers = [helper if number == 0 and helper else Helper() for number in range(len(elsewhere))]
        for one, share in zip(helpers, elsewhere, strict=True):
            one.give(share)
        return Typesetting([(each, self.typeset(*each, ())) for each in here], helpers)

    def typeset(self, tex: str, display: bool, definitions: Sequence[Definition]) -> dict[str, Any]:
        """Typeset one formula after others.

        Args:
            tex: its source, without dollars.
            display: whether it is a block of its own.
            definitions: what stands before it in its deck.

        Returns:
            `svg`, or None if MathJax broke down; `error`, or None; `names`, what it defines; `stopped`, if
            the engine had to be stopped.

        Raises:
            DeckError: the engine or MathJax is not installed.
        """
        from celldeck.javascript.engine import ScriptError

        with self._lock:
            try:
                engine = self._ready(definitions)
                result: dict[str, Any] = engine.call("typeset", tex, display, time_limit_s=_TIME_LIMIT_S)
            except ScriptError as error:
                self.close()
                # Not for the cache: it may have run out of time because the machine was busy.
                return {"svg": None, "error": str(error), "names": [], "stopped": True}
            if result["names"]:
                self._known.append(Definition(tex, display, tuple(result["names"])))
            return result

    def close(self) -> None:
        """End the engine, if it runs; the next formula starts another."""
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()
        if self._engine is not None:
            self._engine.close()
        self._engine = None
        self._known = []

    def load(self) -> None:
        """Start the engine now; errors as `typeset`."""
        self._ready(())

    def _ready(self, definitions: Sequence[Definition]) -> Engine:
        """Return the engine, knowing the definitions and no others."""
        from celldeck.javascript.engine import Engine
        from celldeck.packages import package_folder

        if self._engine is None:
            folder = package_folder("mathjax") / "static" / "mathjax" / "es5"
            glue = Path(__file__).with_name("mathjax.js").read_text(encoding="utf-8")
            self._engine = Engine([folder / name for name in _FILES], after=glue)
        if self._known != list(definitions[: len(self._known)]):
            self._engine.call("forget")
            self._known = []
        for definition in definitions[len(self._known) :]:
            self._engine.call("typeset", definition.tex, definition.display)
            self._known.append(definition)
        return self._engine
