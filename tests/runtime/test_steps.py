"""Steps of all kinds in a real browser: which states a slide goes through, there and back, and on paper."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driver import Presented, page

from celldeck.export.browser import Browser
from celldeck.export.paper import plain_paper
from celldeck.export.steps import for_paper, states_of
from celldeck.model import MarpOptions, Page
from celldeck.parse import parse
from celldeck.pipeline import render_page
from celldeck.render.page import document
from celldeck.settings import Settings
from celldeck.source import Source
from celldeck.tools import Tools

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]
ROOT = Path(__file__).parents[2]
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
OPTIONS = MarpOptions(html=True)

SEEN = r"""
globalThis.seen = (slide) => {
  const found = [];
  const shows = (element) => element.checkVisibility({ visibilityProperty: true });
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const isText = node.nodeType === Node.TEXT_NODE;
    if (isText ? !node.data.trim() : !["img", "figure"].includes(node.localName)) continue;
    if (!shows(element)) continue;
    const style = getComputedStyle(element);
    const light = element.closest(".code-line-out") ? "out"
      : element.localName === "figure" ? style.opacity : style.color;
    found.push(`${(node.data ?? node.alt ?? "background").trim()}\t${light}`);
  }
  return found;
};
null
"""


def rendered(text: str, template: str = "bespoke") -> Page:
    tools = Tools(Settings(theme_set=(str(ROOT / "theme"),)))
    try:
        return render_page(parse(Source.of(text, ROOT / "deck.md"), OPTIONS), OPTIONS, tools, template)  # type: ignore[arg-type]
    finally:
        tools.close()


class Writer:
    """Writes slides with steps of every kind, each word once."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.words = 0

    def word(self) -> str:
        self.words += 1
        return f"w{self.words}"

    def deck(self, slides: int) -> str:
        return "\n\n---\n\n".join(self.slide() for _ in range(slides))

    def slide(self) -> str:
        look = self.random.choice(["", "dim", "spotlight"])
        parts = [f"<!-- _class: '{look}' -->", *(self.part() for _ in range(self.random.randint(1, 5)))]
        return "\n\n".join(parts)

    def part(self) -> str:
        kinds = (
            lambda: f"text {self.word()}",
            lambda: f"## head {self.word()}",
            lambda: "<!-- pause -->",
            lambda: "<!-- pause -->",
            lambda: self.items("*", 0),
            lambda: self.items("*", 0),
            lambda: self.items("-", 0),
            lambda: f"in {self.word()} <!-- pause --> line {self.word()} **bold {self.word()}**",
            lambda: f"> quote {self.word()}\n>\n> * {self.word()}\n> * {self.word()}",
            lambda: self.code(""),
            lambda: f"| {self.word()} | {self.word()} <!-- pause --> |\n|---|---|\n| {self.word()} | |",
            lambda: (
                f"<p data-marpit-fragment>raw {self.word()}</p>\n"
                f'<p data-marpit-fragment="1">{self.word()}</p>'
            ),
            lambda: f"<div>\n\n{self.word()}\n\n<!-- pause -->\n\n{self.word()}\n\n</div>",
            lambda: f"![bg]({DOT})",
        )
        return self.random.choice(kinds)()

    def items(self, marker: str, depth: int) -> str:
        indent = "  " * depth
        lines = []
        for _ in range(self.random.randint(1, 3)):
            pause = " <!-- pause -->" if self.random.random() < 0.15 else ""
            lines.append(f"{indent}{marker} item {self.word()}{pause}")
            chance = self.random.random()
            if chance < 0.35:
                lines.append(f"{indent}  ![only w:50 {self.word()}]({DOT})")
            elif chance < 0.5 and depth < 2:
                lines.append(self.items(self.random.choice("*-"), depth + 1))
            elif chance < 0.6:
                lines.append(self.code(f"{indent}  "))
        return "\n".join(lines)

    def code(self, indent: str) -> str:
        steps = self.random.choice(["1|2-3|all", "2", "1,3|2", "all|1"])
        lines = [f"```python {{{steps}}}", f"a = '''{self.word()}", f"{self.word()}'''", self.word(), "```"]
        return "\n".join(indent + line for line in lines)


