#!/usr/bin/env python3
"""Render every case of a directory with celldeck, for a comparison with what Marp makes of them.

    python tests/conformance/render_cases.py CASES OUT

A case is `TOPIC/NAME.md`, with `NAME.theme*.css` and `NAME.options.json` beside it where it has these. For
each one, `OUT/TOPIC/NAME.json` holds `html` (one string a slide), `css` and `comments`; cases of Marp's CLI
have `head` and `notes`, too. What raises gives `{"error": "..."}`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from celldeck.cache import Cache
from celldeck.model import MarpOptions, Page
from celldeck.parse import parse
from celldeck.pipeline import Tools, render_page
from celldeck.render.page import document
from celldeck.settings import Settings
from celldeck.source import Source

CLI_LANGUAGE = "en-US"
"""Marp's CLI asks the operating system; the cases were made with this one."""

_OVERRIDES = {"--og-image": "image"} | {
    f"--{name}": name for name in ("title", "description", "author", "keywords", "url", "theme")
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name has TEXT in it")
    args = parser.parse_args()
    tools = Tools(Settings(theme_set=()))
    tools.__dict__["cache"] = Cache(None)
    failed = 0
    for path in sorted(args.cases.rglob("*.md")):
        name = path.relative_to(args.cases).with_suffix("")
        if len(name.parts) < 2 or args.only not in str(name):
            continue
        try:
            result = render_case(path, tools)
        except Exception:
            result = {"error": traceback.format_exc().strip()}
            failed += 1
        target = args.out / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(result), encoding="utf-8")
    tools.close()
    if failed:
        print(f"cases that raised: {failed}", file=sys.stderr)
    return 0


def render_case(path: Path, shared: Tools) -> dict[str, Any]:
    """Return what celldeck makes of one case; `shared` keeps the engines from one case to the next."""
    options_file = path.with_suffix(".options.json")
    given = json.loads(options_file.read_text("utf-8")) if options_file.is_file() else {}
    options = options_of(given)
    themes = sorted(path.parent.glob(f"{path.stem}.theme*.css"))
    tools = Tools(Settings(theme_set=tuple(str(theme.resolve()) for theme in themes)))
    for name in ("cache", "highlighter", "mathjax"):
        tools.__dict__[name] = getattr(shared, name)
    text = path.read_bytes().decode("utf-8")
    source = Source.of(text, path)
    if not options.cli and text.startswith("\ufeff"):
        # The library, unlike the CLI, leaves a byte order mark in the text.
        source = Source(path, "\ufeff" + source.text)
    page = render_page(parse(source, options), options, tools, "bespoke")
    result: dict[str, Any] = {
        "html": list(page.slides),
        "css": page.css,
        "comments": [list(notes) for notes in page.notes],
    }
    if options.cli:
        result |= head_and_notes(page)
    return result


def options_of(given: Mapping[str, Any]) -> MarpOptions:
    """Return the options that an options file asks for, in Marp's words, as celldeck has them."""
    marp: Mapping[str, Any] = given.get("marp", {})
    markdown = marp.get("markdown", {})
    emoji = marp.get("emoji", {})
    cli = bool(given.get("cli"))
    args: Sequence[str] = given.get("cliArgs", [])
    html = given.get("html", marp.get("html"))
    if "--html" in args:
        html = True
    elif "--no-html" in args or "--html=false" in args:
        html = False
    divider = marp.get("headingDivider", False)
    return MarpOptions(
        html=html,
        breaks=markdown.get("breaks", True),
        linkify=markdown.get("linkify", True),
        typographer=markdown.get("typographer", False),
        xhtml_out=markdown.get("xhtmlOut", True),
        math=_math(marp.get("math", True)),
        emoji_shortcode=emoji.get("shortcode", "twemoji"),
        emoji_unicode=emoji.get("unicode", "twemoji"),
        heading_divider=tuple(divider) if isinstance(divider, list) else divider,
        loose_yaml=marp.get("looseYAML", True),
        lang=CLI_LANGUAGE if cli else marp.get("lang"),
        slug=marp.get("slug", True),
        anchor=marp.get("anchor", True),
        inline_svg=_inline_svg(marp.get("inlineSVG", True)),
        printable=marp.get("printable", True),
        css_nesting=marp.get("cssNesting", True),
        css_container_query=marp.get("cssContainerQuery", True),
        cli=cli,
        transition="--bespoke.transition=false" not in args and "--no-bespoke.transition" not in args,
        remark_classes=False,
        code_lines=False,
        overrides=dict(_overrides(args)),
    )


def _math(value: Any) -> Any:
    return value.get("lib", "mathjax") if isinstance(value, dict) else value


def _inline_svg(value: Any) -> bool:
    return bool(value.get("enabled", True) if isinstance(value, dict) else value)


def _overrides(args: Sequence[str]) -> Iterator[tuple[str, str]]:
    rest = iter(args)
    for arg in rest:
        name, equals, value = arg.partition("=")
        if name in _OVERRIDES:
            yield _OVERRIDES[name], value if equals else next(rest, "")


def head_and_notes(page: Page) -> dict[str, Any]:
    """Return the head and the notes of a presented page, as the expected results have them."""
    html = document(page)
    head = _Head()
    head.feed(html[: html.index("<style")])
    notes = []
    for index, body in re.findall(
        r'<div class="bespoke-marp-note" data-index="(\d+)"[^>]*>(.*?)</div>', html, re.S
    ):
        paragraphs = re.findall(r"<p>(.*?)</p>", body, re.S)
        notes.append({"index": int(index), "paragraphs": [_unescaped(p) for p in paragraphs]})
    found = {"title": head.title, "canonical": head.canonical, "lang": head.lang, "meta": head.meta}
    return {"head": found, "notes": notes}


def _unescaped(text: str) -> str:
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text


class _Head(HTMLParser):
    """Collects what stands in the head of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title: str | None = None
        self.canonical: str | None = None
        self.lang: str | None = None
        self.meta: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        key = given.get("name") or given.get("property")
        if tag == "html":
            self.lang = given.get("lang")
        elif tag == "link" and given.get("rel") == "canonical":
            self.canonical = given.get("href")
        elif tag == "meta" and key and key not in ("viewport", "apple-mobile-web-app-capable"):
            self.meta[key] = given.get("content", "")
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = (self.title or "") + data
            self._in_title = False


if __name__ == "__main__":
    sys.exit(main())
