"""Pictures behind a slide: a layer of figures under its text, and one for its page number over it.

Marpit: https://marpit.marp.app/inline-svg?id=advanced-backgrounds
"""

from __future__ import annotations

from celldeck.themes.css import Nodes
from celldeck.themes.css_parser import parse

_LAYER = 'section[data-marpit-advanced-background="{}"]'
_BEHIND = _LAYER.format("background")
_TEXT = _LAYER.format("content")
_NUMBER = _LAYER.format("pseudo")
_FIGURES = f"{_BEHIND} > div[data-marpit-advanced-background-container]"
_SPLIT = "var(--marpit-advanced-background-split, 50%)"

CSS = f"""
/* Behind: nothing but the figures, whatever the theme does to sections. */
{_BEHIND} {{
  display: block !important;
  columns: initial !important;
  padding: 0 !important;
}}
{_FIGURES} {{
  all: initial;
  display: flex;
  flex-direction: row;
  width: 100%;
  height: 100%;
  overflow: hidden;
}}
{_FIGURES}[data-marpit-advanced-background-direction="vertical"] {{
  flex-direction: column;
}}
{_FIGURES} > figure {{
  all: initial;
  flex: auto;
  margin: 0;
  background-position: center;
  background-repeat: no-repeat;
  background-size: cover;
}}
/* Read out, but not seen. */
{_FIGURES} > figure > figcaption {{
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  padding: 0;
  border: 0;
  overflow: hidden;
  clip: rect(0, 0, 0, 0);
  white-space: nowrap;
}}

/* Split: the figures stand beside the text. */
{_BEHIND}[data-marpit-advanced-background-split] > div[data-marpit-advanced-background-container] {{
  width: {_SPLIT};
}}
{_BEHIND}[data-marpit-advanced-background-split="right"] > div[data-marpit-advanced-background-container] {{
  margin-left: calc(100% - {_SPLIT});
}}
section[data-marpit-advanced-background-split] {{
  width: 100%;
  height: 100%;
}}

/* What a theme draws before and after a section shows once, in the uppermost layer, which takes no clicks. */
{_BEHIND}::before, {_BEHIND}::after, {_TEXT}::before, {_TEXT}::after {{
  display: none !important;
}}
{_TEXT}, {_NUMBER} {{
  background: transparent !important;
}}
{_NUMBER},
:marpit-container > svg[data-marpit-svg] > foreignObject[data-marpit-advanced-background="pseudo"] {{
  pointer-events: none !important;
}}
"""


def advanced_background() -> Nodes:
    """Return the rules, not yet kept to the slides."""
    return parse(CSS)
