"""The clicker: a page with large buttons, the notes and the timer, for the presenter's phone.

Its one script is known to the browser by its hash, so that no note can bring another.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

import celldeck

_RUNTIME = Path(celldeck.__file__).parent / "runtime"


@functools.cache
def clicker_html() -> str:
    """Return the page."""
    page = _read("clicker.html")
    return page.replace("/* look */", _read("clicker.css")).replace("/* script */", _read("clicker.js"))


@functools.cache
def _read(name: str) -> str:
    return (_RUNTIME / name).read_text("utf-8")


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_read("clicker.js").encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


CLICKER_POLICY = _policy()
"""Its Content-Security-Policy."""
