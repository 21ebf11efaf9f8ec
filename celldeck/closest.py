"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, names: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the name that is most like the one given; None if none is like it.

    Args:
        name: what was written.
        names: those that there are.
        likeness: how like it has to be, 0 to 1, as `difflib.SequenceMatcher.ratio` measures it.
    """
    # Late, as a build in which every name is known needs none of it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(names), 1, likeness)), None)
