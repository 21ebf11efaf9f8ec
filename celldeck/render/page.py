"""Head, styles, slides and script in one HTML document.

Marp: https://github.com/marp-team/marp-cli#template and https://github.com/marp-team/marp-cli#metadata
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import celldeck
from celldeck.cache import Cache
from celldeck.model import Page
from celldeck.patterns import late

if TYPE_CHECKING:
    from jinja2 import Template


DocumentTemplate = Literal["bespoke", "bare", "print"]
"""`bespoke`: one slide at a time, to present. `bare`: all slides one under another, without a script that
presents. `print`: sheets of paper (see `export/paper.py`) one under another, which have the slides in them;
scoped like `bespoke`, so that both can share their stylesheet."""

CONTAINERS: dict[DocumentTemplate, str] = {"bespoke": r"div#\:\$p", "bare": "", "print": r"div#\:\$p"}
"""The selector of the element around the slides, which a template's stylesheet is scoped to; empty: none."""

_RUNTIME = Path(__file__).parents[1] / "runtime"
_TEMPLATE = Path(__file__).with_name("page.html.j2")
_CONTAINER_ID = ":$p"
_HOLE = "\0"
_META = ("title", "description", "author", "keywords", "url", "image", "lang")
_VALUES = (
    "title",
    "generator",
    "look",
    "css",
    "print_look",
    "container",
    "slides",
    "notes",
    "options",
    "import_map",
    "script",
    "nonce",
    "also",
)
_PLAIN_SCRIPTS: dict[DocumentTemplate, tuple[str, ...]] = {
    "bare": ("fit", "webkit", "still"),
    # What prints here is a Chromium.
    "print": ("fit", "still"),
}
_IMPORT = late(r'^import .* from "\./(\w+)\.js";$', re.MULTILINE)


def document(
    page: Page,
    *,
    template: DocumentTemplate = "bespoke",
    osc: bool = True,
    progress: bool = True,
    live: str | None = None,
    version: str | None = None,
    slide_keys: Sequence[str] = (),
    follow_edits: str | None = None,
    run: str | None = None,
    nonce: str | None = None,
    own_scripts: bool = False,
    also: tuple[str, ...] = (),
    stage: str | None = None,
    follow: str | None = None,
    cache: Cache | None = None,
) -> str:
    """Return the whole HTML document of a page.

    Args:
        page: its stylesheet is scoped to `CONTAINERS[template]`.
        template: see `DocumentTemplate`.
        osc: whether on-screen controls appear when the mouse moves (`bespoke` only).
        progress: whether a bar shows how far the talk is (`bespoke` only).
        live: address of the WebSocket that tells of changes, see `runtime/live.js`; None: none.
        version: which build this is, told to `live`.
        slide_keys: of the slides, told to `live`.
        follow_edits: see `runtime/edits.js`.
        run: address of the socket that runs cells, see `runtime/cells.js`; None: the page can run none.
        nonce: of the policy under which the page is served; only scripts that have it run.
        own_scripts: the scripts in the slides are the author's, who lets raw HTML through: they have it too.
        also: addresses of modules that the page loads besides its own.
        stage: address of the socket by which the presenter leads an audience, see `runtime/stage.js`.
        follow: address of the stream that an audience's page follows, see `runtime/follow.js`; it then has no
            presenter view.
        cache: where what is the same in other documents is kept from one process to the next; None: nowhere.
    """
    meta = page.metadata
    presents = template == "bespoke"
    options: dict[str, object] = {
        "osc": osc,
        "progress": progress,
        "live": live,
        "version": version,
        "stage": stage,
        "follow": follow,
        "plan": page.plan if any(page.plan) else None,
        # Not in a file: two builds that show the same are the same, however long their cells took.
        "cells": [asdict(time) for time in page.cells] if live and page.cells else None,
        "keys": [asdict(action) for action in page.keys],
    }
    if slide_keys:
        options |= {"slideKeys": list(slide_keys), "followEdits": follow_edits}
    if nonce:
        options |= {"run": run, "ownScripts": own_scripts}
    slides = tuple(_with_nonce(page.slides, nonce)) if own_scripts and nonce else page.slides
    texts = {
        "meta.title": _escaped(meta.title),
        "meta.description": _escaped(meta.description),
        "meta.author": _escaped(meta.author),
        "meta.keywords": _escaped(",".join(meta.keywords)),
        "meta.url": _escaped(meta.url),
        "meta.image": _escaped(meta.image),
        "meta.lang": _escaped(meta.lang),
        # A title-less page is announced by its address; the deck's file name says more.
        "title": _escaped(meta.title or page.source.path.stem),
        "generator": f"celldeck {celldeck.__version__}",
        "look": _in_style({"bespoke": _look(), "bare": _runtime("bare.css"), "print": ""}[template]),
        "css": _in_style(page.css),
        "print_look": _print_look(page.size_px) if template == "print" else "",
        # Sheets of paper have containers of their own.
        "container": _CONTAINER_ID if template == "bespoke" else "",
        "notes": notes_html(page) if presents else "",
        "options": _script_json(options) if presents else "",
        "import_map": _import_map() if presents else "",
        "script": _main_script() if presents else _plain_script(*_PLAIN_SCRIPTS[template]),
        "nonce": f" nonce={nonce}" if nonce else "",
        "also": "".join(
            f'<script type="module" nonce="{nonce}" src="{html.escape(one)}"></script>' for one in also
        ),
    }
    # The slides are most of it, and joined once.
    values = {"slides": slides, **{name: (text,) for name, text in texts.items() if text}}
    shell = _shell(tuple(sorted(values)), cache)
    parts: list[str] = []
    for at, part in enumerate(shell):
        parts += values[part] if at % 2 else (part,)
    return "".join(parts)


