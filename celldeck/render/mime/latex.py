"""Formulas, as SymPy and IPython's `Math` and `Latex` send them."""

from __future__ import annotations

import re

from celldeck.model import Cell, Output
from celldeck.patterns import late
from celldeck.render.mime.text import escape
from celldeck.render.mime.tools import MimeTools

_PART = late(
    r"\$\$(?P<double>.+?)\$\$"
    r"|\\\[(?P<bracket>.+?)\\\]"
    r"|(?P<environment>\\begin\{(?P<name>[a-zA-Z]+\*?)\}.+?\\end\{(?P=name)\})"
    r"|(?<!\\)\$(?P<single>.+?)(?<!\\)\$"
    r"|\\\((?P<paren>.+?)\\\)",
    re.DOTALL,
)
_DISPLAY_STYLE = "\\displaystyle"


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return the formulas typeset, and what stands between them as text.

    A formula that is the whole output stands on a line of its own, also where it is written for use in text.
    Content without any delimiter is taken for one formula.
    """
    content = output.data[mime].strip()
    whole = _PART.fullmatch(content)
    # With two formulas, `$a$ and $b$` matches as a whole only from the first `$` to the last.
    if whole and "$" not in (whole["single"] or ""):
        return tools.math(_tex(whole), True)
    parts = list(_PART.finditer(content))
    if not parts:
        return tools.math(content, True)
    html: list[str] = []
    at = 0
    for part in parts:
        html.append(escape(content[at : part.start()]))
        html.append(tools.math(_tex(part), part["single"] is None and part["paren"] is None))
        at = part.end()
    html.append(escape(content[at:]))
    return "".join(html)


def in_text(content: str, tools: MimeTools) -> str:
    """Return a formula as part of a line of text."""
    whole = _PART.fullmatch(content.strip())
    return tools.math(_tex(whole) if whole else content.strip(), False)


def _tex(part: re.Match[str]) -> str:
    tex = next(part[name] for name in ("double", "bracket", "environment", "single", "paren") if part[name])
    return tex.strip().removeprefix(_DISPLAY_STYLE).strip()
