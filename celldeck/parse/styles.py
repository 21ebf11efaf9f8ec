"""`<style>` and `<style scoped>`: CSS that a deck brings, for all slides or for one.

Marp: https://marpit.marp.app/theme-css?id=tweak-style-through-markdown
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from celldeck.js import as_text, is_set
from celldeck.model import Style
from celldeck.nodes import StyleBlock
from celldeck.parse.draft import Draft
from celldeck.parse.front_matter import line_of_key
from celldeck.patterns import late

_SCOPED = late(r"\bscoped\b", re.IGNORECASE | re.ASCII)
_KEY_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def collect_styles(draft: Draft) -> Draft:
    """Return the draft with its CSS in the order in which it applies.

    The `style` directive comes first. A slide's scoped styles follow its other ones, however they stand.
    """
    styles: list[Style] = []
    directive = draft.deck.directives.get("style")
    if is_set(directive):
        styles.append(Style(as_text(directive), _line_of_directive(draft)))
    slides = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        scoped: list[Style] = []
        for node in nodes:
            if not isinstance(node, StyleBlock):
                continue
            line = slide.origin_line + node.line
            if _SCOPED.search(node.attributes):
                scoped.append(Style(node.css, line, slide.number))
            elif node.css:
                styles.append(Style(node.css, line))
        if scoped:
            key = _scope_key(slide.number, scoped)
            styles.extend(replace(style, scope=key) for style in scoped)
            slide = replace(slide, scope=key)
        slides.append(slide)
    draft = draft.with_slides(slides)
    return replace(draft, deck=replace(draft.deck, styles=tuple(styles)))


def _line_of_directive(draft: Draft) -> int:
    for remarks in reversed(draft.remarks):
        for remark in reversed(remarks):
            if remark.directives and "style" in remark.directives:
                return remark.line
    return line_of_key(draft, "style")


def _scope_key(number: int, styles: Sequence[Style]) -> str:
    """Return 8 letters and digits that differ from slide to slide and stay from build to build."""
    content = "\0".join([str(number), *(style.css for style in styles)])
    value = int.from_bytes(hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    key = ""
    for _ in range(8):
        value, at = divmod(value, len(_KEY_CHARACTERS))
        key += _KEY_CHARACTERS[at]
    return key
