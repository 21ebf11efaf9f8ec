"""What interactive values look like standing still: pictures of charts, and widgets as HTML.

A page of slides has no kernel, and often no network.
"""

from __future__ import annotations

import contextlib
import io
import sys
from base64 import b64encode
from html import escape
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


class Pictures:
    """Stands before IPython's formatter, and looks at the widgets again when a cell has ended."""

    def __init__(self, shell: Any) -> None:
        self.widgets: dict[str, Any] = {}
        """Those that the running cell has shown, by the id that its messages have."""
        self.plain_format = shell.display_formatter.format
        shell.display_formatter.format = self.format
        self.publish = shell.display_pub.publish
        shell.display_pub.publish = self.published

    def format(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Format a value as IPython does, with a picture of a chart whose HTML needs the network."""
        data, metadata = self.plain_format(value, *args, **kwargs)
        self.note(data)
        if type(value).__module__.startswith("altair.") and hasattr(value, "save"):
            # Only with the package vl-convert-python; without it the HTML is all there is.
            with contextlib.suppress(Exception):
                file = io.StringIO()
                value.save(file, format="svg")
                data["image/svg+xml"] = file.getvalue()
        return data, metadata

    def published(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Hear what is shown without being formatted: that is how widgets are."""
        self.note(data)
        return self.publish(data, *args, **kwargs)

    def note(self, data: Any) -> None:
        """Note a widget that is shown."""
        view = data.get(VIEW) if isinstance(data, dict) else None
        module = sys.modules.get("ipywidgets.widgets.widget")
        if isinstance(view, dict) and module is not None:
            known = getattr(module, "_instances", {})
            widget = known.get(view.get("model_id"))
            if widget is not None:
                self.widgets[view["model_id"]] = widget

    def end(self) -> dict[str, dict[str, str]]:
        """End a cell; return what its widgets look like now, by their ids."""
        widgets, self.widgets = self.widgets, {}
        looks = {}
        for name, widget in widgets.items():
            with contextlib.suppress(Exception):
                looks[name] = look(widget)
        return looks


def look(widget: Any) -> dict[str, str]:
    """Return a widget as it stands, by MIME type."""
    told = repr(widget)
    if hasattr(widget, "pbar") and not told.startswith(type(widget).__name__):
        # tqdm: a bar of text, as in a terminal.
        return {"text/plain": told}
    html = still(widget)
    return {"text/html": html, "text/plain": told} if html else {"text/plain": told}


def still(widget: Any) -> str:
    """Return a widget as HTML that nothing happens to; empty for a kind that is not known."""
    kinds = {kind.__name__ for kind in type(widget).__mro__}
    if kinds & {"Box", "GridBox"} and not kinds & {"Accordion", "Tab", "Stack"}:
        across = "row" if "HBox" in kinds else "column"
        inner = "".join(still(child) or f"<samp>{escape(repr(child))}</samp>" for child in widget.children)
        return f'<div class="widget" style="display:flex;flex-direction:{across};gap:0.5em">{inner}</div>'
    if "Output" in kinds:
        return "".join(shown(output) for output in widget.outputs)
    if "Image" in kinds:
        encoded = b64encode(bytes(widget.value)).decode("ascii")
        return f'<img src="data:image/{escape(widget.format)};base64,{encoded}" alt="">'
    value = getattr(widget, "value", None)
    name = getattr(widget, "description", "") or ""
    if kinds & {"HTML", "HTMLMath"}:
        return f"<div>{value}</div>"
    if "Label" in kinds:
        return f"<span>{escape(str(value))}</span>"
    if "Button" in kinds:
        return f"<button disabled>{escape(name)}</button>"
    control = control_of(widget, kinds, value)
    return f'<label class="widget">{escape(name)} {control}</label>' if control else ""


def control_of(widget: Any, kinds: set[str], value: Any) -> str:
    """Return the form control of a widget that has one."""
    least, most = getattr(widget, "min", 0), getattr(widget, "max", 0)
    if kinds & {"IntProgress", "FloatProgress"}:
        return f'<progress max="{most - least}" value="{value - least}"></progress>'
    if kinds & {"IntSlider", "FloatSlider"}:
        limits = f'min="{least}" max="{most}" step="{widget.step}"'
        return f'<input type="range" disabled {limits} value="{value}"> <output>{value}</output>'
    if kinds & {"Checkbox", "ToggleButton"}:
        return f'<input type="checkbox" disabled{" checked" if value else ""}>'
    if kinds & {"_Selection", "_MultipleSelection"}:
        chosen = getattr(widget, "label", None) or getattr(widget, "value", "")
        return f"<select disabled><option>{escape(str(chosen))}</option></select>"
    if "Textarea" in kinds:
        return f"<textarea disabled>{escape(str(value))}</textarea>"
    if kinds & {"Text", "_Int", "_Float"} and "password" not in type(widget).__name__.lower():
        return f'<input disabled value="{escape(str(value))}">'
    return ""


def shown(output: Any) -> str:
    """Return an output that a widget has caught."""
    if output.get("output_type") == "stream":
        return f"<pre><samp>{escape(output['text'])}</samp></pre>"
    data = output.get("data", {})
    if "text/html" in data:
        return "".join(data["text/html"])
    if "image/png" in data:
        return f'<img src="data:image/png;base64,{data["image/png"]}" alt="">'
    return f"<pre><samp>{escape(str(data.get('text/plain', '')))}</samp></pre>"
