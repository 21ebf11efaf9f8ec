"""The HTML document around the slides."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from driver import Presented, page

from celldeck.export.paper import plain_paper
from celldeck.keymap import ACTIONS
from celldeck.model import Metadata
from celldeck.render.page import CONTAINERS, document

META = Metadata(
    title='My "Deck" & co',
    description="About <b>",
    author="An Author",
    keywords=("a", "b"),
    url="https://example.org/x",
    image="https://example.org/i.png",
    lang="en-CA",
)


def head(html: str) -> list[str]:
    """Return the tags of the head, up to the first style."""
    text = html.split("<head>")[1].split("<style")[0]
    return [tag for tag in re.split(r"(?<=>)\s*(?=<(?!/))", text.strip()) if tag]


def test_the_head_is_that_of_marps_cli() -> None:
    html = document(page("x", metadata=META))
    assert html.startswith('<!DOCTYPE html>\n<html lang="en-CA"><head>')
    assert head(html)[:-1] == [
        "<title>My &#34;Deck&#34; &amp; co</title>",
        '<meta property="og:title" content="My &#34;Deck&#34; &amp; co">',
        '<meta property="og:image:alt" content="My &#34;Deck&#34; &amp; co">',
        '<meta name="author" content="An Author">',
        '<meta property="article:author" content="An Author">',
        '<meta name="description" content="About &lt;b&gt;">',
        '<meta property="og:description" content="About &lt;b&gt;">',
        '<meta name="keywords" content="a,b">',
        '<link rel="canonical" href="https://example.org/x">',
        '<meta property="og:url" content="https://example.org/x">',
        '<meta property="og:image" content="https://example.org/i.png">',
        '<meta charset="UTF-8">',
        '<meta name="viewport" content="width=device-width,height=device-height,initial-scale=1.0">',
        '<meta name="apple-mobile-web-app-capable" content="yes">',
        '<meta http-equiv="X-UA-Compatible" content="ie=edge">',
        '<meta property="og:type" content="website">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    assert re.fullmatch(r'<meta name="generator" content="celldeck [\d.]+">', head(html)[-1])


def test_a_deck_that_says_nothing_is_named_after_its_file() -> None:
    html = document(page("x"))
    assert html.startswith("<!DOCTYPE html>\n<html><head><title>deck</title><meta charset")
    assert 'content="summary"' in html
    assert "og:title" not in html


def test_the_bare_page_has_the_slides_one_under_another_and_no_script_that_presents() -> None:
    bare = page("x", "y", container=CONTAINERS["bare"], notes=(("note",), ()))
    html = document(bare, template="bare")
    assert html.split("<body>")[1].startswith("".join(bare.slides))
    assert "note" not in html.split("<body>")[1]
    assert "celldeck-options" not in html
    assert "importmap" not in html
    assert "scroll-snap" in html


def test_styles_and_notes_cannot_break_out_of_their_place() -> None:
    css = 'p::before { content: "</style><script>alert(1)</script>" }'
    html = document(page("x", css=css, notes=(("</p></div><script>alert(2)</script>",),)))
    assert r'content: "<\/style><script>' in html
    assert "&lt;script&gt;alert(2)" in html
    assert html.count("</style>") == html.count("<style")


def test_options_reach_the_script() -> None:
    html = document(page("x"), osc=False, live="/events?</script>", version="7")
    options = re.search(r'id="celldeck-options">(.*?)</script>', html)
    assert options
    assert json.loads(options[1]) == {
        "osc": False,
        "progress": True,
        "live": "/events?</script>",
        "version": "7",
        "stage": None,
        "follow": None,
        "plan": None,
        "cells": None,
        "keys": [{"name": a.name, "keys": list(a.keys), "help": a.help, "group": a.group} for a in ACTIONS],
    }


@pytest.mark.browser
@pytest.mark.parametrize("template", ["bespoke", "bare", "print"])
def test_every_template_shows_its_slides_without_an_error_in_the_console(
    present: Callable[..., Presented], template: str
) -> None:
    slides = page(
        '<h1 is="marp-h1" data-auto-scaling id="h">Fitted text</h1>',
        "<p>y</p>",
        container=CONTAINERS[template],  # type: ignore[index]
    )
    if template == "print":
        slides = plain_paper(slides).html_of(range(2))
    deck = present(slides, template=template)
    assert deck.errors == []
    assert [url for url in deck.requests if not url.endswith("deck.html")] == []
    width = deck.evaluate(
        "(() => { const r = document.createRange(); r.selectNodeContents(h);"
        " return r.getBoundingClientRect().width })()"
    )
    assert width == pytest.approx(1140, abs=8)


@pytest.mark.browser
def test_the_bare_page_comes_to_rest_on_a_slide(present: Callable[..., Presented]) -> None:
    deck = present(page("x", "y", "z", container=CONTAINERS["bare"]), template="bare", size=(800, 600))
    tops = deck.evaluate("[...document.querySelectorAll('svg')].map((s) => s.getBoundingClientRect().top)")
    assert tops == [0, 600, 1200]
    deck.wheel(0, 400, at=(400, 300))
    deck.evaluate("new Promise((done) => setTimeout(done, 1200))")
    assert deck.evaluate("document.body.scrollTop + document.documentElement.scrollTop") == 600
