"""Where installed packages keep the files that celldeck uses of them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def package_folder(package: str) -> Path:
    """Return the folder of an installed package, without importing it.

    Raises:
        DeckError: it is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        from celldeck.errors import DeckError

        raise DeckError(
            f"the Python package '{package}' is not installed", hint="install celldeck's requirements again"
        )
    return Path(spec.origin).parent
