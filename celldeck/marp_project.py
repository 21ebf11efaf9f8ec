"""What a Marp project says of itself: `.marprc`, `marp.config.json` and their like, or `package.json`.

Of these files `themeSet`, `theme`, `html`, `lang` and `options` are read. They are data here, so what only a
program can say (`marp.config.js`, `engine`) is not followed, and that is told.

Marp: https://github.com/marp-team/marp-cli#configuration-file
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from glob import glob
from pathlib import Path
from typing import Any

from celldeck.errors import DeckError, Notice
from celldeck.frozen import frozen
from celldeck.source import Source, Span

FILES = (
    "package.json",
    ".marprc",
    ".marprc.json",
    ".marprc.yaml",
    ".marprc.yml",
    ".config/marprc",
    ".config/marprc.json",
    ".config/marprc.yaml",
    ".config/marprc.yml",
    "marp.config.json",
    "marp.config.yaml",
    "marp.config.yml",
)
"""In the order in which Marp looks; the first that is there counts."""

PROGRAMS = tuple(
    f"{name}.{ending}"
    for name in (".marprc", ".config/marprc", "marp.config")
    for ending in ("js", "mjs", "cjs", "ts", "mts", "cts")
)


@frozen
class MarpProject:
    """The settings of a Marp project that celldeck follows."""

    path: Path | None = None
    """The file; None: there is none."""
    theme_set: tuple[Path, ...] = ()
    """Files and folders that are there; those that a pattern names are found already."""
    theme: str | None = None
    """A name, or the path of a CSS file."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Values for fields of MarpOptions."""
    notices: tuple[Notice, ...] = ()


def find_marp_project(folder: Path) -> MarpProject:
    """Return the settings of the nearest Marp project from `folder` up, but not above its repository.

    Raises:
        DeckError: the file is there and cannot be read as what it is.
    """
    start = folder.absolute()
    for place in (start, *start.parents):
        for name in FILES:
            found = _read(place / name)
            if found is not None:
                return found
        for name in PROGRAMS:
            if (place / name).is_file():
                return MarpProject(place / name, notices=(_program_notice(_named(place / name)),))
        if (place / ".git").exists():
            break
    return MarpProject()


# ---------------------------------------------------------------- the options of Marp's constructor


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _switch(value: object) -> object:
    """Read an option that Marp also takes as an object, which says how: it is on then."""
    return True if isinstance(value, Mapping) else _flag(value)


def _html(value: object) -> object:
    return value if isinstance(value, Mapping) else _flag(value)


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _emoji(value: object) -> object:
    if value != "twemoji" and not isinstance(value, bool):
        raise ValueError("true, false or twemoji")
    return value


def _math(value: object) -> object:
    value = value.get("lib", "mathjax") if isinstance(value, Mapping) else value
    if value not in ("mathjax", "katex") and not isinstance(value, bool):
        raise ValueError("true, false, mathjax or katex")
    return value


def _levels(value: object) -> object:
    levels = value if isinstance(value, list) else [value]
    if value is not False and not all(level in range(1, 7) and level is not True for level in levels):
        raise ValueError("false, a level from 1 to 6, or a list of levels")
    return tuple(value) if isinstance(value, list) else value


def _inline_svg(value: object) -> object:
    return _flag(value.get("enabled", True) if isinstance(value, Mapping) else value)


def _containers(value: object) -> object:
    names = value if isinstance(value, list) else [value]
    if not isinstance(value, bool) and not all(isinstance(name, str) for name in names):
        raise ValueError("true, false, a name or a list of names")
    return tuple(value) if isinstance(value, list) else value


_OPTIONS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "html": ("html", _html),
    "breaks": ("markdown.breaks", _flag),
    "linkify": ("markdown.linkify", _flag),
    "typographer": ("markdown.typographer", _flag),
    "xhtml_out": ("markdown.xhtmlOut", _flag),
    "math": ("math", _math),
    "emoji_shortcode": ("emoji.shortcode", _emoji),
    "emoji_unicode": ("emoji.unicode", _emoji),
    "heading_divider": ("headingDivider", _levels),
    "loose_yaml": ("looseYAML", _flag),
    "lang": ("lang", _text),
    "slug": ("slug", _switch),
    "anchor": ("anchor", _switch),
    "inline_svg": ("inlineSVG", _inline_svg),
    "printable": ("printable", _flag),
    "css_nesting": ("cssNesting", _flag),
    "css_container_query": ("cssContainerQuery", _containers),
}
"""Fields of MarpOptions: the name that Marp has for it, and what reads its values or says what they are."""


