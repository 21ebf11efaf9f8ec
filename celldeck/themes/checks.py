"""What is odd about a deck's theme and its own CSS, for its author."""

from __future__ import annotations

from collections.abc import Iterator

from celldeck.errors import Notice
from celldeck.model import Deck, Style, Theme
from celldeck.source import Source, Span
from celldeck.themes.css_parser import parse
from celldeck.themes.css_tokens import CssError
from celldeck.themes.stylesheet import read_deck_css
from celldeck.themes.theme_set import ThemeSet, read_theme


def tell(themes: ThemeSet, theme: Theme, deck: Deck) -> tuple[Notice, ...]:
    """Return the notices about a deck's CSS: its own, its theme's, and files that are no themes.

    Args:
        themes: where the theme was found.
        theme: the deck's.
        deck: its `styles` are looked at.
    """
    return (*themes.notices, *_unknown_imports(themes, theme), *_invalid_styles(deck))


def _unknown_imports(themes: ThemeSet, theme: Theme) -> Iterator[Notice]:
    sheet = read_theme(theme.css).sheet
    for one in (*sheet.theme_imports, *sheet.imports):
        name = one.name
        # With a dot or a slash it is a file or an address, which the browser may find.
        if (
            name is None
            or name in themes
            or (one.statement.name == "import" and ("." in name or "/" in name))
        ):
            continue
        source = themes[theme.name].source if theme.name in themes else themes.default.source
        at = source.text.find(one.statement.params)
        line = source.text.count("\n", 0, at) + 1
        yield Notice(
            "unknown-theme-import",
            f"the theme `{theme.name}` imports `{name}`, which nobody has",
            source.span(line, one.statement.params) if at >= 0 else None,
            f"themes here: {', '.join(themes.names)}",
        )


def _invalid_styles(deck: Deck) -> Iterator[Notice]:
    # Marp reads them as one text, so one may close what another left open.
    together = "\n".join(style.css for style in deck.styles if style.slide is None)
    is_lost = read_deck_css(together) is None
    for style in deck.styles:
        if style.slide is None and not is_lost:
            continue
        try:
            parse(style.css)
        except CssError as error:
            lost = "all CSS of this deck" if style.slide is None else "this style"
            yield Notice(
                "invalid-style",
                f"{lost} is ignored, because this is not CSS: {error.reason}",
                _span_in(deck.source, style, error),
            )


def _span_in(source: Source, style: Style, error: CssError) -> Span:
    """Return the place in the deck. A `style` directive may begin a line below its key, and be indented."""
    text = style.css.split("\n")[error.line - 1]
    near = style.line + error.line - 2
    for line in (near, near + 1, near - 1):
        if (
            0 <= line < len(source.lines)
            and text.strip()
            and (at := source.lines[line].find(text.strip())) >= 0
        ):
            column = at + error.column - (len(text) - len(text.lstrip()))
            return Span(source, line + 1, max(1, column), line + 1)
    return source.span(style.line)