def walk(deck: Presented, way: str) -> list[tuple[int, int, list[str]]]:
    """Return slide, step and what shows at every stop on the way, `next` or `prev`."""
    found: list[tuple[int, int, list[str]]] = deck.evaluate(
        "(() => { const stops = []; do stops.push([celldeck.index, celldeck.step, seen(celldeck.current)]);"
        f" while (celldeck.{way}({{}})); return stops; }})()"
    )
    return found


@pytest.mark.parametrize("seed", range(3))
def test_there_and_back_are_the_same_states_and_paper_has_them(
    present: Present, browser: Browser, tmp_path: Path, seed: int
) -> None:
    text = Writer(seed).deck(40)
    whole = rendered(text)
    deck = present(whole)
    deck.evaluate("document.body.classList.add('bespoke-marp-inactive'); null")
    deck.evaluate(SEEN)
    there = walk(deck, "next")
    assert walk(deck, "prev") == there[::-1]
    assert deck.errors == []

    states: list[list[list[str]]] = [[] for _ in whole.slides]
    for index, step, seen in there:
        assert step == len(states[index])
        states[index].append(seen)
    assert [len(found) for found in states] == [len(states_of(slide).all) for slide in whole.slides]

    # On paper every state looks as it does in the talk …
    printed = rendered(text, "print")
    paper, places = for_paper(printed, "all")
    assert list(places) == [index for index, _, _ in there]
    on_paper = shown_on(browser, paper, tmp_path / "all.html")
    steps = [state.steps for state in map(states_of, printed.slides)]
    for (index, step, seen), found in zip(there, on_paper, strict=True):
        if steps[index]:
            assert found == seen, f"slide {index + 1}, step {step}"

    # … and `auto` has a page for each that shows a picture which no later page has.
    assert list(for_paper(printed, "auto")[1]) == [
        index for index, found in enumerate(states) for _ in needed(found)
    ]
    assert any(len(needed(found)) > 1 for found in states)


def needed(states: list[list[str]]) -> list[int]:
    """Return the states that show words which the last state, and those needed later, do not."""
    words = [{line.split("\t")[0] for line in seen} for seen in states]
    kept = [len(states) - 1]
    known = set(words[-1])
    for number in range(len(states) - 2, -1, -1):
        if not words[number] <= known:
            kept.append(number)
            known |= words[number]
    return kept


def shown_on(browser: Browser, paper: Page, file: Path) -> list[list[str]]:
    sheets = plain_paper(paper).html_of(range(len(paper.slides)))
    file.write_text(document(sheets, template="print"), "utf-8")
    with browser.tab(1280, 720) as tab:
        tab.open(file.as_uri())
        tab.evaluate(SEEN)
        found: list[list[str]] = tab.evaluate(
            "[...document.body.querySelectorAll('svg[data-marpit-svg]')].map(seen)"
        )
    return found


# ---------------------------------------------------------------- pauses and lines, one by one

PAUSED = """# One

now

<!-- pause -->

## Later

* a
* b

after

---

<!-- _class: dim -->

```python {1|2-3|all}
a = 1
b = 2
c = 3
```

---

<!-- _class: dim -->

first

<!-- pause -->

second
"""


def stops(deck: Presented) -> list[tuple[int, int]]:
    found = [deck.place]
    while True:
        deck.press("ArrowRight")
        if deck.place == found[-1]:
            return found
        found.append(deck.place)


