"""How specific a selector is.

Selectors: https://www.w3.org/TR/selectors-4/#specificity-rules
"""

from __future__ import annotations

from collections.abc import Iterable

from celldeck.themes.selectors import Complex, Part

Specificity = tuple[int, int, int]
"""How many ids; classes, attributes and pseudo-classes; tags and pseudo-elements."""

_OF_ARGUMENTS = (":is", ":not", ":has", ":matches", ":-moz-any")
_WITH_ARGUMENTS = (":nth-child", ":nth-last-child", ":host", ":host-context", "::slotted")


def specificity(parts: Complex) -> Specificity:
    """Return the specificity of a selector."""
    return _sum(map(_of_part, parts))


def specificity_of_list(selectors: Iterable[Complex]) -> Specificity:
    """Return the highest specificity in a list, which is that of `:is()` with it."""
    return max(map(specificity, selectors), default=(0, 0, 0))


def _sum(items: Iterable[Specificity]) -> Specificity:
    ids = classes = tags = 0
    for a, b, c in items:
        ids, classes, tags = ids + a, classes + b, tags + c
    return ids, classes, tags


def _of_part(part: Part) -> Specificity:
    if part.kind == "id":
        return 1, 0, 0
    if part.kind in ("class", "attribute"):
        return 0, 1, 0
    if part.kind == "tag":
        return 0, 0, 1
    if part.kind != "pseudo":
        return 0, 0, 0
    name = part.text.lower()
    if name == ":where":
        return 0, 0, 0
    if name in _OF_ARGUMENTS:
        return specificity_of_list(part.args or ())
    own: Specificity = (0, 0, 1) if part.is_element else (0, 1, 0)
    if name not in _WITH_ARGUMENTS or not part.args:
        return own
    args = part.args
    if name.startswith(":nth"):
        # Only what follows `of` is a selector.
        of = next((i for i, p in enumerate(args[0]) if p.text.lower() == "of"), None)
        if of is None:
            return own
        args = (args[0][of + 1 :], *args[1:])
    return _sum((own, specificity_of_list(args)))
