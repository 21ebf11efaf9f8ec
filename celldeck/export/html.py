"""A deck as one HTML file."""

from __future__ import annotations

from pathlib import Path

from celldeck.files import write_atomically


def write_html(path: Path, document: str) -> None:
    """Write a document, whole or not at all.

    Args:
        document: from `render.page.document`, of a page that `inline` has made self-contained.

    Raises:
        OSError: it could not be written; what stood at `path` is untouched.
    """
    write_atomically(path, document)
