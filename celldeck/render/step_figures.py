"""The place of pictures that go with a step, `![only …](…)`.

Such a picture stands outside of the text, so it pushes nothing whatever its size. Its place is the right half
of the slide, and the text keeps to the left one at all steps. Where there is no room for two halves, beside a
split background or on an upright slide, it is what the text leaves free below it; so it is on slides of the
class `figure-below`. An item that has nothing but such a picture takes no room and has no bullet.
"""

from __future__ import annotations

_TEXT = ":is(p, ul, ol, dl, blockquote, pre, table, div)"

_BESIDE = f"""
section:not(.figure-below):has([data-marpit-fragment] img.step-figure) > {_TEXT} {{
  max-width: 46cqw;
}}
"""

_BELOW = """
SLIDE:has([data-marpit-fragment] img.step-figure) > TEXT {
  anchor-name: --celldeck-text;
}
SLIDE [data-marpit-fragment] img.step-figure {
  top: auto;
  right: 0;
  bottom: 8cqh;
  left: 0;
  max-width: 88cqw;
  max-height: 40cqh;
  margin: 0 auto;
  transform: none;
}
@supports (position-area: bottom) {
  SLIDE [data-marpit-fragment] img.step-figure {
    inset: 2cqh 6cqw 8cqh;
    max-width: calc(100% - 12cqw);
    max-height: calc(100% - 10cqh);
    margin: auto;
    position-anchor: --celldeck-text;
    position-area: bottom span-all;
    place-self: center;
  }
}
""".replace("TEXT", _TEXT)

CSS = f"""
[data-marpit-fragment] img.step-figure {{
  position: absolute;
  top: 50%;
  right: 5cqw;
  max-width: 44cqw;
  max-height: 66cqh;
  object-fit: contain;
  transform: translateY(-50%);
}}
section:is(.figure-below, [data-marpit-advanced-background-split]):has(img.step-figure) {{
  align-content: start;
}}
@container (min-aspect-ratio: 1.1) {{
{_BESIDE}
}}
@container (max-aspect-ratio: 1.1) {{
{_BELOW.replace("SLIDE", "section")}
}}
{_BELOW.replace("SLIDE", "section.figure-below")}
li.step-figure-item {{
  list-style: none;
  height: 0;
  margin: 0;
  line-height: 0;
}}
li.step-figure-item p,
:is(ul, ol):has(> li.step-figure-item):not(:has(> li:not(.step-figure-item))) {{
  margin: 0;
}}
[data-bespoke-marp-fragment="inactive"] img.step-figure,
[data-marpit-fragment]:not([data-bespoke-marp-current-fragment], :has([data-bespoke-marp-current-fragment]))
  img.step-figure:not(.step-figure-last),
section:has([data-bespoke-marp-current-fragment]
  img.step-figure:not([data-bespoke-marp-fragment="inactive"] img.step-figure))
  img.step-figure:not([data-bespoke-marp-current-fragment] img.step-figure) {{
  display: none;
}}
"""
"""Below all themes. It is there while its step is the current one, and longer while no other one takes its
place; the last one stays, on paper too. `export/steps.py` reckons with the same rules."""
