"""How a slide's section is put together; the HTML of whole slides stands in `cases/`."""

from __future__ import annotations

from dataclasses import replace

from celldeck.model import Deck, MarpOptions, Page, Theme
from celldeck.parse import parse
from celldeck.render import Context, render
from celldeck.source import Source

THEME = Theme("plain", "", presets={"4:3": ("960px", "720px")})


def page(text: str, theme: Theme = THEME, **options: object) -> Page:
    asked = MarpOptions(**options)  # type: ignore[arg-type]
    return render(parse(Source.of(text), asked), theme, context(theme, asked))


def context(theme: Theme, options: MarpOptions) -> Context:
    return Context(
        options=options,
        theme=theme,
        sanitize=lambda html: html,
        highlight=lambda code, language: None,
        math=lambda tex, display: tex,
        emojify=lambda text, shortcodes: text,
        cell=lambda place: f"<cell {place.index}>",
    )


def test_attributes_stand_in_marps_order() -> None:
    text = (
        "---\npaginate: true\nclass: a\ntheme: plain\nsize: 4:3\nlang: de\n---\n"
        "<style scoped>p {}</style>\n\n* text\n\n<!-- transition: fade -->"
    )
    (slide,) = page(text).slides
    opening = slide[slide.index("<section") : slide.index(">", slide.index("<section"))]
    names = [part.split("=")[0] for part in opening.split(" ")[1:] if "=" in part]
    assert [name for name in names if "scope" not in name] == [
        "id",
        "data-marpit-fragments",
        "data-paginate",
        "data-class",
        "data-theme",
        "data-lang",
        "lang",
        "class",
        "data-marpit-pagination",
        "style",
        "data-marpit-pagination-total",
        "data-transition",
        "data-size",
    ]
    assert names[1].startswith("data-marpit-scope-")


def test_the_size_of_the_theme_is_that_of_the_svg() -> None:
    (slide,) = page("text", replace(THEME, size_px=(559.375, 720))).slides
    assert slide.startswith('<svg data-marpit-svg="" viewBox="0 0 559.375 720">')
    assert '<foreignObject width="559.375" height="720">' in slide


def test_a_size_that_the_theme_has_not_is_not_shown() -> None:
    assert "data-size" not in page("<!-- size: A4 -->").slides[0]


def test_values_are_escaped() -> None:
    (slide,) = page('<!-- class: a"><script> -->').slides
    assert "<script>" not in slide
    assert 'class="a&quot;&gt;&lt;script&gt;"' in slide


def test_a_cell_is_shown_by_the_context() -> None:
    assert "<cell 0>" in page("---\nkernel: python3\n---\n```py\nx\n```").slides[0]


def test_without_inline_svg_a_slide_is_a_section() -> None:
    assert page("text", inline_svg=False).slides == ('<section id="1">\n<p>text</p>\n</section>\n',)


def test_the_page_tells_what_exporters_need() -> None:
    made = page(
        "---\ntitle: T\n---\n# One\n<!-- a note -->\n\n---\n\ntwo", replace(THEME, size_px=(960, 720))
    )
    assert (made.notes, made.titles) == ((("a note",), ()), ("One", None))
    assert (made.size_px, made.theme, made.metadata.title, made.css) == ((960, 720), "plain", "T", "")


def test_a_deck_without_slides_gives_a_page_without_slides() -> None:
    assert render(Deck(Source.of(""), ()), THEME, context(THEME, MarpOptions())).slides == ()
