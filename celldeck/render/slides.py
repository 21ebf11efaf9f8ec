"""`<section>`: a slide with its directives, its backgrounds, its header and its footer.

Marp: https://marpit.marp.app/inline-svg and https://marpit.marp.app/image-syntax?id=slide-backgrounds
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from celldeck.js import as_text, is_set
from celldeck.model import Background, Deck, Slide
from celldeck.render.blocks import render_blocks
from celldeck.render.context import Context
from celldeck.render.inline_style import declaration, read_style, style_attribute
from celldeck.render.inlines import escape, render_inlines
from celldeck.render.steps import fragment

Attributes = dict[str, str]

STATES_CSS = "[data-celldeck-state]:not([data-celldeck-now]) { display: none !important; }"
"""Of a slide that copies were collapsed into, only the layers of one state are there."""

# These reach the slide in another way, or not at all.
_WITHOUT_ATTRIBUTE = frozenset(
    {
        "size",
        "math",
        "transition",
        "transitionBack",
        "title",
        "description",
        "author",
        "keywords",
        "url",
        "image",
    }
)


@dataclass(frozen=True)
class Frame:
    """What all slides of a deck have in common."""

    deck: Deck
    context: Context
    width: str
    """In pixels, as written in the HTML."""
    height: str
    size: str | None
    """The name of the size that the deck chose; None: the theme's own."""
    _looks: dict[int, tuple[Mapping[str, object], Attributes, dict[str, str]]] = field(default_factory=dict)

    def look(self, slide: Slide) -> tuple[Attributes, dict[str, str]]:
        """Return the attributes and the style that directives give; slides that agree share them."""
        known = self._looks.get(id(slide.directives))
        if known is None:
            directives = {**slide.directives, **self.deck.directives}
            # The mapping is kept, so that its identity stays its own.
            known = (slide.directives, *_look(directives, self.context.options.lang))
            self._looks[id(slide.directives)] = known
        return known[1], known[2]


def render_slide(slide: Slide, frame: Frame) -> str:
    """Return the HTML of one slide: an `<svg>`, or a `<section>` where inline SVG is off."""
    if not frame.context.options.inline_svg:
        return _section(_attributes(slide, frame), _content(slide, frame.context))
    layers = _states(slide, frame) if slide.copies else _layers(slide, frame, _attributes(slide, frame), {})
    return f'<svg data-marpit-svg="" viewBox="0 0 {frame.width} {frame.height}">{layers}</svg>'


def _states(slide: Slide, frame: Frame) -> str:
    """Return the layers of each copy and then of the slide, each with the number of its state.

    The layer with a state's content is also a step; the last state's are the ones that are there until a
    script, or `export/steps.py`, chooses others.
    """
    copies = (replace(c, page=slide.page, pages=slide.pages, fragments=slide.fragments) for c in slide.copies)
    parts = []
    for number, state in enumerate((*copies, slide), 1):
        attributes = _attributes(state, frame)
        marks = {"data-celldeck-state": str(number)}
        if state is slide:
            marks |= {"data-celldeck-last": "", "data-celldeck-now": ""}
        else:
            attributes.pop("id", None)
        parts.append(_layers(state, frame, attributes, marks))
    return "".join(parts)


def _content(slide: Slide, context: Context) -> str:
    header = "" if slide.header is None else f"<header>{render_inlines(slide.header, context)}</header>\n"
    footer = "" if slide.footer is None else f"<footer>{render_inlines(slide.footer, context)}</footer>\n"
    return f"{header}{render_blocks(slide.blocks, context)}{footer}"


def _attributes(slide: Slide, frame: Frame) -> Attributes:
    """Return the attributes of a slide's section, in Marp's order."""
    attributes: Attributes = {}
    if frame.context.options.anchor:
        attributes["id"] = str(slide.number)
    if slide.scope is not None:
        attributes[f"data-marpit-scope-{slide.scope}"] = ""
    if slide.fragments:
        attributes["data-marpit-fragments"] = str(slide.fragments)
    given, style = frame.look(slide)
    attributes |= given
    if slide.page is not None:
        attributes["data-marpit-pagination"] = str(slide.page)
    if css := style_attribute(style):
        attributes["style"] = css
    if slide.pages is not None:
        attributes["data-marpit-pagination-total"] = str(slide.pages)
    for name, attribute in (("transitionBack", "data-transition-back"), ("transition", "data-transition")):
        if name in slide.directives:
            attributes[attribute] = as_text(slide.directives[name])
    if frame.size is not None:
        attributes["data-size"] = frame.size
    return attributes


