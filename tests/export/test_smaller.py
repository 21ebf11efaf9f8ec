"""Sheets that were printed on half the paper, or a quarter."""

from __future__ import annotations

import io

import pikepdf
import pytest

from celldeck.export.pdf.smaller import SCALES, enlarge, paper_of


@pytest.mark.parametrize(
    ("printed", "enlarged"),
    [
        # At full size Chromium writes 1796.8749, with a digit less than the half has.
        ("900 0 0 -670.31244 1100 898.43744 cm", "900 0 0 -670.31244 1100 898.43745 cm"),
        ("899.99994 0 0 -676.56244 1100 901.56244 cm", "899.99995 0 0 -676.56244 1100 901.56245 cm"),
        ("-.5 0 0 .25 0 -901.56244 cm", "-0.5 0 0 0.25 0 -901.56245 cm"),
        ("0 0 898.43744 1125 re", "0 0 898.43745 1125 re"),
        ("898.43744 1 l", "898.43744 1 l"),
    ],
)
def test_places_are_those_of_full_size(printed: str, enlarged: str) -> None:
    width, height = (side * 0.75 for side in paper_of((1280, 720), SCALES[0]))
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(width, height))
    content = f"q\n{printed}\n(text\n) Tj\nQ\n"
    pdf.pages[0].Contents = pdf.make_stream(content.encode())
    enlarge(pdf, (1280, 720))
    expected = "2 0 0 2 0 0 cm\n" + content.replace(printed, enlarged)
    assert pdf.pages[0].Contents.read_bytes().decode() == expected
    assert [float(side) for side in pdf.pages[0].mediabox] == [0, 0, 960, 540]
    pdf.save(io.BytesIO())


def test_each_page_is_enlarged_as_its_paper_wants_it() -> None:
    pdf = pikepdf.new()
    for scale in SCALES:
        width, height = (side * 0.75 for side in paper_of((1280, 720), scale))
        pdf.add_blank_page(page_size=(width, height))
        pdf.pages[-1].Contents = pdf.make_stream(b"0 0 10 10 re\n")
    enlarge(pdf, (1280, 720))
    # A quarter of 720 pixels is no whole number of steps: the paper is higher, and all begins at its top.
    assert [sheet.Contents.read_bytes() for sheet in pdf.pages] == [
        b"2 0 0 2 0 0 cm\n0 0 10 10 re\n",
        b"4 0 0 4 0 -12 cm\n0 0 10 10 re\n",
    ]
    assert all([float(side) for side in sheet.mediabox] == [0, 0, 960, 540] for sheet in pdf.pages)
