"""What is done for Safari, tried in a browser that says it is one and draws as the others do."""

from __future__ import annotations

from pathlib import Path

import pytest
from driver import page

from celldeck.export.browser import Browser
from celldeck.render.page import document

pytestmark = pytest.mark.browser

SAFARI = "Object.defineProperty(navigator, 'vendor', { get: () => 'Apple Computer, Inc.' });"
# In Safari a point in a scaled SVG misses the HTML that is drawn there.
MISPLACED = "document.elementFromPoint = () => document.documentElement;"
TRANSFORMS = "[...document.querySelectorAll('section')].map((s) => s.style.transform)"


@pytest.mark.parametrize(
    ("script", "transforms"),
    [
        ("", ["", ""]),
        (SAFARI, ["", ""]),  # a Safari in which it is mended
        (SAFARI + MISPLACED, ["matrix(0.5, 0, 0, 0.5, 0, 70)", ""]),
    ],
    ids=["another", "mended", "safari"],
)
def test_the_slide_that_shows_gets_its_matrix_only_where_it_would_be_misplaced(
    browser: Browser, tmp_path: Path, script: str, transforms: list[str]
) -> None:
    html = document(page("x", "y")).replace("</head>", f"<script>{script}</script></head>")
    (tmp_path / "deck.html").write_text(html, "utf-8")
    with browser.tab(640, 500) as tab:
        tab.open((tmp_path / "deck.html").as_uri())
        assert [text.strip() for text in tab.evaluate(TRANSFORMS)] == transforms
        if not transforms[0]:
            return
        tab.resize(320, 250)
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        tab.evaluate("celldeck.next()")
        assert [text.strip() for text in tab.evaluate(TRANSFORMS)] == [
            "matrix(0.25, 0, 0, 0.25, 0, 35)",
            "matrix(0.25, 0, 0, 0.25, 0, 35)",
        ]
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.evaluate(TRANSFORMS) == ["", ""]
