"""Load MathJax beside what is done before the first formula, where a deck has formulas that are new."""

from __future__ import annotations

import re

from celldeck.cache import Cache
from celldeck.javascript.mathjax import VERSION, MathJax

_MAYBE = re.compile(r"\$\$?[^$]+\$\$?")


def expect_formulas(text: str, cache: Cache, mathjax: MathJax) -> None:
    """Have MathJax loaded in a process of its own if it will be needed; once for the same formulas.

    Args:
        text: the deck's source; what stands between dollars may be a formula.
        cache: it knows which were there before.
        mathjax: what the formulas will be typeset by.
    """
    maybe = "\0".join(_MAYBE.findall(text))
    if maybe and not cache.has("formulas", VERSION + maybe):
        cache.put("formulas", VERSION + maybe, "")
        mathjax.expect()
