"""Figures of matplotlib, drawn for slides: their size, their format, and colours that the slide fills in.

A figure has no ground, and its text and axes are in one colour, INK, that nobody would choose. A drawing in
SVG keeps its text as text. So whoever shows it can put the slide's colours and fonts in their places, and a
theme that changes runs no cell.

matplotlib: https://matplotlib.org/stable/users/explain/customizing.html
"""

from __future__ import annotations

import importlib.util
import io
import itertools
import sys
from binascii import b2a_base64
from typing import Any

INK = "#23272e"
"""Text, axes, ticks."""
GROUND = "#fdfdfc"
"""What a legend has behind it."""
CYCLE = ("#3a7fd0", "#d9730d", "#2c9a57", "#cf4a4a", "#8a63c9", "#1c93a3", "#b8860b", "#c2588f")
"""Colours of lines and bars: each can be told from the others, on white and on black."""

SIZES: dict[str, Any] = {
    # At 100 pixels an inch, 15 points are 21 pixels of a slide that is 720 high: read from the last row.
    "figure.figsize": (8.0, 4.5),
    "figure.dpi": 100,
    "font.size": 15,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "axes.titlepad": 12,
}
LOOKS: dict[str, Any] = {
    "figure.facecolor": "none",
    "figure.edgecolor": "none",
    "savefig.facecolor": "auto",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "grid.alpha": 0.2,
    "legend.facecolor": GROUND,
    "legend.edgecolor": "none",
    "patch.edgecolor": INK,
    "hatch.color": INK,
    "boxplot.flierprops.color": INK,
    "boxplot.flierprops.markeredgecolor": INK,
    "boxplot.boxprops.color": INK,
    "boxplot.whiskerprops.color": INK,
    "boxplot.capprops.color": INK,
}
TEXTS = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color")
"""The parameters that say in which colour a figure is written."""
PIXELS_PER_INCH = 100
"""Of a slide, whatever the resolution of a figure."""
LARGEST_SVG = 400_000
"""Characters; a drawing with more elements than that is a picture in PNG: browsers are slow with it."""
FORMATS = {"svg": 1, "png": 1, "retina": 2}
"""Name of a format to the pixels that it has for each one of the figure's resolution."""


