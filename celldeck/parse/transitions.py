"""How one slide gives way to the next: the directive `transition`.

Marp: https://github.com/marp-team/marp-cli/blob/main/src/engine/transition-plugin.ts
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from celldeck.model import Slide
from celldeck.parse.draft import Draft
from celldeck.patterns import late

_NAMES = """
clockwise counterclockwise cover coverflow cube cylinder diamond drop explode fade fade-out fall flip glow
implode in-out iris-in iris-out melt overlap pivot pull push reveal rotate slide star swap swipe swoosh wipe
wiper zoom
"""
BUILT_IN = frozenset(_NAMES.split())
"""Names that Marp brings an animation for."""

_COMMENT = late(r"/\*.*?\*/", re.DOTALL)
_KEYFRAMES = late(r"@keyframes\s+marp-(?:(?:outgoing|incoming)-)?transition-(?:backward-)?([^\s{]+)\s*\{")


def settle_transitions(draft: Draft) -> Draft:
    """Return the draft with each slide's transition as the JSON text that Marp gives to the browser.

    It stands in the slide's directives as `transition`; `transitionBack` is that of the slide before.
    """
    if not any("transition" in slide.directives for slide in draft.slides):
        return draft
    scoped: dict[int, list[str]] = {}
    for style in draft.deck.styles:
        if style.slide is not None:
            scoped.setdefault(style.slide, []).append(style.css)
    slides: list[Slide] = []
    before: str | None = None
    for slide in draft.slides:
        words = slide.directives.get("transition")
        directives = dict(slide.directives)
        if before is not None:
            directives["transitionBack"] = before
        before = None
        if isinstance(words, tuple):
            before = _as_json(words, slide.scope, scoped.get(slide.number, ()))
            directives["transition"] = before
        slides.append(replace(slide, directives=directives) if directives else slide)
    return draft.with_slides(slides)


def _as_json(words: tuple[str, ...], scope: str | None, styles: Iterable[str]) -> str:
    name = words[0] if words else ""
    value: dict[str, object] = {"name": name}
    if len(words) > 1:
        value["duration"] = words[1]
    if name in BUILT_IN:
        value["builtinFallback"] = True
    if scope and name in _names_of_keyframes(styles):
        # Keyframes of a scoped style are renamed with its key, so the transition has to follow.
        value |= {"name": f"{name}-{scope}", "builtinFallback": False}
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _names_of_keyframes(styles: Iterable[str]) -> set[str]:
    return {name for css in styles for name in _KEYFRAMES.findall(_COMMENT.sub("", css))}
