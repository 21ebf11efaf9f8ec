"""MimeTools: what showing an output needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from celldeck.frozen import frozen


@frozen
class MimeTools:
    """Callables that the families of formats are given, so that none imports its neighbours."""

    code: Callable[[str, str, Sequence[frozenset[int]]], str]
    """Code, its language, and the lines (from 1) that stand out in each of its states → the HTML block that
    such a fenced block has."""
    math: Callable[[str, bool], str]
    """TeX and whether it stands on a line of its own → HTML."""
    markdown: Callable[[str], str]
    """Markdown → HTML blocks."""
    inline: Callable[[str], str]
    """Markdown of one line → HTML without a paragraph around it."""
    frame: Callable[[str], str] | None = None
    """Gives HTML that holds scripts as a frame, other HTML as it is; None: all of it stands in the page."""
    pre_attributes: str = ""
    """Written into the `<pre>` of text outputs after its name, such as ` is="marp-pre"`: so a theme that
    scales code down to its slide does the same with text."""
