"""Settings: `[tool.celldeck]` of pyproject.toml, then the command line.

`OPTIONS` is the one table of them: a row gives the name in both places, the kind and the meaning.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from celldeck.errors import DeckError
from celldeck.source import Source, Span

Kind = Literal["flag", "text", "count", "number", "texts"]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: `name` in pyproject.toml, `--name` on the command line where it has a flag."""

    name: str
    kind: Kind
    help: str
    choices: tuple[str, ...] = ()
    flag: bool = True
    """It can be given on the command line."""
    metavar: str | None = None

    @property
    def field(self) -> str:
        """Its name in Settings."""
        return self.name.replace("-", "_")


OPTIONS: tuple[Option, ...] = (
    Option("decks", "texts", "glob patterns of the decks that are built when none is named", flag=False),
    Option("execute", "texts", "glob patterns of the decks whose Python blocks run", flag=False),
    Option("output", "text", "file, or folder for several decks (default: dist)", metavar="OUT"),
    Option("pdf", "flag", "write a PDF beside each HTML deck"),
    Option("html-tags", "text", "raw HTML that passes: all of it, or Marp's allowlist", ("all", "safe")),
    Option("theme-set", "texts", "theme files or folders", metavar="PATH"),
    Option("theme", "text", "theme for every deck: its name, or a CSS file", metavar="NAME"),
    Option(
        "template", "text", "bespoke: to present; bare: all slides one under another", ("bespoke", "bare")
    ),
    Option("no-exec", "flag", "run no cell; show the outputs that are stored, if they are"),
    Option("strict", "flag", "a warning fails the build"),
    Option("jobs", "count", "decks whose cells run at the same time", metavar="N"),
    Option("timeout", "number", "seconds that a cell may run, where it does not say so itself", flag=False),
    Option("browser", "text", "the browser that prints PDFs", metavar="PATH"),
    Option("silence", "texts", "kinds of warnings that are not shown", flag=False),
    Option("port", "count", "port of the watch server (default: 8000, or the next free one)", metavar="N"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a build is asked to do, checked."""

    root: Path = field(default_factory=Path)
    """The folder that patterns and paths of pyproject.toml are relative to."""
    decks: tuple[str, ...] = ("slides/*.md",)
    execute: tuple[str, ...] = ()
    output: str | None = None
    """None: `dist` in `root`."""
    pdf: bool = False
    html_tags: Literal["all", "safe"] = "safe"
    theme_set: tuple[str, ...] = ("theme",)
    theme: str | None = None
    template: Literal["bespoke", "bare"] = "bespoke"
    no_exec: bool = False
    strict: bool = False
    jobs: int = max(1, (os.cpu_count() or 2) // 2)
    """A cell that trains uses several cores itself."""
    timeout: float = 300.0
    """Seconds."""
    browser: str | None = None
    silence: tuple[str, ...] = ()
    port: int | None = None

    @property
    def cache(self) -> Path:
        """The folder of stored outputs, formulas and pictures; it can be deleted at any time."""
        return self.root / ".celldeck"

    @property
    def theme_paths(self) -> tuple[Path, ...]:
        """Where themes are looked for, in order; a folder that is not there is no fault."""
        return tuple(self.root / path for path in self.theme_set)

    def runs(self, deck: Path) -> bool:
        """Say whether `execute` names this deck."""
        return self._matches(deck, self.execute)

    def _matches(self, deck: Path, patterns: Sequence[str]) -> bool:
        try:
            name = deck.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return False
        return any(fnmatch(name, pattern) for pattern in patterns)


def find_root(start: Path) -> Path:
    """Return the nearest folder from `start` up whose pyproject.toml has `[tool.celldeck]`; else `start`."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "[tool.celldeck" in file.read_text("utf-8", errors="replace"):
            return folder
    return start


def read_settings(root: Path) -> Settings:
    """Return the settings of the pyproject.toml in `root`; the defaults if it has none.

    Raises:
        DeckError: the file is no TOML, a key is unknown, or a value is of another kind.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        return Settings(root=root)
    source = Source.of(file.read_text("utf-8", errors="replace"), file)
    try:
        table = tomllib.loads(source.text).get("tool", {}).get("celldeck", {})
    except tomllib.TOMLDecodeError as error:
        raise DeckError(f"this is no TOML: {error}", source.span(1)) from error
    values = _checked(table, source)
    if "output" in values:
        # Written in the file, a path is relative to the file; given on the command line, to where we are.
        values["output"] = str(root / values["output"])
    return replace(Settings(root=root), **values)


def override(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Return the settings with what the command line gave; None means that it did not."""
    known = {f.name for f in fields(Settings)}
    return replace(settings, **{k: v for k, v in given.items() if k in known and v is not None})


def _checked(table: Mapping[str, Any], source: Source) -> dict[str, Any]:
    by_name = {option.name: option for option in OPTIONS}
    values: dict[str, Any] = {}
    for key, value in table.items():
        option = by_name.get(key) or by_name.get(key.replace("_", "-"))
        if option is None:
            near = difflib.get_close_matches(key, by_name, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"settings: {', '.join(by_name)}"
            raise DeckError(f"unknown setting '{key}' in [tool.celldeck]", _key_span(source, key), hint)
        values[option.field] = _value(option, value, source, key)
    return values


def _value(option: Option, value: Any, source: Source, key: str) -> Any:
    right = {
        "flag": isinstance(value, bool),
        "text": isinstance(value, str),
        "count": isinstance(value, int) and not isinstance(value, bool) and value > 0,
        "number": isinstance(value, int | float) and not isinstance(value, bool) and value > 0,
        "texts": isinstance(value, list) and all(isinstance(v, str) for v in value),
    }[option.kind]
    wanted = {
        "flag": "true or false",
        "text": "a text",
        "count": "a whole number above 0",
        "number": "a number above 0",
        "texts": "a list of texts",
    }[option.kind]
    if not right:
        raise DeckError(f"'{key}' is {wanted}, not {value!r}", _key_span(source, key))
    if option.choices and value not in option.choices:
        raise DeckError(
            f"'{key}' cannot be {value!r}", _key_span(source, key), f"values: {', '.join(option.choices)}"
        )
    return tuple(value) if option.kind == "texts" else value


def _key_span(source: Source, key: str) -> Span:
    inside = False
    for number, line in enumerate(source.lines, 1):
        if line.strip().startswith("["):
            inside = line.strip().startswith("[tool.celldeck")
        elif inside and line.strip().strip("\"'").startswith(key):
            return source.span(number, key)
    return source.span(1)
