"""Marp's syntax, case by case: the files in `cases/` hold an input beside what comes out.

A file has cases under headings of level 2. The first block of code of a case is the deck; each block after it
is compared, by its language:

    html      the slides, without the `<svg>` and `<foreignObject>` around them where there is one layer, and
              without the drawings of emoji
    notes     the notes of each slide, as JSON
    notices   what is told, one `line: kind` a line

A block `options` holds fields of MarpOptions as JSON. `python tests/test_cases.py` writes what comes out now
into the files; read the difference before you keep it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from celldeck.cache import Cache
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.pipeline import Tools, render_page
from celldeck.settings import Settings
from celldeck.source import Source

CASES = Path(__file__).with_name("cases")
BEFORE = '<svg data-marpit-svg="" viewBox="0 0 1280 720"><foreignObject width="1280" height="720">'
AFTER = "</foreignObject></svg>"
DRAWING = re.compile(r'(?<= src=")[^"]*(?=" data-marp-twemoji="")')
PART = re.compile(
    r"^## (?P<title>[^\n]+)$|^(?P<fence>`{3,})(?P<kind>\w+)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S
)


@dataclass(frozen=True)
class Case:
    """A deck and what is to come of it."""

    file: Path
    title: str
    deck: str
    options: MarpOptions
    expected: dict[str, str]


def read_cases(text: str, file: Path) -> Iterator[Case]:
    """Give the cases of a file; a heading within a block is not one of the file."""
    found: list[tuple[str, dict[str, str]]] = []
    for part in PART.finditer(text):
        if part["title"]:
            found.append((part["title"], {}))
        else:
            found[-1][1][part["kind"]] = part["text"]
    for title, blocks in found:
        deck, options = blocks.pop("markdown"), json.loads(blocks.pop("options", "{}"))
        yield Case(file, title, deck, MarpOptions(**options), blocks)


def outcome(case: Case, kinds: Iterator[str] | list[str]) -> dict[str, str]:
    """Return what comes of a case, for each kind of block that it has."""
    tools = Tools(Settings(theme_set=()))
    tools.__dict__["cache"] = Cache(None)
    source = Source.of(case.deck)
    page = render_page(parse(source, case.options), case.options, tools, "bespoke")
    tools.close()
    found: dict[str, Any] = {
        "html": DRAWING.sub("…", "".join(map(unwrapped, page.slides))),
        "notes": json.dumps(page.notes, ensure_ascii=False) + "\n",
        "notices": "".join(f"{n.span.line if n.span else 0}: {n.kind}\n" for n in page.notices),
    }
    return {kind: found[kind] for kind in kinds}


def unwrapped(slide: str) -> str:
    """Return a slide without what is around every section, each on a line of its own otherwise."""
    if slide.startswith(BEFORE) and slide.count("<foreignObject") == 1:
        return slide.removeprefix(BEFORE).removesuffix(AFTER)
    return (
        slide.replace("<foreignObject", "\n<foreignObject").replace("</foreignObject>", "</foreignObject>\n")
        + "\n"
    )


ALL = [case for file in sorted(CASES.glob("*.md")) for case in read_cases(file.read_text("utf-8"), file)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.file.stem}: {case.title}")
def test_a_case_comes_out_as_its_file_says(case: Case) -> None:
    assert case.expected
    assert outcome(case, list(case.expected)) == case.expected


def write_all() -> None:
    """Write what comes out now into the files."""
    for file in sorted(CASES.glob("*.md")):
        text = file.read_text("utf-8")
        cases = read_cases(text, file)
        shown: dict[str, str] = {}

        def rewritten(part: re.Match[str]) -> str:
            nonlocal shown
            if part["title"]:
                case = next(cases)  # noqa: B023
                shown = outcome(case, list(case.expected))
            elif part["kind"] in shown:
                return f"{part['fence']}{part['kind']}\n{shown[part['kind']]}{part['fence']}"
            return part[0]

        file.write_text(PART.sub(rewritten, text), "utf-8")


if __name__ == "__main__":
    write_all()
