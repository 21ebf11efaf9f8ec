"""Figures of Plotly, and what is told of outputs that a reader may not see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mime_cells import TOOLS, cell, inner, shown

from celldeck.model import Output
from celldeck.render.mime import plotly, render_outputs, unseen

FIGURE = {"data": [{"y": [1, 2], "name": "</script>"}], "layout": {"height": 300}}
OUTPUT = Output("display", {plotly.MIME: json.dumps(FIGURE), "text/html": "<b>other</b>"})


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "plotly.min.js"
    file.write_text("window.Plotly = {}", "utf-8")
    monkeypatch.setattr(plotly, "script_file", lambda: file)
    return file


def test_a_figure_is_a_place_and_a_call(script: Path) -> None:
    html = inner(OUTPUT, "cell-output-html cell-output-plotly")
    assert html.startswith('<div class="plotly-figure" id="p')
    assert 'style="height:300px"></div><script>' in html
    assert html.count("</script>") == 1
    assert list(unseen(cell(OUTPUT))) == []


def test_the_script_stands_once_before_the_first_figure(script: Path) -> None:
    figure = render_outputs(cell(OUTPUT), TOOLS)
    slides = plotly.with_script(["<p>", figure, figure])
    assert [slide.count("window.Plotly = {}") for slide in slides] == [0, 1, 0]
    assert slides[1].index("window.Plotly = {}") < slides[1].index("plotly-figure")
    assert plotly.with_script(["a", "b"]) == ("a", "b")


def test_without_the_script_the_next_form_is_shown_or_the_lack_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotly, "script_file", lambda: None)
    assert inner(OUTPUT, "cell-output-html") == "<b>other</b>"
    alone = Output("display", {plotly.MIME: "{}"})
    assert list(unseen(cell(alone))) == [
        "a figure of Plotly needs the package plotly, which is not installed here"
    ]


def test_what_nobody_can_show_and_what_is_far_away_is_told() -> None:
    odd = Output("result", {"application/x-odd": "1"})
    far = shown(text_html='<script>const vega = {src: "https://cdn.example/vega@6"};</script>')
    assert list(unseen(cell(odd, far, shown(text_plain="x")))) == [
        "an output is in no form that a page can show: application/x-odd",
        "an output loads something from the network, so it is not seen without",
    ]
    assert list(unseen(cell(odd, output=False))) == []
    link = shown(text_html='<script>let a = 1;</script><a href="https://example.org/x.js">x</a>')
    assert list(unseen(cell(link))) == []


def test_a_chart_with_a_picture_is_shown_as_that() -> None:
    far = '<script>load("https://cdn.example/vega.js")</script>'
    chart = Output("result", {"text/html": far, "image/svg+xml": "<svg/>", "text/plain": "Chart"})
    assert inner(chart, "cell-output-image").startswith("<img ")
    assert list(unseen(cell(chart))) == []
