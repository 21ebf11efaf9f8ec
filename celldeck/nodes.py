"""The elements of a slide's text: what Markdown means, once it has been read.

All are frozen. A pass that changes one makes a copy with `dataclasses.replace`. `line` counts from 0 at the
first line of the *chunk* that the element stands in (see `Chunk`), so that a chunk that moves in the file
keeps its elements as they are.

The kinds and their meaning are markdown-it's, since that is the parser whose DOM Marp gives:
https://github.com/markdown-it/markdown-it
"""

from __future__ import annotations

from typing import Literal

from celldeck.frozen import frozen

Align = Literal["left", "center", "right"]

# ---------------------------------------------------------------- inline


@frozen
class Text:
    """Characters to show; entities and backslash escapes are already resolved."""

    text: str
    escaped: bool = False
    """It was written as an entity or with a backslash and must not be read again: such a space keeps a
    paragraph from being blank, such an emoji stays a character, and an `alt` text leaves it out."""


@frozen
class SoftBreak:
    """A line end inside a paragraph. Marp shows it as `<br />` (option `breaks`)."""


@frozen
class HardBreak:
    """A line end after two spaces or a backslash."""


@frozen
class CodeSpan:
    """Code inside a line of text."""

    text: str


@frozen
class Emphasis:
    """`*x*`"""

    children: tuple[Inline, ...]


@frozen
class Strong:
    """`**x**`"""

    children: tuple[Inline, ...]


@frozen
class Strikethrough:
    """`~~x~~`"""

    children: tuple[Inline, ...]


@frozen
class Link:
    """A link, however it was written; the address is already encoded as markdown-it does."""

    href: str
    title: str | None
    children: tuple[Inline, ...]
    line: int = 0
    auto: bool = False
    """Its text is its address, `<https://…>` or found in the text: names of emoji in it stay as they are."""


@frozen
class Image:
    """`![content](src "title")`."""

    src: str
    title: str | None
    content: str
    """The source between the brackets, as written: Marp reads its keywords from it."""
    children: tuple[Inline, ...]
    """The same, parsed: the `alt` text comes from it."""
    line: int = 0
    width: str | None = None
    """CSS width, set by Marp's `w:` keyword."""
    height: str | None = None
    """CSS height, set by Marp's `h:` keyword."""
    filters: str | None = None
    """CSS filter list, set by Marp's filter keywords."""
    alt: str | None = None
    """The text left when keywords have been taken out; None: made from `children`."""
    figure: Literal["passes", "stays"] | None = None
    """It has the keyword `only` and goes with a step: it gives way to the next such picture, or is the last.
    celldeck's own; not in Marp."""


@frozen
class HtmlInline:
    """One raw tag (or comment, declaration …) inside a line of text, as written."""

    html: str


@frozen
class InlineMath:
    """`$tex$`"""

    tex: str
    line: int = 0


@frozen
class InlineComment:
    """`<!-- text -->` inside a line of text; `text` is trimmed."""

    text: str
    line: int = 0


@frozen
class ClassSpan:
    """remark.js's `.a.b[children]` inside a line of text. celldeck's own; not in Marp."""

    classes: tuple[str, ...]
    """Empty: it is there for its `fragment`."""
    children: tuple[Inline, ...]
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class CellValue:
    """Where the value of a cell stands in a line of text: `` `{python} x` ``. celldeck's own; not in Marp."""

    index: int
    line: int
    code: str
    """As written, to be shown where nothing runs."""


Inline = (
    Text
    | SoftBreak
    | HardBreak
    | CodeSpan
    | Emphasis
    | Strong
    | Strikethrough
    | Link
    | Image
    | HtmlInline
    | InlineMath
    | InlineComment
    | ClassSpan
    | CellValue
)

# ---------------------------------------------------------------- blocks


