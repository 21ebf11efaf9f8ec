"""celldeck: Marp slide decks with live code cells.

`Session` builds a deck from Python; see `session.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celldeck.session import Build, Session

__version__ = "0.1.0"
__all__ = ["Build", "Session", "__version__"]


def __getattr__(name: str) -> Any:
    """Return a public name; what stands behind it is imported when it is first asked for."""
    if name in ("Build", "Session"):
        from celldeck import session

        return getattr(session, name)
    raise AttributeError(f"module 'celldeck' has no attribute '{name}'")
