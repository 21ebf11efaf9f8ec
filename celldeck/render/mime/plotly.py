"""Interactive figures of Plotly: its own script draws them, which the page brings with it.

Plotly: https://plotly.com/javascript/plotlyjs-function-reference/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from celldeck.model import Cell, Output
from celldeck.render.mime.tools import MimeTools

MIME = "application/vnd.plotly.v1+json"
_MARK = '<div class="plotly-figure"'
_HEIGHT_PX = 420

# What the author has not set takes the slide's colour and font; grids show on any ground.
_DRAW = """(() => {
  const place = document.getElementById("%s");
  const figure = %s;
  if (!window.Plotly) return;
  const { color, fontFamily } = getComputedStyle(place);
  const layout = figure.layout ?? {};
  const faint = "rgba(128, 128, 128, 0.35)";
  layout.font = { color, family: fontFamily, size: 18, ...layout.font };
  layout.paper_bgcolor ??= "rgba(0, 0, 0, 0)";
  layout.plot_bgcolor ??= "rgba(0, 0, 0, 0)";
  const looks = layout.template?.layout ?? {};
  for (const axis of ["xaxis", "yaxis"]) {
    looks[axis] = { ...looks[axis], gridcolor: faint, zerolinecolor: faint, linecolor: color };
  }
  Plotly.newPlot(place, figure.data, layout, { responsive: true, displaylogo: false, ...figure.config });
})();"""


def render(mime: str, output: Output, cell: Cell, tools: MimeTools) -> str | None:
    """Return the place of a figure and the call that draws it; None if nobody has the script for it."""
    if script_file() is None:
        return None
    try:
        figure = json.loads(output.data[mime])
    except ValueError:
        return None
    layout = figure.get("layout") or {}
    height, width = layout.get("height") or _HEIGHT_PX, layout.get("width")
    style = f"height:{height:g}px" + (f";width:{width:g}px" if width else "")
    name = "p" + blake2b(f"{cell.index} {output.data[mime]}".encode(), digest_size=6).hexdigest()
    content = json.dumps(figure, ensure_ascii=False).replace("<", "\\u003c")
    return f'{_MARK} id="{name}" style="{style}"></div><script>{_DRAW % (name, content)}</script>'


def script_file() -> Path | None:
    """Return Plotly's script, which comes with its Python package; None if that is not installed here."""
    spec = find_spec("plotly")
    places = spec.submodule_search_locations if spec else None
    files = [Path(place) / "package_data" / "plotly.min.js" for place in places or ()]
    return next((file for file in files if file.is_file()), None)


def with_script(slides: Sequence[str]) -> tuple[str, ...]:
    """Return the slides with Plotly's script before the first figure that it draws."""
    first = next((number for number, slide in enumerate(slides) if _MARK in slide), None)
    file = script_file() if first is not None else None
    if first is None or file is None:
        return tuple(slides)
    script = f"<script>{file.read_text('utf-8')}</script>"
    return (*slides[:first], slides[first].replace(_MARK, script + _MARK, 1), *slides[first + 1 :])
