"""Highlighted code with each line in an element of its own, so that some can be pointed out.

The elements stand in the line, with the line ends between them: the code keeps its layout to the pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

from celldeck.patterns import late

CSS = ".code-line-out { opacity: 0.35; }"
"""Below all themes: lines that are not pointed out just now are pale."""

_TAG_OR_END = late(r"<(/?)[A-Za-z][^<>]*>|\n")


def in_lines(html: str, states: Sequence[frozenset[int]]) -> str:
    """Return code with its lines in `<span class="code-line">`, as it is in its last state.

    `data-celldeck-lit` has the numbers of the states, from 0, in which a line is pointed out. In others it
    has the class `code-line-out`. Elements that go over several lines, such as those of a long string, are
    closed at the end of each and opened again in the next.

    Args:
        html: the code as HTML, with the line end of its last line.
        states: the lines, from 1, that are pointed out in each state.
    """
    lines = _lines(html.removesuffix("\n"))
    shown = (_line(line, number, states) for number, line in enumerate(lines, 1))
    return "\n".join(shown) + ("\n" if html.endswith("\n") else "")


def _line(html: str, number: int, states: Sequence[frozenset[int]]) -> str:
    lit = [str(state) for state, lines in enumerate(states) if number in lines]
    out = "" if number in states[-1] else " code-line-out"
    return f'<span class="code-line{out}" data-celldeck-lit="{" ".join(lit)}">{html}</span>'


def _lines(html: str) -> list[str]:
    lines: list[str] = []
    opened: list[str] = []
    start = 0
    before = ""
    for found in _TAG_OR_END.finditer(html):
        if found[0] == "\n":
            lines.append(before + html[start : found.start()] + "</span>" * len(opened))
            start = found.end()
            before = "".join(opened)
        elif found[1]:
            opened.pop()
        elif found[0].startswith("<span"):
            opened.append(found[0])
    return [*lines, before + html[start:]]
