"""Sizes and filters in an image's alt text: `![w:300 blur alt](x.png)`.

Marp: https://marpit.marp.app/image-syntax
"""

from __future__ import annotations

import re
from dataclasses import replace

from celldeck.frozen import frozen
from celldeck.js import SPACE, trim_start
from celldeck.model import MarpOptions
from celldeck.nodes import Image, Inline, Text
from celldeck.parse.markdown import References, read_image_text
from celldeck.patterns import late


@frozen
class Word:
    """A part of an alt text between white space."""

    gap: str
    """The white space before it."""
    text: str


@frozen
class Keywords:
    """What the alt text of an image asks for, apart from backgrounds."""

    rest: tuple[Word, ...]
    """The words that are no keywords of all images."""
    used: int
    """How many were."""
    width: str | None = None
    height: str | None = None
    size: str | None = None
    """A percentage, which only backgrounds follow."""
    filters: str | None = None
    """CSS filter list."""


_WORD = late(f"([{SPACE}]*)([^{SPACE}]+)")
_PERCENT = late(r"(?:[0-9]*\.)?[0-9]+%")
_LENGTH = late(r"(w(?:idth)?|h(?:eight)?):(auto|((?:[0-9]*\.)?[0-9]+)(?:%|ch|cm|em|ex|in|mm|pc|pt|px)?)")
_FILTER = late(
    r"(blur|brightness|contrast|drop-shadow|grayscale|hue-rotate|invert|opacity|saturate|sepia)(?::(.+))?"
)
_DEFAULTS = {
    "blur": "10px",
    "brightness": "1.5",
    "contrast": "2",
    "drop-shadow": "0 5px 10px rgba(0,0,0,.4)",
    "grayscale": "1",
    "hue-rotate": "180deg",
    "invert": "1",
    "opacity": ".5",
    "saturate": "2",
    "sepia": "1",
}
# A shadow has two to four parts; commas of a colour belong to the last one.
_SHADOW = late(r"(.+?),(.+?)(?:,(.+?))?(?:,(.+?))?")
_COLOUR_FUNCTION = late(r"(rgba?|hsla?|hwb|(?:ok)?(?:lab|lch)|color)\((.*)\)")


def read_keywords(content: str) -> Keywords:
    """Return what the source between an image's brackets asks for."""
    rest: list[Word] = []
    filters: list[str] = []
    used = 0
    values: dict[str, str] = {}
    for match in _WORD.finditer(content):
        gap, word = match.groups()
        if _PERCENT.fullmatch(word):
            values["size"] = word
        elif length := _LENGTH.fullmatch(word):
            side = "width" if length[1][0] == "w" else "height"
            values[side] = f"{length[2]}px" if length[2] == length[3] else length[2]
        elif (css := _filter(word)) is not None:
            filters.append(css)
        else:
            rest.append(Word(gap, word))
            continue
        used += 1
    return Keywords(tuple(rest), used, filters=" ".join(filters) or None, **values)


def _filter(word: str) -> str | None:
    match = _FILTER.fullmatch(word)
    if match is None:
        return None
    name, argument = match.groups()
    if argument is None:
        return f"{name}({_DEFAULTS[name]})"
    if name != "drop-shadow":
        return f"{name}({_escaped(argument)})"
    shadow = _SHADOW.fullmatch(argument)
    if shadow is None:
        return None
    return f"{name}({' '.join(_shadow_part(part) for part in shadow.groups() if part)})"


def _shadow_part(part: str) -> str:
    colour = _COLOUR_FUNCTION.fullmatch(part)
    return f"{colour[1]}({_escaped(colour[2])})" if colour else _escaped(part)


def _escaped(argument: str) -> str:
    """Return the argument with the characters that could end it as CSS escapes."""
    return re.sub(r"[\\;:()]", lambda match: f"\\{ord(match[0]):x} ", argument)


def is_background(image: Image) -> bool:
    """Say whether the alt text has the word `bg`."""
    return "bg" in image.content and "bg" in image.content.split()


def joined(words: tuple[Word, ...]) -> str:
    """Return the words with the gaps that stood before them, but the first."""
    return trim_start("".join(word.gap + word.text for word in words))


# Text that inline Markdown gives back as it is.
_PLAIN = late(r"[\w ,;'\"()=+-]*")


def sized(image: Image, options: MarpOptions, references: References) -> Image:
    """Return an image with its keywords read and taken out of its alternative text.

    A percentage as width or height has no effect on an image in the text; it is taken out all the same.
    """
    found = read_keywords(image.content)
    words = found.rest
    if image.figure:
        only = next(place for place, word in enumerate(words) if word.text == "only")
        words = words[:only] + words[only + 1 :]
    elif not found.used:
        return image
    rest = joined(words)
    children: tuple[Inline, ...] = (Text(rest),) if rest else ()
    if not _PLAIN.fullmatch(rest):
        children = read_image_text(rest, options, references, image.line)
    return replace(
        image,
        children=children,
        width=_length(found.width),
        height=_length(found.height),
        filters=found.filters,
    )


def _length(value: str | None) -> str | None:
    return None if value is None or value.endswith("%") else value
