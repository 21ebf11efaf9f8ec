"""Slides rendered again after an edit: as if they were rendered for the first time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from celldeck.model import Deck, MarpOptions, Theme
from celldeck.parse import parse
from celldeck.render import Context, Frame, Rerenderer, frame_of, render_slide
from celldeck.source import Source

THEME = Theme("plain", "", presets={"4:3": ("960px", "720px")})

SLIDES = (
    "# Title",
    "text `code` *a*",
    "a $x$ b",
    "$\\def y$",
    "$x$ and $x + 1$",
    "- a\n- b",
    "![bg left](a.png)\n\ntext",
    "<!-- class: lead -->",
    "<!-- _class: invert -->\n\n# Title",
    "<!-- paginate: true -->",
    "<!-- paginate: 1 -->",
    "<!-- header: '*a*' -->",
    "<style scoped>p { color: red }</style>\n\ntext",
    "<!-- a note -->\n\n## Other",
    "<!-- size: 4:3 -->",
)
texts = st.lists(st.sampled_from(SLIDES), min_size=1, max_size=6)


class Formulas:
    """Typesets as MathJax does in one thing: what a formula defines changes those after it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def math(self, tex: str, display: bool) -> str:
        self.asked.append(tex)
        return f"<m>{tex}, {sum('def' in other for other in self.asked)}</m>"


def frame(deck: Deck, formulas: Formulas) -> Frame:
    context = Context(
        options=MarpOptions(),
        theme=THEME,
        sanitize=str,
        highlight=lambda code, language: None,
        math=formulas.math,
        emojify=lambda text, prose: text,
        cell=lambda place: f"<cell {place.index}>",
    )
    return frame_of(deck, THEME, context)


@given(decks=st.lists(texts, min_size=2, max_size=5))
@settings(max_examples=150, deadline=None)
def test_edits_give_what_rendering_from_scratch_gives(decks: list[list[str]]) -> None:
    again = Rerenderer()
    for slides in decks:
        deck = parse(Source.of("\n\n---\n\n".join(slides)))
        here, fresh = Formulas(), Formulas()
        rendered = list(again.render(deck.slides, frame(deck, here)))
        expected = frame(deck, fresh)
        assert rendered == [render_slide(slide, expected) for slide in deck.slides]
        # Nothing is asked twice, or out of order: a definition that counts twice is another definition.
        assert here.asked == fresh.asked


def test_a_slide_that_is_as_it_was_keeps_its_very_html() -> None:
    again = Rerenderer()
    first, second = (parse(Source.of(f"# A\n\n---\n\n{text}\n")) for text in ("old", "new"))
    before = list(again.render(first.slides, frame(first, Formulas())))
    after = list(again.render(second.slides, frame(second, Formulas())))
    assert after[0] is before[0]
    assert "new" in after[1]
