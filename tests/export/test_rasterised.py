"""What becomes pixels in a print, found in stylesheets and slides."""

from __future__ import annotations

import pytest

from celldeck.export.pdf.rasterised import rasterised, smallest_scale


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pre { box-shadow: 0 0 20px rgba(0, 0, 0, 0.3) }", {"shadow"}),
        ("pre { box-shadow: inset 0 0 1em 3px #0003, 0 0 0 1px red }", {"shadow"}),
        ("h1 { text-shadow: 0 1px 0 red, 1PX 1PX 2PX #123456 }", {"shadow"}),
        ("pre { box-shadow: var(--depth) }", {"shadow"}),
        ('<p style="filter:drop-shadow(0 0 10px #000);">', {"shadow"}),
        ("kbd { box-shadow: inset 0 -1px 0 var(--edge) }", set()),
        ("pre { box-shadow: 5px 5px 0 #000 }", set()),
        ("pre { box-shadow: none }", set()),
        ("h1 { background: linear-gradient(90deg, red 10%, rgb(0 0 0 / 20%)) }", {"gradient"}),
        ("h1 { background: linear-gradient(red, blue) center/cover }", {"gradient"}),
        ("h1 { background: linear-gradient(red, blue) 9px 9px/5px 5px no-repeat }", {"gradient"}),
        ("h1 { background: radial-gradient(red 20%, blue 21%) 0 0/20px 20px }", {"gradient", "moved"}),
        ("h1 { background: linear-gradient(red, blue) 10px }", {"gradient", "moved"}),
        ("h1 { background-size: 20px 20px }", {"moved"}),
        ("h1 { background: url(x.png) 10px 20px, linear-gradient(red, blue) }", {"gradient"}),
        ('<figure style="background-image:url(&quot;&quot;);background-size:60%">', set()),
        ("h1 { background-size: 100% 100% }", set()),
        ('<svg><pattern id="a">', {"coarse"}),
        ("u { text-decoration: Wavy underline }", {"coarse"}),
        ("h1 { border-image: linear-gradient(red, blue) 1 }", {"coarse", "gradient"}),
        ("h1 { border-image: url(x.png) 1 }", set()),
    ],
)
def test_what_becomes_pixels_is_found(text: str, found: set[str]) -> None:
    assert rasterised(text) == found


def test_paper_is_as_small_as_what_is_on_it_allows() -> None:
    assert smallest_scale({"gradient"}) == 0.5
    assert smallest_scale({"shadow", "gradient"}) == 0.25
    assert smallest_scale({"shadow", "coarse"}) == 1
    assert smallest_scale({"gradient", "moved"}) == 1
