"""The values that go through the program: Deck, Slide, Cell, Output, Theme, Page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal

from celldeck.errors import Notice
from celldeck.frozen import frozen
from celldeck.keymap import ACTIONS, Action
from celldeck.nodes import Block, Inline
from celldeck.source import Source, Span

# ---------------------------------------------------------------- what is asked for

HtmlPolicy = bool | Mapping[str, "list[str] | Mapping[str, bool | Callable[[str], str]]"] | None


@frozen
class MarpOptions:
    """How a deck is read and rendered: the options of Marp's constructor and of its CLI.

    Marp: https://github.com/marp-team/marp-core#constructor-options and
    https://marpit-api.marp.app/marpit
    """

    html: HtmlPolicy = None
    """Raw HTML: True everything, False nothing, a mapping an own allowlist, None Marp's allowlist."""
    breaks: bool = True
    linkify: bool = True
    typographer: bool = False
    xhtml_out: bool = True
    math: bool | Literal["mathjax", "katex"] = True
    emoji_shortcode: bool | Literal["twemoji"] = "twemoji"
    emoji_unicode: bool | Literal["twemoji"] = "twemoji"
    heading_divider: bool | int | tuple[int, ...] = False
    loose_yaml: bool = True
    lang: str | None = None
    slug: bool = True
    anchor: bool = True
    inline_svg: bool = True
    printable: bool = True
    css_nesting: bool = True
    css_container_query: bool | str | tuple[str, ...] = True
    """Whether slides are containers for `@container`, or the names of these containers."""
    cli: bool = True
    """Metadata directives, titles taken from headings and `transition`, as Marp's CLI adds them."""
    transition: bool = True
    remark_classes: bool = True
    """celldeck's own: `.grey[x]` becomes `<span class="grey">`."""
    code_lines: bool = True
    """celldeck's own: `{1|3-4}` after the language of a block of code points out its lines."""
    run_cells: bool = False
    """celldeck's own: Python blocks become cells even if the deck's front matter names no kernel."""
    collapse: bool = True
    """celldeck's own: recognise hand-copied runs of slides."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Global directives that beat those of the deck, as `--title` and `--theme` of Marp's CLI do."""


# ---------------------------------------------------------------- cells


@frozen
class Output:
    """One thing a cell produced, in every format the kernel offered."""

    kind: Literal["stream", "display", "result", "error"]
    data: Mapping[str, str]
    """MIME type to content; binary types as base64. A stream has `text/plain`; an error has its traceback
    there, with ANSI colours."""
    stream: Literal["stdout", "stderr"] | None = None
    """Which stream; None for what is not one."""
    metadata: Mapping[str, object] = field(default_factory=dict)
    """As the kernel sent it: MIME type to width, height …"""
    display_id: str | None = None
    """Set when a later message, of any cell, may replace this output."""
    error: tuple[str, str] | None = None
    """Name and message of the exception; None for what is no error."""
    error_line: int | None = None
    """1-based line in the cell's source that raised; None if unknown."""


@frozen
class Cell:
    """A fenced block that runs."""

    index: int
    """Its place in `Deck.cells`, from 0."""
    source: str
    """The code that runs, `#|` lines taken out, without a last line end."""
    shown: str
    """The code as a slide shows it."""
    language: str
    """As written after the fence: `py`, `python` …"""
    options: Mapping[str, object]
    """Checked values by name; names that the author did not write have their default.
    The table of them stands in `cell_options.py`."""
    span: Span
    """From its fence to its end."""
    first_line: int
    """1-based line of the file that the first line of `source` stands on."""
    slide: int
    """Number of the slide it stands on, from 1."""
    label: str | None = None
    outputs: tuple[Output, ...] | None = None
    """None: not run. Empty: ran and showed nothing."""
    seconds: float | None = None
    """How long it ran; None: it did not run in this build."""
    took: float | None = None
    """How long the run took that its outputs are of, in this build or an earlier one; None: nobody knows."""
    inline: bool = False
    """It stands in a line of text, and its value takes its place: `` `{python} x` ``."""
    origin: Source | None = None
    """The file that its code was taken from, `first_line` then being a line of that; None: the deck."""


# ---------------------------------------------------------------- decks


