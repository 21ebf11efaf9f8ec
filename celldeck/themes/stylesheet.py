"""The whole style sheet of a deck: its theme, its own CSS and the rules around them, in Marp's order.

Marpit: https://marpit.marp.app/theme-css, and its `ThemeSet.pack` for the order.
"""

from __future__ import annotations

from collections.abc import Sequence

from celldeck.model import MarpOptions, Theme
from celldeck.themes.advanced_background import advanced_background
from celldeck.themes.container_query import slides_as_containers
from celldeck.themes.css import Declaration, Nodes, Rule
from celldeck.themes.css_parser import parse
from celldeck.themes.css_tokens import CssError
from celldeck.themes.find import circular
from celldeck.themes.imports import CircularImport, Sheet, gather, take_imports, without_themes
from celldeck.themes.minify import minify
from celldeck.themes.nesting import flatten
from celldeck.themes.pack import pack
from celldeck.themes.print_rules import rules_for_page, rules_for_slides
from celldeck.themes.rem import replace_rem
from celldeck.themes.scaffold import CSS as SCAFFOLD
from celldeck.themes.scaffold import scaffold
from celldeck.themes.scope import Place
from celldeck.themes.scoped import scope_to_slide
from celldeck.themes.theme_set import ThemeSet, read_theme


def stylesheet(
    themes: ThemeSet,
    theme: Theme,
    *,
    styles: Sequence[tuple[str, str | None]] = (),
    size: tuple[str, str] | None = None,
    options: MarpOptions = MarpOptions(),  # noqa: B008
    container: str = "div.marpit",
    extra: Sequence[str] = (),
) -> str:
    """Return the CSS of a deck.

    What of `styles` is not CSS is left out, a scoped one by itself, else all of them: `tell` says so.

    Args:
        themes: where imports are looked up.
        theme: found in it; with `page_size` already `size` if that is given.
        styles: the deck's own CSS in the order in which it applies, and for scoped ones the slide's key.
        size: width and height that replace the theme's, as CSS lengths.
        options: of them those for CSS.
        container: the selector of the element around the slides; empty: they stand in `<body>`.
        extra: CSS of what is in the slides, such as formulas; it comes before the theme.

    Raises:
        DeckError: a theme that is imported is not CSS, or imports itself.
    """
    nesting = options.css_nesting
    place = Place(container, options.inline_svg)
    own = read_theme(theme.css, nesting=nesting).sheet
    before = [read_deck_css(css, nesting=nesting) for css in extra]
    after = read_deck_css(join_styles(styles), nesting=nesting)
    sheets = [without_themes(sheet, themes.__contains__) for sheet in before if sheet]
    own_css = without_themes(after, themes.__contains__) if after else Sheet(())
    try:
        gathered = gather([*sheets, own, own_css], lambda name: themes.find_sheet(name, nesting=nesting))
    except CircularImport as error:
        raise circular(themes, error) from error

    parts = [minify(gathered.statements)]
    if theme.css != SCAFFOLD:
        parts.append(pack(scaffold(), place))
    if options.printable:
        parts += [
            minify(replace_rem(rules_for_page(size or theme.page_size))),
            pack(rules_for_slides(), place),
        ]
    parts += [pack(nodes, place) for nodes in gathered.imported]
    if options.css_container_query not in (False, ""):
        parts.append(minify(slides_as_containers(place, _container_names(options))))
    parts += [pack(sheet.body, place) for sheet in sheets]
    parts.append(pack(own.body, place))
    if size:
        parts.append(pack(_sized(size), place))
    parts.append(pack(own_css.body, place))
    if options.inline_svg:
        parts.append(pack(advanced_background(), place))
    return "".join(parts)


def _container_names(options: MarpOptions) -> tuple[str, ...]:
    names = options.css_container_query
    if isinstance(names, bool):
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


def _sized(size: tuple[str, str]) -> Nodes:
    return (Rule(("section",), (Declaration("width", size[0]), Declaration("height", size[1]))),)


def read_deck_css(css: str, *, nesting: bool = True) -> Sheet | None:
    """Return CSS that is no theme as read; None: it is not CSS."""
    try:
        nodes = parse(css)
    except CssError:
        return None
    return take_imports(flatten(nodes) if nesting else nodes)


def join_styles(styles: Sequence[tuple[str, str | None]]) -> str:
    """Return a deck's own CSS as one text, each scoped part kept to its slide, or left out if it is not CSS.

    Args:
        styles: each one's CSS, and the key of the slide that it is scoped to; None: it is not.
    """
    scoped: dict[str, list[tuple[int, Nodes]]] = {}
    texts = [css if key is None else "" for css, key in styles]
    for at, (css, key) in enumerate(styles):
        if key is not None:
            try:
                scoped.setdefault(key, []).append((at, parse(css)))
            except CssError:
                continue
    for key, sheets in scoped.items():
        for (at, _), nodes in zip(sheets, scope_to_slide([nodes for _, nodes in sheets], key), strict=True):
            texts[at] = minify(nodes)
    return "\n".join(text for text in texts if text)
