"""Pages that were printed before are not printed again; a PDF of old and new is that of a whole print."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from driver import page, press

from celldeck.export.browser import Browser
from celldeck.export.forms import Form, paper_of
from celldeck.export.paper import Paper, plain_paper
from celldeck.export.pdf import write_pdf
from celldeck.export.pdf.keys import keys_of
from celldeck.export.pdf.names import count_names

SLIDES = tuple(
    f'<h1 id="h{n}">Title {n}</h1><ul><li>an item</li></ul><p><a href="#h{n + 1}">next</a> {"x" * n}</p>'
    for n in range(8)
)
TABLE = (
    "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
)


def paper(*slides: str, css: str = "") -> Paper:
    return plain_paper(page(*slides, css=css))


# ---------------------------------------------------------------- keys


def changed(one: Paper, other: Paper) -> list[int]:
    """Return which sheets of the second have to be printed."""
    known = keys_of(one, ()).of_sheets
    return [number for number, key in enumerate(keys_of(other, ()).of_sheets) if key not in known]


def edited(slides: tuple[str, ...], number: int, text: str) -> tuple[str, ...]:
    return (*slides[:number], text, *slides[number + 1 :])


def test_an_edit_changes_the_key_of_its_slide() -> None:
    assert changed(paper(*SLIDES), paper(*edited(SLIDES, 3, "<p>other</p>"))) == [3]


@pytest.mark.parametrize(
    "slide",
    [
        "<style>h1 { counter-increment: h }</style>",
        "<script>document.title</script>",
        '<svg><use href="#far"/></svg>',
        '<svg><rect fill="url(#far)"/></svg>',
    ],
)
def test_where_slides_depend_on_one_another_all_keys_change(slide: str) -> None:
    slides = edited(SLIDES, 0, slide)
    assert changed(paper(*slides), paper(*edited(slides, 3, "<p>other</p>"))) == list(range(8))


def test_what_a_slide_brings_itself_is_no_dependence() -> None:
    slides = edited(SLIDES, 0, '<svg><g id="near"></g><use href="#near"/></svg>')
    assert changed(paper(*slides), paper(*edited(slides, 3, "<p>other</p>"))) == [3]


def test_another_stylesheet_or_quality_changes_all_keys() -> None:
    assert changed(paper(*SLIDES), paper(*SLIDES, css="p { color: red }")) == list(range(8))
    assert set(keys_of(paper("x"), ("good",)).of_sheets).isdisjoint(keys_of(paper("x"), ("draft",)).of_sheets)


def test_the_number_of_slides_counts_only_where_it_is_shown() -> None:
    def numbered(total: int, css: str) -> Paper:
        one = page("<p>x</p>", css=css)
        slide = one.slides[0].replace("<section ", f'<section data-marpit-pagination-total="{total}" ')
        return plain_paper(replace(one, slides=(slide,)))

    assert changed(numbered(5, ""), numbered(6, "")) == []
    shown = "section::after { content: attr(data-marpit-pagination-total) }"
    assert changed(numbered(5, shown), numbered(6, shown)) == [0]


def test_slides_that_are_the_same_have_different_keys() -> None:
    one = paper("<p>x</p>")
    twice = replace(one, sheets=one.sheets * 2)
    assert len(set(keys_of(twice, ()).of_sheets)) == 2


# ---------------------------------------------------------------- prints


def nobody() -> Browser:
    raise AssertionError("something was printed")


Write = Callable[..., pikepdf.Pdf]


@pytest.fixture
def write(browser: Browser, tmp_path: Path) -> Write:
    """Write a PDF beside its cache: a function of its paper, and whether something may be printed."""

    def written(shown: Paper, *, prints: bool = True, cache: str = "cache") -> pikepdf.Pdf:
        path = tmp_path / "deck.pdf"
        used = press(browser, tmp_path / cache, path)
        write_pdf(path, shown, used if prints else replace(used, browser=nobody))
        return pikepdf.open(io.BytesIO(path.read_bytes()))

    return written


def contents(pdf: pikepdf.Pdf) -> list[bytes]:
    return [sheet.Contents.read_bytes() for sheet in pdf.pages]


@pytest.mark.browser
def test_the_same_again_prints_nothing_and_gives_the_same(write: Write, tmp_path: Path) -> None:
    write(paper(*SLIDES))
    first = (tmp_path / "deck.pdf").read_bytes()
    write(paper(*SLIDES), prints=False)
    assert (tmp_path / "deck.pdf").read_bytes() == first


@pytest.mark.browser
def test_after_an_edit_the_contents_are_those_of_a_whole_print(write: Write, tmp_path: Path) -> None:
    after = paper(*edited(SLIDES, 3, f"<h2>Other words, other letters</h2>{TABLE}"))
    write(paper(*edited(SLIDES, 3, TABLE)))
    mixed = write(after)
    manifest = (tmp_path / "cache" / "printed").glob("*.pdf")
    assert len(list(manifest)) == 2
    whole = write(after, cache="fresh")
    assert contents(mixed) == contents(whole)
    assert [str(n) for n in mixed.Root.Dests] == [str(n) for n in whole.Root.Dests]
    # Cells of tables are told apart though they were printed at different times.
    assert len(mixed.Root.StructTreeRoot.IDTree.Kids[0].Names) == len(
        whole.Root.StructTreeRoot.IDTree.Kids[0].Names
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    "form",
    [Form(handout=1), Form("below", handout=3), Form("below"), Form("appendix", title_page=True)],
    ids=str,
)
def test_in_every_form_sheets_are_printed_the_same_on_any_page(write: Write, form: Form) -> None:
    def noted(slides: tuple[str, ...]) -> Paper:
        notes = tuple(f"<p>A <b>note</b> of slide {n}</p><ul><li>more</li></ul>" for n in range(len(slides)))
        return paper_of(
            replace(page(*slides), typeset_notes=notes), form, [str(n) for n in range(len(slides))]
        )

    write(noted(edited(SLIDES, 4, "<p>x</p>")))
    assert contents(write(noted(SLIDES))) == contents(write(noted(SLIDES), cache="fresh"))


@pytest.mark.browser
def test_slides_that_move_are_not_printed_again(write: Write) -> None:
    one = paper(*SLIDES)
    write(one)
    moved = replace(one, sheets=tuple(reversed(one.sheets)))
    with write(moved, prints=False).open_outline() as outline:
        assert [str(item.title) for item in outline.root] == [f"Title {n}" for n in reversed(range(8))]


@pytest.mark.browser
@pytest.mark.parametrize("harm", ["truncated", "deleted", "manifest", "pictures"])
def test_what_is_damaged_is_printed_again(write: Write, tmp_path: Path, harm: str) -> None:
    dots = "".join(f'<circle cx="{n}" cy="9" r="9"/>' for n in range(100))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">{dots}</svg>'.encode().hex()
    picture = "".join(f"%{svg[at : at + 2]}" for at in range(0, len(svg), 2))
    shown = paper(*SLIDES, f'<img alt="x" src="data:image/svg+xml,{picture}">')
    whole = contents(write(shown))
    folder = tmp_path / "cache" / "printed"
    for file in folder.glob("*.pdf"):
        if harm == "truncated":
            file.write_bytes(file.read_bytes()[:-100])
        elif harm == "deleted":
            file.unlink()
    if harm == "manifest":
        next(folder.glob("*.json")).write_text("{")
    if harm == "pictures":
        kept = list((tmp_path / "cache" / "pictures").iterdir())
        assert kept
        for file in kept:
            file.unlink()
    assert contents(write(shown)) == whole


@pytest.mark.browser
def test_what_comes_from_the_network_is_printed_each_time(write: Write) -> None:
    shown = paper("<p>x</p>", '<img alt="x" src="https://picture.invalid/x.png">')
    write(shown)
    with pytest.raises(AssertionError, match="something was printed"):
        write(shown, prints=False)


@pytest.mark.browser
def test_after_many_edits_all_is_printed_anew(write: Write, tmp_path: Path) -> None:
    slides = (*SLIDES, *SLIDES)
    numbers = []
    for number in range(12):
        slides = edited(slides, number, f"<p>edited {number}</p>")
        write(paper(*slides))
        numbers.append(len(list((tmp_path / "cache" / "printed").glob("*.pdf"))))
    assert numbers[:3] == [1, 2, 3]
    assert max(numbers) <= 9


def test_names_are_counted_and_strings_left_alone() -> None:
    pdf = pikepdf.new()
    font, shade = (pdf.make_indirect(pikepdf.Dictionary()) for _ in range(2))
    drawn = pikepdf.Dictionary(
        Resources=pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F71=font), Pattern=pikepdf.Dictionary(P8=shade, P9=shade)
        )
    )
    content = rb"/P <</MCID 0 >>BDC\n/Pattern cs /P8 scn\n/F71 12 Tf\n(/F71 \) /P8) Tj\n<2f46> Tj\nEMC"
    assert count_names(drawn, content, set()) == (
        rb"/P <</MCID 0 >>BDC\n/Pattern cs /R0 scn\n/R1 12 Tf\n(/F71 \) /P8) Tj\n<2f46> Tj\nEMC"
    )
    # What the page does not use is left out.
    assert (list(drawn.Resources.Font.keys()), list(drawn.Resources.Pattern.keys())) == (["/R1"], ["/R0"])
