"""The HTML of cells and their outputs."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from mime_cells import CODE, TOOLS, cell, inner, shown, stream

from celldeck.model import Output
from celldeck.render.mime import FORMATS, render_cell, render_outputs

# ---------------------------------------------------------------- cells


def test_a_cell_is_its_code_and_its_outputs() -> None:
    assert render_cell(cell(stream("hi\n")), TOOLS) == (
        '<div class="cell" data-cell="4">\n' + CODE + '<div class="cell-outputs">\n'
        '<div class="cell-output cell-output-stream cell-output-stdout"><pre><samp>hi</samp></pre></div>\n'
        "</div>\n</div>\n"
    )


def test_a_cell_without_outputs_is_a_code_block_and_nothing_else() -> None:
    for one in (cell(), replace(cell(), outputs=None), cell(stream("\n")), cell(stream("x"), output=False)):
        assert render_cell(one, TOOLS) == CODE


def test_options_say_what_is_shown() -> None:
    outputs = stream("out"), stream("careful", "stderr")
    assert render_cell(cell(*outputs, echo=False), TOOLS).startswith(
        '<div class="cell cell-no-code" data-cell="4">\n<div class="cell-outputs">'
    )
    assert render_cell(cell(*outputs, include=False), TOOLS) == ""
    assert "careful" in render_cell(cell(*outputs), TOOLS)
    assert "careful" not in render_cell(cell(*outputs, warning=False), TOOLS)
    assert "out" in render_cell(cell(*outputs, warning=False), TOOLS)


def test_an_exception_shows_in_a_hidden_cell_unless_it_is_allowed() -> None:
    error = Output("error", {"text/plain": "ValueError: bad"}, error=("ValueError", "bad"))
    for options in ({"include": False}, {"output": False}):
        assert "ValueError: bad" in render_cell(cell(error, **options), TOOLS)
        assert "ValueError" not in render_cell(cell(error, error=True, **options), TOOLS)


# ---------------------------------------------------------------- which format


def test_the_richest_format_is_shown() -> None:
    bundle = {"text_plain": "p", "image_png": "aGk=", "text_html": "<b>h</b>"}
    assert inner(shown(**bundle), "cell-output-html") == "<b>h</b>"
    del bundle["text_html"]
    assert inner(shown(**bundle), "cell-output-image").startswith("<img")
    del bundle["image_png"]
    assert inner(shown(**bundle), "cell-output-text") == "<pre><samp>p</samp></pre>"


def test_a_format_that_nobody_knows_is_left_to_the_text_beside_it() -> None:
    assert (
        inner(shown(text_plain="Plot()", **{"application_vnd.x+json": "{}"}), "cell-output-text")
        == "<pre><samp>Plot()</samp></pre>"
    )
    assert render_outputs(cell(shown(**{"application_vnd.x+json": "{}"})), TOOLS) == ""


def test_every_format_has_a_class_of_its_own_family() -> None:
    assert all(form.classes.startswith("cell-output-") for form in FORMATS)


# ---------------------------------------------------------------- the families


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c\n\n", "a &lt; b &amp; c"),
        ("  indented", "  indented"),
        ("\x1b[31mred\x1b[0m", '<span class="ansi-red">red</span>'),
        (
            "\x1b[1;92mok\x1b[22m!",
            '<span class="ansi-bold ansi-bright-green">ok</span><span class="ansi-bright-green">!</span>',
        ),
        ("\x1b[44;3mx\x1b[m", '<span class="ansi-italic ansi-bg-blue">x</span>'),
        ("\x1b[38;5;9mx", '<span class="ansi-bright-red">x</span>'),
        ("\x1b[38;5;45mx\x1b[38;5;34my", '<span class="ansi-cyan">x</span><span class="ansi-green">y</span>'),
        ("\x1b[38;5;59mx", '<span style="color:#5f5f5f">x</span>'),
        ("\x1b[48;5;240mx", '<span style="background-color:#585858">x</span>'),
        ("\x1b[38;2;1;20;255mx\x1b[39my", '<span style="color:#0114ff">x</span>y'),
        ("\x1b[2K\x1b]8;;http://a\x07a\x1b]8;;\x07\x07", "a"),
        ("\x1b[38mx\x1b[38;5my\x1b[999mz", "xyz"),
    ],
)
def test_text_is_escaped_and_coloured(text: str, html: str) -> None:
    assert inner(stream(text), "cell-output-stream cell-output-stdout") == f"<pre><samp>{html}</samp></pre>"


def test_text_takes_the_attributes_that_scale_it() -> None:
    tools = replace(TOOLS, pre_attributes=' is="marp-pre"')
    for output in (stream("x"), shown(text_plain="x"), Output("error", {"text/plain": "x"}, error=("E", ""))):
        assert '<pre is="marp-pre"><samp>x</samp></pre>' in render_outputs(cell(output), tools)


def test_a_traceback_keeps_its_colours_and_falls_back_to_the_exception() -> None:
    error = Output("error", {"text/plain": "\x1b[34mtalk.md:3\x1b[0m\nE: <m>"}, error=("E", "<m>"))
    assert (
        inner(error, "cell-output-error")
        == '<pre><samp><span class="ansi-blue">talk.md:3</span>\nE: &lt;m&gt;</samp></pre>'
    )
    assert (
        inner(replace(error, data={"text/plain": ""}), "cell-output-error")
        == "<pre><samp>E: &lt;m&gt;</samp></pre>"
    )


FRAME = """<div>
<style scoped>
    .dataframe tbody tr th { vertical-align: top; }
</style>
<table border="1" class="dataframe">
  <thead>
    <tr style="text-align: right;">
      <th></th>
      <th>a</th>
    </tr>
  </thead>
