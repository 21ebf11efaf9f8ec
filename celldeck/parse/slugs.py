"""Names of headings, so that links find them: `# Two words` gets `id="two-words"`.

Marp: https://github.com/marp-team/marp-core#slug
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from urllib.parse import quote

from celldeck.emoji import find_names
from celldeck.js import SPACE, trim
from celldeck.model import Slide
from celldeck.nodes import (
    Block,
    ClassSpan,
    CodeSpan,
    Emphasis,
    Heading,
    HtmlInline,
    Image,
    Inline,
    Link,
    Strikethrough,
    Strong,
    Text,
)
from celldeck.parse.draft import Draft
from celldeck.parse.lately import Lately
from celldeck.parse.walk import change_blocks
from celldeck.patterns import late

_SPACES = late(f"[{SPACE}]+")
# ASCII punctuation but `-` and `_`, and that of Chinese and Japanese texts.
_PUNCTUATION = late(
    r"[]\[!/'\"#$%&()*+,.:;<=>?@\\^{|}~`"
    "\u3002\uff0c\u3001\uff1b\uff1a\uff1f\uff01\u2026\u2014\u00b7\u02c9\u00a8\u2018\u2019\u201c\u201d\u3005"
    "\uff5e\u2016\u2236\uff02\uff07\uff40\uff5c\u3003\u3014\u3015\u3008\u3009\u300a\u300b\u300c\u300d\u300e"
    "\u300f\uff0e\u3016\u3017\u3010\u3011\uff08\uff09\uff3b\uff3d\uff5b\uff5d]"
)
# Only the dashes of one end go: those at the start, or else those at the end.
_DASHES_OF_ONE_END = late(r"^-+|-+\Z")
_KEPT_BY_ENCODE_URI = ";,/?:@&=+$-_.!~*'()#"


def name_headings(draft: Draft) -> Draft:
    """Return the draft with a name for each heading; equal ones get `-1`, `-2` … in reading order."""
    options = draft.options
    if not options.slug:
        return draft
    taken: dict[str, int] = {str(slide.number): 0 for slide in draft.slides} if options.anchor else {}

    def free(base: str) -> str:
        count = taken.get(base, -1) + 1
        taken[base] = count
        return f"{base}-{count}" if count else base

    has_names = bool(options.emoji_shortcode)
    slides = []
    for slide, nodes in zip(draft.slides, draft.nodes, strict=True):
        if any(isinstance(node, Heading) for node in nodes):
            bases = _BASES.get(slide.blocks, has_names, partial(_bases, slide.blocks, has_names))
            names = tuple(map(free, bases))
            slide = _SLIDES.get(slide, names, partial(_with_names, slide, names))
        slides.append(slide)
    return draft.with_slides(slides)


_BASES: Lately[tuple[str, ...]] = Lately()
_NAMED: Lately[tuple[Block, ...]] = Lately()
_SLIDES: Lately[Slide] = Lately()


def _with_names(slide: Slide, names: tuple[str, ...]) -> Slide:
    blocks = slide.blocks
    return replace(slide, blocks=_NAMED.get(blocks, names, partial(_named, blocks, names)))


def _bases(blocks: tuple[Block, ...], has_names: bool) -> tuple[str, ...]:
    """Return the name of each heading, in reading order, before equal ones are told apart."""
    found: list[str] = []

    def look(block: Block) -> Block:
        if isinstance(block, Heading):
            found.append(_name_of(block.children, has_names))
        return block

    change_blocks(blocks, look)
    return tuple(found)


def _named(blocks: tuple[Block, ...], names: tuple[str, ...]) -> tuple[Block, ...]:
    left = iter(names)
    return change_blocks(
        blocks, lambda block: replace(block, slug=next(left)) if isinstance(block, Heading) else block
    )


@lru_cache(maxsize=4096)
def _name_of(children: tuple[Inline, ...], named_emoji: bool) -> str:
    return slug_of(heading_text(children, named_emoji=named_emoji))


def heading_text(children: Sequence[Inline], *, named_emoji: bool) -> str:
    """Return the text that a heading's name is made of.

    Raw tags and the source of alt texts count; comments, formulas and line ends do not.

    Args:
        named_emoji: the name of an emoji, such as `:smile:`, stands for it.
    """
    parts: list[str] = []
    run: list[str] = []
    for node in (*children, None):
        if isinstance(node, Text):
            run.append(node.text)
            continue
        parts.append(_with_emoji("".join(run)) if named_emoji else "".join(run))
        run.clear()
        if isinstance(node, CodeSpan):
            parts.append(node.text)
        elif isinstance(node, Image):
            parts.append(node.content)
        elif isinstance(node, HtmlInline):
            parts.append(node.html)
        elif isinstance(node, Link):
            parts.append(heading_text(node.children, named_emoji=named_emoji and not node.auto))
        elif isinstance(node, (Emphasis, Strong, Strikethrough, ClassSpan)):
            parts.append(heading_text(node.children, named_emoji=named_emoji))
    return "".join(parts)


def _with_emoji(text: str) -> str:
    if ":" not in text:
        return text
    parts: list[str] = []
    last = 0
    for start, end, emoji in find_names(text):
        parts += text[last:start], emoji
        last = end
    return "".join((*parts, text[last:]))


def slug_of(text: str) -> str:
    """Return the name for a heading with this text."""
    dashed = _SPACES.sub("-", trim(text).lower())
    bare = _DASHES_OF_ONE_END.sub("", _PUNCTUATION.sub("", dashed), count=1)
    return quote(bare, safe=_KEPT_BY_ENCODE_URI)
