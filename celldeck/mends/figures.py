"""A picture as it stands in a deck's text, and as one that goes with a step."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from celldeck.frozen import frozen
from celldeck.parse.images import read_keywords

_IMAGE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(((?:\\.|\([^()]*\)|[^()\\])+)\)")
_TAG = re.compile(r"<img\b((?:\"[^\"]*\"|'[^']*'|[^\"'>])*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z][\w-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_SIDES = re.compile(r"(?:(width|height)\s*:\s*([\d.]+)(?:px|(%))\s*(?:;\s*|\Z))+", re.IGNORECASE)
_SIDE = re.compile(r"(width|height)\s*:\s*([\d.]+(?:px|%))", re.IGNORECASE)
_LENGTH = re.compile(r"([\d.]+)(px|%)?")
_MARKUP = re.compile(r"\.[a-z][\w.-]*\[|</?[a-z][^>]*>|[*_`\[\]]", re.IGNORECASE)


@frozen
class Figure:
    """One picture with its caption."""

    content: str
    """What stands between its brackets: words for its size, then what it shows."""
    address: str
    """What stands between its parentheses."""

    def as_only(self) -> str:
        """Return the picture as one that goes with a step."""
        return f"![{f'only {self.content}'.strip()}]({self.address})"


def figure_of(lines: Sequence[str]) -> Figure | None:
    """Return the picture that lines are; None if they are not exactly one, or something of it would be lost.

    A caption becomes part of the alternative text.
    """
    text = "\n".join(lines)
    written, tags = list(_IMAGE.finditer(text)), list(_TAG.finditer(text))
    if len(written) + len(tags) != 1:
        return None
    found = (written or tags)[0]
    rest = text[: found.start()] + " " + text[found.end() :]
    caption = " ".join(_MARKUP.sub(" ", rest).split())
    figure = Figure(found[1].strip(), found[2].strip()) if written else _of_tag(found[1])
    if figure is None or "](" in rest or "<!--" in rest or not _is_plain(caption):
        return None
    return Figure(" ".join(filter(None, (figure.content, caption))), figure.address)


def _is_plain(words: str) -> bool:
    """Say whether words between the brackets of a picture are read as what it shows."""
    return len(read_keywords(words).rest) == len(words.split()) and not re.search(r"[\[\]]", words)


def _of_tag(written: str) -> Figure | None:
    """Return the picture of a tag; None if Markdown cannot say all of it."""
    given = {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(written)}
    source, alt = given.pop("src", ""), given.pop("alt", "").strip()
    style = given.pop("style", "").strip()
    if style and not _SIDES.fullmatch(style):
        return None
    sides = {"width": given.pop("width", ""), "height": given.pop("height", "")}
    sides |= {name.lower(): length for name, length in _SIDE.findall(style)}
    lengths = {name: _LENGTH.fullmatch(length) for name, length in sides.items() if length}
    if given or not source or None in lengths.values() or not _is_plain(alt):
        return None
    words = [f"{name[0]}:{found[1]}{found[2] or ''}" for name, found in lengths.items() if found]
    address = f"<{source}>" if re.search(r"[\s()]", source) else source
    return Figure(" ".join([*words, *alt.split()]), address)