def test_pauses_and_lines_are_stops_of_the_keys(present: Present) -> None:
    deck = present(rendered(PAUSED))
    assert stops(deck) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    deck.press("Home")
    assert deck.place == (0, 0)
    deck.press("End")
    assert deck.place == (2, 1)
    deck.press("Shift+ArrowLeft")
    assert deck.place == (1, 2)


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("#1.2", (0, 1)),
        ("#1.9", (0, 3)),
        ("#later", (0, 1)),
        ("#2.3", (1, 2)),
        ("#3.2", (2, 1)),
        ("#3", (2, 0)),
    ],
)
def test_an_address_finds_pauses_and_lines(present: Present, at: str, place: tuple[int, int]) -> None:
    assert present(rendered(PAUSED), at).place == place


def lit(deck: Presented) -> list[str]:
    found: list[str] = deck.evaluate(
        "[...celldeck.current.querySelectorAll('.code-line:not(.code-line-out)')].map((e) => e.textContent)"
    )
    return found


def test_lines_light_up_step_by_step_and_the_code_stays_in_its_place(present: Present) -> None:
    deck = present(rendered(PAUSED), "#2")
    boxes = (
        "[...celldeck.current.querySelectorAll('pre, marp-pre, code, .code-line')].map((e) =>"
        " Object.values(e.getBoundingClientRect().toJSON()))"
    )
    seen = []
    for _ in range(3):
        seen.append((lit(deck), deck.evaluate(boxes)))
        deck.press("ArrowRight")
    assert [lines for lines, _ in seen] == [["a = 1"], ["b = 2", "c = 3"], ["a = 1", "b = 2", "c = 3"]]
    assert seen[0][1] == seen[1][1] == seen[2][1]
    deck.press("ArrowLeft", "ArrowLeft")
    assert lit(deck) == ["b = 2", "c = 3"]


@pytest.mark.parametrize("theme", ["default", "dsi-certificates-theme"])
def test_code_with_steps_is_laid_out_as_without(present: Present, theme: str) -> None:
    code = "\n".join(f"line_{n} = {'x' * (9 * n)}  # '''" for n in range(12))
    boxes = (
        "[...document.querySelectorAll('pre, marp-pre, code')].map((e) => e.getBoundingClientRect())"
        ".map((b) => [b.x, b.y, b.width, b.height])"
    )
    found = [
        present(rendered(f"---\ntheme: {theme}\n---\n\n```python{info}\n{code}\n```\n")).evaluate(boxes)
        for info in ("", " {1|12|all}", " {3}")
    ]
    assert found[0] == found[1] == found[2]


def test_code_that_scrolls_shows_the_lines_that_are_pointed_out(present: Present) -> None:
    code = "\n".join(f"x{n}" for n in range(60))
    text = f"<style>pre {{ height: 300px; overflow: auto; }}</style>\n\n```python {{1|50|all}}\n{code}\n```\n"
    deck = present(rendered(text), size=(640, 360))
    inside = """(() => { const box = document.querySelector('code').parentElement.getBoundingClientRect();
      const line = document.querySelector('.code-line:not(.code-line-out)').getBoundingClientRect();
      return line.top >= box.top - 1 && line.bottom <= box.bottom + 1; })()"""
    for _ in range(3):
        assert deck.evaluate(inside)
        deck.press("ArrowRight")


def test_each_pause_and_each_step_of_code_is_told_once(present: Present) -> None:
    text = PAUSED + "\n---\n\n* $x^2$ ![a cat](" + DOT + ")\n"
    deck = present(rendered(text))
    deck.evaluate(
        "globalThis.heard = []; globalThis.voice = document.querySelector('[role=status]');"
        " new MutationObserver(() => heard.push(voice.textContent))"
        ".observe(voice, { childList: true, characterData: true, subtree: true }); null"
    )
    for _ in range(10):
        deck.press("ArrowRight")
        deck.frames()
    assert deck.evaluate("heard") == [
        "Later. after",
        "a",
        "b",
        "Slide 2 of 4: ",
        "Line 2: b = 2. Line 3: c = 3",
        "All lines of the code",
        "Slide 3 of 4: ",
        "second",
        "Slide 4 of 4: ",
        "x^2 a cat",
    ]


