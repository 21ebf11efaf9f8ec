"""Backgrounds that stand on several slides: a rule of the stylesheet instead of a picture on each of them."""

from __future__ import annotations

import re
from collections import Counter

from xxhash import xxh3_128_hexdigest

from celldeck.export.embedded import data_urls
from celldeck.export.kept import Kept

_FROM_BYTES = 2048
"""Worth a rule of their own from this size on."""
_KEY_CHARACTERS = 12
_BEFORE = re.compile(r"(?<![\w-])background-image:\s*url\(\Z")
_BACKGROUND = re.compile(
    r' style="(?P<before>[^"]*?(?<![\w-]))background-image:\s*url\((?P<url>data:[^)"]+)\);?(?P<after>[^"]*)"'
)

Background = tuple[str, int, int]
"""A key made of its address, and where that begins and ends."""


def share_backgrounds(slides: tuple[str, ...], css: str, kept: Kept) -> tuple[tuple[str, ...], str]:
    """Return the slides and their stylesheet with a rule for each background that stands in several places.

    Args:
        kept: from the build before.
    """
    found = [kept(_backgrounds, slide) for slide in slides]
    places = Counter(key for own in found for key, _, _ in own)
    shared = {key for key, count in places.items() if count > 1}
    if not shared:
        return slides, css
    rules: dict[str, str] = {}
    texts = []
    for slide, own in zip(slides, found, strict=True):
        moved = [background for background in own if background[0] in shared]
        for key, start, end in moved:
            rules[key] = rules.get(key) or kept(_rule, slide, key, start, end)
        texts.append(kept(_without, slide, frozenset(key for key, _, _ in moved)) if moved else slide)
    return tuple(texts), kept(_with_rules, css, tuple(rules.values()))


def _backgrounds(slide: str) -> tuple[Background, ...]:
    """Return the backgrounds of a slide that are worth sharing."""
    return tuple(
        (_key(slide[start:end]), start, end)
        for start, end in data_urls(slide)
        if end - start >= _FROM_BYTES and _BEFORE.search(slide, max(0, start - 40), start)
    )


def _key(address: str) -> str:
    return xxh3_128_hexdigest(address.encode("utf-8", "surrogatepass"))[:_KEY_CHARACTERS]


def _without(slide: str, keys: frozenset[str]) -> str:
    """Return a slide with names for its backgrounds that have these keys."""

    def named(match: re.Match[str]) -> str:
        key = _key(match["url"])
        if key not in keys:
            return match[0]
        return f' data-celldeck-picture="{key}" style="{match["before"]}{match["after"]}"'

    return _BACKGROUND.sub(named, slide)


def _rule(slide: str, key: str, start: int, end: int) -> str:
    # `!important` stands for the rank that the inline style had.
    return f'\n[data-celldeck-picture="{key}"]{{background-image:url({slide[start:end]})!important}}'


def _with_rules(css: str, rules: tuple[str, ...]) -> str:
    return "".join((css, *rules))