@frozen
class Background:
    """A picture behind a slide: `![bg …](src)`."""

    src: str
    alt: str
    size: str | None = None
    filters: str | None = None
    line: int = 0
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: it is there at once."""


@frozen
class Split:
    """Room for backgrounds beside the text."""

    side: Literal["left", "right"]
    size: str | None = None
    """As written, with its unit, such as `33%`; None: half."""


@frozen
class Style:
    """CSS that a deck brings."""

    css: str
    line: int
    """1-based line of the source on which it starts."""
    slide: int | None = None
    """Number of the slide that it is scoped to; None: the whole deck."""
    scope: str | None = None
    """The key of the slide that it is scoped to; None: the whole deck."""


@frozen
class Slide:
    """What stands between two breaks, and what is in force there."""

    number: int
    """From 1; also its `id`."""
    line: int
    """1-based line it starts on: of its ruler, unless it is the first or a heading began it."""
    end_line: int
    """1-based line after its last one."""
    origin_line: int
    """1-based line of its chunk: `origin_line + node.line` is the line of a node in the file."""
    blocks: tuple[Block, ...]
    directives: Mapping[str, object] = field(default_factory=dict)
    """The local ones in force here, in the order in which Marp writes their `data-*` attributes; those of
    `Deck.directives` follow them."""
    notes: tuple[str, ...] = ()
    header: tuple[Inline, ...] | None = None
    footer: tuple[Inline, ...] | None = None
    page: int | None = None
    """The page number shown; None: none is shown."""
    pages: int | None = None
    """The number of the last page; None as for `page`."""
    fragments: int = 0
    """How many steps it has."""
    backgrounds: tuple[Background, ...] = ()
    vertical: bool = False
    """Backgrounds stand one under another."""
    split: Split | None = None
    scope: str | None = None
    """The key of its scoped styles; None: it has none."""
    copies: tuple[Slide, ...] = ()
    """The slides that stood before it and were copies of it, less far: what it shows in its earlier states.
    Its `line` is then that of the first one; its own text begins where the last of them ends."""
    title: str | None = None
    """Plain text of its first heading."""


@frozen
class Metadata:
    """What a deck says about itself, as Marp's CLI reads it."""

    title: str | None = None
    description: str | None = None
    author: str | None = None
    keywords: tuple[str, ...] = ()
    url: str | None = None
    image: str | None = None
    lang: str | None = None


@frozen
class Deck:
    """A presentation. Cells stand in run order, apart from the slides that show them."""

    source: Source
    slides: tuple[Slide, ...]
    directives: Mapping[str, object] = field(default_factory=dict)
    """The global ones: `theme`, `style`, `size`, `math`, `headingDivider`, `lang` …"""
    theme_names: tuple[tuple[str, int], ...] = ()
    """Every theme that the deck asks for, in order, with the 1-based line: the last that there is counts."""
    styles: tuple[Style, ...] = ()
    """The `style` directive and `<style>` elements, in the order in which they apply."""
    cells: tuple[Cell, ...] = ()
    kernel: str | None = None
    """Name of the Jupyter kernel; None: this deck does not run code."""
    gateway: str | None = None
    """Address of the Jupyter server that its kernel runs on; None: this machine."""
    metadata: Metadata = field(default_factory=Metadata)
    notices: tuple[Notice, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    """celldeck's own front matter: `execute`, `seed`, `collapse` …"""
    files: tuple[Path, ...] = ()
    """Those that cells take their code from, and those that they say they depend on: when one changes, so
    does the deck."""
    idle_python_blocks: int = 0
    """Python blocks left alone because the deck does not opt in to running."""


# ---------------------------------------------------------------- looks


@frozen
class CellTime:
    """How long a cell runs."""

    cell: int
    """From 1."""
    slide: int
    """From 1."""
    seconds: float | None
    """None: nobody knows."""


@frozen
class Theme:
    """A theme as checked: its own CSS, and what its chain of imports settles."""

    name: str
    css: str
    size_px: tuple[float, float] = (1280, 720)
    """Width and height of a slide, at 96 pixels an inch."""
    page_size: tuple[str, str] = ("1280px", "720px")
    """The same as written, for `@page`."""
    presets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a `@size` to its CSS width and height."""
    auto_scaling: str | None = None
    """The value of `@auto-scaling`; Marp asks whether it holds a feature's name."""

    def scales(self, feature: str) -> bool:
        """Say whether `fittingHeader`, `code` or `math` is scaled (Marp's substring test)."""
        return self.auto_scaling is not None and (self.auto_scaling == "true" or feature in self.auto_scaling)


@frozen
class Page:
    """A rendered deck: what an exporter needs and nothing else."""

    slides: tuple[str, ...]
    """One `<svg data-marpit-svg>` (or `<section>` without inline SVG) a slide."""
    css: str
    size_px: tuple[float, float]
    page_size: tuple[str, str]
    notes: tuple[tuple[str, ...], ...]
    """A slide's notes, as written."""
    titles: tuple[str | None, ...]
    metadata: Metadata
    source: Source
    theme: str
    notices: tuple[Notice, ...] = ()
    typeset_notes: tuple[str, ...] = ()
    """A slide's notes as HTML, for the presenter view; empty where nobody asked for it."""
    plan: tuple[float | None, ...] = ()
    """Seconds that a slide is to take; None: not planned."""
    cells: tuple[CellTime, ...] = field(default=(), compare=False)
    """How long its cells run. A page that shows the same is the same page, however long that took."""
    keys: tuple[Action, ...] = ACTIONS
    """What the keyboard does when it is presented."""
