"""Block elements to the HTML that Marp gives for them.

markdown-it: https://github.com/markdown-it/markdown-it/blob/master/lib/renderer.mjs
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace

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
    Image,
    Inline,
    InlineComment,
    List,
    ListItem,
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
from celldeck.patterns import late
from celldeck.render.code_lines import in_lines
from celldeck.render.context import Context
from celldeck.render.inlines import escape, plain_with_emoji, render_inlines
from celldeck.render.steps import all_in_step, fragment, in_step

_TAG = late(r"(<[^>]*>)")
_INFO_SPACE = late(f"[{SPACE}]+")


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
                    self._container("blockquote", block.children, fragment(block.fragment))
                case ClassBlock():
                    named = f' class="{escape(" ".join(block.classes))}"'
                    self._container("div", block.children, named + fragment(block.fragment))
                case Table():
                    self._table(block)
                case ThematicBreak():
                    end = " />" if self.context.options.xhtml_out else ">"
                    self._tag(f"<hr{fragment(block.fragment)}{end}\n")
                case CodeBlock():
                    self._code(block)
                case HtmlBlock():
                    self._raw(all_in_step(self.context.sanitize(block.html), block.fragment))
                case MathBlock():
                    self._raw(f"<p{fragment(block.fragment)}>{self.context.math(block.tex, True)}</p>")
                case CellPlace() | OutputPlace():
                    self._raw(in_step(self.context.cell(block), block.fragment))
                case SourcePlace():
                    code = CodeBlock(block.code + "\n", block.language, True, 0, 0)
                    self._code(replace(code, fragment=block.fragment))
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
            shown = render_inlines(paragraph.children, self.context)
            self._tag(f"<p{fragment(paragraph.fragment)}>{shown}</p>\n")
            return
        if not blank:
            shown = render_inlines(paragraph.children, self.context)
            step = fragment(paragraph.fragment)
            self.parts.append(f"<span{step}>{shown}</span>" if step else shown)
        elif paragraph.fragment is not None:
            # A picture behind the slide stood here. Another layer shows it; its step has its place here.
            self._tag(f"<span{fragment(paragraph.fragment)} hidden></span>\n")
        self.after_hidden = True

    def _heading(self, heading: Heading) -> None:
        name = f"h{heading.level}"
        scaled = (
            heading.fit and self.context.options.inline_svg and self.context.theme.scales("fittingHeader")
        )
        fit = f' is="marp-{name}" data-auto-scaling' if scaled else ""
        slug = f' id="{escape(heading.slug)}"' if heading.slug is not None else ""
        shown = "" if is_blank(heading.children) else render_inlines(heading.children, self.context)
        self._tag(f"<{name}{fit}{slug}{fragment(heading.fragment)}>{shown}</{name}>\n")

    def _list(self, block: List) -> None:
        name = "ol" if block.ordered else "ul"
        start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
        if not block.bare:
            self._tag(f"<{name}{start}{fragment(block.fragment)}>\n")
        for item in block.items:
            look = ' class="step-figure-item"' if _is_step_figure(item) else ""
            self._container("li", item.children, look + fragment(item.fragment, is_shared=item.shares_step))
        if not block.bare:
            self._raw(f"</{name}>\n")

    def _table(self, table: Table) -> None:
        self._tag(f"<table{fragment(table.fragment)}>\n<thead>\n")
        self._row(table.header, "th")
        self.parts.append("</thead>\n")
        if table.rows:
            self.parts.append("<tbody>\n")
            for row in table.rows:
                self._row(row, "td")
            self.parts.append("</tbody>\n")
        self.parts.append("</table>\n")

    def _row(self, cells: Sequence[TableCell], name: str) -> None:
        steps = {cell.fragment for cell in cells}
        whole = steps.pop() if len(steps) == 1 else None
        self.parts.append(f"<tr{fragment(whole)}>\n")
        for cell in cells:
            step = "" if whole else fragment(cell.fragment)
            style = f' style="text-align:{cell.align}"' if cell.align else ""
            shown = "" if is_blank(cell.children) else render_inlines(cell.children, self.context)
            self.parts.append(f"<{name}{style}{step}>{shown}</{name}>\n")
        self.parts.append("</tr>\n")

    def _code(self, block: CodeBlock) -> None:
        context = self.context
        scaled = context.options.inline_svg and context.theme.scales("code")
        look = ' is="marp-pre" data-auto-scaling="downscale-only"' if scaled else ""
        language = _language(block)
        marked = context.highlight(block.text, language) if language else None
        code = (
            plain_with_emoji(block.text, context) if marked is None else _emoji_between_tags(marked, context)
        )
        is_named = language or (block.info and not block.states)
        named = f' class="language-{escape(language)}"' if is_named else ""
        if block.states:
            code = in_lines(code, block.states)
            named += f' data-celldeck-states="{len(block.states)}"'
        self._raw(f"<pre{look}{fragment(block.fragment)}><code{named}>{code}</code></pre>\n")


def _language(block: CodeBlock) -> str:
    """Return what stands after the fence up to the first space, as in Marp; up to lines to point out."""
    language = _INFO_SPACE.split(block.info, maxsplit=1)[0]
    return language.split("{", 1)[0] if block.states else language


def _is_step_figure(item: ListItem) -> bool:
    """Say whether an item has nothing but a picture that goes with its step."""
    inlines = [child for block in item.children if isinstance(block, Paragraph) for child in block.children]
    figures = [child for child in inlines if isinstance(child, Image) and child.figure is not None]
    rest = [child for child in inlines if not isinstance(child, Image) or child.figure is None]
    return bool(figures) and is_blank(rest) and all(isinstance(b, Paragraph | Comment) for b in item.children)


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
