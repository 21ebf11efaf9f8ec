"""What the options of a cell do to the HTML of its outputs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mime_cells import CODE, TOOLS, cell, inner, shown, stream

from celldeck.model import Output
from celldeck.render.mime import render_cell, render_outputs, render_placed, render_value

TABLE = '<div><table class="dataframe"><tr><td>1</td></tr></table></div>'
ERROR = Output("error", {"text/plain": "told"}, error=("NameError", "no <x>"))


def test_a_step_and_a_size_are_set_on_the_outputs() -> None:
    html = render_cell(cell(stream("x"), **{"output-size": 0.6}), TOOLS, step=2)
    assert (
        '<div class="cell-outputs" data-marpit-fragment="2" data-celldeck-step="2" style="zoom:0.6">' in html
    )


def test_classes_and_beside_are_set_on_the_cell() -> None:
    options = {"output-location": "beside", "classes": ("wide", "b")}
    assert render_cell(cell(stream("x"), **options), TOOLS).startswith(
        '<div class="cell cell-beside wide b" data-cell="4">\n<pre>'
    )
    assert '"cell cell-no-code wide b"' in render_cell(cell(stream("x"), echo=False, **options), TOOLS)
    assert '"cell cell-beside wide b"' in render_cell(cell(**options), TOOLS)


def test_outputs_for_the_next_slide_are_not_below_the_code() -> None:
    moved = cell(stream("out"), **{"output-location": "next-slide"})
    assert render_cell(moved, TOOLS) == CODE
    assert "out" in render_placed(moved, TOOLS)


@pytest.mark.parametrize("option", ["include", "output"])
def test_a_placed_output_is_shown_though_its_own_place_hides_it(option: str) -> None:
    hidden = cell(stream("out"), **{option: False})
    assert "out" not in render_cell(hidden, TOOLS)
    assert render_placed(hidden, TOOLS).startswith(
        '<div class="cell cell-no-code cell-placed" data-cell="4">'
    )
    assert render_placed(cell(), TOOLS) == ""


def test_as_it_is_means_as_markdown() -> None:
    assert inner(stream("**x**"), "cell-output-markdown", output="asis") == "<p>**x**</p>\n"


def test_only_the_last_output_and_what_must_be_seen() -> None:
    outputs = stream("a"), shown(text_plain="b"), stream("c"), ERROR, stream("careful", "stderr")
    html = render_outputs(cell(*outputs, output="last"), TOOLS)
    assert [text in html for text in (">a<", ">b<", ">c<", "told", "careful")] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_warnings_are_collected_after_the_rest_and_repeated_ones_counted() -> None:
    warning = "deck.md:4: UserWarning: slow\n  warn('slow')\n"
    outputs = stream("note\n" + warning, "stderr"), stream("out"), stream(warning + warning, "stderr")
    html = render_outputs(cell(*outputs), TOOLS)
    assert html.count("<pre>") == 2
    assert html.index("out") < html.index("note")
    assert "note\ndeck.md:4: UserWarning: slow (3 times)\n  warn('slow')</samp>" in html


def test_long_text_is_cut_in_the_middle_and_keeps_its_colours() -> None:
    text = "one\n\x1b[31mtwo\nthree\nfour\nfive\x1b[0m\nsix\n"
    assert inner(stream(text), "cell-output-stream cell-output-stdout", **{"max-lines": 3}) == (
        '<pre><samp>one\n<span class="ansi-red">two</span>\n'
        '<span class="cell-cut">⋯ 3 of 6 lines left out ⋯</span>\nsix</samp></pre>'
    )
    html = inner(stream(text), "cell-output-stream cell-output-stdout", **{"max-lines": 4})
    assert html.endswith('⋯</span>\n<span class="ansi-red">five</span>\nsix</samp></pre>')
    assert "⋯" not in render_outputs(cell(stream(text), **{"max-lines": 6}), TOOLS)


def test_the_middle_rows_of_a_long_table_are_cut_out() -> None:
    rows = "".join(f"<tr><th>{n}</th><td>{n}</td></tr>\n" for n in range(6))
    table = (
        f'<table class="dataframe"><thead><tr><th></th><th>a</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    html = inner(shown(text_html=table), "cell-output-html cell-output-table", **{"max-lines": 3})
    assert [n for n in range(6) if f"<td>{n}</td>" in html] == [0, 1, 5]
    assert '<tr><td class="cell-cut" colspan="2">⋯ 3 of 6 rows left out ⋯</td></tr>' in html
    spanned = table.replace("<th>0", '<th rowspan="2">0')
    for whole, most in ((table, 6), (spanned, 2)):
        html = inner(shown(text_html=whole), "cell-output-html cell-output-table", **{"max-lines": most})
        assert html.count("<td>") == 6


def test_captions_are_part_of_the_one_picture_or_table() -> None:
    captions = {"fig-cap": "A *curve*", "tbl-cap": "Runs"}
    html = render_outputs(cell(shown(image_png="aGk="), shown(text_html=TABLE), **captions), TOOLS)
    assert '" /><div class="cell-caption">A *curve*</div></div>' in html
    assert 'cell-output-table"><div class="cell-caption">Runs</div><div><table' in html
    assert 'alt="A *curve*"' in html
    two = render_outputs(cell(shown(image_png="aGk="), shown(image_png="aGo="), **captions), TOOLS)
    assert two.endswith('</div>\n</div>\n<div class="cell-caption">A *curve*</div>\n')
    pair = shown(image_png="aGk="), shown(image_png="aGo="), stream("x")
    assert '</div>\n<div class="cell-caption">A *curve*</div>\n<div' in render_outputs(
        cell(*pair, **captions), TOOLS
    )
    text = render_outputs(cell(stream("a b"), **captions), TOOLS)
    assert text.startswith('<div class="cell-outputs">\n<div class="cell-caption">Runs</div>\n')
    assert "caption" not in render_outputs(cell(ERROR, **{"fig-cap": "x"}), TOOLS)


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("outputs", "html"),
    [
        ([shown(text_plain="93 <%>")], "93 &lt;%&gt;"),
        ([stream("printed\n")], "printed"),
        ([stream("w", "stderr"), shown(text_plain="1")], "1"),
        ([shown(text_plain="x", text_markdown="**x**")], "**x**"),
        ([shown(text_plain="x", text_latex="$\\displaystyle x^2$")], "<math inline>x^2</math>"),
        ([shown(text_plain="x", text_html="<b>x</b>")], "<b>x</b>"),
        ([], ""),
    ],
)
def test_a_value_is_its_richest_form_in_a_line(outputs: list[Output], html: str) -> None:
    one = replace(cell(*outputs), inline=True)
    assert render_value(one, TOOLS) == f'<span class="cell-value" data-cell="4">{html}</span>'


def test_a_value_that_raised_is_a_mark_and_one_that_did_not_run_its_code() -> None:
    assert render_value(cell(ERROR), TOOLS) == (
        '<span class="cell-value cell-value-error" data-cell="4" title="NameError: no &lt;x&gt;">'
        "⚠ NameError</span>"
    )
    assert render_value(replace(cell(), outputs=None, source="a < b"), TOOLS) == "<code>a &lt; b</code>"


# ---------------------------------------------------------------- figures

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt" viewBox="0 0 72 36">'
    '<defs><style type="text/css">*{stroke-linejoin: round}</style></defs><!-- x -->'
    '<g id="figure_1"><path id="m1" style="fill: #111111; stroke: #3a7fd0"/><use xlink:href="#m1"/>'
    '<g clip-path="url(#p2)"/><clipPath id="p2"/>'
    "<text style=\"font-size: 15px; font-family: 'DejaVu Sans', Verdana, sans-serif; "
    'text-anchor: middle">a</text>'
    "<text style=\"font-family: 'Comic Sans MS', sans-serif\">b</text></g></svg>"
)
OPEN = {"width": 100, "ink": "#111111", "ground": "#f0f0f0", "cycle": ["#3a7fd0"]}


def test_a_figure_takes_the_colours_and_the_fonts_of_its_slide() -> None:
    drawing = replace(
        shown(image_svg_xml=""), data={"image/svg+xml": DRAWING}, metadata={"image/svg+xml": OPEN}
    )
    html = inner(drawing, "cell-output-image", **{"fig-alt": "A <curve>"})
    assert html.startswith(
        '<svg class="figure" role="img" aria-label="A &lt;curve&gt;" width="100" viewBox="0 0 72 36" style='
    )
    assert "fill: currentcolor; stroke: var(--figure-1,#3a7fd0)" in html
    assert 'style="font-size: 15px; text-anchor: middle">a' in html
    assert "Comic Sans MS" in html
    assert not any(text in html for text in ("<style", "<!--", "figure_1", "#111111"))
    # Ids are its own, and still name each other.
    own = html.partition(' id="')[2].partition("m1")[0]
    assert len(own) == 9
    assert [html.count(f'"{own}m1"'), html.count(f"#{own}m1"), html.count(f"url(#{own}p2)")] == [1, 1, 1]


def test_a_figure_that_leaves_nothing_open_is_a_picture() -> None:
    plain = Output("display", {"image/svg+xml": DRAWING}, metadata={"image/svg+xml": {"width": 100}})
    assert inner(plain, "cell-output-image").startswith('<img src="data:image/svg+xml;base64,')


def test_a_picture_in_dark_ink_has_paper_for_dark_slides() -> None:
    picture = Output("display", {"image/png": "aGk="}, metadata={"image/png": OPEN})
    assert '<img class="on-paper" src=' in inner(picture, "cell-output-image")
    assert 'style="width:auto;max-width:min(100%,100px)"' in inner(picture, "cell-output-image")
