"""The index of a site of decks: one page without a script, which needs nothing but the files beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from html import escape
from urllib.parse import quote

from celldeck.frozen import frozen


@frozen
class Entry:
    """A deck of a site."""

    title: str
    html: str
    """Name of its file, as those below."""
    picture: str
    description: str | None = None
    author: str | None = None
    slides: int = 0
    downloads: Mapping[str, str] = field(default_factory=dict)
    """What it is, and the name of the file."""


_STYLE = """
:root { color-scheme: light dark; --edge: #8884; font: 17px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 4rem }
h1 { font-size: 1.8rem; margin: 0 0 1.5rem }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)) }
li { border: 1px solid var(--edge); border-radius: 0.6rem; overflow: hidden }
li { display: flex; flex-direction: column }
li > a { display: block; color: inherit; text-decoration: none }
li > a:focus-visible { outline: 3px solid Highlight; outline-offset: -3px }
img { display: block; width: 100%; height: auto; border-bottom: 1px solid var(--edge) }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0.8rem 1rem 0.2rem }
li > a:hover h2 { text-decoration: underline }
p { margin: 0.2rem 1rem; font-size: 0.92rem; opacity: 0.85 }
p:last-child { margin-top: auto; padding: 0.5rem 0 0.9rem; opacity: 1 }
p a { margin-right: 0.9rem }
"""


def index_html(title: str, entries: Sequence[Entry]) -> str:
    """Return the page."""
    cards = "".join(map(_card, entries))
    told = escape(title)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="UTF-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{told}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{told}</h1>\n<ul>\n{cards}</ul></main></body></html>\n"
    )


def _card(entry: Entry) -> str:
    lines = [line for line in (entry.description, entry.author) if line]
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    slides = f"{entry.slides} slide{'s' * (entry.slides != 1)}"
    files = "".join(f'<a href="{quote(file)}">{label}</a>' for label, file in entry.downloads.items())
    return (
        f'<li><a href="{quote(entry.html)}"><img src="{quote(entry.picture)}" alt="" loading="lazy">'
        f"<h2>{escape(entry.title)}</h2></a>{told}<p>{files}{slides}</p></li>\n"
    )
