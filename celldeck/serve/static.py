"""Static files that pages load when they need them: modules of the runtime, scripts of Python packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from celldeck.render.mime.plotly import script_file as plotly_script

RUNTIME = Path(__file__).parents[1] / "runtime"
_FOLLOWING = "served patch live overflow edits problems index"
_RUNNING = "running frames cells outputs bars editor questions"
MODULES = frozenset(f"{_FOLLOWING} {_RUNNING}".split())
"""Modules of the runtime that only a served deck has."""
_NAMES = "python r julia sh javascript typescript rust c_cpp golang matlab ruby haskell"
MODES = tuple(_NAMES.split())
"""Languages that the editor knows."""
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def _ace(name: str) -> Callable[[], Path | None]:
    return lambda: package_file("django_static_ace_builds", "static", "ace-builds", name)


_PACKAGES: Mapping[str, Callable[[], Path | None]] = {
    "plotly.min.js": plotly_script,
    "ace.js": _ace("ace.js"),
    "ace-language_tools.js": _ace("ext-language_tools.js"),
    "ace-one_dark.js": _ace("theme-one_dark.js"),
    **{f"ace-mode-{mode}.js": _ace(f"mode-{mode}.js") for mode in MODES},
}
"""Files of packages that may not be installed, by the name that pages ask for."""


def static_file(name: str) -> tuple[str, bytes] | None:
    """Return the kind and the content of a file that pages may ask for; None: there is none of this name.

    Only names that are listed are looked for, so no name leads anywhere else.
    """
    path = _paths().get(name)
    if path is None and name in _PACKAGES:
        path = _PACKAGES[name]()
    return (_KINDS[path.suffix], path.read_bytes()) if path else None


@cache
def _paths() -> Mapping[str, Path]:
    names = (*(f"{name}.js" for name in MODULES), "served.css", "running.css")
    return {name: RUNTIME / name for name in names}


def package_file(package: str, *parts: str) -> Path | None:
    """Return a file of an installed package, which is not imported; None if it is not there."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return next((path for folder in folders or () if (path := Path(folder, *parts)).is_file()), None)
