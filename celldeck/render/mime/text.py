"""Plain text, with its colours.

Kernels colour text by the escape sequences of terminals, ECMA-48 "select graphic rendition":
https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
"""

from __future__ import annotations

import re
from dataclasses import replace

from celldeck.frozen import frozen
from celldeck.model import Cell, Output
from celldeck.patterns import late
from celldeck.render.mime.tools import MimeTools

NEWLINE = "\n"
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

_ESCAPE = late(
    r"\x1b\[([0-9;:]*)m"  # a change of looks: the one kind that is kept
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # any other control sequence
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # an operating system command, such as a link
    r"|\x1b[ -/]*[0-~]"  # a two-character sequence
    r"|[\x00-\x08\x0b-\x1f\x7f]"  # control characters; tab and line feed stay
)


@frozen
class _Look:
    flags: frozenset[str] = frozenset()
    colour: str | None = None
    """A class such as `red`, or `#rrggbb`."""
    background: str | None = None


_PLAIN = _Look()
_FLAGS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike"}
_FLAGS_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 27: {"inverse"}, 29: {"strike"}}


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return the text as `<pre><samp>`; the empty string for text that has nothing to show."""
    content = output.data[mime]
    if not content.strip():
        return ""
    most = cell.options["max-lines"]
    return preformatted(content.rstrip(), tools, most if isinstance(most, int) else None)


def preformatted(content: str, tools: MimeTools, most_lines: int | None = None) -> str:
    """Return text with terminal colours as `<pre><samp>`; the middle of what has more lines is cut out.

    The one element inside is needed where the `<pre>` is scaled: Chromium lays its children out in a table,
    and drops a line end that stands alone between two of them.
    """
    lines = content.split("\n")
    if most_lines is None or len(lines) <= most_lines:
        return f"<pre{tools.pre_attributes}><samp>{coloured(content)}</samp></pre>"
    head, tail = lines[: (most_lines + 1) // 2], lines[len(lines) - most_lines // 2 :]
    # What is left out may have set colours that go on.
    looks = "".join(found[0] for found in _ESCAPE.finditer("\n".join(lines[: len(lines) - len(tail)])))
    cut = f'<span class="cell-cut">⋯ {len(lines) - most_lines} of {len(lines)} lines left out ⋯</span>'
    parts = [coloured("\n".join(head)), cut, *([coloured(looks + "\n".join(tail))] if tail else [])]
    return f"<pre{tools.pre_attributes}><samp>{NEWLINE.join(parts)}</samp></pre>"


def coloured(content: str) -> str:
    """Return text with terminal colours as HTML; the classes stand in the package's docstring."""
    parts: list[str] = []
    look = _PLAIN
    at = 0
    for escape in _ESCAPE.finditer(content):
        parts.append(_span(content[at : escape.start()], look))
        at = escape.end()
        if escape[1] is not None:
            look = _changed(look, escape[1])
    parts.append(_span(content[at:], look))
    return "".join(parts)


def draws(content: str) -> bool:
    """Say whether text draws lines that go on from row to row, with characters such as `│`."""
    return any(character in content for character in "│┃║├┣╠")


def escape(content: str) -> str:
    """Return text as HTML, its special characters escaped; fit for attributes in double quotes too."""
    return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _span(content: str, look: _Look) -> str:
    if not content:
        return ""
    if look == _PLAIN:
        return escape(content)
    classes = [f"ansi-{flag}" for flag in _FLAGS.values() if flag in look.flags]
    styles = []
    for value, prefix, name in (
        (look.colour, "ansi-", "color"),
        (look.background, "ansi-bg-", "background-color"),
    ):
        if value is None:
            continue
        if value.startswith("#"):
            styles.append(f"{name}:{value}")
        else:
            classes.append(prefix + value)
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    if styles:
        attributes += f' style="{";".join(styles)}"'
    return f"<span{attributes}>{escape(content)}</span>"


def _changed(look: _Look, parameters: str) -> _Look:
    """Return the look after one sequence; unknown numbers change nothing."""
    codes = [int(code) if code else 0 for code in re.split("[;:]", parameters)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            look = _PLAIN
        elif code in _FLAGS:
            look = replace(look, flags=look.flags | {_FLAGS[code]})
        elif code in _FLAGS_OFF:
            look = replace(look, flags=look.flags - _FLAGS_OFF[code])
        elif 30 <= code <= 37 or 90 <= code <= 97:
            look = replace(look, colour=_name(code % 10, bright=code >= 90))
        elif 40 <= code <= 47 or 100 <= code <= 107:
            look = replace(look, background=_name(code % 10, bright=code >= 100))
        elif code == 39:
            look = replace(look, colour=None)
        elif code == 49:
            look = replace(look, background=None)
        elif code in (38, 48):
            value = _extended(codes)
            look = replace(look, colour=value) if code == 38 else replace(look, background=value)
    return look


def _name(number: int, *, bright: bool) -> str:
    return f"bright-{COLOURS[number]}" if bright else COLOURS[number]


def _extended(codes: list[int]) -> str | None:
    """Take a colour of the 256 or the true colours from the front of `codes`; None if it is malformed."""
    kind = codes.pop(0) if codes else None
    if kind == 2 and len(codes) >= 3:
        red, green, blue = codes[:3]
        del codes[:3]
        return f"#{red & 255:02x}{green & 255:02x}{blue & 255:02x}"
    if kind != 5 or not codes:
        return None
    number = codes.pop(0) & 255
    if number < 16:
        return _name(number % 8, bright=number >= 8)
    if number >= 232:
        # A ramp of 24 greys.
        grey = 8 + 10 * (number - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    # A cube of 6 × 6 × 6.
    number -= 16
    return _cube(number // 36, number // 6 % 6, number % 6)


def _cube(red: int, green: int, blue: int) -> str:
    """Return the colour of the eight that a colour of the cube is a shade of; a grey as it is.

    Who picks from the cube means a terminal, most likely a dark one. The eight are the theme's, so they can
    be read on its slides, light or dark.
    """
    high, low = max(red, green, blue), min(red, green, blue)
    if high == low:
        # The steps are those of xterm.
        step = (0, 95, 135, 175, 215, 255)[high]
        return f"#{step:02x}{step:02x}{step:02x}"
    middle = (high + low) / 2
    return COLOURS[(red > middle) + 2 * (green > middle) + 4 * (blue > middle)]
