"""The same sources in Marp's own CLI: valid decks, and looks of steps that our themes carry there.

Runs where Marp CLI is: `marp` on the path, or the program that `CELLDECK_MARP` names.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from driver import Presented

from celldeck.export.browser import Browser
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.source import Source

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
DECKS = sorted((ROOT / "slides").glob("*.md"))
THEMES = ("default", "gaia", "uncover", "dsi-certificates-theme")
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

Open = Callable[[Path], Presented]


@pytest.fixture
def marp(tmp_path: Path) -> Callable[[Path], Path]:
    """Marp's CLI as a function of a deck, which gives the page that it makes."""
    named = os.environ.get("CELLDECK_MARP", "marp")
    program = shutil.which(named)
    if program is None:
        pytest.skip("needs Marp CLI, as `marp` or named by CELLDECK_MARP")

    def convert(deck: Path) -> Path:
        # Beside copies of the pictures, which it looks for where it is.
        page = tmp_path / "slides" / f"{deck.stem}.html"
        if not (tmp_path / "images").exists():
            shutil.copytree(ROOT / "images", tmp_path / "images")
        command = [program, "--html", "--theme-set", str(ROOT / "theme"), "-o", str(page), str(deck)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        assert "[ WARN" not in done.stderr.upper()
        return page

    return convert


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """A page of Marp's in a tab."""
    with ExitStack() as tabs:

        def show(page: Path) -> Presented:
            presented = Presented(tabs.enter_context(browser.tab(1280, 720)))
            presented.tab.open(page.as_uri())
            return presented

        yield show


def evaluated(deck: Presented, expression: str) -> object:
    return deck.evaluate(
        f"(() => {{ const now = document.querySelector('.bespoke-marp-active'); {expression} }})()"
    )


@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.stem)
def test_a_deck_of_ours_is_one_of_marps(deck: Path, marp: Callable[[Path], Path], opened: Open) -> None:
    # Outputs on slides of their own are ours.
    text = re.sub(r"output-location=(?:next-)?slide\b", "", deck.read_text("utf-8"))
    slides = len(parse(Source.of(text, deck), MarpOptions()).slides)
    shown = opened(marp(deck))
    count = "document.querySelectorAll('svg[data-marpit-svg]').length"
    assert shown.evaluate(count) == slides
    # None is empty, no keyword of ours is text, and nothing went wrong on the way.
    empty = """[...document.querySelectorAll('svg[data-marpit-svg]')].filter((slide) =>
      !slide.textContent.trim() && !slide.querySelector('img, figure')).length"""
    assert shown.evaluate(empty) == 0
    # What code says stays in the code.
    words = """[...document.querySelectorAll('section')].map((section) => {
        const copy = section.cloneNode(true);
        for (const code of copy.querySelectorAll('pre, code, style')) code.remove();
        return copy.textContent;
      }).join(' ')"""
    assert re.findall(r"<!--|-->|\{echo=|\]\(|#\|", str(shown.evaluate(words))) == []
    assert shown.errors == []


STEPS = f"""---
theme: THEME
---

<!-- _class: dim -->

# Dim

* one
  ![only w:300 first]({DOT})
* two
  ![w:300 only second]({DOT})
* three

---

<!-- _class: spotlight -->

* one
* two

---

before

<!-- pause -->

after

```python {{1|2}}
a
b
```
"""
GREY = """
  const grey = getComputedStyle(Object.assign(now.querySelector('section').appendChild(
    document.createElement('span')), { className: 'grey' })).color;
  return [...now.querySelectorAll('li')].map((item) => [getComputedStyle(item).visibility,
    getComputedStyle(item).color === grey]);
"""


@pytest.mark.parametrize("theme", THEMES)
def test_looks_of_steps_work_in_a_page_of_marps(
    theme: str, marp: Callable[[Path], Path], opened: Open, tmp_path: Path
) -> None:
    source = tmp_path / "steps.md"
    source.write_text(STEPS.replace("THEME", theme), "utf-8")
    deck = opened(marp(source))
    dim, lit = ["visible", True], ["visible", False]
    pictures = """return [...now.querySelectorAll('img[alt~=only]')]
      .filter((image) => image.checkVisibility()).map((image) => image.alt.split(' ').at(-1))"""
    seen = []
    places = []
    for _ in range(4):
        seen.append((evaluated(deck, GREY), evaluated(deck, pictures)))
        places.append(evaluated(deck, BOXES))
        deck.press("ArrowRight")
    assert seen == [
        ([dim, dim, dim], []),
        ([lit, dim, dim], ["first"]),
        ([lit, lit, dim], ["second"]),
        ([lit, lit, lit], ["second"]),
    ]
    assert all(boxes == places[0] for boxes in places)
    spots = []
    for _ in range(3):
        spots.append(evaluated(deck, GREY))
        deck.press("ArrowRight")
    assert spots[1:] == [[lit, dim], [dim, lit]]
    # A pause shows all at once, and code is as it was written.
    shown = "return [now.textContent.includes('before'), now.textContent.includes('after')]"
    assert evaluated(deck, shown) == [True, True]
    assert evaluated(deck, "return now.querySelector('code').textContent") == "a\nb\n"
    assert evaluated(deck, "return now.querySelector('code').className") == "language-python"


BOXES = """return [...now.querySelectorAll('h1, ul, li')].map((element) => {
  const { x, y, width, height } = element.getBoundingClientRect(); return [x, y, width, height]; });"""
