"""Highlighting: the very spans that Marp's highlighter, highlight.js, puts into code.

Its files come with the package `pyreveal`, as a plugin for reveal.js that also works without a page.

Marp: https://github.com/marp-team/marp-core#features
highlight.js: https://highlightjs.readthedocs.io/en/stable/api.html#highlight
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.cache import Cache

if TYPE_CHECKING:
    from celldeck.javascript.engine import Engine

_TIME_LIMIT_S = 1.5
_PLUGIN = Path("revealjs") / "dist" / "plugin" / "highlight.js"
_GRAMMARS = Path(__file__).with_name("grammars.js")

# The plugin adds line numbers to its page as soon as it is read, so it must find something like a page.
_PAGE = """
globalThis.window = globalThis;
globalThis.document = {
  createElement: () => ({}),
  getElementsByTagName: () => [{ appendChild() {} }],
  addEventListener() {},
};
"""
_FUNCTIONS = """
const { hljs } = RevealHighlight();
function languages() {
  return hljs.listLanguages().flatMap((name) => [name, ...(hljs.getLanguage(name).aliases ?? [])]);
}
function highlight(code, language) {
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
"""


class Highlighter:
    """Highlights code. The engine starts with the first block that is not in the cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._running: Engine | None = None

    def highlight(self, code: str, language: str) -> str | None:
        """Return `code` as HTML with `hljs-*` spans, or None if nobody knows the language.

        Code on which the highlighter takes too long is not highlighted either.

        Args:
            code: as written, not escaped.
            language: a name or an alias, in any case.

        Raises:
            DeckError: it is not in the cache and the engine or highlight.js is not installed.
        """
        name = language.lower()
        if name not in self._languages:
            return None
        key = json.dumps([self._version, name, code])
        html = self._cache.get("code", key)
        if html is None:
            html = self._highlight(code, name)
            if html is not None:
                self._cache.put("code", key, html)
        return html

    def close(self) -> None:
        """End the engine, if it runs; the next block that is not in the cache starts another."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def _highlight(self, code: str, name: str) -> str | None:
        from celldeck.javascript.engine import ScriptError

        try:
            html: str = self._engine().call("highlight", code, name, time_limit_s=_TIME_LIMIT_S)
        except ScriptError:
            self.close()
            return None
        return html

    @cached_property
    def _file(self) -> Path:
        from celldeck.packages import package_folder

        return package_folder("pyreveal") / _PLUGIN

    @cached_property
    def _version(self) -> str:
        # No file says which highlight.js it is without being run, but another one will not be as long.
        return f"{self._file.stat().st_size}/{_GRAMMARS.stat().st_size}"

    @cached_property
    def _languages(self) -> frozenset[str]:
        """Names and aliases, in lower case."""
        names = self._cache.get("languages", self._version)
        if names is None:
            names = " ".join(self._engine().call("languages")).lower()
            self._cache.put("languages", self._version, names)
        return frozenset(names.split(" "))

    def _engine(self) -> Engine:
        if self._running is None:
            from celldeck.javascript.engine import Engine

            self._running = Engine([self._file, _GRAMMARS], before=_PAGE, after=_FUNCTIONS)
        return self._running