def test_the_preview_has_the_next_lines_and_the_next_pause(present: Present) -> None:
    deck = present(rendered(PAUSED), "?view=presenter#2")
    deck.frames()
    preview = "document.querySelector('.celldeck-preview').shadowRoot"
    lines = (
        f"[...{preview}.querySelectorAll('.code-line:not(.code-line-out)')].map((line) => line.textContent)"
    )
    assert deck.evaluate(lines) == ["b = 2", "c = 3"]
    assert lit(deck) == ["a = 1"]
    deck.press("End")
    deck.press("ArrowLeft")
    deck.frames()
    hidden = f"[...{preview}.querySelectorAll('p')].map((p) => p.dataset.bespokeMarpFragment ?? '')"
    assert deck.evaluate(hidden) == ["", "active"]


def test_the_overview_shows_whole_slides_and_leads_to_their_ends(present: Present) -> None:
    deck = present(rendered(PAUSED))
    deck.press("o")
    deck.frames()
    out = "[...document.querySelectorAll('.code-line')].map((line) => getComputedStyle(line).opacity)"
    assert deck.evaluate(out) == ["1"] * 3
    deck.press("ArrowRight", "Enter")
    assert deck.place == (1, 2)
    assert len(lit(deck)) == 3


def test_printed_from_the_browser_all_slides_are_as_they_end(present: Present) -> None:
    deck = present(rendered(PAUSED))
    deck.evaluate("dispatchEvent(new Event('beforeprint')); null")
    assert deck.evaluate("document.querySelectorAll('[data-bespoke-marp-fragment=inactive]').length") == 0
    assert deck.evaluate("document.querySelectorAll('.code-line-out').length") == 0
    deck.evaluate("dispatchEvent(new Event('afterprint')); null")
    assert (
        deck.evaluate("celldeck.current.querySelectorAll('[data-bespoke-marp-fragment=inactive]').length") > 0
    )


def test_nothing_moves_for_whoever_wants_less_motion(present: Present) -> None:
    deck = present(rendered(PAUSED))
    deck.tab.call(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    )
    for _ in range(8):
        deck.press("ArrowRight")
        moving = "celldeck.current.getAnimations({ subtree: true }).length"
        assert deck.evaluate(moving) == 0


# ---------------------------------------------------------------- pictures of steps

FIGURES = f"""<!-- _class: dim -->

# Beside

A paragraph that is as long as the slide is wide, so that it would stand under the picture if nobody cared.

* one
  ![only w:900 h:400 first]({DOT})
* two
  ![only w:400 h:300 second]({DOT})
* three

---

<!-- _class: dim -->

![bg left]({DOT})

# Split

* one
  ![only w:900 h:900 first]({DOT})
* two
  ![only w:300 h:200 second]({DOT})

---

<!-- _class: figure-below -->

# Below

* one
  ![only w:1200 h:400 first]({DOT})
* two
  ![only w:200 h:100 second]({DOT})

after
"""


@pytest.mark.parametrize("theme", ["default", "gaia", "uncover", "dsi-certificates-theme"])
def test_pictures_of_steps_cover_no_text_and_stay_on_the_slide(present: Present, theme: str) -> None:
    deck = present(rendered(f"---\ntheme: {theme}\n---\n\n{FIGURES}"))
    boxes = """(() => {
      const edges = (b) => [b.left, b.top, b.right, b.bottom].map(Math.round);
      const range = document.createRange();
      const shown = [...celldeck.current.querySelectorAll('.step-figure')].filter((e) => e.checkVisibility());
      const linesOf = (e) => {
        const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
        const lines = [];
        while (walker.nextNode()) {
          range.selectNodeContents(walker.currentNode);
          lines.push(...[...range.getClientRects()].filter((b) => b.width).map(edges));
        }
        return lines;
      };
      return { texts: [...celldeck.current.querySelectorAll('h1, p, li')].flatMap(linesOf),
        pictures: shown.map((e) => [e.alt, edges(e.getBoundingClientRect())]) };
    })()"""
    deck.evaluate("document.body.classList.add('bespoke-marp-inactive'); null")
    layouts: dict[int, list[object]] = {}
    pictures = []
    while True:
        found = deck.evaluate(boxes)
        slide = deck.place[0]
        layouts.setdefault(slide, []).append(found["texts"])
        pictures.append([name for name, _ in found["pictures"]])
        for _, (left, top, right, bottom) in found["pictures"]:
            assert left >= 0
            assert right <= 1280
            assert top >= 0
            assert bottom <= 720
            for line in found["texts"]:
                apart = line[2] <= left or line[0] >= right or line[3] <= top or line[1] >= bottom
                assert apart, (deck.place, line, (left, top, right, bottom))
        before = deck.place
        deck.press("ArrowRight")
        if deck.place == before:
            break
    assert all(layout == found[0] for found in layouts.values() for layout in found)
    assert pictures == [["first"], ["second"], ["second"], ["first"], ["second"], [], ["first"], ["second"]]


