"""Which slide of one build is which of another, told by keys: a page that has been away can say what it has.

A key has two parts: what the whole HTML of a slide is, and what it is without the numbers of its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

_NUMBERS = re.compile(r' (?:(?:id|data-marpit-pagination(?:-total)?)="\d+"|data-marpit-scope-\w+="")')


def slide_keys(slides: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the key of each slide.

    Args:
        known: keys of earlier slides, so that those need not be made again.
    """
    return {slide: known.get(slide) or _key(slide) for slide in slides}


def is_other(before: str, after: str) -> bool:
    """Say whether slides with these keys differ in more than the numbers of their places."""
    return _loose(before) != _loose(after)


def origins(before: Sequence[str], after: Sequence[str]) -> list[int | None]:
    """Return for each slide the number (from 0) of the one that it was; None: it is a new one.

    One that has only moved has other numbers in it all the same: its own, that of its page.

    Args:
        before: the keys of the slides that were.
        after: the keys of those that are.
    """
    found: list[int | None] = [None] * len(after)
    left = dict.fromkeys(range(len(before)))
    looks: tuple[Callable[[str], str], ...] = (str, _loose)
    for look in looks:
        places: dict[str, list[int]] = {}
        for number in left:
            places.setdefault(look(before[number]), []).append(number)
        for number, key in enumerate(after):
            same = places.get(look(key)) if found[number] is None else None
            if same:
                # A slide that stands twice keeps its own place where it can.
                found[number] = was = same.pop(same.index(number) if number in same else 0)
                del left[was]
    for number, origin in enumerate(found):
        before_it = found[number - 1] if number else -1
        if origin is None and before_it is not None and before_it + 1 in left:
            # It stands where one stood that is nowhere now: that one was edited.
            found[number] = before_it + 1
            del left[before_it + 1]
    return found


def _key(slide: str) -> str:
    return f"{digest(slide)}.{digest(_NUMBERS.sub('', slide))}"


def _loose(key: str) -> str:
    return key.partition(".")[2]


def digest(text: str) -> str:
    """Return what stands for a text: short, and another one for another text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