@frozen
class Heading:
    """A heading, ATX or setext."""

    level: int
    """1 to 6."""
    children: tuple[Inline, ...]
    line: int
    setext: bool = False
    fit: bool = False
    """It holds Marp's `<!-- fit -->` comment, so it is scaled to the slide's width."""
    slug: str | None = None
    """Its `id`; None: it gets none."""
    source: str = ""
    """Its text as written, markup and comments included, trimmed: Marp's CLI makes the title of it."""
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class Paragraph:
    """A paragraph."""

    children: tuple[Inline, ...]
    line: int
    tight: bool = False
    """In a tight list: shown without `<p>`."""
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class BlockQuote:
    """`> …`"""

    children: tuple[Block, ...]
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class ListItem:
    """One item of a list."""

    children: tuple[Block, ...]
    line: int
    marker: str
    """`*`, `-`, `+`, `.` or `)`: Marp makes fragments of `*` and `)`."""
    fragment: int | None = None
    """Its step on the slide, from 1; None: it is no fragment."""
    shares_step: bool = False
    """That step is the one of a pause, too, so all that follows the pause appears with it."""


@frozen
class List:
    """A bullet or an ordered list."""

    items: tuple[ListItem, ...]
    ordered: bool
    line: int
    start: int = 1
    """The first number of an ordered list."""
    bare: bool = False
    """The rest of a list that a dividing heading cut in two: its items are shown without `<ul>` or `<ol>`."""
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class CodeBlock:
    """A fenced or an indented block of code."""

    text: str
    """With its last line end."""
    info: str
    """What stands after the fence, entities and escapes resolved, trimmed; empty for indented code."""
    fenced: bool
    line: int
    end_line: int
    """The line after its last one, fence included."""
    closed: bool = True
    """False: the fence runs to the end of its container because nothing closed it."""
    states: tuple[frozenset[int], ...] = ()
    """The lines pointed out, from 1, in each of its states, one a step; empty: none ever is."""
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class HtmlBlock:
    """A block of raw HTML, as written."""

    html: str
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class ThematicBreak:
    """`---`, `***` or `___`. At the top level of a document it starts a slide."""

    markup: str
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class TableCell:
    """One cell of a table."""

    children: tuple[Inline, ...]
    align: Align | None = None
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class Table:
    """A table; every row has as many cells as the header."""

    header: tuple[TableCell, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class MathBlock:
    """`$$ tex $$`"""

    tex: str
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class Comment:
    """`<!-- text -->` as a block of its own; `text` is trimmed."""

    text: str
    line: int
    lost: str = ""
    """What stood after `-->` on its line: Marp drops it."""


@frozen
class StyleBlock:
    """`<style>css</style>` as a block of its own."""

    css: str
    attributes: str
    """What stood in the opening tag after `<style`."""
    line: int
    lost: str = ""
    """What stood after `</style>` on its line: Marp drops it."""


@frozen
class ClassBlock:
    """remark.js's `.a.b[ … ]` over several lines. celldeck's own; not in Marp."""

    classes: tuple[str, ...]
    children: tuple[Block, ...]
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class CellPlace:
    """Where a cell of `Deck.cells` stands in the text. celldeck's own; not in Marp."""

    index: int
    line: int
    has_step: bool = False
    """What it gives is shown in a step of its own."""
    output_fragment: int | None = None
    """That step, from 1; None: it has none."""
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class OutputPlace:
    """Where what a cell gives is shown, other than below its code. celldeck's own; not in Marp."""

    index: int
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


@frozen
class SourcePlace:
    """Where code of a cell is shown once more. celldeck's own; not in Marp."""

    code: str
    """Without a last line end."""
    language: str
    index: int
    """Of the cell."""
    line: int
    fragment: int | None = None
    """The step in which it appears, since it follows a pause; None: with what is around it."""


Block = (
    Heading
    | Paragraph
    | BlockQuote
    | List
    | CodeBlock
    | HtmlBlock
    | ThematicBreak
    | Table
    | MathBlock
    | Comment
    | StyleBlock
    | ClassBlock
    | CellPlace
    | OutputPlace
    | SourcePlace
)


@frozen
class Chunk:
    """The blocks from the start of a text, or from a top-level ruler, to the next one.

    Nothing is open at its start, so its text alone says what its blocks are (link references apart).
    """

    line: int
    """0-based line of the source that it starts on: that of its ruler, unless it is the first."""
    end_line: int
    """The line after its last one."""
    ruler: ThematicBreak | None
    """The break that starts it; None for the first chunk of a text."""
    blocks: tuple[Block, ...]
