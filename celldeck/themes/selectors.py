"""Selectors as lists of parts, for the passes that take them apart: nesting and `:is()`.

Selectors: https://www.w3.org/TR/selectors-4/#grammar
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from celldeck.patterns import late


class Part(NamedTuple):
    """A simple selector or a combinator."""

    kind: str
    """`tag`, `universal`, `id`, `class`, `attribute`, `pseudo`, `nesting` (`&`), `comment`, `combinator`."""
    text: str
    """As written, without arguments; of a combinator the sign, or a space."""
    args: tuple[Complex, ...] | None = None
    """The selectors in a pseudo-class's parentheses; None: it has none, or they are no selectors."""

    @property
    def is_element(self) -> bool:
        """Whether it is a pseudo-element, such as `::after` or the old `:after`."""
        return self.kind == "pseudo" and (
            self.text.startswith("::")
            or self.text.lower() in (":before", ":after", ":first-line", ":first-letter")
        )


Complex = tuple[Part, ...]
"""Parts side by side, combinators among them: what stands between two commas."""

DESCENDANT = Part("combinator", " ")
NESTING = Part("nesting", "&")


class SelectorError(Exception):
    """A text is no list of selectors."""


_NAME = r"""(?: [^ \t\n\r\f!"\#$&'()*+,./:;=>@\[\]^|~\\] | \\[0-9a-fA-F]{1,6}[ ]? | \\. )++"""
_PARTS = late(
    rf"""(?P<tag> (?:(?:{_NAME}|\*)?+\|(?!\|))?+ {_NAME} )
    | (?P<universal> (?:(?:{_NAME}|\*)?+\|)?+ \* )
    | (?P<class> \.{_NAME} ) | (?P<id> \#{_NAME} )
    | (?P<attribute> \[ (?: [^\[\]"'] | "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' )*+ \] )
    | (?P<pseudo> ::?{_NAME} ) (?P<open> \( )?
    | (?P<nesting> & )
    | [ \t\n\r\f]*+ (?P<combinator> [>+~] | \|\| ) [ \t\n\r\f]*+
    | (?P<comment> /\*.*?\*/ )
    | (?P<space> [ \t\n\r\f]++ ) | (?P<comma> , ) | (?P<close> \) )""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def read_selectors(text: str) -> tuple[Complex, ...]:
    """Return the selectors of a list.

    Raises:
        SelectorError: the text is no list of selectors.
    """
    selectors, end = _read_list(text, 0, 0)
    if end != len(text):
        raise SelectorError("a ) closes nothing")
    return selectors


def _read_list(text: str, at: int, depth: int) -> tuple[tuple[Complex, ...], int]:
    """Read up to the `)` that closes what is read, or to the text's end."""
    if depth > 50:
        raise SelectorError("too many parentheses inside one another")
    selectors: list[list[Part]] = [[]]
    while at < len(text):
        match = _PARTS.match(text, at)
        if match is None:
            raise SelectorError(f"{text[at]!r} begins no selector")
        kind = match.lastgroup or ""
        if kind == "close":
            break
        at = match.end()
        if kind == "comma":
            selectors.append([])
        elif kind == "space":
            selectors[-1].append(DESCENDANT)
        elif kind == "open":
            part, at = _read_pseudo(text, match["pseudo"], at, depth)
            selectors[-1].append(part)
        else:
            selectors[-1].append(Part(kind, match[kind]))
    return tuple(_trimmed(parts) for parts in selectors), at


def _read_pseudo(text: str, name: str, at: int, depth: int) -> tuple[Part, int]:
    """Read the arguments of a pseudo-class, whose `(` ends before `at`."""
    try:
        args, end = _read_list(text, at, depth + 1)
    except SelectorError:
        # Such as a string in `:lang("de")`: kept as it is.
        raw = _RAW_ARGUMENT.match(text, at)
        if raw is None:
            raise
        return Part("pseudo", f"{name}({raw[0]}"), raw.end()
    if end == len(text):
        raise SelectorError("a ( is never closed")
    return Part("pseudo", name, args), end + 1


_RAW_ARGUMENT = late(
    r"""(?: [^()"'\\] | \\. | "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' )*+ \)""", re.VERBOSE | re.DOTALL
)


def _trimmed(parts: list[Part]) -> Complex:
    """Return the parts without white space at the ends or beside another combinator."""
    kept: list[Part] = []
    for part in parts:
        if part.kind == "combinator" and kept and kept[-1].kind == "combinator":
            if part.text == " ":
                continue
            if kept[-1].text == " ":
                kept.pop()
        kept.append(part)
    while kept and kept[0] == DESCENDANT:
        kept.pop(0)
    while kept and kept[-1] == DESCENDANT:
        kept.pop()
    return tuple(kept)


def write_selector(parts: Iterable[Part]) -> str:
    """Return a selector as text."""
    return "".join(map(_write_part, parts))


def write_selectors(selectors: Iterable[Complex]) -> str:
    """Return a list of selectors as text."""
    return ",".join(map(write_selector, selectors))


def _write_part(part: Part) -> str:
    if part.kind == "combinator" and part.text != " ":
        return f" {part.text} "
    if part.args is not None:
        return f"{part.text}({write_selectors(part.args)})"
    return part.text


def has_part(parts: Iterable[Part], wanted: Callable[[Part], bool]) -> bool:
    """Say whether a part, at any depth, is wanted."""
    return any(wanted(part) or any(has_part(arg, wanted) for arg in part.args or ()) for part in parts)


_ORDER = {
    "universal": 0,
    "tag": 1,
    "element": 2,
    "nesting": 3,
    "id": 4,
    "class": 5,
    "attribute": 6,
    "pseudo": 7,
}


def sort_compounds(parts: Iterable[Part], *, tags_first: bool = False) -> Complex:
    """Return a selector whose compounds are in an order that CSS allows.

    Putting a parent where `&` stood can leave a tag behind a class, or two tags side by side; the second one
    is then wrapped into `:is()`.

    Args:
        parts: the selector.
        tags_first: whether such a second tag stays beside the first one, not among the pseudo-classes.
    """
    ordered: list[Part] = []
    compound: list[tuple[int, Part]] = []

    def finish() -> None:
        ordered.extend(part for _, part in sorted(compound, key=itemgetter(0)))
        compound.clear()

    for part in parts:
        if part.kind == "combinator":
            finish()
            ordered.append(part)
            continue
        if part.is_element:
            finish()
        order = _ORDER["element" if part.is_element else part.kind]
        if part.kind in ("universal", "tag") and any(other.kind == part.kind for _, other in compound):
            if part.kind == "universal":
                continue
            part = Part("pseudo", ":is", ((part,),))
            order = order if tags_first else _ORDER["pseudo"]
        compound.append((order, part))
    finish()
    return tuple(ordered)
