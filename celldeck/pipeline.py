"""The build line on one screen: a deck's path goes in, its page comes out, its files are written.

parse → execute → themes → render → export. The command line, watching and `Session` call these functions, so
a slide looks alike however it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from celldeck.beside import (
    thumbnail_path,
    typesets_notes,
    write_for_students,
    write_printed,
    writing,
)
from celldeck.closest import closest
from celldeck.emoji import CSS as EMOJI_CSS
from celldeck.emoji import emojify
from celldeck.errors import DeckError, Notice
from celldeck.files import write_atomically
from celldeck.gateway import with_gateway
from celldeck.javascript.expected import expect_formulas
from celldeck.keymap import with_keys
from celldeck.model import Cell, CellTime, Deck, MarpOptions, Page, Theme
from celldeck.nodes import Block, CellPlace, CellValue, CodeBlock, InlineMath, MathBlock, OutputPlace
from celldeck.parse import choose_theme, parse, unknown_themes
from celldeck.parse.lately import Lately
from celldeck.parse.markdown import read_markdown
from celldeck.parse.walk import nodes_of
from celldeck.parse.wrapped import join_wrapped_lines
from celldeck.rehearsal import read_rehearsal, rehearsal_path, seconds_per_slide
from celldeck.render import render
from celldeck.render.allowlist import sanitize
from celldeck.render.blocks import render_blocks
from celldeck.render.code_lines import CSS as CODE_LINES_CSS
from celldeck.render.context import Context
from celldeck.render.math import CSS as MATH_CSS
from celldeck.render.math import Typesetter
from celldeck.render.page import CONTAINERS, DocumentTemplate, begin_document, document
from celldeck.render.slides import STATES_CSS
from celldeck.render.speaker import planned_seconds, typeset_notes
from celldeck.render.step_figures import CSS as STEP_FIGURES_CSS
from celldeck.source import Source, Span
from celldeck.themes import KeptThemes, ThemeSet
from celldeck.tools import Look, Tools, themes_hint

if TYPE_CHECKING:
    from celldeck.execute import ExecuteTools, Progress
    from celldeck.export.inline import Link, Reinliner
    from celldeck.render.mime import MimeTools

__all__ = [
    "Built",
    "Tools",
    "build",
    "failures",
    "finish",
    "load",
    "read_code",
    "read_source",
    "render_page",
    "run",
    "self_contained",
    "write",
]


LARGEST_BYTES = 50_000_000
"""A deck above this is refused: what is built of it would be of no use, and could take minutes."""


@dataclass(frozen=True)
class Built:
    """A deck that was built, and what is to be told of it."""

    deck: Deck
    page: Page
    """Its stylesheet is scoped to the template that was asked for."""
    notices: tuple[Notice, ...]
    """Without those that the settings silence."""
    failures: tuple[str, ...]
    """Cells that raised and were not allowed to: place, name and message of the exception."""


def read_source(path: Path) -> Source:
    """Return the text of a deck.

    Raises:
        DeckError: it is not there, cannot be read, or is no UTF-8.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            told = f"{path} has {path.stat().st_size / 1e6:.0f} MB, more than is read as one deck"
            raise DeckError(told, hint="pictures and data belong in files of their own")
        data = path.read_bytes()
    except FileNotFoundError:
        near = closest(path.name, (p.name for p in path.parent.glob("*.md")))
        hint = f"did you mean {path.with_name(near)}?" if near else None
        raise DeckError(f"there is no deck at {path}", hint=hint) from None
    except OSError as error:
        if path.is_dir():
            raise DeckError(f"{path} is a folder, not a deck", hint=f"name decks: {path}/*.md") from None
        raise DeckError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return Source.of(data.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        source = Source.of(data.decode("utf-8", "replace"), path)
        raise DeckError(
            f"this is no UTF-8: byte 0x{data[error.start]:02x}",
            source.span(before.count("\n") + 1, "\ufffd"),
            "save the file as UTF-8",
        ) from None


def build(path: Path, tools: Tools, template: DocumentTemplate = "bespoke") -> Built:
    """Return the deck at `path`, run and rendered, with a stylesheet for `template`.

    Raises:
        DeckError: it cannot be read, its kernel died, or something it needs is not installed.
    """
    return finish(run(load(path, tools), tools), tools, template)


def load(path: Path, tools: Tools) -> Deck:
    """Return the deck at `path`, its cells not run; errors as `build`."""
    again = tools.again(path).reader
    source = read_source(path)
    expect_formulas(source.text, tools.cache, tools.mathjax)
    deck = parse(source, tools.options(path), read_file=read_code, again=again)
    tools.parts.update(file.resolve() for file in deck.files)
    return with_gateway(deck, tools.settings.gateway)


def read_code(path: Path) -> Source:
    """Return the text of a file that a deck refers to.

    Raises:
        DeckError: there is none, or it is no UTF-8.
    """
    try:
        return Source.of(path.read_text("utf-8"), path)
    except FileNotFoundError:
        near = closest(path.name, (p.name for p in path.parent.glob("*")))
        raise DeckError(f"there is no {path}", hint=f"did you mean {near}?" if near else None) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise DeckError(f"{path} cannot be read: {reason}") from None


def run(deck: Deck, tools: Tools, progress: Progress | None = None, *, retry_errors: bool = True) -> Deck:
    """Return the deck with the outputs of its cells; errors as `build`.

    Args:
        progress: hears which cell runs.
        retry_errors: see `ExecuteTools.retry_errors`.
    """
    if deck.kernel is None or not deck.cells:
        return deck
    # Not before there is something to run: loading this takes a tenth of the time of a second build.
    from celldeck.execute import Silent, execute

    return execute(deck, execute_tools(tools, progress or Silent(), retry_errors=retry_errors))


def execute_tools(
    tools: Tools, progress: Progress, *, retry_errors: bool = True, incremental: bool = False
) -> ExecuteTools:
    """Return what executing decks needs; see `ExecuteTools`."""
    from celldeck.execute import ExecuteTools, Store

    settings = tools.settings
    return ExecuteTools(
        store=Store(settings.cache / "outputs"),
        progress=progress,
        timeout_s=settings.timeout,
        run=not settings.no_exec,
        freeze=settings.freeze,
        thaw=settings.thaw,
        retry_errors=retry_errors,
        incremental=incremental,
        start=tools.kernels.start,
    )


def finish(deck: Deck, tools: Tools, template: DocumentTemplate = "bespoke") -> Built:
    """Return the deck rendered, with what is to be told; errors as `build`."""
    page = render_page(deck, tools.options(deck.source.path), tools, template)
    return Built(deck, page, _told(page.notices, deck, tools), tuple(failures(deck)))


def render_page(deck: Deck, options: MarpOptions, tools: Tools, template: DocumentTemplate) -> Page:
    """Return a deck's page in its theme, with its stylesheet and everything that is to be told."""
    path = deck.source.path
    told: list[Notice] = [*deck.notices, *tools.project(path).notices]
    look = _look_for(deck, tools)
    themes = look.themes
    if look.forced:
        deck = replace(deck, directives={**deck.directives, "theme": look.forced})
    else:
        told += _unknown_themes(deck, themes)
        deck = choose_theme(deck, themes)
    kept = KeptThemes(themes, tools.cache)
    theme, size = _sized(kept, deck, told)
    context = _context(deck, theme, options, tools, told)
    page = render(deck, theme, context, tools.again(path).renderer)
    if template == "bespoke" or (template == "print" and typesets_notes(tools.settings)):
        page = _with_speaker(page, deck.cells, context, tools, told)
    css, told_of_themes = kept.stylesheet(
        theme,
        deck,
        size=size,
        options=options,
        container=CONTAINERS[template],
        extra=_extra_styles(page),
    )
    told += told_of_themes
    if deck.cells:
        from celldeck.render.mime.plotly import with_script

        told += _unseen(deck)
        page = replace(page, slides=with_script(page.slides))
    if any(slide.copies for slide in deck.slides):
        css += STATES_CSS
    return replace(page, css=css, notices=tuple(dict.fromkeys(told)))


def _unseen(deck: Deck) -> Iterator[Notice]:
    """Tell of outputs that a reader may not see."""
    from celldeck.render.mime import unseen

    for cell in deck.cells:
        yield from (Notice("unseen-output", told, cell.span) for told in unseen(cell))
        if cell.inline and cell.outputs == () and cell.options["eval"]:
            yield Notice("empty-value", "this value is None, so nothing is shown of it", cell.span)


def _with_speaker(
    page: Page, cells: Sequence[Cell], context: Context, tools: Tools, told: list[Notice]
) -> Page:
    """Return the page with what its presenter needs: typeset notes, the plan, times of cells, the keys."""
    # Nearly all notes are those of the build before.
    known = tools.again(page.source.path).notes

    def typeset(notes: tuple[str, ...]) -> str:
        return typeset_notes(notes, lambda text: _markdown(text, context, is_prose=True))

    made = {notes: known.get((page.theme, notes)) or typeset(notes) for notes in page.notes}
    known.clear()
    known.update({(page.theme, notes): html for notes, html in made.items()})
    return replace(
        page,
        typeset_notes=tuple(made[notes] for notes in page.notes),
        plan=_plan(page, told),
        cells=tuple(CellTime(cell.index + 1, cell.slide, cell.took) for cell in cells if not cell.inline),
        keys=with_keys(tools.settings.keys),
    )


def _plan(page: Page, told: list[Notice]) -> tuple[float | None, ...]:
    """Return how long each slide is to take: what its notes say, or else what it took in the rehearsal."""
    planned = tuple(map(planned_seconds, page.notes))
    path = rehearsal_path(page.source.path)
    if not path.is_file():
        return planned
    try:
        times = read_rehearsal(path)
    except DeckError as error:
        told.append(Notice("rehearsal", error.message, hint=error.hint))
        return planned
    last = max((time.slide for time in times), default=0)
    if last > len(planned):
        told.append(
            Notice(
                "rehearsal",
                f"the rehearsal {path} has a slide {last}, but this deck only {len(planned)}",
                hint="rehearse it anew, or delete the file",
            )
        )
    rehearsed = seconds_per_slide(times, len(planned))
    return tuple(plan if plan is not None else took for plan, took in zip(planned, rehearsed, strict=True))


def self_contained(
    built: Built,
    tools: Tools,
    output: Path,
    template: DocumentTemplate = "bespoke",
    link: Link | None = None,
    again: Reinliner | None = None,
) -> Built:
    """Return it with local pictures, fonts and media inside; links are relative to where `output` stands.

    Args:
        link: gives the address of a file that is served, and so need not be inside. What was found for the
            build before holds then, until `tools.files` is told to look anew.
        again: has done this before, with all but `built` the same; None: one that goes with `link`.
        template: in `bare`, which is to look as Marp's page does, files are looked for beside the deck only,
            not beside its theme or in the project, and a missing picture has no placeholder.
    """
    from celldeck.export.inline import inline, notices

    path = built.deck.source.path
    as_marp = template == "bare"
    themes = _look_for(built.deck, tools).themes
    inlined = inline(
        built.page,
        folder=path.parent,
        files=tools.files,
        style_folders=() if as_marp else _theme_folders(themes, built.page.theme),
        root=None if as_marp else tools.settings.root,
        output=output,
        stand_ins=not as_marp,
        link=link,
        again=tools.again(path).inliner if link else again,
    )
    lines = [(slide.line, slide.end_line) for slide in built.deck.slides]
    found = notices(inlined.findings, built.deck.source, lines)
    return replace(built, page=inlined.page, notices=_told((*built.notices, *found), built.deck, tools))


def write(built: Built, tools: Tools, html: Path, template: DocumentTemplate = "bespoke") -> Built:
    """Write the HTML deck, and beside it what else the settings ask for: PDF, pictures, notebook, script.

    Returns:
        The deck with everything that its pictures and its PDF gave to tell.

    Raises:
        DeckError: a file could not be written, and what stood there is untouched; or there is no browser to
            print with, or it failed, and the HTML has been written.
    """
    whole, page = ready(built, tools, html, template)
    write_html(whole, tools, html, template)
    return whole if page is None else print_ready(whole, page, tools, html)


def ready(
    built: Built, tools: Tools, html: Path, template: DocumentTemplate = "bespoke"
) -> tuple[Built, Page | None]:
    """Return the deck as it is written to `html`, and the page that is printed, if one is."""
    whole = self_contained(_with_preview(built, tools, html), tools, html, template)
    return whole, _print_page(whole, built, tools, html, template) if tools.prints else None


def write_html(whole: Built, tools: Tools, html: Path, template: DocumentTemplate = "bespoke") -> None:
    """Write what needs no browser of a deck that is ready; see `write`."""
    with writing(html):
        write_atomically(html, document(whole.page, template=template, cache=tools.cache))
    write_for_students(whole.deck, tools, html)


def _with_preview(built: Built, tools: Tools, html: Path) -> Built:
    """Return the deck with the address of its thumbnail, for sites that show what they link (Open Graph)."""
    meta = built.page.metadata
    if not tools.settings.thumbnail or meta.image or not meta.url:
        return built
    # Such sites want a whole address, so that of the deck has to be known.
    image = urljoin(meta.url, quote(thumbnail_path(html).name))
    return replace(built, page=replace(built.page, metadata=replace(meta, image=image)))


def print_ready(whole: Built, page: Page, tools: Tools, html: Path) -> Built:
    """Write what needs a browser of a deck that is ready; see `write`."""
    try:
        told = write_printed(whole.deck, page, tools, html)
    finally:
        # With all pictures of a deck, for as long as the others of a course take.
        tools.clear_shelf(html.with_suffix(".pdf"))
    return replace(whole, notices=_told((*whole.notices, *told), whole.deck, tools))


def print_again(deck: Deck, tools: Tools, html: Path) -> Sequence[Notice]:
    """Write what needs a browser beside `html`, and return what is to be told; errors as `write`.

    Args:
        tools: used for this only, so that what they keep of the deck is that of its last print.
    """
    built = finish(deck, tools, "print")
    whole = self_contained(built, tools, html, "print", again=tools.again(deck.source.path).inliner)
    return write_printed(deck, whole.page, tools, html)


def _print_page(whole: Built, built: Built, tools: Tools, html: Path, template: DocumentTemplate) -> Page:
    """Return the self-contained page with a stylesheet for printing."""
    if CONTAINERS[template] == CONTAINERS["print"]:
        return whole.page
    options = tools.options(built.deck.source.path)
    printed = replace(built, page=render_page(built.deck, options, tools, "print"))
    return self_contained(printed, tools, html, "print").page


def failures(deck: Deck) -> Iterator[str]:
    """Give each exception of a cell that was not allowed to raise: place, name, message."""
    for cell in deck.cells:
        if cell.options["error"]:
            continue
        for output in cell.outputs or ():
            if output.error:
                name, message = output.error
                summary = f"{name}: {message}".splitlines()[0] if message else name
                what = "a value" if cell.inline else f"cell {cell.label or cell.index + 1}"
                yield str(DeckError(f"{what} raised {summary}", place_of(cell, output.error_line)))


def place_of(cell: Cell, line: int | None) -> Span:
    """Return where a line of a cell's code (from 1) stands, in the deck or in the file it was taken from."""
    if line is None or cell.inline:
        return cell.span
    return (cell.origin or cell.span.source).span(cell.first_line + line - 1)


def _told(notices: Iterable[Notice], deck: Deck, tools: Tools) -> tuple[Notice, ...]:
    """Return the notices without those that the settings silence, in the order of the deck's lines."""

    def place(notice: Notice) -> tuple[bool, int, int]:
        span = notice.span
        # What has no place, or one in a theme, comes last.
        return (True, 0, 0) if not span or span.source != deck.source else (False, span.line, span.column)

    return tuple(sorted((n for n in notices if n.kind not in tools.settings.silence), key=place))


# ---------------------------------------------------------------- what render is given


def _context(deck: Deck, theme: Theme, options: MarpOptions, tools: Tools, told: list[Notice]) -> Context:
    typesetter = Typesetter(tools.cache, tools.mathjax)
    typesetter.prepare(_formulas(deck))
    if typesetter.is_waiting:
        begin_document()

    def math(tex: str, display: bool) -> str:
        typeset = typesetter.typeset(tex, display)
        if typeset.error:
            span = _place(deck.source, tex)
            told.append(Notice("broken-formula", f"this formula is no TeX: {typeset.error}", span))
        return typeset.html

    def cell(place: CellPlace | OutputPlace | CellValue) -> str:
        from celldeck.render.mime import render_cell, render_placed, render_value

        found = deck.cells[place.index]
        if isinstance(place, CellPlace):
            return render_cell(found, mime(), step=place.output_fragment)
        return render_placed(found, mime()) if isinstance(place, OutputPlace) else render_value(found, mime())

    @cache
    def mime() -> MimeTools:
        return mime_tools(context, tools)

    context = Context(
        options=options,
        theme=theme,
        sanitize=lambda html: sanitize(html, options.html, xhtml=options.xhtml_out),
        highlight=tools.highlighter.highlight,
        math=math,
        emojify=lambda text, prose: emojify(text, options, prose, code=not prose),
        cell=cell,
    )
    return context


def output_tools(deck: Deck, tools: Tools) -> MimeTools:
    """Return what outputs of a deck's cells are rendered with apart from its slides; errors as `build`."""
    look = _look_for(deck, tools)
    deck = (
        replace(deck, directives={**deck.directives, "theme": look.forced})
        if look.forced
        else choose_theme(deck, look.themes)
    )
    theme = KeptThemes(look.themes, tools.cache).find(_text(deck.directives.get("theme")))
    return mime_tools(_context(deck, theme, tools.options(deck.source.path), tools, []), tools)


def mime_tools(context: Context, tools: Tools) -> MimeTools:
    """Return what the outputs of cells are rendered with."""
    from celldeck.render.mime import MimeTools

    return MimeTools(
        code=lambda code, language, states: render_blocks(
            (CodeBlock(code + "\n", language, True, 0, 0, states=tuple(states)),), context
        ),
        math=context.math,
        markdown=lambda text: _markdown(text, context),
        inline=lambda text: re.sub(r"\A<p>(.*)</p>\n\Z", r"\1", _markdown(text, context), flags=re.DOTALL),
        frame=tools.frames.framed if tools.frames else None,
        pre_attributes=' is="marp-pre" data-auto-scaling="downscale-only"'
        if context.theme.scales("code")
        else "",
    )


def _formulas(deck: Deck) -> Iterator[tuple[str, bool]]:
    """Give the formulas of a deck's slides, and whether each is a block of its own."""
    for state in (state for slide in deck.slides for state in (*slide.copies, slide)):
        yield from _FORMULAS.get(state.blocks, None, partial(_formulas_in, state.blocks))


_FORMULAS: Lately[list[tuple[str, bool]]] = Lately()


def _formulas_in(blocks: tuple[Block, ...]) -> list[tuple[str, bool]]:
    found = (node for node in nodes_of(blocks) if isinstance(node, InlineMath | MathBlock))
    return [(node.tex, isinstance(node, MathBlock)) for node in found]


def _markdown(text: str, context: Context, *, is_prose: bool = False) -> str:
    """Return the HTML of Markdown that a cell gave; rulers in it are rulers, not slides.

    Args:
        is_prose: line ends are none where an editor has wrapped the lines.
    """
    document = read_markdown(Source.of(text, "output.md"), context.options)
    blocks: list[Block] = []
    for chunk in document.chunks:
        blocks += [chunk.ruler, *chunk.blocks] if chunk.ruler else chunk.blocks
    return render_blocks(join_wrapped_lines(text, tuple(blocks)) if is_prose else blocks, context)


# ---------------------------------------------------------------- which theme, and how large


def _look_for(deck: Deck, tools: Tools) -> Look:
    """Return the themes that there are for a deck, those that it names among them if they are anywhere."""
    look = tools.look(deck.source.path)
    if look.forced:
        return look
    unknown = frozenset(name for name, _ in unknown_themes(deck, look.themes))
    return tools.look(deck.source.path, unknown) if unknown else look


def _theme_folders(themes: ThemeSet, name: str) -> list[Path]:
    """Return where the files that a theme names may be: beside it, or beside the themes it builds on."""
    first = [themes[name]] if name in themes else []
    return list(dict.fromkeys(theme.source.path.parent for theme in (*first, *themes.values())))


def _unknown_themes(deck: Deck, themes: ThemeSet) -> Iterator[Notice]:
    for name, line in unknown_themes(deck, themes):
        yield Notice(
            "unknown-theme",
            f"unknown theme '{name}', so another is used",
            deck.source.span(line, name),
            themes_hint(name, themes),
        )


def _sized(themes: KeptThemes, deck: Deck, told: list[Notice]) -> tuple[Theme, tuple[str, str] | None]:
    """Return the deck's theme in the size that it asks for, and that size for the stylesheet."""
    wanted = _text(deck.directives.get("theme"))
    theme = themes.find(wanted)
    name = _text(deck.directives.get("size"))
    if not name:
        return theme, None
    if name not in theme.presets:
        sizes = ", ".join(theme.presets)
        told.append(
            Notice(
                "unknown-size",
                f"the theme '{theme.name}' has no size '{name}', so its own is used",
                _place(deck.source, f"size: {name}") or _place(deck.source, name),
                f"sizes of this theme: {sizes}" if sizes else "this theme has one size only",
            )
        )
        return theme, None
    size = theme.presets[name]
    return themes.find(wanted, size), size


def _extra_styles(page: Page) -> list[str]:
    """Return the stylesheets of what the slides hold: formulas, emoji, parts of steps."""
    needed = set().union(*(_NEEDED.get(slide, None, partial(_needed, slide)) for slide in page.slides))
    return [css for mark, css in _MARKED_STYLES.items() if mark in needed]


_MARKED_STYLES = {
    "<mjx-container": MATH_CSS,
    'class="emoji"': EMOJI_CSS,
    'class="code-line': CODE_LINES_CSS,
    'class="step-figure': STEP_FIGURES_CSS,
}
_NEEDED: Lately[list[str]] = Lately()


def _needed(slide: str) -> list[str]:
    return [mark for mark in _MARKED_STYLES if mark in slide]


def _place(source: Source, text: str) -> Span | None:
    """Return the first place where `text` is written, or None."""
    wanted = text.strip().split("\n", 1)[0].strip()
    if not wanted:
        return None
    for number, line in enumerate(source.lines, 1):
        if wanted in line:
            return source.span(number, wanted)
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
