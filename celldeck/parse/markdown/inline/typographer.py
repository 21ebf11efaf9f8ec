"""Typographic marks, which Marp sets if the option `typographer` is on: quotes, dashes, `(c)` and the like.

markdown-it: https://github.com/markdown-it/markdown-it/blob/master/lib/rules_core/smartquotes.mjs
"""

from __future__ import annotations

from collections.abc import Sequence

from celldeck.nodes import Inline


def set_type(children: Sequence[Inline]) -> tuple[Inline, ...]:
    """Return `children` with typographic marks."""
    return tuple(children)
