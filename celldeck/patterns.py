"""Regular expressions that are compiled when they are first used.

To compile all of them takes longer than to render a slide, and a build that finds most slides in the cache
uses few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    def __init__(self, pattern: str, flags: int | re.RegexFlag) -> None:
        self._given = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        """Compile it, and put what it can do where it is found at once from then on."""
        compiled = re.compile(*self._given)
        for method in ("match", "fullmatch", "search", "sub", "subn", "split", "finditer", "findall"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def late(pattern: str, flags: int | re.RegexFlag = 0) -> re.Pattern[str]:
    """Return what `re.compile` returns; an error in the expression shows with its first use."""
    return cast(re.Pattern[str], _Late(pattern, flags))
