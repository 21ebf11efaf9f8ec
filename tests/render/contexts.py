"""A context for rendering whose neighbours say that they were asked."""

from __future__ import annotations

from typing import Any

from celldeck.model import MarpOptions, Theme
from celldeck.render.context import Context
from celldeck.render.inlines import escape


def telling_context(*, auto_scaling: str | None = None, **options: Any) -> Context:
    """Return a context: code in `py` is highlighted, `:)` and ☺ are emoji, the rest names who was asked."""
    return Context(
        options=MarpOptions(**options),
        theme=Theme("plain", "", auto_scaling=auto_scaling),
        sanitize=lambda html: f"[safe {html}]",
        highlight=lambda code, language: f"<i>{escape(code)}</i>" if language == "py" else None,
        math=lambda tex, display: f"[{'block' if display else 'inline'} {tex}]",
        emojify=_emojify,
        cell=lambda place: f"[cell {place.index}]\n",
    )


def _emojify(text: str, prose: bool) -> str:
    shown = escape(text).replace("☺", "<img ☺>")
    return shown.replace(":)", "<img :)>") if prose else shown
