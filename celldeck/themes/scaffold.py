"""The rules that hold for every deck, before its theme: a slide's size, and where its page number stands.

Marpit: https://marpit.marp.app/theme-css?id=html-structure, and its `theme/scaffold.js` for the values.
"""

from __future__ import annotations

from celldeck.themes.css import Nodes
from celldeck.themes.css_parser import parse

SIZE = ("1280px", "720px")
"""Width and height of a slide if no theme says otherwise."""

CSS = f"""
/* A slide is a stage of a fixed size: what is too large for it is cut off, not scrolled to. */
section {{
  position: relative;
  box-sizing: border-box;
  width: {SIZE[0]};
  height: {SIZE[1]};
  overflow: hidden;
  scroll-snap-align: center center;
  text-size-adjust: 100%;
  -webkit-text-size-adjust: 100%;
}}

/* The page number, in the corner that the slide's own padding leaves. */
section::after {{
  content: attr(data-marpit-pagination);
  position: absolute;
  right: 0;
  bottom: 0;
  padding: inherit;
  pointer-events: none;
}}
section:not([data-marpit-pagination])::after {{
  display: none;
}}

/* Browsers shrink headings inside sections; `:where()` lets any theme say otherwise. */
:where(h1) {{
  margin-block: 0.67em;
  font-size: 2em;
}}

/* Without a layer of its own, Chromium draws a video's controls unscaled. */
video::-webkit-media-controls {{
  will-change: transform;
}}
"""


def scaffold() -> Nodes:
    """Return the rules."""
    return parse(CSS)
