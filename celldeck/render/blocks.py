"""Block elements to the HTML that Marp gives for them.

markdown-it: https://github.com/markdown-it/markdown-it/blob/master/lib/renderer.mjs
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from celldeck.js import SPACE, trim
from celldeck.nodes import (
    Block,
    BlockQuote,
    CellPlace,
    ClassBlock,
    CodeBlock,
    Comment,
    Heading,
    HtmlBlock,
    Inline,
    InlineComment,
    List,
    MathBlock,
    OutputPlace,
    Paragraph,
    SoftBreak,
    SourcePlace,
    StyleBlock,
    Table,
    TableCell,
    Text,
    ThematicBreak,
)
from celldeck.render.context import Context
from celldeck.render.inlines import escape, plain_with_emoji, render_inlines

_TAG = re.compile(r"(<[^>]*>)")
_INFO_SPACE = re.compile(f"[{SPACE}]+")


def render_blocks(blocks: Sequence[Block], context: Context) -> str:
    """Return the HTML of `blocks`; what they hide (comments, styles, blank paragraphs) gives nothing."""
    writer = _Writer(context)
    writer.write(blocks)
    return "".join(writer.parts)


def is_blank(children: Sequence[Inline]) -> bool:
    """Say whether a paragraph of `children` is swept away: Marp's way to hide what holds no text."""
    return all(
        (isinstance(child, Text) and not child.escaped and not trim(child.text))
        or isinstance(child, (SoftBreak, InlineComment))
        for child in children
    )


class _Writer:
    """Collects HTML with the line ends that markdown-it puts between tags."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parts: list[str] = []
        self.after_hidden = False
        """What came last shows nothing, or is a paragraph without its tag: a tag starts a new line then."""

    def write(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            match block:
                case Paragraph():
                    self._paragraph(block)
                case Heading():
                    self._heading(block)
                case List():
                    self._list(block)
                case BlockQuote():
                    self._container("blockquote", block.children)
                case ClassBlock():
                    self._container("div", block.children, f' class="{escape(" ".join(block.classes))}"')
                case Table():
                    self._table(block)
                case ThematicBreak():
                    self._tag("<hr />\n" if self.context.options.xhtml_out else "<hr>\n")
                case CodeBlock():
                    self._code(block)
                case HtmlBlock():
                    self._raw(self.context.sanitize(block.html))
                case MathBlock():
                    self._raw(f"<p>{self.context.math(block.tex, True)}</p>")
                case CellPlace() | OutputPlace():
                    self._raw(self.context.cell(block))
                case SourcePlace():
                    self._code(CodeBlock(block.code + "\n", block.language, True, 0, 0))
                case Comment() | StyleBlock():
                    self.after_hidden = True

    def _tag(self, text: str) -> None:
        """Add an element's opening tag (or all of it), on a new line after what is hidden."""
        self.parts.append("\n" + text if self.after_hidden else text)
        self.after_hidden = False

    def _raw(self, text: str) -> None:
        self.parts.append(text)
        self.after_hidden = False

    def _container(self, name: str, children: Sequence[Block], attributes: str = "") -> None:
        inside = not children or _is_hidden(children[0])
        self._tag(f"<{name}{attributes}>" if inside else f"<{name}{attributes}>\n")
        self.write(children)
        self._raw(f"</{name}>\n")

    def _paragraph(self, paragraph: Paragraph) -> None:
        blank = is_blank(paragraph.children)
        if not blank and not paragraph.tight:
            self._tag(f"<p>{render_inlines(paragraph.children, self.context)}</p>\n")
            return
        if not blank:
            self.parts.append(render_inlines(paragraph.children, self.context))
        self.after_hidden = True

    def _heading(self, heading: Heading) -> None:
        name = f"h{heading.level}"
        scaled = (
            heading.fit and self.context.options.inline_svg and self.context.theme.scales("fittingHeader")
        )
        fit = f' is="marp-{name}" data-auto-scaling' if scaled else ""
        slug = f' id="{escape(heading.slug)}"' if heading.slug is not None else ""
        shown = "" if is_blank(heading.children) else render_inlines(heading.children, self.context)
        self._tag(f"<{name}{fit}{slug}>{shown}</{name}>\n")

    def _list(self, block: List) -> None:
        name = "ol" if block.ordered else "ul"
        start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
        if not block.bare:
            self._tag(f"<{name}{start}>\n")
        for item in block.items:
            step = "" if item.fragment is None else f' data-marpit-fragment="{item.fragment}"'
            self._container("li", item.children, step)
        if not block.bare:
            self._raw(f"</{name}>\n")

    def _table(self, table: Table) -> None:
        self._tag("<table>\n<thead>\n")
        self._row(table.header, "th")
        self.parts.append("</thead>\n")
        if table.rows:
            self.parts.append("<tbody>\n")
            for row in table.rows:
                self._row(row, "td")
            self.parts.append("</tbody>\n")
        self.parts.append("</table>\n")

    def _row(self, cells: Sequence[TableCell], name: str) -> None:
        self.parts.append("<tr>\n")
        for cell in cells:
            style = f' style="text-align:{cell.align}"' if cell.align else ""
            shown = "" if is_blank(cell.children) else render_inlines(cell.children, self.context)
            self.parts.append(f"<{name}{style}>{shown}</{name}>\n")
        self.parts.append("</tr>\n")

    def _code(self, block: CodeBlock) -> None:
        context = self.context
        scaled = context.options.inline_svg and context.theme.scales("code")
        pre = '<pre is="marp-pre" data-auto-scaling="downscale-only">' if scaled else "<pre>"
        language = _INFO_SPACE.split(block.info, maxsplit=1)[0]
        marked = context.highlight(block.text, language) if language else None
        code = (
            plain_with_emoji(block.text, context) if marked is None else _emoji_between_tags(marked, context)
        )
        named = f' class="language-{escape(language)}"' if block.info else ""
        self._raw(f"{pre}<code{named}>{code}</code></pre>\n")


def _is_hidden(block: Block) -> bool:
    match block:
        case Paragraph():
            return block.tight or is_blank(block.children)
        case Comment() | StyleBlock():
            return True
    return False


def _emoji_between_tags(marked: str, context: Context) -> str:
    """Put pictures for emoji into code that is HTML already."""
    if marked.isascii():
        return marked
    parts = _TAG.split(marked)
    parts[::2] = [p if p.isascii() else context.emojify(html.unescape(p), False) for p in parts[::2]]
    return "".join(parts)
