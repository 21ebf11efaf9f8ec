"""Selectors for `h1` to `h6`, `pre` and `span` that also reach the custom elements which may stand for them.

A browser without customised built-in elements gets `<marp-h1>` for `<h1 is="marp-h1">`.

Marp Core: https://github.com/marp-team/marp-core#auto-scaling-features
"""

from __future__ import annotations

import re

from celldeck.patterns import late
from celldeck.themes.css import Nodes, map_selectors

_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6", "pre", "span")
_ANY_TAG = late("h[1-6]|pre|span", re.IGNORECASE)
_WORDS = late(
    r"""( (?i:::part)\( (?: [^()"'] | "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' )*+ \)
        | "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+'
        | \[ [^\]"']*+ (?: "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' )? [^\]]*+ \]
        | /\*.*?\*/ )
    | (?: [.\#] | ::? )? (?: [\w%-] | \\[0-9a-fA-F]{1,6}[ ]? | \\. )++""",
    re.VERBOSE | re.DOTALL,
)


def admit_custom_elements(nodes: Nodes) -> Nodes:
    """Return the tree with `:is(h1, marp-h1)` where a selector has the tag `h1`, and so on."""
    return map_selectors(nodes, _with_custom_elements)


def _with_custom_elements(selector: str) -> str:
    if not _ANY_TAG.search(selector):
        return selector
    return _WORDS.sub(
        lambda m: f":is({tag}, marp-{tag})" if (tag := m[0].lower()) in _TAGS else m[0], selector
    )