</table>
</div>"""


def test_a_data_frame_leaves_its_looks_to_the_theme() -> None:
    assert inner(shown(text_html=FRAME, text_plain="a"), "cell-output-html cell-output-table") == (
        '<div>\n<table class="dataframe" style="--characters:7">\n  <thead>\n'
        "    <tr>\n      <th></th>\n      <th>a</th>\n"
        "    </tr>\n  </thead>\n</table>\n</div>"
    )


def test_html_passes_with_its_scripts() -> None:
    html = "<table><script>let a = 1 < 2</script></table>"
    assert inner(shown(text_html=html), "cell-output-html") == html


RICH = (
    '<pre style="white-space:pre;overflow-x:auto;line-height:normal;font-family:Menlo">'
    '<span style="font-weight: bold">Model: "a"</span>\n</pre>\n'
)


def test_text_in_looks_of_its_own_takes_the_themes() -> None:
    rich = shown(text_html=RICH, text_plain='\x1b[1mModel: "a"\x1b[0m\n')
    told = '<pre><samp><span class="ansi-bold">Model: &quot;a&quot;</span></samp></pre>'
    assert inner(rich, "cell-output-text") == told
    assert inner(shown(text_html=RICH), "cell-output-html") == RICH.strip()


def test_texts_of_values_that_follow_each_other_are_one() -> None:
    rich = shown(text_html=RICH, text_plain="3\n")
    html = render_outputs(cell(shown(text_plain="1"), shown(text_plain="2\n"), rich), TOOLS)
    assert html.count("cell-output-text") == 1
    assert "<pre><samp>1\n2\n3</samp></pre>" in html
    html = render_outputs(cell(shown(text_plain="1"), stream("2"), shown(text_plain="3")), TOOLS)
    assert html.count("cell-output-text") == 2


def test_drawn_lines_are_marked_so_that_they_touch() -> None:
    assert inner(stream("┏━┓\n┃x┃"), "cell-output-stream cell-output-stdout cell-output-drawing")
    assert inner(stream("5/5 ━━━━ 1s"), "cell-output-stream cell-output-stdout")


@pytest.mark.parametrize(
    "address", ['src="https://cdn.example/x.js"', "src=//cdn.example/x.js", "src='http://a/b'"]
)
def test_html_from_the_network_gives_way_to_a_picture(address: str) -> None:
    html = f"<script {address}></script>"
    assert inner(shown(text_html=html, image_png="aGk="), "cell-output-image").startswith("<img")
    assert inner(shown(text_html=html), "cell-output-html") == html
    assert inner(
        shown(text_html='<a href="https://a/">a</a>', image_png="aGk="), "cell-output-html"
    ).startswith("<a")


def test_a_picture_is_as_wide_as_the_kernel_says() -> None:
    plot = Output("display", {"image/png": "aG\nk="}, metadata={"image/png": {"width": 448, "height": 394}})
    assert inner(plot, "cell-output-image") == (
        '<img src="data:image/png;base64,aGk=" alt="Picture made by the code on slide 7" width="448" />'
    )


def test_the_text_for_a_picture_is_the_authors_or_the_label() -> None:
    plot = Output("display", {"image/jpeg": "aGk="}, metadata={"image/jpeg": {"alt": 'a "curve"'}})
    assert 'alt="a &quot;curve&quot;"' in inner(plot, "cell-output-image")
    html = render_outputs(cell(shown(image_png="aGk="), label="loss-over_epochs"), TOOLS)
    assert 'alt="Picture: loss over epochs"' in html


def test_a_drawing_stands_apart_from_the_page() -> None:
    svg = '<svg id="a">ä</svg>'
    encoded = base64.b64encode(svg.encode()).decode()
    assert f'src="data:image/svg+xml;base64,{encoded}"' in inner(
        shown(**{"image_svg+xml": svg}), "cell-output-image"
    )


def test_sound_and_film_have_controls() -> None:
    assert (
        inner(shown(audio_wav="aGk="), "cell-output-media")
        == '<audio controls src="data:audio/wav;base64,aGk="></audio>'
    )
    assert (
        inner(shown(video_mp4="aGk="), "cell-output-media")
        == '<video controls src="data:video/mp4;base64,aGk="></video>'
    )


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        ("$\\displaystyle x^2$", "<math block>x^2</math>"),
        ("$$\na\n$$", "<math block>a</math>"),
        ("\\[a\\]", "<math block>a</math>"),
        ("\\(a\\)", "<math block>a</math>"),
        ("x + 1", "<math block>x + 1</math>"),
        (
            "\\begin{align*}a&=b\\\\c&=\\text{\\$5}\\end{align*}",
            "<math block>\\begin{align*}a&=b\\\\c&=\\text{\\$5}\\end{align*}</math>",
        ),
        (
            "with $a < b$ and $c$ & more",
            "with <math inline>a < b</math> and <math inline>c</math> &amp; more",
        ),
        ("$a$ and $b$", "<math inline>a</math> and <math inline>b</math>"),
    ],
)
def test_formulas_are_typeset(latex: str, html: str) -> None:
    assert inner(shown(text_latex=latex), "cell-output-latex") == html


def test_markdown_becomes_blocks() -> None:
    assert inner(shown(text_markdown="**b**"), "cell-output-markdown") == "<p>**b**</p>\n"


def test_json_is_indented_and_what_is_none_is_text() -> None:
    assert inner(shown(application_json='{"a":[1,"ä"]}'), "cell-output-json") == (
        '<pre><code class="language-json">{\n  "a": [\n    1,\n    "ä"\n  ]\n}</code></pre>'
    )
    assert (
        inner(shown(application_json="{", text_plain="p"), "cell-output-text") == "<pre><samp>p</samp></pre>"
    )
