"""QR codes of addresses, for a page and for a terminal.

segno: https://segno.readthedocs.io/
"""

from __future__ import annotations

import io

import segno

QUIET = 4
"""Modules of white around a code; readers need them."""


def qr_svg(text: str) -> str:
    """Return the QR code of a text as an `<svg>` without a size, black on white whatever stands around it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=QUIET, dark="#000", light="#fff"
    )
    return out.getvalue().decode()


def qr_lines(text: str) -> list[str]:
    """Return the QR code of a text as lines for a terminal: two rows of modules in a line of half blocks."""
    rows = [bytes(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append(bytes(len(rows[0])))
    # Black on white by colours of its own, so that it is not a negative where the terminal is dark.
    return [
        "\x1b[38;5;16;48;5;231m"
        + "".join(" ▀▄█"[upper + 2 * lower] for upper, lower in zip(above, below, strict=True))
        + "\x1b[0m"
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    ]
