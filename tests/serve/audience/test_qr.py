"""QR codes: the same modules in a page and on a terminal."""

from __future__ import annotations

import re

import segno

from celldeck.serve.audience.qr import QUIET, qr_lines, qr_svg

URL = "http://192.168.178.23:8800/abcdefghjk/"


def test_lines_of_the_terminal_are_the_code_with_white_around_it() -> None:
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in qr_lines(URL)]
    assert len({len(line) for line in lines}) == 1
    rows = []
    for line in lines:
        rows.append([character in "▀█" for character in line])
        rows.append([character in "▄█" for character in line])
    expected = [
        [bool(module) for module in row]
        for row in segno.make(URL, error="l", micro=False).matrix_iter(border=2)
    ]
    assert rows[: len(expected)] == expected
    assert not any(any(row) for row in rows[len(expected) :])
    # It fits a terminal of 80 columns and 24 lines.
    assert len(lines[0]) <= 80
    assert len(lines) <= 24
    assert all(line.startswith("\x1b[") and line.endswith("\x1b[0m") for line in qr_lines(URL))


def test_the_picture_has_the_quiet_zone_and_grows_with_its_place() -> None:
    svg = qr_svg(URL)
    size = segno.make(URL, error="m", micro=False).symbol_size(border=QUIET)
    assert f'viewBox="0 0 {size[0]} {size[1]}"' in svg
    assert not re.search(r"<svg[^>]* (?:width|height)=", svg)
    assert 'fill="#fff"' in svg
