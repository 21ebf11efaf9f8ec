"""One PDF of many prints holds each picture and font program once; saved, it is always the same bytes."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from celldeck.export.pdf.join import Leaf, Sheaf
from celldeck.export.pdf.packed import Packed, lossless
from celldeck.export.pdf.parts import PARTS, Survey, take_apart
from celldeck.export.pdf.saved import saved
from celldeck.export.pdf.swap import Fonts, Pictures
from celldeck.model import Metadata


def picture(width: int, height: int) -> Packed:
    return lossless(Image.new("L", (width, height)), None)


MADE = {"logo-40x30-good": picture(40, 30), "logo-80x60-good": picture(80, 60), "cat-9x9-good": picture(9, 9)}


def table(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(pikepdf.Dictionary(X0=0, X1=0))


def widths(tables: list[pikepdf.Object]) -> list[int]:
    return [int(one.X0.Width) for one in tables]


@pytest.mark.parametrize("wanted", [("80x60", "40x30"), ("40x30", "80x60"), ("40x30", "40x30", "80x60")])
def test_all_places_of_a_picture_show_the_one_with_most_pixels(wanted: tuple[str, ...]) -> None:
    with pikepdf.new() as pdf:
        pictures = Pictures(pdf)
        tables = [table(pdf) for _ in wanted]
        for one, size in zip(tables, wanted, strict=True):
            pictures.place(one, "/X0", f"logo-{size}-good", MADE)
        assert widths(tables) == [80] * len(wanted)
        assert len({one.X0.objgen for one in tables}) == 1


def test_pictures_that_are_smaller_than_one_that_nobody_shows_stay_as_they_are() -> None:
    with pikepdf.new() as pdf:
        pictures = Pictures(pdf)
        tables = [table(pdf), table(pdf)]
        pictures.place(tables[0], "/X0", "logo-40x30-good", MADE)
        pictures.place(tables[1], "/X0", "cat-9x9-good", MADE)
        assert widths(tables) == [40, 9]


def test_font_programs_become_one_whenever_they_come_in() -> None:
    with pikepdf.new() as pdf:
        fonts = Fonts(pdf)

        def font(program: bytes) -> pikepdf.Object:
            return pdf.make_indirect(pikepdf.Dictionary(FontFile2=pdf.make_stream(program)))

        one, two = font(b"letters"), font(b"letters")
        fonts.share()
        three, other = font(b"letters"), font(b"other letters")
        fonts.share()
        assert one.FontFile2.objgen == two.FontFile2.objgen == three.FontFile2.objgen
        assert other.FontFile2.objgen != one.FontFile2.objgen


# ---------------------------------------------------------------- pages


def printed(*texts: str) -> list[Leaf]:
    """Return pages as a print has them, each with a text and a heading of its own."""
    pdf = pikepdf.new()
    surveys = []
    for number, text in enumerate(texts):
        sheet = pdf.add_blank_page(page_size=(960, 540))
        sheet.Contents = pdf.make_stream(f"({text}) Tj".encode())
        surveys.append(Survey(number))
    take_apart(pdf, surveys, [[] for _ in texts], "p")
    for text, part in zip(texts, pdf.Root[PARTS], strict=True):
        level = pikepdf.Name(f"/H{len(text)}")
        part.Headings.append(pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=level)))
        part.Titles.append(pikepdf.Array([pikepdf.String(text), 500, 0]))
    return [Leaf(pdf, number, str(number)) for number in range(len(texts))]


def bound(*turns: list[Leaf]) -> bytes:
    sheaf = Sheaf(Metadata(), "deck")
    for leaves in turns:
        sheaf.complete(leaves, {}, is_aside=True)
    with sheaf.bind() as pdf:
        return saved(pdf)


def contents(content: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [sheet.Contents.read_bytes() for sheet in pdf.pages]


def titles(content: bytes) -> list[tuple[int, str, int]]:
    """Return level, title and page (from 0) of each entry of an outline, as readers go through it."""
    found: list[tuple[int, str, int]] = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        numbers = {sheet.obj.objgen: number for number, sheet in enumerate(pdf.pages)}

        def read(above: pikepdf.Object, level: int) -> int:
            item, last, below = above.get("/First"), None, 0
            while item is not None:
                assert item.Parent.objgen == above.objgen
                assert (item.Prev.objgen if "/Prev" in item else None) == last
                found.append((level, str(item.Title), numbers[item.Dest[0].objgen]))
                below += 1 + read(item, level + 1)
                last = item.objgen
                item = item.get("/Next")
            assert (above.Last.objgen if "/Last" in above else None) == last
            assert int(above.get("/Count", 0)) == below
            return below

        read(pdf.Root.Outlines, 1)
    return found


def test_pages_that_come_later_stand_where_they_belong() -> None:
    leaves = printed("a", "bb", "cc", "ddd", "e")
    at_once = bound(leaves)
    in_turns = bound([leaves[1], leaves[4]], [leaves[1], leaves[2], leaves[4]], leaves)
    assert (
        contents(in_turns) == contents(at_once) == [b"(a) Tj", b"(bb) Tj", b"(cc) Tj", b"(ddd) Tj", b"(e) Tj"]
    )
    assert titles(in_turns) == titles(at_once)


def test_the_outline_is_nested_as_the_headings_are() -> None:
    assert titles(bound(printed("a", "bb", "cc", "ddd", "e", "fff"))) == [
        (1, "a", 0),
        (2, "bb", 1),
        (2, "cc", 2),
        (3, "ddd", 3),
        (1, "e", 4),
        # No level is passed over.
        (2, "fff", 5),
    ]


def test_without_titles_there_is_no_outline() -> None:
    (leaf,) = printed("a")
    leaf.print.Root[PARTS][0].Titles = pikepdf.Array()
    with pikepdf.open(io.BytesIO(bound([leaf]))) as pdf:
        assert "/Outlines" not in pdf.Root


# ---------------------------------------------------------------- bytes


def identifiers(content: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [bytes(one) for one in pdf.trailer.ID]


def test_the_same_pages_are_the_same_bytes_with_an_identifier_of_their_own() -> None:
    one, again, other = bound(printed("a")), bound(printed("a")), bound(printed("b"))
    assert one == again
    assert len(set(identifiers(one))) == 1
    assert identifiers(one) != identifiers(other)
