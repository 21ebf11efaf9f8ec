"""The picture that stands where one is missing."""

from __future__ import annotations

import base64
import html


def placeholder(name: str, *, what: str = "picture not found") -> str:
    """Return a data URL of a picture that says what is missing, and its name.

    Args:
        name: as the author wrote it; the end of a long one is shown.
    """
    shown = name if len(name) <= 44 else f"…{name[-43:]}"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 640 360">'
        '<rect width="640" height="360" fill="#f2f2f2"/>'
        '<rect x="8" y="8" width="624" height="344" rx="12" fill="none" stroke="#8a8a8a" stroke-width="3" '
        'stroke-dasharray="12 9"/>'
        '<g fill="none" stroke="#8a8a8a" stroke-width="6" stroke-linejoin="round" stroke-linecap="round">'
        '<rect x="265" y="76" width="110" height="88" rx="8"/><path d="m275 150 28-32 22 22 16-18 24 28"/>'
        '<path d="M252 64 388 176" stroke="#b3261e"/></g>'
        '<g font-family="system-ui, sans-serif" text-anchor="middle">'
        f'<text x="320" y="232" font-size="28" fill="#b3261e">{html.escape(what)}</text>'
        f'<text x="320" y="276" font-size="22" fill="#444">{html.escape(shown)}</text></g></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode('ascii')}"
