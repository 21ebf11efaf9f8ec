"""The index of the decks, as HTML: what each is, how its newest build went, and where it leads."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from celldeck.serve.site import ServedDeck, Site

_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Decks</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 70rem; margin: 2rem auto; padding: 0 1.2rem }}
h1 {{ font-size: 1.5rem }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.4rem }}
article {{ border: 1px solid #8885; border-radius: 10px; overflow: hidden }}
.picture {{ display: block; position: relative; aspect-ratio: 16 / 9; overflow: hidden; background: #8883 }}
.picture > div {{ position: absolute; inset: 0; pointer-events: none }}
section {{ padding: .7rem .9rem .9rem }}
h2 {{ margin: 0; font-size: 1.05rem; line-height: 1.3; overflow-wrap: anywhere }}
h2 a {{ color: inherit; text-decoration: none }} h2 a:hover {{ text-decoration: underline }}
p {{ margin: .15rem 0 }} small {{ opacity: .75; overflow-wrap: anywhere }}
nav {{ display: flex; gap: .9rem; margin-top: .4rem }}
[data-state] {{ font-weight: 600 }}
[data-state="failed"], [data-state="gone"] {{ color: light-dark(#b3261e, #f2b8b5) }}
[data-state="building"] {{ color: light-dark(#7a5200, #ffd88a) }}
[data-state="built"] {{ color: light-dark(#1b6e3c, #9be3b4) }}
pre {{ margin: .4rem 0 0; padding: .5rem; max-height: 9rem; overflow: auto; background: #8882;
  border-radius: 6px; font-size: .75rem; white-space: pre-wrap; overflow-wrap: anywhere }}
</style></head><body><h1>Decks</h1><main>{decks}</main>
<script type="module" nonce="{nonce}" src="/~static/index.js"></script></body></html>"""

_THUMBNAIL = """<template shadowrootmode="open"><style>{css}
:host {{ display: block; all: initial }} #\\:\\$p {{ position: absolute; inset: 0 }}
#\\:\\$p > * {{ display: block; width: 100%; height: 100% }}</style>
<div id=":$p" inert>{slide}</div></template>"""


def index_html(site: Site, nonce: str) -> str:
    """Return the page.

    Args:
        nonce: of its policy; only scripts that have it run.
    """
    decks = "".join(_article(site, deck) for deck in tuple(site.decks.values()))
    return _PAGE.format(decks=decks, nonce=nonce)


def _article(site: Site, deck: ServedDeck) -> str:
    address = f"/{quote(deck.name)}.html"
    shown = deck.shown
    title = escape((shown and shown.page.metadata.title) or deck.name)
    links = [f'<a href="{address}">Slides</a>', f'<a href="{address}?view=presenter">Presenter view</a>']
    if site.pdf(deck.name):
        links.append(f'<a href="/~pdf/{quote(deck.name)}.pdf">PDF</a>')
    error = f"<pre>{escape(deck.error)}</pre>" if deck.error else ""
    picture = f'<a class="picture" href="{address}" aria-hidden="true" tabindex="-1"><div>'
    return (
        f"<article>{picture}{_thumbnail(deck)}</div></a><section>"
        f'<h2><a href="{address}">{title}</a></h2><p><small>{escape(str(deck.path))}</small></p>'
        f'<p><span data-state="{deck.state}">{deck.state}</span> {escape(_summary(deck))}</p>{error}'
        f"<nav>{''.join(links)}</nav></section></article>"
    )


def _thumbnail(deck: ServedDeck) -> str:
    """Return the first slide, small; its styles reach nothing else."""
    if deck.shown is None or not deck.shown.page.slides:
        return ""
    page = deck.shown.page
    css = page.css.replace("</", "<\\/")
    return _THUMBNAIL.format(css=css, slide=page.slides[0])


def _summary(deck: ServedDeck) -> str:
    shown = deck.shown
    if shown is None:
        return ""
    ran, kept = shown.cells
    parts = [_count(len(shown.page.slides), "slide")]
    if ran or kept:
        parts.append(f"{_count(ran, 'cell')} run, {kept} cached")
    if deck.problems:
        parts.append(_count(len(deck.problems), "warning"))
    return " · ".join(parts)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"
