"""Global, local and spot directives: what is in force on each slide.

Marp: https://marpit.marp.app/directives?id=type-of-directives
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from functools import partial

from celldeck.errors import Notice
from celldeck.js import as_text
from celldeck.model import Deck, Slide
from celldeck.parse.comments import Remark
from celldeck.parse.directives import GLOBAL, LOCAL, NOTHING, Directive, Refused, known_keys
from celldeck.parse.draft import Draft
from celldeck.parse.front_matter import line_of_key
from celldeck.parse.lately import Lately
from celldeck.parse.loose_yaml import YamlValue


def settle_globals(draft: Draft) -> Draft:
    """Return the draft with its global directives; the last value that one takes counts, from any slide."""
    known = known_keys(cli=draft.options.cli, transition=draft.options.transition)
    values: dict[str, object] = {}
    themes: list[tuple[str, int]] = []
    notices: list[Notice] = []

    def apply(found: Mapping[str, YamlValue], remark: Remark | None = None) -> None:
        for key, value in found.items():
            directive = GLOBAL.get(key)
            if directive is None or key not in known:
                continue
            where = _line_of(draft, key, remark)
            try:
                taken = directive.take(value)
            except Refused as refusal:
                notices.append(_refused(draft, directive, value, where, refusal))
                if refusal.instead is NOTHING:
                    continue
                taken = refusal.instead
            if key == "theme":
                if isinstance(taken, str):
                    themes.append((taken, where))
                    values[key] = taken
            else:
                values[key] = taken

    apply(draft.front_matter)
    for remarks in draft.remarks:
        for remark in remarks:
            if remark.directives:
                apply(remark.directives, remark)
    apply(dict(draft.options.overrides))
    deck = replace(draft.deck, directives=values, theme_names=tuple(themes))
    return replace(draft, deck=deck).telling(*notices)


def settle_locals(draft: Draft) -> Draft:
    """Return the draft with the directives that are in force on each slide.

    A local one holds from its slide on. A spot directive (`_class`) holds on its slide only, and beats a
    local one however they stand.
    """
    known = known_keys(cli=draft.options.cli, transition=draft.options.transition)
    local: dict[str, object] = {}
    spot: dict[str, object] = {}
    notices: list[Notice] = []

    def apply(found: Mapping[str, YamlValue], remark: Remark | None = None) -> None:
        for key, value in found.items():
            if key not in known:
                continue
            name = key.removeprefix("_")
            directive = LOCAL.get(name)
            if directive is None:
                continue
            scope = local if name == key else spot
            try:
                scope[name] = directive.take(value)
            except Refused as refusal:
                where = _line_of(draft, key, remark)
                notices.append(_refused(draft, directive, value, where, refusal))
                if refusal.instead is not NOTHING:
                    scope[name] = refusal.instead

    apply(draft.front_matter)
    in_force: Mapping[str, object] = {}
    # `True == 1` in Python, and they are not written alike; nor are mappings in another order.
    told: object = None
    slides: list[Slide] = []
    for slide, remarks in zip(draft.slides, draft.remarks, strict=True):
        for remark in remarks:
            if remark.directives:
                apply(remark.directives, remark)
        settled = {**local, **spot}
        # Neighbours that agree share one mapping.
        if settled != in_force or tuple(settled) != tuple(in_force):
            in_force = settled
            told = [(name, type(value), value) for name, value in settled.items()]
        if in_force:
            slide = _SETTLED.get(slide, told, partial(replace, slide, directives=in_force))
        slides.append(slide)
        spot.clear()
    return draft.with_slides(slides).telling(*notices)


_SETTLED: Lately[Slide] = Lately()


def choose_theme(deck: Deck, known: Container[str]) -> Deck:
    """Return the deck with the theme that holds: the last of those it names that is among the known ones.

    Where there is none, the deck has no `theme` directive.
    """
    chosen = next((name for name, _ in reversed(deck.theme_names) if name in known), None)
    if chosen == deck.directives.get("theme"):
        return deck
    directives = dict(deck.directives)
    if chosen is None:
        del directives["theme"]
    else:
        directives["theme"] = chosen
    return replace(deck, directives=directives)


def unknown_themes(deck: Deck, known: Container[str]) -> Iterator[tuple[str, int]]:
    """Give each theme that the deck names and nobody has, with the 1-based line."""
    return ((name, line) for name, line in deck.theme_names if name not in known)


def _line_of(draft: Draft, key: str, remark: Remark | None) -> int:
    """Return the 1-based line that sets a key: in a comment, or in front matter."""
    return line_of_key(draft, key) if remark is None else remark.line_of(key, draft.deck.source)


def _refused(draft: Draft, directive: Directive, value: object, line: int, refusal: Refused) -> Notice:
    shown = (
        f"'{value}'" if isinstance(value, str) else f"a {'list' if isinstance(value, list) else 'mapping'}"
    )
    effect = "is ignored" if refusal.instead is NOTHING else f"counts as {as_text(refusal.instead)}"
    return Notice(
        "directive-value",
        f"'{directive.name}' cannot be {shown if value else 'empty'}, so it {effect}",
        draft.deck.source.span(line, directive.name),
        refusal.hint,
    )
