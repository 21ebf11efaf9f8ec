"""What people hear who do not see the screen, and what they reach with the keyboard, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from driver import Presented, page

from celldeck.model import Metadata, Output, Page
from celldeck.pipeline import build, finish, load, self_contained
from celldeck.settings import Settings
from celldeck.tools import Tools

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]
ROOT = Path(__file__).parents[2]

LIST = (
    '<h1>List</h1><ul><li data-marpit-fragment="1">one <b>and</b> only</li>'
    '<li data-marpit-fragment="2">two</li></ul>'
)
HEARD = (
    "globalThis.heard = []; globalThis.voice = document.querySelector('[role=status]');"
    " new MutationObserver(() => heard.push(voice.textContent))"
    ".observe(voice, { childList: true, characterData: true, subtree: true }); null"
)


def test_each_slide_and_each_step_is_told_once(present: Present) -> None:
    deck = present(page("<h1>First</h1>", LIST, "<h1>Last</h1>"))
    assert deck.evaluate("document.querySelector('[role=status]').textContent") == ""
    deck.evaluate(HEARD)
    for _ in range(4):
        deck.press("ArrowRight")
        deck.frames()
    deck.press("ArrowLeft", "ArrowLeft")
    deck.frames()
    assert deck.evaluate("heard")[:4] == ["Slide 2 of 3: List", "one and only", "two", "Slide 3 of 3: Last"]
    assert deck.evaluate("heard.at(-1)") == "Step 1 of 2"


def test_the_tree_has_the_slide_that_shows_and_nothing_of_others_or_of_later_steps(present: Present) -> None:
    deck = present(page("<h1>First</h1>", LIST, "<h1>Last</h1>"), "?f=1#2")
    deck.tab.call("Accessibility.enable")
    nodes = deck.tab.call("Accessibility.getFullAXTree")["nodes"]
    seen = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    ]
    assert ("main", "") in seen
    assert ("group", "2 of 3") in seen
    assert [name for role, name in seen if role == "heading"] == ["List"]
    texts = [name for role, name in seen if role == "StaticText"]
    assert "only" in " ".join(texts)
    assert not {"First", "Last", "two"} & set(texts)


def test_a_page_without_a_mouse_reaches_all_controls_by_tab(present: Present) -> None:
    deck = present(page("<h1>First</h1>", "<h1>Last</h1>"), "?view=presenter")
    reached = set()
    for _ in range(30):
        deck.press("Tab")
        reached.add(
            deck.evaluate("document.activeElement.dataset.action ?? document.activeElement.className")
        )
    assert {"overview", "next", "blackout", "hold", "laser", "pen", "timer", "larger-notes"} <= reached
    assert {"celldeck-split celldeck-split-column", "celldeck-panel celldeck-notes"} <= reached


# axe-core writes down the HTML of whatever it looks at, of the whole document too. That of a lecture is
# megabytes and takes ten times as long as all the rest, so it is asked for only where something is wrong.
RUN = """(async () => {
  const violations = async (noHtml) => {
    axe.configure({ noHtml });
    return (await axe.run(document, { resultTypes: ["violations"], selectors: !noHtml })).violations;
  };
  if (!(await violations(true)).length) return [];
  return (await violations(false)).map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))]);
})()"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, from a Python package that carries it."""
    found = find_spec("axe_core_python")
    if found is None or not found.origin:
        pytest.skip("needs axe-core: pip install axe-core-python")
    return (Path(found.origin).parent / "axe.min.js").read_text("utf-8")


def lecture(name: str, tmp_path: Path) -> Page:
    tools = Tools(Settings(root=ROOT, no_exec=True))
    return self_contained(build(ROOT / "slides" / name, tools), tools, tmp_path / "x.html").page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["", "?view=presenter"])
def test_axe_finds_nothing_in_any_view_of_a_deck(present: Present, axe: str, view: str, scheme: str) -> None:
    made = replace(
        page(
            "<p>First, without a heading</p>",
            LIST,
            "<h1>Last</h1>",
            metadata=Metadata(title="A talk", lang="en"),
        ),
        typeset_notes=("<p>Some <a href='#2'>note</a></p>", "", ""),
        plan=(60.0, 60.0, None),
    )
    deck = present(made, view)
    # Nothing is looked at while it fades.
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    deck.tab.call("Emulation.setEmulatedMedia", {"features": features})
    deck.evaluate(axe + ";null")
    found = {"first": deck.evaluate(RUN)}
    for keys in ("ArrowRight", "ArrowRight", "b", "h", "r", "o", "Escape", "?", "Escape", "/", "Escape", "g"):
        deck.press(keys)
        found[keys] = deck.evaluate(RUN)
    assert {keys: violations for keys, violations in found.items() if violations} == {}


PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OUTPUTS = (
    Output(
        "stream", {"text/plain": "Epoch 1\n\x1b[31mred\x1b[0m \x1b[33myellow\x1b[0m\n" * 3}, stream="stdout"
    ),
    Output("stream", {"text/plain": "a warning\n"}, stream="stderr"),
    Output("result", {"text/plain": "[1, 2]"}),
    Output(
        "result",
        {
            "text/html": "<table class='dataframe'><thead><tr><th></th><th>a</th></tr></thead>"
            "<tbody><tr><th>0</th><td>1</td></tr></tbody></table>",
            "text/plain": "a",
        },
    ),
    Output("display", {"image/png": PICTURE}),
    Output("display", {"image/svg+xml": "<svg width='9pt' height='9pt'><text>loss</text></svg>"}),
    Output("display", {"text/latex": "$x^2$"}),
    Output("display", {"text/markdown": "**bold** [link](#2)\n\n* a\n* b"}),
    Output("display", {"application/json": '{"a": 1}'}),
    Output("error", {"text/plain": "\x1b[31mValueError\x1b[0m: no"}, error=("ValueError", "no")),
)


@pytest.mark.parametrize(
    ("theme", "view"),
    [
        ("dsi-certificates-theme", "?view=presenter"),
        ("dsi-certificates-theme", "overview"),
        ("dsi-certificates-theme", ""),
        ("default", ""),
        ("gaia", ""),
        ("uncover", ""),
    ],
)
def test_axe_finds_nothing_on_slides_with_outputs_of_every_kind(
    present: Present, axe: str, tmp_path: Path, theme: str, view: str
) -> None:
    tools = Tools(Settings(root=tmp_path, theme_set=(str(ROOT / "theme"),)))
    path = tmp_path / "talk.md"
    slides = [
        f"# {number}\n\n* first\n* second\n\n"
        f"```python {{error=true fig-alt='a curve'}}\nf({number}, 'x')  # why\n```"
        for number in range(len(OUTPUTS))
    ]
    path.write_text(f"---\ntheme: {theme}\nkernel: python3\nlang: en\n---\n\n" + "\n\n---\n\n".join(slides))
    deck = load(path, tools)
    cells = tuple(replace(cell, outputs=(OUTPUTS[cell.index],)) for cell in deck.cells)
    made = self_contained(finish(replace(deck, cells=cells), tools), tools, tmp_path / "x.html").page
    tools.close()
    page = present(made, "" if view == "overview" else view)
    less = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    page.tab.call("Emulation.setEmulatedMedia", less)
    page.evaluate(axe + ";null")
    found = {}
    for index in range(len(OUTPUTS)):
        for step in range(3) if index == 0 else (2,):
            page.evaluate(f"celldeck.go({index}, {step})")
            if view == "overview":
                page.evaluate("celldeck.overview(true)")
            found[index, step] = page.evaluate(RUN)
            page.evaluate("celldeck.overview(false)")
            if view == "overview":
                break
    assert {place: violations for place, violations in found.items() if violations} == {}


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("dive-into-deep-learning.md", ""),
        ("dive-into-deep-learning.md", "overview"),
        ("01-introduction.md", ""),
        ("01-introduction.md", "?view=presenter"),
    ],
)
def test_axe_finds_nothing_at_the_steps_of_the_lectures(
    present: Present, axe: str, tmp_path: Path, name: str, view: str
) -> None:
    deck = present(lecture(name, tmp_path), "" if view == "overview" else view)
    less = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    deck.tab.call("Emulation.setEmulatedMedia", less)
    deck.evaluate(axe + ";null")
    # Every step of what the room sees; of the other views, which hold the same slides, one in nine.
    places = deck.evaluate(
        "celldeck.slides.flatMap((slide, index) =>"
        " Array.from({ length: celldeck.lastStep(slide) + 1 }, (_, step) => [index, step]))"
    )
    found = {}
    for index, step in places if not view else places[::9]:
        deck.evaluate(f"celldeck.go({index}, {step})")
        if view == "overview":
            deck.evaluate("celldeck.overview(true)")
        deck.frames()
        found[index, step] = deck.evaluate(RUN)
        deck.evaluate("celldeck.overview(false)")
    assert len(found) > 5
    assert {place: violations for place, violations in found.items() if violations} == {}
