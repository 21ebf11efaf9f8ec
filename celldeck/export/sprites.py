"""Drawings that `<use>` takes out of another file, brought into the page."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_ROOT = re.compile(r"<svg\b[^>]*>(.*)</svg\s*>", re.DOTALL | re.IGNORECASE)
_ID = re.compile(r"""(\bid\s*=\s*["'])([^"']+)(["'])""")
_REFERENCE = re.compile(r"""((?:\bhref\s*=\s*["']|url\(\s*["']?)#)([^"')\s]+)""")


class Sprites:
    """The files that a slide has taken drawings from."""

    def __init__(self) -> None:
        self._present: set[str] = set()

    def use(self, path: Path, identifier: str) -> tuple[str, str | None]:
        """Return the reference to a drawing, and the definitions that must stand before its first use.

        A file's names get a prefix of their own, since another file may have the same.

        Args:
            identifier: of an element in the file; empty: all of it.

        Raises:
            OSError: the file cannot be read.
        """
        text = path.read_text("utf-8-sig", "replace")
        prefix = f"u{hashlib.sha256(text.encode()).hexdigest()[:10]}-"
        reference = f"#{prefix}{identifier}"
        if prefix in self._present:
            return reference, None
        self._present.add(prefix)
        root = _ROOT.search(text)
        inner = root[1] if root else ""
        inner = _ID.sub(lambda match: f"{match[1]}{prefix}{match[2]}{match[3]}", inner)
        inner = _REFERENCE.sub(lambda match: f"{match[1]}{prefix}{match[2]}", inner)
        # All of the file as one group, which an address without a fragment means.
        return reference, f'<defs><g id="{prefix}">{inner}</g></defs>'
