"""Widgets standing still: their HTML, and how it takes the place of their ids."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from celldeck.execute.agent import REPORT
from celldeck.execute.agent.pictures import VIEW, Pictures, look, still
from celldeck.execute.messages import Collector, DisplayIds


def widget(*kinds: str, **state: Any) -> Any:
    """Return an object of a class whose bases have these names, as those of ipywidgets do."""
    bases: tuple[type, ...] = ()
    for kind in reversed(kinds):
        bases = (type(kind, bases, {}),)
    made = bases[0]()
    vars(made).update(state)
    return made


@pytest.mark.parametrize(
    ("one", "html"),
    [
        (
            widget("IntSlider", min=0, max=9, step=1, value=3, description="<n>"),
            '<label class="widget">&lt;n&gt; <input type="range" disabled min="0" max="9" step="1" '
            'value="3"> <output>3</output></label>',
        ),
        (
            widget("FloatProgress", min=1, max=5, value=2.0),
            '<label class="widget"> <progress max="4" value="1.0">',
        ),
        (
            widget("Checkbox", value=True, description="x"),
            '<label class="widget">x <input type="checkbox" disabled ch',
        ),
        (
            widget("Dropdown", "_Selection", value=2, label="two"),
            '<label class="widget"> <select disabled><option>two',
        ),
        (widget("IntText", "_Int", value=7), '<label class="widget"> <input disabled value="7">'),
        (widget("Textarea", value="a<b"), '<label class="widget"> <textarea disabled>a&lt;b'),
        (widget("Password", "Text", value="secret"), ""),
        (widget("Button", description="Go"), "<button disabled>Go</button>"),
        (widget("HTML", value="<b>x</b>"), "<div><b>x</b></div>"),
        (widget("Label", value="<b>"), "<span>&lt;b&gt;</span>"),
        (widget("Image", value=b"hi", format="png"), '<img src="data:image/png;base64,aGk=" alt="">'),
        (
            widget("HBox", "Box", children=[widget("Label", value="a"), widget("Label", value="b")]),
            '<div class="widget" style="display:flex;flex-direction:row;gap:0.5em">'
            "<span>a</span><span>b</span></div>",
        ),
        (
            widget(
                "Output", outputs=[{"output_type": "stream", "text": "<x>"}, {"data": {"text/plain": "y"}}]
            ),
            "<pre><samp>&lt;x&gt;</samp></pre><pre><samp>y</samp></pre>",
        ),
        (widget("FigureCanvas"), ""),
    ],
)
def test_widgets_stand_still(one: Any, html: str) -> None:
    assert still(one)[: len(html) or None] == html


def test_a_bar_of_tqdm_is_its_text() -> None:
    bar = widget("TqdmHBox", "HBox", "Box", children=[], pbar=object())
    type(bar).__repr__ = lambda self: "100%|##| 2/2"  # type: ignore[method-assign]
    assert look(bar) == {"text/plain": "100%|##| 2/2"}


def test_a_widget_is_shown_as_it_stands_when_its_cell_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    slider = widget("IntSlider", min=0, max=9, step=1, value=3)
    module = ModuleType("ipywidgets.widgets.widget")
    module._instances = {"m1": slider}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ipywidgets.widgets.widget", module)
    sent: list[Any] = []
    view = {VIEW: {"model_id": "m1"}, "text/plain": "IntSlider()"}
    shell = SimpleNamespace(
        display_formatter=SimpleNamespace(format=lambda value: (view, {})),
        display_pub=SimpleNamespace(publish=lambda data: sent.append(data)),
    )
    pictures = Pictures(shell)
    shell.display_pub.publish(dict(view))
    slider.value = 8
    looks = pictures.end()
    assert 'value="8"' in looks["m1"]["text/html"]
    assert pictures.end() == {}
    collector = Collector("1", DisplayIds())
    collector.feed("display_data", {"data": sent[0]})
    collector.feed("display_data", {"data": {VIEW: {"model_id": "gone"}, "text/plain": "other"}})
    collector.feed("display_data", {"data": {REPORT: {"widgets": looks}}})
    one, other = collector.collected().outputs
    assert 'value="8"' in one.data["text/html"]
    assert other.data == {"text/plain": "other"}
    assert VIEW not in json.dumps(dict(one.data))
