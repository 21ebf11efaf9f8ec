"""What of a slide the audience gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from celldeck.serve.audience.cleaned import cleaned, cleaned_css

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a<!-- note -->b</p>", "<p>ab</p>"),
        ("a<!-- never closed", "a"),
        ("a<!-- x --!>b<!x y>c<?php z ?>d", "abcd"),
        ("<svg><text><![CDATA[a<b]]></text></svg>", "<svg><text><![CDATA[a<b]]></text></svg>"),
        ('<p data-line="3" class="x">', '<p class="x">'),
        ("<p data-line=3 data-note='a > b' data-marpit-fragment=\"1\">", '<p data-marpit-fragment="1">'),
        ("<br data-x>", "<br>"),
        ("<BR DATA-X=1 CLASS=y>", "<BR CLASS=y>"),
        ("<p title=' data-line=\"3\"'>", "<p title=' data-line=\"3\"'>"),
        ('<p alt="a > b" data-x="1">c', '<p alt="a > b">c'),
        ("<code>&lt;!-- shown --&gt;</code>", "<code>&lt;!-- shown --&gt;</code>"),
        ("<script>x = '<!-- stays -->'</script><!-- goes -->", "<script>x = '<!-- stays -->'</script>"),
        ("<style>/* goes */a{content:'/* stays */'}</style>", "<style>a{content:'/* stays */'}</style>"),
        ("<textarea><!-- shown --></textarea>", "<textarea><!-- shown --></textarea>"),
        # HTML of a value's own keeps what its scripts may look for, and only that.
        (
            '<div class="cell-output cell-output-html"><div data-x="1"></div><p data-y></p></div><p data-z>',
            '<div class="cell-output cell-output-html"><div data-x="1"></div><p data-y></p></div><p>',
        ),
        (
            '<div class="cell-output cell-output-stream"><pre data-x="1"></pre></div>',
            '<div class="cell-output cell-output-stream"><pre></pre></div>',
        ),
        (
            '<div class="cell-output cell-output-html"></div></div></div><p data-z>',
            '<div class="cell-output cell-output-html"></div></div></div><p>',
        ),
    ],
)
def test_comments_and_attributes_go_and_what_shows_stays(html: str, expected: str) -> None:
    assert cleaned(html) == expected


def test_styles_lose_their_comments_and_nothing_else() -> None:
    css = "a{b:url(x/*y*/z)}/* c */d{e:\"/*f*/\";g:'\\'/*h*/'}/* open"
    assert cleaned_css(css) == "a{b:url(x/*y*/z)}d{e:\"/*f*/\";g:'\\'/*h*/'}"


def test_what_themes_and_the_presented_page_look_for_stays() -> None:
    own = {
        # Elements of the page around the slides have these.
        "data-action",
        "data-index",
        "data-now",
        "data-pace",
        "data-runs",
        "data-step",
        "data-celldeck",
        "data-celldeck-tool",
        # What cells have where they can be run.
        "data-code",
        "data-for",
        "data-mark",
        "data-prompt",
    }
    texts = [path.read_text("utf-8") for path in (ROOT / "theme").glob("*.css")]
    for path in (ROOT / "celldeck" / "runtime").iterdir():
        text = path.read_text("utf-8")
        texts.append(text)
        # dataset.aB is the attribute data-a-b.
        texts += [
            "[data-" + re.sub("[A-Z]", lambda match: f"-{match[0].lower()}", name)
            for name in re.findall(r"\bdataset\.(\w+)", text)
        ]
    named = set(re.findall(r"""[\["'](data-[a-z-]+)""", "\n".join(texts)))
    assert "data-theme" in named
    assert "data-auto-scaling" in named
    lost = {name for name in named - own if cleaned(f'<p {name}="1">') == "<p>"}
    assert lost == set()
