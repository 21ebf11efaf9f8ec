"""Directives that Marp does not know, though they look like one of its own: told, with the name meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from celldeck.closest import closest
from celldeck.errors import Notice
from celldeck.parse.comments import Remark, read_comment
from celldeck.parse.directives import GLOBAL, TABLE, known_keys
from celldeck.parse.draft import Draft
from celldeck.parse.front_matter import SETTINGS, line_of_key
from celldeck.parse.loose_yaml import YamlError
from celldeck.patterns import late

# `subtitle` is just less like `title` than this, `pagination` just more like `paginate`.
_LIKENESS = 0.77
_OTHERS = frozenset({"marp", "subtitle", "date", *SETTINGS})
"""Keys of front matter that other tools read; celldeck's own stand among the names looked for, too."""

_SHORTHANDS = {"background": "backgroundColor", "bg": "backgroundColor"}
"""CSS has these names; what is meant by them is no matter of likeness."""

_LINE = late(r"(_?[A-Za-z][\w-]*)[ \t]*:[ \t]*([^\n]*)")
_STARTS_WITH_DIRECTIVE = late(rf"[\"']?_?(?:{'|'.join(row.name for row in TABLE)})[\"']?[ \t]*:")


def tell_misspellings(draft: Draft) -> Draft:
    """Return the draft with a notice for each key that looks like a directive and is none."""
    known = known_keys(cli=draft.options.cli, transition=draft.options.transition)
    source = draft.deck.source
    found: list[Notice] = []
    for key in draft.front_matter:
        if key not in known and key not in _OTHERS and (meant := directive_like(key)):
            found.append(_unknown(draft, line_of_key(draft, key), key, meant))
    for remarks in draft.remarks:
        for remark in remarks:
            if remark.directives is not None:
                found.extend(_dropped_keys(draft, remark, remark.directives, known))
            elif _STARTS_WITH_DIRECTIVE.match(remark.text):
                found.extend(_unread(draft, remark))
            else:
                for number, key in _keys_of(remark.text):
                    if key not in known and (meant := directive_like(key)):
                        found.append(_unknown(draft, remark.text_line(source) + number, key, meant))
    fresh = {(notice.kind, str(notice.span)): notice for notice in found}
    return draft.telling(*fresh.values())


def _keys_of(text: str) -> Iterator[tuple[int, str]]:
    """Give line and name of each `name: value` in a comment; nothing if it has other text, too."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n")) if line.strip()]
    matches = [(number, _LINE.fullmatch(line)) for number, line in lines]
    # Notes are prose: `Colour: we take red here, because …` has more words than a directive.
    if all(match is not None and len(match[2].split()) <= 3 for _, match in matches):
        yield from ((number, match[1]) for number, match in matches if match is not None)


@lru_cache(maxsize=1024)
def directive_like(key: str) -> str | None:
    """Return the directive or setting that a key may have been meant as; None if it is like none."""
    bare = key.removeprefix("_")
    if key != bare and bare in GLOBAL:
        return bare
    names = [row.name for row in TABLE] + list(SETTINGS)
    if bare in names:
        return None
    folded = {name.lower(): name for name in names}
    near = _SHORTHANDS.get(bare) or folded.get(re.sub(r"[-_ ]", "", bare.lower()))
    if near is None:
        near = closest(bare, names, _LIKENESS)
    if near is None:
        return None
    return near if near in GLOBAL or near in SETTINGS else key[: len(key) - len(bare)] + near


def _unknown(draft: Draft, line: int, key: str, meant: str) -> Notice:
    if key == f"_{meant}":
        message = f"'{meant}' holds for the whole deck, so there is no '{key}'"
    else:
        message = f"'{key}' is no directive"
    return Notice("unknown-directive", message, draft.deck.source.span(line, key), f"did you mean '{meant}'?")


def _dropped_keys(
    draft: Draft, remark: Remark, found: Mapping[str, object], known: Iterable[str]
) -> Iterator[Notice]:
    """Tell of keys beside a directive: such a comment is no note, so what they say is gone."""
    for key in found:
        if key in known or key in SETTINGS:
            continue
        meant = directive_like(key)
        yield Notice(
            "unknown-directive",
            f"'{key}' is no directive, so it is dropped from a comment that sets some",
            draft.deck.source.span(remark.line_of(key, draft.deck.source), key),
            f"did you mean '{meant}'?" if meant else "put a note for the presenter into a comment of its own",
        )


def _unread(draft: Draft, remark: Remark) -> Iterator[Notice]:
    source = draft.deck.source
    try:
        read_comment(remark.text, draft.options.loose_yaml)
    except YamlError as error:
        yield Notice(
            "yaml-ignored",
            f"this comment is a note and sets nothing, since it is no YAML: {error.problem}",
            source.span(remark.text_line(source) + min(error.line, remark.text.count("\n"))),
            "put values with special characters between quotes",
        )
