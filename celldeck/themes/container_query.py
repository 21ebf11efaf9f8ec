"""Slides as containers, so that `@container` in a theme asks for the slide's size.

Marpit: https://marpit-api.marp.app/marpit (`cssContainerQuery`)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from celldeck.themes.css import Declaration, Nodes, Rule
from celldeck.themes.scope import Place

_RESERVED = ("", "none", "inherit", "initial", "revert", "revert-layer", "unset")


def slides_as_containers(place: Place, names: Iterable[str] = ()) -> Nodes:
    """Return the rule that makes slides containers. Its `:where()` weighs nothing, so themes may undo it.

    Args:
        place: where the slides stand.
        names: the containers' names; words that CSS reserves are left out.
    """
    selector = place.settle(f":marpit-container > {place.slide.removesuffix('section')}:where(section)")
    declarations = [Declaration("container-type", "size")]
    if kept := [_identifier(name) for name in names if name not in _RESERVED]:
        declarations.append(Declaration("container-name", " ".join(kept)))
    return (Rule((selector,), tuple(declarations)),)


def _identifier(name: str) -> str:
    """Return a name as a CSS identifier.

    CSSOM: https://drafts.csswg.org/cssom/#serialize-an-identifier
    """
    if re.match(r"-?[0-9]", name):
        digit = name.index(next(c for c in name if c.isdigit()))
        return f"{name[:digit]}\\{ord(name[digit]):x} {_identifier_end(name[digit + 1 :])}"
    return "\\-" if name == "-" else _identifier_end(name)


def _identifier_end(text: str) -> str:
    return re.sub(r"[^\w-]", lambda m: "\\" + m[0], text)