def test_a_picture_that_stays_is_in_the_light(present: Present) -> None:
    deck = present(rendered(f"<!-- _class: spotlight -->\n* a\n  ![only x]({DOT})\n* b\n"), "#1.2")
    assert deck.evaluate("getComputedStyle(document.querySelector('.step-figure')).opacity") == "1"


def test_a_slide_of_hand_written_html_has_its_steps(present: Present) -> None:
    deck = present(page('<p data-marpit-fragment="1">a</p><p data-marpit-fragment="1">b</p>'))
    assert stops(deck) == [(0, 0), (0, 1), (0, 2)]


def slides_of(text: str) -> Iterator[str]:
    yield from rendered(text).slides


def test_an_item_opens_a_slide_that_is_dim_a_pause_does_not() -> None:
    texts = ("* a\n* b", "a\n\n<!-- pause -->\n\nb", "<!-- pause -->\n* a\n* b", "```js {1|2}\na\nb\n```")
    found = [states_of(slide) for text in texts for slide in slides_of(f"<!-- class: dim -->\n\n{text}")]
    assert [len(states.all) for states in found] == [2, 2, 3, 2]


def test_the_overview_has_the_picture_that_stays(present: Present) -> None:
    deck = present(
        rendered(f"* a\n  ![only w:90 first]({DOT})\n* b\n  ![only w:90 second]({DOT})\n\n---\n\nend\n")
    )
    shown = (
        "[...document.querySelectorAll('.step-figure')].filter((e) => e.checkVisibility()).map((e) => e.alt)"
    )
    deck.press("ArrowRight")
    assert deck.evaluate(shown) == ["first"]
    deck.press("o")
    deck.frames()
    assert deck.evaluate(shown) == ["second"]
    deck.press("Escape")
    assert deck.evaluate(shown) == ["first"]


LOOKS = f"""* **text** $x^2$ `code`
  ![picture](DOT)

  ```python
  print(1)
  ```

  | a ![in a table]({DOT}) |
  |---|
  | b |

  <div class="cell-outputs"><div class="cell-output cell-output-html"><p>out</p></div></div>
* last
""".replace("(DOT)", f"({DOT})")
OPACITIES = """[...document.querySelectorAll('li :is(img, mjx-container, code, td, p)')].filter((element) =>
  element.localName !== "p" || element.closest(".cell-output")).map((element) => {
  let opacity = 1;
  for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  return Math.round(opacity * 100) / 100;
})"""


@pytest.mark.parametrize("look", ["dim", "spotlight"])
def test_pictures_formulas_code_tables_and_outputs_go_out_of_the_light_once(
    present: Present, look: str
) -> None:
    deck = present(rendered(f"<!-- _class: {look} -->\n\n* first\n{LOOKS}"))
    seen = []
    for _ in range(3):
        seen.append(set(deck.evaluate(OPACITIES)))
        deck.press("ArrowRight")
    assert seen == [{0.35}, {1}, {1} if look == "dim" else {0.35}]
