"""What a Marp project says of itself: `.marprc`, `marp.config.json` and their like, or `package.json`.

Of these files `themeSet`, `theme`, `html`, `lang` and `options` are read; they are data, so those that are
programs (`marp.config.js`) cannot be, and that is told.

Marp: https://github.com/marp-team/marp-cli#configuration-file
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from celldeck.errors import DeckError, Notice
from celldeck.source import Source

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


@dataclass(frozen=True, slots=True)
class MarpProject:
    """The settings of a Marp project that celldeck follows."""

    path: Path | None = None
    """The file; None: there is none."""
    theme_set: tuple[Path, ...] = ()
    """Files and folders; those that a pattern names are found already."""
    theme: str | None = None
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
                return MarpProject(notices=(_program_notice(place / name),))
        if (place / ".git").exists():
            break
    return MarpProject()


def marp_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of Marp's constructor as fields of MarpOptions, those that it has.

    Marp: https://github.com/marp-team/marp-core#constructor-options
    """
    markdown = given.get("markdown")
    markdown = markdown if isinstance(markdown, Mapping) else {}
    emoji = given.get("emoji")
    emoji = emoji if isinstance(emoji, Mapping) else {}
    math = given.get("math")
    divider = given.get("headingDivider")
    inline_svg = given.get("inlineSVG")
    values = {
        "html": given.get("html"),
        "breaks": markdown.get("breaks"),
        "linkify": markdown.get("linkify"),
        "typographer": markdown.get("typographer"),
        "xhtml_out": markdown.get("xhtmlOut"),
        "math": math.get("lib", "mathjax") if isinstance(math, Mapping) else math,
        "emoji_shortcode": emoji.get("shortcode"),
        "emoji_unicode": emoji.get("unicode"),
        "heading_divider": tuple(divider) if isinstance(divider, list) else divider,
        "loose_yaml": given.get("looseYAML"),
        "lang": given.get("lang"),
        "slug": _flag(given.get("slug")),
        "anchor": _flag(given.get("anchor")),
        "inline_svg": inline_svg.get("enabled", True) if isinstance(inline_svg, Mapping) else inline_svg,
        "printable": given.get("printable"),
        "css_nesting": given.get("cssNesting"),
        "css_container_query": given.get("cssContainerQuery"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _flag(value: object) -> bool | None:
    """Return an option that Marp also takes as an object or a function: it is on then."""
    return None if value is None else bool(value)


def _read(path: Path) -> MarpProject | None:
    if not path.is_file():
        return None
    source = Source.of(path.read_text("utf-8", errors="replace"), path)
    values = _values(source)
    if path.name == "package.json":
        values = values.get("marp") if isinstance(values, Mapping) else None
        if values is None:
            return None
    if not isinstance(values, Mapping):
        raise DeckError("a Marp configuration is a mapping of names to values", source.span(1))
    theme_set = values.get("themeSet", ())
    patterns = [theme_set] if isinstance(theme_set, str) else list(theme_set)
    theme = values.get("theme")
    options = values.get("options")
    fields = marp_options(options) if isinstance(options, Mapping) else {}
    fields |= marp_options({name: values[name] for name in ("html", "lang") if name in values})
    return MarpProject(
        path,
        tuple(found for pattern in patterns for found in _matches(path.parent, str(pattern))),
        _theme(path.parent, theme) if isinstance(theme, str) else None,
        fields,
    )


def _values(source: Source) -> Any:
    if source.path.suffix == ".json":
        try:
            return json.loads(source.text)
        except json.JSONDecodeError as error:
            raise DeckError(f"this is no JSON: {error.msg}", source.span(error.lineno)) from error
    import yaml

    try:
        return yaml.safe_load(source.text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it cannot be read"
        raise DeckError(f"this is no YAML: {reason}", source.span(mark.line + 1 if mark else 1)) from error


def _matches(folder: Path, pattern: str) -> list[Path]:
    path = folder / pattern
    if path.exists() or not any(sign in pattern for sign in "*?["):
        return [path]
    return sorted(folder.glob(pattern.removeprefix("./")))


def _theme(folder: Path, theme: str) -> str:
    """Return a theme's name, or the path of its file."""
    return str(folder / theme) if theme.endswith(".css") else theme


def _program_notice(path: Path) -> Notice:
    return Notice(
        "marp-config",
        f"{path} is a program, which celldeck does not run",
        hint="what it sets can stand in .marprc.yml beside it: themeSet, theme, html, options",
    )