def _look(directives: Mapping[str, object], lang: str | None) -> tuple[Attributes, dict[str, str]]:
    """Return the attributes that directives give, and the style."""
    texts = {
        name: as_text(value)
        for name, value in directives.items()
        if is_set(value) and name not in _WITHOUT_ATTRIBUTE
    }
    attributes = {f"data-{_dashed(name)}": text for name, text in texts.items()}
    style = {f"--{_dashed(name)}": text for name, text in texts.items()}
    if language := texts.get("lang") or lang:
        attributes["lang"] = language
    if "class" in texts:
        attributes["class"] = texts["class"]
    if "color" in texts:
        style["color"] = texts["color"]
    if "backgroundColor" in texts:
        style |= {"background-color": texts["backgroundColor"], "background-image": "none"}
    if "backgroundImage" in texts:
        style |= {
            "background-image": texts["backgroundImage"],
            "background-position": texts.get("backgroundPosition", "center"),
            "background-repeat": texts.get("backgroundRepeat", "no-repeat"),
            "background-size": texts.get("backgroundSize", "cover"),
        }
    return attributes, style


@lru_cache(maxsize=256)
def _dashed(name: str) -> str:
    return re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name)


def _layers(slide: Slide, frame: Frame, attributes: Attributes, marks: Attributes) -> str:
    """Return the layer of a slide; with pictures behind it three: these, the content, and its page number.

    The page number needs a layer of its own, since it must not be cut off where the content is beside a
    picture. All three carry the slide's attributes, so that a theme's rules meet each of them.

    Args:
        marks: more attributes of each layer; those of a state, which is a step, or none.
    """
    place = {"width": frame.width, "height": frame.height} | marks
    content_place = dict(place)
    if marks:
        content_place["data-marpit-fragment"] = marks["data-celldeck-state"]
    if not slide.backgrounds:
        return _layer(content_place, attributes, _content(slide, frame.context))
    attributes["data-marpit-advanced-background"] = "content"
    if slide.split is not None:
        size = slide.split.size or "50%"
        attributes["data-marpit-advanced-background-split"] = slide.split.side
        content_place["width"] = f"{_number(100 - float(size[:-1]))}%"
        if slide.split.side == "left":
            content_place["x"] = size
        # Marp reads the style back to add to it, which leaves `!important` out.
        style = read_style(attributes.get("style", "")) | {"--marpit-advanced-background-split": size}
        attributes["style"] = style_attribute(style)
    others = {name: value for name, value in attributes.items() if name != "id"}
    colour = frame.look(slide)[1].get("color")
    pseudo = {
        "style": declaration("color", colour) if colour else "",
        "data-marpit-advanced-background": "pseudo",
    }
    direction = "vertical" if slide.vertical else "horizontal"
    figures = "".join(map(_figure, slide.backgrounds))
    return "".join(
        (
            _layer(
                place,
                others | {"data-marpit-advanced-background": "background"},
                '<div data-marpit-advanced-background-container="true"'
                f' data-marpit-advanced-background-direction="{direction}">{figures}</div>',
            ),
            _layer(content_place, attributes, _content(slide, frame.context)),
            _layer(place | {"data-marpit-advanced-background": "pseudo"}, others | pseudo, ""),
        )
    )


def _figure(background: Background) -> str:
    style = {"background-image": f'url("{background.src}")'}
    if background.size:
        style["background-size"] = background.size
    if background.filters:
        style["filter"] = background.filters
    caption = f"<figcaption>{escape(background.alt)}</figcaption>" if background.alt else ""
    step = fragment(background.fragment)
    return f'<figure style="{escape(style_attribute(style))}"{step}>{caption}</figure>'


def _layer(place: Attributes, attributes: Attributes, content: str) -> str:
    return f"<foreignObject{_written(place)}>{_section(attributes, content)}</foreignObject>"


def _section(attributes: Attributes, content: str) -> str:
    return f"<section{_written(attributes)}>\n{content}</section>\n"


def _written(attributes: Attributes) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _number(value: float) -> str:
    """Return a number as JavaScript writes it."""
    return str(int(value)) if value == int(value) else repr(value)