def notes_html(page: Page) -> str:
    """Return the notes of all slides as hidden elements, one a slide that has any, as Marp's page keeps them.

    `data-index` counts slides from 0; a note is text, not HTML. After them come the same notes typeset, in
    templates, which the presenter view shows.
    """
    plain = "".join(
        f'<div class="bespoke-marp-note" data-index="{index}" tabindex="0">'
        + "".join(f"<p>{html.escape(note, quote=False)}</p>" for note in slide_notes)
        + "</div>"
        for index, slide_notes in enumerate(page.notes)
        if slide_notes
    )
    typeset = "".join(
        f'<template class="celldeck-note" data-index="{index}">{note}</template>'
        for index, note in enumerate(page.typeset_notes)
        if note
    )
    return plain + typeset


def _with_nonce(slides: tuple[str, ...], nonce: str) -> Iterator[str]:
    # Without quotes: what looks like a script may stand in the value of an attribute.
    return (re.sub(r"<script\b", rf"\g<0> nonce={nonce}", slide, flags=re.IGNORECASE) for slide in slides)


def _look() -> str:
    return "".join(
        _runtime(f"{name}.css") for name in ("deck", "transitions", "stage", "presenter", "audience")
    )


def _print_look(size_px: tuple[float, float]) -> str:
    width, height = (f"{side:g}px" for side in size_px)
    return (
        f"@page {{ size: {width} {height}; margin: 0 }}\n"
        f":root {{ --sheet-width: {width}; --sheet-height: {height} }}\n" + _runtime("paper.css")
    )


def _shell(filled: tuple[str, ...], cache: Cache | None) -> list[str]:
    """Return the template as texts and, between them, the names of the values that stand there.

    It depends on nothing but which values there are, so it is kept: jinja2 takes longer to import than a
    second build of a small deck takes in all.

    Args:
        filled: names of the values that are not empty.
        cache: where it is kept; None: nowhere.
    """
    source = _TEMPLATE.read_text("utf-8")
    key = json.dumps([source, filled])
    shell = cache.get("shell", key) if cache else None
    if shell is None:
        shell = _render_shell(source, filled)
        if cache:
            cache.put("shell", key, shell)
    return shell.split(_HOLE)


@functools.lru_cache(maxsize=16)
def _render_shell(source: str, filled: tuple[str, ...]) -> str:
    def hole(name: str) -> str:
        return f"{_HOLE}{name}{_HOLE}" if name in filled else ""

    return _template(source).render(
        meta={name: hole(f"meta.{name}") for name in _META}, **{name: hole(name) for name in _VALUES}
    )


@functools.lru_cache(maxsize=4)
def _template(source: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(source)


def begin_document() -> None:
    """Do what a first document takes apart from its slides, while these are waited for anyway."""
    _template(_TEMPLATE.read_text("utf-8"))
    _import_map()


def _escaped(text: str | None) -> str:
    return html.escape(text or "", quote=False).replace('"', "&#34;")


def _in_style(css: str) -> str:
    # `</style` would end the element. `\/` means a slash in CSS strings, and no other place has use for it.
    return re.sub(r"</(?=style)", r"<\\/", css, flags=re.IGNORECASE)


def _script_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


@functools.cache
def _runtime(name: str) -> str:
    return (_RUNTIME / name).read_text("utf-8")


def _main_script() -> str:
    return _IMPORT.sub(lambda match: match[0].replace('"./', '"celldeck/'), _runtime("main.js"))


def _plain_script(*names: str) -> str:
    """Return modules as one script that calls each of them, for a page without a deck."""
    functions = [_runtime(f"{name}.js").replace("export default ", "", 1) for name in names]
    return "".join(functions) + "".join(f"{name}();\n" for name in names)


@functools.cache
def _import_map() -> str:
    """Return the import map that gives `main.js` its modules from the page itself.

    Browsers refuse module files over `file://`, data URLs they take. The names are bare ones, since a
    relative name means nothing in a page that has no address of its own, such as a blob.
    """
    names = _IMPORT.findall(_runtime("main.js"))
    return _script_json(
        {"imports": {f"celldeck/{name}.js": _data_url(_runtime(f"{name}.js"), name) for name in names}}
    )


def _data_url(script: str, name: str) -> str:
    # In a data URL only these mean something else; everything else stays readable.
    for plain, encoded in _ENCODED:
        script = script.replace(plain, encoded)
    return f"data:text/javascript;charset=utf-8,{script}%0A//%23 sourceURL=celldeck/{name}.js"


_ENCODED = (("%", "%25"), ("#", "%23"), ("\n", "%0A"), ("\r", "%0D"), ("\t", "%09"))
"""In this order, and one by one: `str.translate` takes twenty times as long."""
