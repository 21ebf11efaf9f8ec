"""An embedded deck in a browser: its pictures and fonts are drawn, and nothing is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from driver import Presented, page

from celldeck.export.inline import inline
from celldeck.export.local_files import LocalFiles

pytestmark = pytest.mark.browser

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20">'
    '<rect id="r" width="30" height="20" fill="#f00"/></svg>'
)


def test_pictures_backgrounds_fonts_and_drawings_show_with_no_request(
    present: Callable[..., Presented], tmp_path: Path
) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    font = Path(matplotlib.get_data_path(), "fonts", "ttf", "STIXSizOneSymReg.ttf")
    folder = tmp_path / "slides"
    folder.mkdir()
    (folder / "färb e.svg").write_text(SVG)
    (folder / "font.ttf").write_bytes(font.read_bytes())
    html = (
        '<img src="f%C3%A4rb%20e.svg"><img src="gone.png">'
        '<p style="background-image:url(&quot;färb e.svg&quot;)" id="p">x</p>'
        '<svg width="30" height="20" id="u"><use href="f%C3%A4rb%20e.svg#r"/></svg>'
        '<span style="font-family: Own" id="s">∑</span>'
    )
    deck = page(html, css="@font-face { font-family: Own; src: url(font.ttf) }")
    embedded = inline(deck, folder=folder, files=LocalFiles())
    assert [finding.kind for finding in embedded.findings] == ["missing-picture"]
    shown = present(embedded.page)
    assert shown.evaluate("[...document.images].map((i) => [i.naturalWidth, i.naturalHeight])") == [
        [30, 20],
        [640, 360],
    ]
    assert shown.evaluate("document.fonts.size && [...document.fonts].map((f) => f.status)") == ["loaded"]
    assert shown.evaluate("document.querySelector('use').getBBox().width") == 30
    assert shown.evaluate("getComputedStyle(p).backgroundImage").startswith('url("data:image/svg+xml')
    assert [url for url in shown.requests if not url.endswith("/deck.html")] == []
    assert shown.errors == []