class Figures:
    """Sets what figures look like before each cell, and draws them."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.options: dict[str, Any] = {}
        """Those of the running cell."""
        self.set_for_cell: dict[str, Any] = {}
        """What the running cell's options set, as matplotlib keeps it."""
        self.before_cell: dict[str, Any] = {}
        """The same names, as they were before."""
        self.has_looks = False
        self.cell = ""
        self.number = 0
        """Of figures that the running cell has shown: it makes ids of their parts differ."""
        self.plain_format = shell.display_formatter.format
        shell.display_formatter.format = self.format
        if "matplotlib" in sys.modules:
            self.dress()
        else:
            sys.meta_path.insert(0, Arrival(self))

    def start(self, cell: str, options: dict[str, Any]) -> None:
        """Begin a cell."""
        self.cell, self.options, self.number = cell, options, 0
        if self.has_looks:
            self.set_options()

    def end(self) -> None:
        """End a cell: what its options set is as it was, unless its own code has set it anew."""
        params = sys.modules["matplotlib"].rcParams if self.has_looks else {}
        for name, value in self.set_for_cell.items():
            if get(params, name) == value:
                put(params, name, self.before_cell[name])
        self.options, self.set_for_cell, self.before_cell = {}, {}, {}

    def dress(self) -> None:
        """Give matplotlib, which has just been imported, the looks of slides."""
        params = sys.modules["matplotlib"].rcParams
        for name, value in with_cycle({**SIZES, **LOOKS}).items():
            if name in params:
                params[name] = value
        self.has_looks = True
        self.set_options()

    def set_options(self) -> None:
        """Set what the options of the running cell want, and note what was there."""
        matplotlib = sys.modules["matplotlib"]
        params = matplotlib.rcParams
        wanted: dict[str, Any] = {}
        if self.options.get("fig-theme") is False:
            plain = with_cycle(LOOKS)
            wanted = {name: matplotlib.rcParamsDefault[name] for name in plain if name in params}
        width, height = self.options.get("fig-width"), self.options.get("fig-height")
        if width or height:
            old_width, old_height = params["figure.figsize"]
            # With one of them, the figure keeps its shape.
            width, height = width or height * old_width / old_height, height or width * old_height / old_width
            wanted["figure.figsize"] = [width, height]
        if self.options.get("fig-dpi"):
            wanted["figure.dpi"] = self.options["fig-dpi"]
        for name, value in wanted.items():
            self.before_cell[name] = get(params, name)
            params[name] = value
            self.set_for_cell[name] = get(params, name)

    def format(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Format a value as IPython does, but figures of matplotlib as the running cell wants them."""
        module = sys.modules.get("matplotlib.figure")
        if module is None or not isinstance(value, module.Figure) or self.is_set_by_author():
            return self.plain_format(value, *args, **kwargs)
        if not value.axes and not value.lines:
            # As IPython does: a figure with nothing in it is no picture.
            return {"text/plain": repr(value)}, {}
        return self.draw(value)

    def is_set_by_author(self) -> bool:
        """Say whether `%config InlineBackend` has chosen formats: then IPython draws."""
        backend = sys.modules.get("matplotlib_inline.config")
        if backend is None or not backend.InlineBackend.initialized():
            return False
        return set(backend.InlineBackend.instance().figure_formats) != {"retina"}

    def draw(self, figure: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a figure as a bundle of MIME types, and what is to be known of it."""
        self.number += 1
        chosen = self.options.get("fig-format") or "svg"
        data: dict[str, Any] = {"text/plain": repr(figure)}
        inked = self.left_open(figure)
        if chosen == "svg":
            width, drawing = self.as_svg(figure)
            if len(drawing) <= LARGEST_SVG or self.options.get("fig-format"):
                data["image/svg+xml"] = drawing
                return data, {"image/svg+xml": {"width": width, **inked}}
            chosen = "retina"
        density = FORMATS[chosen] * figure.dpi
        picture = printed(figure, "png", density)
        data["image/png"] = b2a_base64(picture, newline=False).decode("ascii")
        pixels = int.from_bytes(picture[16:20], "big")
        return data, {"image/png": {"width": round(pixels * PIXELS_PER_INCH / density), **inked}}

    def left_open(self, figure: Any) -> dict[str, Any]:
        """Return what is to be known of a figure's colours; nothing of one that has a ground of its own."""
        if self.options.get("fig-theme") is False or figure.get_facecolor()[3] > 0:
            return {}
        params = sys.modules["matplotlib"].rcParams
        own = [get(params, name) for name in TEXTS if get(params, name) != INK]
        if any(map(is_dark, own)):
            # The author has chosen dark text for a light ground.
            return {"paper": True}
        return {"ink": INK, "ground": GROUND, "cycle": list(CYCLE)}

    def as_svg(self, figure: Any) -> tuple[int, str]:
        """Return the width in pixels of a slide, and the drawing."""
        matplotlib: Any = sys.modules["matplotlib"]
        backend_svg: Any = importlib.import_module("matplotlib.backends.backend_svg")

        class Renderer(backend_svg.RendererSVG):  # type: ignore[misc]
            """Leaves text to the page's fonts, and draws formulas, which need their own."""

            def draw_text(self, gc: Any, x: Any, y: Any, s: Any, prop: Any, angle: Any, ismath: Any = False,
                          mtext: Any = None) -> None:  # fmt: skip
                put(params, "svg.fonttype", "path" if ismath else "none")
                super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)

            def _make_id(self, type: Any, content: Any) -> Any:
                # By its turn: the solver of constrained layouts goes by addresses, so that the places which
                # the content tells differ from run to run, in digits that are never printed.
                return super()._make_id(type, next(turns))

        params = matplotlib.rcParams
        turns = itertools.count()
        kept = {name: get(params, name) for name in ("svg.fonttype", "svg.hashsalt")}
        plain = backend_svg.RendererSVG
        backend_svg.RendererSVG = Renderer
        try:
            # The same ids in every run, and others in every figure of a page.
            put(params, "svg.hashsalt", f"{self.cell}-{self.number}")
            drawing = printed(figure, "svg", figure.dpi).decode("utf-8")
        finally:
            backend_svg.RendererSVG = plain
            for name, value in kept.items():
                put(params, name, value)
        drawing = drawing[drawing.index("<svg") :]
        points = float(drawing.split('width="', 1)[1].split("pt", 1)[0])
        return round(points * PIXELS_PER_INCH / 72), drawing


def is_dark(colour: Any) -> bool:
    """Say whether a colour can be read on white rather than on black."""
    red, green, blue = importlib.import_module("matplotlib.colors").to_rgb(colour)
    return bool(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.18)


class Arrival:
    """A finder that sees matplotlib being imported: what an author then sets is set after what we set."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "matplotlib":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        loader: Any = spec.loader
        plain = loader.exec_module

        def exec_module(module: Any) -> None:
            plain(module)
            self.figures.dress()

        loader.exec_module = exec_module
        return spec


def printed(figure: Any, form: str, dpi: float) -> bytes:
    """Return a figure as a file, cut to what it shows."""
    if figure.canvas is None:
        importlib.import_module("matplotlib.backend_bases").FigureCanvasBase(figure)
    file = io.BytesIO()
    # Neither the time nor the version: the same figure is the same file.
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type") if form == "svg" else ("Software",))
    figure.canvas.print_figure(
        file,
        format=form,
        dpi=dpi,
        bbox_inches="tight",
        facecolor=figure.get_facecolor(),
        edgecolor=figure.get_edgecolor(),
        metadata=metadata,
    )
    return file.getvalue()


def with_cycle(looks: dict[str, Any]) -> dict[str, Any]:
    """Return looks with the colours of lines."""
    return {**looks, "axes.prop_cycle": importlib.import_module("cycler").cycler(color=CYCLE)}


def get(params: Any, name: str) -> Any:
    """Return a parameter as it is kept, without what matplotlib does when it is asked for."""
    return dict.__getitem__(params, name)


def put(params: Any, name: str, value: Any) -> None:
    """Set a parameter to what `get` gave."""
    dict.__setitem__(params, name, value)