def marp_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of Marp's constructor as fields of MarpOptions, without values that Marp does not take.

    Marp: https://github.com/marp-team/marp-core#constructor-options
    """
    return {name: value for name, value in _read_options(given) if not isinstance(value, _Wrong)}


@frozen
class _Wrong:
    """A value that an option does not have."""

    key: str
    value: object
    wanted: str


def _read_options(given: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, (key, read) in _OPTIONS.items():
        value: object = given
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None:
            continue
        try:
            yield name, read(value)
        except ValueError as error:
            yield name, _Wrong(key, value, str(error))


# ---------------------------------------------------------------- the file


def _read(path: Path) -> MarpProject | None:
    if not path.is_file():
        return None
    try:
        source = Source.of(path.read_text("utf-8", errors="replace"), _named(path))
    except OSError as error:
        raise DeckError(f"{_named(path)} cannot be read: {error.strerror or error}") from error
    values = _values(source)
    if path.name == "package.json":
        values = values.get("marp") if isinstance(values, Mapping) else None
        if values is None:
            return None
    if not isinstance(values, Mapping):
        raise DeckError("a Marp configuration is a mapping of names to values", source.span(1))
    return _project(path, values, source)


def _project(path: Path, values: Mapping[str, Any], source: Source) -> MarpProject:
    notices: list[Notice] = []

    def tell(message: str, key: str, hint: str | None = None) -> None:
        notices.append(Notice("marp-config", message, _key_span(source, key), hint))

    def wrong(key: str, value: object, wanted: str) -> None:
        tell(f"'{key}' is {wanted}, not {value!r}, so it is ignored", key.rpartition(".")[2])

    themes: list[Path] = []
    theme_set = values.get("themeSet") or ()
    patterns = [theme_set] if isinstance(theme_set, str) else theme_set
    if isinstance(patterns, list | tuple) and all(isinstance(pattern, str) for pattern in patterns):
        for pattern in patterns:
            found = _matches(path.parent, pattern)
            themes += found
            if not found:
                tell(f"'themeSet' names {pattern}, and there is nothing", "themeSet")
    else:
        wrong("themeSet", theme_set, "a path or a list of paths")
    theme = values.get("theme")
    if theme is not None and not isinstance(theme, str):
        wrong("theme", theme, "a name or a path")
    given = values.get("options")
    options: dict[str, Any] = {}
    for part in (given, {name: values[name] for name in ("html", "lang") if name in values}):
        for name, value in _read_options(part) if isinstance(part, Mapping) else ():
            if isinstance(value, _Wrong):
                wrong(value.key, value.value, value.wanted)
            else:
                options[name] = value
    if values.get("engine"):
        tell("'engine' is a program, which celldeck does not run", "engine")
    return MarpProject(
        path,
        tuple(themes),
        _theme(path.parent, theme) if isinstance(theme, str) and theme else None,
        options,
        tuple(notices),
    )


def _values(source: Source) -> Any:
    if source.path.suffix == ".json":
        try:
            return json.loads(source.text)
        except json.JSONDecodeError as error:
            place = Span(source, error.lineno, error.colno, error.lineno)
            raise DeckError(f"this is no JSON: {error.msg}", place) from error
    import yaml

    try:
        return yaml.safe_load(source.text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it cannot be read"
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        line = min(line, len(source.lines))
        raise DeckError(f"this is no YAML: {reason}", Span(source, line, column, line)) from error


def _key_span(source: Source, key: str) -> Span:
    entry = re.compile(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*:")
    number = next((n for n, line in enumerate(source.lines, 1) if entry.search(line)), 1)
    return source.span(number, key)


def _matches(folder: Path, pattern: str) -> list[Path]:
    path = folder / pattern
    return (
        [path]
        if path.exists()
        else sorted(folder / name for name in glob(pattern, root_dir=folder, recursive=True))
    )


def _theme(folder: Path, theme: str) -> str:
    """Return a theme's name, or the path of its file."""
    return str(folder / theme) if theme.endswith(".css") else theme


def _named(path: Path) -> Path:
    """Return a path as the author would name it: from where we are, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _program_notice(path: Path) -> Notice:
    return Notice(
        "marp-config",
        f"{path} is a program, which celldeck does not run",
        hint="what it sets can stand in .marprc.yml beside it: themeSet, theme, html, options",
    )
