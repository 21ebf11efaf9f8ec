"""The YAML head of a deck: directives for Marp, and celldeck's own settings.

Marp: https://marpit.marp.app/directives?id=front-matter
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from celldeck.errors import Notice
from celldeck.js import trim
from celldeck.parse.directives import LOOSE_IN_COMMENTS, LOOSE_IN_FRONT_MATTER
from celldeck.parse.draft import Draft
from celldeck.parse.loose_yaml import YamlError, YamlValue, load, loosen
from celldeck.patterns import late
from celldeck.source import Source

SETTINGS = ("kernel", "execute", "seed", "freeze", "incremental", "collapse")
"""celldeck's own keys. Marp ignores them, as it does every key that it does not know."""


def read_front_matter(draft: Draft) -> Draft:
    """Return the draft with what its front matter says; front matter that is no YAML is told and ignored."""
    text = draft.document.front_matter
    if text is None:
        return draft
    source = draft.deck.source
    notices = [] if _is_closed(draft) else [_unclosed(source)]
    options = draft.options
    names = LOOSE_IN_FRONT_MATTER if options.cli else LOOSE_IN_COMMENTS
    found: YamlValue = {}
    try:
        if _has_content(text):
            found = load(loosen(text, names) if options.loose_yaml else text)
    except YamlError as error:
        notices.append(_ignored(source, text, error))
    front = found if isinstance(found, dict) else {}
    if (text.strip() and not _has_content(text)) or not isinstance(found, dict):
        line = front_matter_line(source, text) + text[: len(text) - len(text.lstrip())].count("\n")
        notices.append(
            Notice(
                "front-matter",
                "this is read as front matter, so it is not shown; and it sets nothing",
                source.span(line),
                "put an empty line above the first --- if this is meant to be a slide",
            )
        )
    settings = {key: typed(front[key]) for key in SETTINGS if key in front}
    deck = replace(draft.deck, settings=settings)
    return replace(draft, deck=deck, front_matter=front).telling(*notices)


_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = late(r"[+-]?[0-9]+")
_NUMBER = late(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def typed(value: YamlValue) -> object:
    """Return the value with truth values, numbers and null as such, as YAML's core schema has them."""
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    if _WHOLE.fullmatch(value) and len(value) < 20:
        return int(value)
    return float(value) if _NUMBER.fullmatch(value) else value


def _has_content(text: str) -> bool:
    # `---` on the first line of a deck and an empty line after it are front matter with nothing in it.
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))


def _is_closed(draft: Draft) -> bool:
    lines, end = draft.deck.source.lines, draft.document.front_matter_end
    last = lines[end - 1].strip() if 1 < end <= len(lines) else ""
    return last == "..." or (len(last) >= 3 and not last.strip("-"))


def _unclosed(source: Source) -> Notice:
    return Notice(
        "unclosed-front-matter",
        "the front matter is never closed, so it swallows the deck",
        source.span(1),
        "end it with a line ---, or put an empty line above the first ---",
    )


def front_matter_line(source: Source, text: str) -> int:
    """Return the 1-based line of the file on which the front matter's text starts."""
    return 1 if trim(source.lines[0].lstrip("-")) and text.strip() else 2


def line_of_key(draft: Draft, key: str) -> int:
    """Return the 1-based line of the file that sets a key of the front matter; 1 if none is found."""
    pattern = re.compile(rf"-*\s*[\"']?{re.escape(key)}[\"']?\s*:")
    for number, line in enumerate(draft.deck.source.lines[: draft.document.front_matter_end], 1):
        if pattern.match(line):
            return number
    return 1


def _ignored(source: Source, text: str, error: YamlError) -> Notice:
    skipped = text[: len(text) - len(text.lstrip())].count("\n")
    line = front_matter_line(source, text) + skipped + error.line
    return Notice(
        "yaml-ignored",
        f"the whole front matter is ignored, since it is no YAML: {error.problem}",
        source.span(line),
        'put values with special characters between quotes: header: "*a*: b"',
    )
