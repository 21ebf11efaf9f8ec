"""`:is(section, …)` written out, so that the passes after it see which selectors begin with the slide.

Flattening nested rules wraps lists of parents into `:is()`. Where that hides a `section` or a `:root`, each
alternative becomes a selector of its own, with `:not()` making up for specificity.

Marpit: https://marpit.marp.app/theme-css?id=css-nesting, by way of
https://github.com/csstools/postcss-plugins/tree/main/plugins/postcss-is-pseudo-class
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from celldeck.patterns import late
from celldeck.themes.css import Rule
from celldeck.themes.selectors import (
    Complex,
    Part,
    SelectorError,
    has_part,
    read_selectors,
    sort_compounds,
    write_selector,
)
from celldeck.themes.specificity import specificity, specificity_of_list

_HIDES_SLIDE = late(r":is\((?:section|:root)\b")
_CHOSEN = ":chosen"
"""Stands for `:is()` with one of its alternatives picked."""
_MOST = 500
"""Alternatives of one selector; a rule with more is left as it is."""
_LONGEST = 100_000
"""Characters that the alternatives of one rule may have together; else it is left as it is."""
_PADDING = tuple(
    Part("pseudo", ":not", ((Part(kind, text),),))
    for kind, text in (("id", "#does-not-exist"), ("class", ".does-not-exist"), ("tag", "does-not-exist"))
)


def unwrap_is(rule: Rule) -> tuple[Rule, ...]:
    """Return the rules that do what a rule with `:is(section …)` in its selectors does; others as they are.

    Selectors that not every browser may know get rules of their own, so that they spoil no others.
    """
    if not _HIDES_SLIDE.search(",".join(rule.selectors)):
        return (rule,)
    try:
        written = [selector for text in rule.selectors for selector in _unwrapped(text)]
    except SelectorError:
        return (rule,)
    together: list[str] = []
    rules: list[Rule] = []
    for text in dict.fromkeys(written):
        if text in rule.selectors or _is_known_everywhere(read_selectors(text)[0]):
            together.append(text)
        else:
            rules.append(Rule((text,), rule.nodes, rule.trailing))
    if together:
        rules.append(Rule(tuple(together), rule.nodes, rule.trailing))
    return tuple(rules)


def _unwrapped(text: str) -> list[str]:
    if ":is(" not in text.lower():
        return [text]
    alternatives = _alternatives(read_selectors(text)[0])
    if len(alternatives) * len(text) > _LONGEST:
        raise SelectorError("too long")
    settled = (_settle(parts) for parts in alternatives)
    return [write_selector(_tidy(parts)) for parts in settled if parts is not None]


def _alternatives(parts: Complex, rounds: int = 10) -> list[Complex]:
    """Return a selector once for each way to choose from its `:is()`; those inside others in later rounds."""
    chosen = [_joined(choice) for choice in _product([_options(part) for part in parts])]
    if rounds and any(has_part(choice, _is_inside_chosen) for choice in chosen):
        again = [further for choice in chosen for further in _alternatives(choice, rounds - 1)]
        if len(again) > _MOST:
            raise SelectorError("too many alternatives")
        return again
    return chosen


def _is_inside_chosen(part: Part) -> bool:
    return part.text == _CHOSEN and has_part(part.args[0] if part.args else (), _is_choice)


def _is_choice(part: Part) -> bool:
    return part.text.lower() == ":is" and bool(part.args) and part.args != ((),)


def _options(part: Part, *, in_has: bool = False) -> list[Complex]:
    """Return what may stand in the place of a part."""
    if part.args is None:
        return [(part,)]
    name = part.text.lower()
    if _is_choice(part) and not in_has:
        most = specificity_of_list(part.args)
        return [(Part("pseudo", _CHOSEN, (arg + _padding(most, specificity(arg)),)),) for arg in part.args]
    if name == ":not" and (inner := next((p for arg in part.args for p in arg if _is_choice(p)), None)):
        return [(Part("pseudo", _CHOSEN, ((Part("pseudo", ":not", inner.args),),)),)]
    ways = [
        [_joined(way) for way in _product([_options(p, in_has=name == ":has") for p in arg])]
        for arg in part.args
    ]
    return [(part._replace(args=args),) for args in _product(ways)]


def _product(options: Sequence[Sequence[Complex]]) -> Iterator[tuple[Complex, ...]]:
    if math.prod(map(len, options)) > _MOST:
        raise SelectorError("too many alternatives")
    return itertools.product(*options)


def _joined(pieces: Iterable[Complex]) -> Complex:
    return tuple(itertools.chain.from_iterable(pieces))


def _padding(most: Sequence[int], own: Sequence[int]) -> Complex:
    return tuple(
        itertools.chain.from_iterable(
            [pad] * max(0, a - b) for pad, a, b in zip(_PADDING, most, own, strict=True)
        )
    )


def _settle(parts: Complex) -> Complex | None:
    """Return a selector with its chosen alternatives in place, or `:is()` where they cannot be.

    None: a pseudo-element would have to stand inside `:is()`, where it matches nothing.
    """
    at = 0
    while at < len(parts):
        part = parts[at]
        if part.text == _CHOSEN and part.args:
            inner = part.args[0]
            if has_part(inner, lambda p: p.is_element):
                return None
            if not any(p.kind == "combinator" for p in inner):
                parts = parts[:at] + inner + parts[at + 1 :]
                continue
            if merged := _merge_complex(parts, at, inner):
                parts, at = merged, 0
                continue
            part = Part("pseudo", ":is", part.args)
        if part.args is not None:
            args = tuple(_settle(arg) for arg in part.args)
            kept = tuple(arg for arg in args if arg is not None)
            if len(kept) < len(args):
                return None
            parts = (*parts[:at], part._replace(args=kept), *parts[at + 1 :])
        at += 1
    return parts


def _merge_complex(parts: Complex, at: int, inner: Complex) -> Complex | None:
    """Return the selector with `inner`, which has combinators, in place of a part; None: it needs `:is()`."""
    if len(parts) == 1:
        return inner
    if (
        len(parts) == 3
        and at == 0
        and parts[1].text in ("+", "~")
        and parts[2].text == _CHOSEN
        and parts[2].args
    ):
        # `a > b` beside `a > c`: both have the same parent.
        other = parts[2].args[0]
        if all(len(side) == 3 and side[1].text == ">" for side in (inner, other)):
            return (inner[0], other[0], inner[1], inner[2], parts[1], other[2])
    if len(parts) == 2:
        beside = parts[1 - at]
        if beside.kind != "combinator" and not beside.is_element:
            return (*inner, beside)
    if not any(part.kind == "combinator" or part.is_element for part in parts[:at]):
        return inner + parts[:at] + parts[at + 1 :]
    signs = [i for i, part in enumerate(parts[: at + 1]) if part.kind == "combinator" or part.is_element]
    sign = parts[at - 1]
    if signs == [at - 1] and sign.text in (">", "+") and len(inner) == 3 and inner[1].text == sign.text:
        return parts[: at - 1] + inner + parts[at + 1 :]
    return None


def _tidy(parts: Complex) -> Complex:
    """Return a selector in an order that CSS allows, without a `*` beside other simple selectors."""
    if len(parts) > 1:
        kept = (p for i, p in enumerate(parts) if p.kind != "universal" or not _has_neighbour(parts, i))
        parts = sort_compounds(kept, tags_first=True)
    return tuple(
        part if part.args is None else part._replace(args=tuple(map(_tidy, part.args))) for part in parts
    )


def _has_neighbour(parts: Complex, at: int) -> bool:
    near = [parts[i] for i in (at - 1, at + 1) if 0 <= i < len(parts)]
    return any(part.kind not in ("combinator", "comment") and not part.is_element for part in near)


def _is_known_everywhere(parts: Complex) -> bool:
    for part in parts:
        if part.kind == "attribute" and re.search(r"[\s\"'][iI]\s*\]$", part.text):
            return False
        if part.kind == "combinator" and part.text == "||":
            return False
        if part.kind == "pseudo":
            if part.text.lower() in (":hover", ":focus") and part.args is None:
                continue
            is_simple_not = (
                part.text.lower() == ":not"
                and part.args is not None
                and len(part.args) == 1
                and not has_part(part.args[0], lambda p: p.kind == "combinator")
            )
            if not is_simple_not or not _is_known_everywhere((part.args or ((),))[0]):
                return False
    return True
