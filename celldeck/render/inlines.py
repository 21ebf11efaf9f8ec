"""Inline elements to the HTML that Marp gives for them.

markdown-it: https://github.com/markdown-it/markdown-it/blob/master/lib/renderer.mjs
"""

from __future__ import annotations

from collections.abc import Sequence

from celldeck.nodes import (
    CellValue,
    ClassSpan,
    CodeSpan,
    Emphasis,
    HardBreak,
    HtmlInline,
    Image,
    Inline,
    InlineComment,
    InlineMath,
    Link,
    SoftBreak,
    Strikethrough,
    Strong,
    Text,
)
from celldeck.render.context import Context
from celldeck.render.inline_style import style_attribute
from celldeck.render.steps import fragment

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_NEEDS_ESCAPE = frozenset('&<>"')
_TAGS = {Emphasis: "em", Strong: "strong", Strikethrough: "s"}


def escape(text: str) -> str:
    """Return `text` with `&`, `<`, `>` and `"` as entities, for element content and attribute values."""
    return text if _NEEDS_ESCAPE.isdisjoint(text) else text.translate(_ESCAPES)


def render_inlines(children: Sequence[Inline], context: Context) -> str:
    """Return the HTML of elements that stand in one line of text or paragraph."""
    parts: list[str] = []
    _render(children, context, parts)
    return "".join(parts)


def plain_text(children: Sequence[Inline]) -> str:
    """Return the text of `children` as markdown-it puts it into an `alt` attribute.

    Code, formulas and comments are left out, and so are characters written as an entity or with a backslash.
    """
    parts: list[str] = []
    for child in children:
        match child:
            case Text():
                if not child.escaped:
                    parts.append(child.text)
            case SoftBreak() | HardBreak():
                parts.append("\n")
            case HtmlInline():
                parts.append(child.html)
            case Image():
                parts.append(plain_text(child.children))
            case Emphasis() | Strong() | Strikethrough() | Link() | ClassSpan():
                parts.append(plain_text(child.children))
    return "".join(parts)


def alt_text(image: Image) -> str:
    """Return what is said of an image to who cannot see it; empty: nothing."""
    return plain_text(image.children) if image.alt is None else image.alt


def _render(children: Sequence[Inline], context: Context, parts: list[str]) -> None:
    for at, child in enumerate(children):
        match child:
            case Text():
                # A run of texts is shown with its first one.
                if not (at and isinstance(children[at - 1], Text)):
                    parts.append(_text_run(children, at, context))
            case SoftBreak():
                parts.append(_line_break(context) if context.options.breaks else "\n")
            case HardBreak():
                parts.append(_line_break(context))
            case Emphasis() | Strong() | Strikethrough():
                tag = _TAGS[type(child)]
                parts.append(f"<{tag}>")
                _render(child.children, context, parts)
                parts.append(f"</{tag}>")
            case Link():
                title = f' title="{escape(child.title)}"' if child.title else ""
                parts.append(f'<a href="{escape(child.href)}"{title}>')
                if child.auto:
                    parts.extend(_address(text, context) for text in child.children)
                else:
                    _render(child.children, context, parts)
                parts.append("</a>")
            case CodeSpan():
                parts.append(f"<code>{plain_with_emoji(child.text, context)}</code>")
            case Image():
                parts.append(_image(child, context))
            case HtmlInline():
                parts.append(context.sanitize(child.html))
            case InlineMath():
                parts.append(context.math(child.tex, False))
            case ClassSpan():
                named = f' class="{escape(" ".join(child.classes))}"' if child.classes else ""
                parts.append(f"<span{named}{fragment(child.fragment)}>")
                _render(child.children, context, parts)
                parts.append("</span>")
            case CellValue():
                parts.append(context.cell(child))
            case InlineComment():
                pass


def plain_with_emoji(text: str, context: Context) -> str:
    """Return code, escaped, with pictures for the emoji that stand in it as characters."""
    return escape(text) if text.isascii() else context.emojify(text, False)


def _line_break(context: Context) -> str:
    return "<br />\n" if context.options.xhtml_out else "<br>\n"


def _text_run(children: Sequence[Inline], start: int, context: Context) -> str:
    """Return the HTML of the texts from `start` on that stand side by side.

    They are one text for `:name:`, but an emoji that was written as an entity stays a character.
    """
    first = children[start]
    assert isinstance(first, Text)
    if not first.escaped and not (start + 1 < len(children) and isinstance(children[start + 1], Text)):
        return _with_emoji(first.text, context)
    parts: list[str] = []
    run: list[str] = []
    for child in children[start:]:
        if not isinstance(child, Text):
            break
        if child.escaped and not child.text.isascii():
            parts.append(_with_emoji("".join(run), context) + escape(child.text))
            run.clear()
        else:
            run.append(child.text)
    parts.append(_with_emoji("".join(run), context))
    return "".join(parts)


def _address(node: Inline, context: Context) -> str:
    """Return the HTML of an address that links to itself, in which `:name:` is no emoji."""
    assert isinstance(node, Text)
    return ":".join(_with_emoji(part, context) for part in node.text.split(":"))


def _with_emoji(text: str, context: Context) -> str:
    if text.isascii() and ":" not in text:
        return escape(text)
    return context.emojify(text, True)


def _image(image: Image, context: Context) -> str:
    title = f' title="{escape(image.title)}"' if image.title else ""
    kind = {None: "", "passes": ' class="step-figure"', "stays": ' class="step-figure step-figure-last"'}
    declarations = (("width", image.width), ("height", image.height), ("filter", image.filters))
    style = style_attribute({name: value for name, value in declarations if value})
    styled = f' style="{escape(style)}"' if style else ""
    end = " />" if context.options.xhtml_out else ">"
    look = f"{title}{kind[image.figure]}{styled}{end}"
    return f'<img src="{escape(image.src)}" alt="{escape(alt_text(image))}"{look}'
