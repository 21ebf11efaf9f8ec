"""The table of directives: name, scope, values taken.

Marp: https://marpit.marp.app/directives and https://github.com/marp-team/marp-cli#metadata

A row here is all that a directive needs: each one with a value reaches the slide's `<section>` as an
attribute `data-name` and a CSS variable `--name` (see `render/slides.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from celldeck.frozen import frozen
from celldeck.js import as_text
from celldeck.parse.loose_yaml import YamlValue
from celldeck.patterns import late

Scope = Literal["global", "local"]


NOTHING = object()


@dataclass(eq=False)
class Refused(Exception):
    """A value that a directive does not take; Marp then does as if the directive were not there."""

    hint: str
    """What it takes."""
    instead: object = NOTHING
    """What Marp takes the value for, where it does not ignore the directive."""

    def __str__(self) -> str:
        return self.hint


@frozen
class Directive:
    """One directive."""

    name: str
    scope: Scope
    take: Callable[[YamlValue], object]
    """Gives the value as it is kept, or raises Refused."""
    origin: Literal["marpit", "core", "cli"] = "marpit"
    """Which part of Marp brings it: its values may be loose YAML everywhere, nowhere, or in front matter."""


def _any(value: YamlValue) -> object:
    return value


def _text(value: YamlValue) -> object:
    if isinstance(value, str):
        return value
    raise Refused("it takes a text")


def _classes(value: YamlValue) -> object:
    return " ".join(as_text(item) for item in value) if isinstance(value, list) else value


def _paginate(value: YamlValue) -> object:
    if not isinstance(value, str):
        raise Refused("it takes true, false, hold or skip")
    word = value.lower()
    if word in ("hold", "skip"):
        return word
    if word not in ("true", "false", ""):
        raise Refused("it takes true, false, hold or skip", instead=False)
    return word == "true"


def _level(value: YamlValue) -> int | None:
    """Return the whole number that a text starts with, as JavaScript's `parseInt` finds it."""
    match = re.match(r"\s*([+-]?[0-9]+)", value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def _heading_divider(value: YamlValue) -> object:
    if isinstance(value, list):
        levels = {_level(item) for item in value}
        return tuple(level for level in range(1, 7) if level in levels)
    if value == "false":
        return False
    level = _level(value)
    if level is None or not 1 <= level <= 6:
        raise Refused("it takes a level from 1 to 6, a list of them, or false")
    return level


def _math(value: YamlValue) -> object:
    if value in ("mathjax", "katex"):
        return value
    raise Refused("it takes mathjax or katex")


def _transition(value: YamlValue) -> object:
    if not isinstance(value, str):
        raise Refused("it takes a name, and after it a duration such as 1s")
    return tuple(value.split()[:2])


def _keywords(value: YamlValue) -> object:
    if isinstance(value, str):
        value = [word.strip() for word in value.split(",")]
    if isinstance(value, list):
        words = tuple(dict.fromkeys(word for word in value if isinstance(word, str) and word))
        if words:
            return words
    raise Refused("it takes a list of words, or words with commas between them")


# The URL standard wants a scheme, and a host for the schemes of the web: https://url.spec.whatwg.org/
_WEB = r"(?i:https?|ftp|wss?):"
_ADDRESS = late(rf"{_WEB}[/\\]*[^\s/\\?#][^\s/\\?#]*(?:[/\\?#].*)?|(?!{_WEB})[A-Za-z][A-Za-z0-9+.-]*:.*")


def _url(value: YamlValue) -> object:
    if value == "":
        return ""
    if isinstance(value, str) and _ADDRESS.fullmatch(value.strip()):
        return value
    raise Refused("it takes a whole address, with https:// before it")


TABLE: tuple[Directive, ...] = (
    # Marpit's, in the order that the loose reading of YAML tries them in.
    Directive("headingDivider", "global", _heading_divider),
    Directive("style", "global", _any),
    Directive("theme", "global", _any),
    Directive("lang", "global", _any),
    Directive("backgroundColor", "local", _any),
    Directive("backgroundImage", "local", _any),
    Directive("backgroundPosition", "local", _any),
    Directive("backgroundRepeat", "local", _any),
    Directive("backgroundSize", "local", _any),
    Directive("class", "local", _classes),
    Directive("color", "local", _any),
    Directive("footer", "local", _text),
    Directive("header", "local", _text),
    Directive("paginate", "local", _paginate),
    Directive("size", "global", _text, origin="core"),
    Directive("math", "global", _math, origin="core"),
    Directive("author", "global", _text, origin="cli"),
    Directive("description", "global", _text, origin="cli"),
    Directive("image", "global", _text, origin="cli"),
    Directive("keywords", "global", _keywords, origin="cli"),
    Directive("title", "global", _text, origin="cli"),
    Directive("url", "global", _url, origin="cli"),
    Directive("transition", "local", _transition, origin="cli"),
)

GLOBAL: Mapping[str, Directive] = {row.name: row for row in TABLE if row.scope == "global"}
LOCAL: Mapping[str, Directive] = {row.name: row for row in TABLE if row.scope == "local"}

LOOSE_IN_COMMENTS = tuple(row.name for row in TABLE if row.origin == "marpit")
"""What may be written as loose YAML anywhere."""
LOOSE_IN_FRONT_MATTER = (*LOOSE_IN_COMMENTS, *(row.name for row in TABLE if row.origin == "cli"))
"""What may be written as loose YAML in front matter, where Marp's CLI reads the deck."""

_NAMES = "|".join(row.name for row in TABLE)
SETTING = late(rf"^[ \t]*[\"']?_?(?:{_NAMES})[\"']?[ \t]*:|\A[{{?!&%-]", re.MULTILINE)
"""Finds a line that may set a directive: a comment without one is a note, and need not be read as YAML."""


@lru_cache(maxsize=8)
def known_keys(*, cli: bool, transition: bool) -> frozenset[str]:
    """Return every key that is a directive, spot directives such as `_class` included.

    Args:
        cli: those of Marp's CLI are, too.
        transition: `transition` is one of these; it is not where transitions are switched off.
    """
    rows = [row for row in TABLE if row.origin != "cli" or (cli and (transition or row.name != "transition"))]
    return frozenset(row.name for row in rows) | {f"_{row.name}" for row in rows if row.scope == "local"}
