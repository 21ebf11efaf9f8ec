"""A picture as it stands in a deck's text, and as one that goes with a step."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from celldeck.parse.images import read_keywords

_IMAGE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(((?:\\.|\([^()]*\)|[^()\\])+)\)")
_TAG = re.compile(r"<img\b((?:\"[^\"]*\"|'[^']*'|[^\"'>])*)/?>", re.IGNORECASE)
_ALT = re.compile(r"""\s*\balt\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_MARKUP = re.compile(r"\.[a-z][\w.-]*\[|</?[a-z][^>]*>|[*_`\[\]]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture, written as Markdown or as a tag, with its caption."""

    content: str
    """What stands between its brackets; of a tag, its attributes without `alt`."""
    address: str
    """What stands between its parentheses; empty: it is a tag."""
    alt: str
    """Words that describe it: its caption, and of a tag its `alt`."""

    def as_only(self) -> str:
        """Return the picture as one that goes with a step."""
        if self.address:
            return f"![{' '.join(filter(None, ('only', self.content, self.alt)))}]({self.address})"
        alt = html.escape(" ".join(filter(None, ("only", self.alt))))
        return f'<img alt="{alt}" {self.content}>'


def figure_of(lines: Sequence[str]) -> Figure | None:
    """Return the picture that lines are; None if they are not exactly one, or its caption would be lost.

    A caption becomes part of the alternative text.
    """
    text = "\n".join(lines)
    written, tags = list(_IMAGE.finditer(text)), list(_TAG.finditer(text))
    if len(written) + len(tags) != 1:
        return None
    found = (written or tags)[0]
    rest = text[: found.start()] + " " + text[found.end() :]
    caption = " ".join(_MARKUP.sub(" ", rest).split())
    if "](" in rest or "<!--" in rest or len(read_keywords(caption).rest) != len(caption.split()):
        return None
    if written:
        return Figure(found[1].strip(), found[2].strip(), caption)
    alt = _ALT.search(found[1])
    own = html.unescape(alt[1].strip("\"'")) if alt else ""
    return Figure(_ALT.sub("", found[1]).strip(" /\n"), "", " ".join(filter(None, (own, caption))))
