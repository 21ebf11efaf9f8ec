"""Slides that were collapsed, presented and printed: each state looks as the copy that was made by hand."""

from __future__ import annotations

import base64
import io
import itertools
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from driver import Presented
from PIL import Image, ImageChops, ImageDraw

from celldeck import pipeline
from celldeck.export.browser import Browser
from celldeck.pipeline import Tools
from celldeck.settings import Settings

pytestmark = pytest.mark.browser

LIST = ("- one\n\n- .grey[two **strong**]\n\n- .grey[three]", "- one\n\n- two **strong**\n\n- .grey[three]")
COPIES = (
    f"# Why\n\n{LIST[0]}",
    f"# Why\n\n{LIST[1]}\n\n![w:300](a.png)\n<small>_caption_</small>",
    "# Why\n\n- one\n\n- two **strong**\n\n- three\n\n![w:200](b.png)",
    # A picture that floats, and one beside the text that changes its side.
    f'# Float\n\n<img src="a.png" width="250" style="float: right">\n\n{LIST[0]}',
    f"# Float\n\n{LIST[1]}",
    f"# Split\n\n{LIST[0]}\n\n![bg right:40%](a.png)",
    f"# Split\n\n{LIST[1]}\n\n![bg left:30%](b.png)",
    f"# Scoped\n\n{LIST[0]}\n\n<style scoped>h1 {{ color: red }}</style>",
    f"# Scoped\n\n{LIST[1]}\n\n<style scoped>h1 {{ color: red }}</style>",
)
STATES = ("#1.1", "#1.2", "#1.3", "#2.1", "#2.2", "#3.1", "#3.2", "#4.1", "#4.2")


def picture(path: Path, size: tuple[int, int], colour: str) -> None:
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).ellipse((10, 10, size[0] - 10, size[1] - 10), fill="white")
    image.save(path)


def made(folder: Path, *, collapse: bool, theme: str, pdf: bool = False) -> Path:
    """Return the HTML file of the deck, as `build.py` writes it."""
    picture(folder / "a.png", (600, 300), "#336699")
    picture(folder / "b.png", (300, 500), "#996633")
    deck = folder / "deck.md"
    deck.write_text(f"---\ntheme: {theme}\n---\n\n" + "\n\n---\n\n".join(COPIES), "utf-8")
    html = folder / f"{'one' if collapse else 'many'}.html"
    settings = Settings(root=folder, html_tags="all", no_collapse=not collapse, pdf=pdf, steps="all")
    tools = Tools(settings)
    try:
        pipeline.write(pipeline.build(deck, tools), tools, html)
    finally:
        tools.close()
    return html


def shots(browser: Browser, file: Path, places: Sequence[str]) -> list[Image.Image]:
    """Return what shows at each of these ends of the address."""
    pictures = []
    with browser.tab(1280, 720) as tab:
        for place in places:
            tab.open("about:blank")
            tab.open(file.as_uri() + place)
            # The bar at the foot shows how far the talk is.
            tab.evaluate("document.querySelector('.bespoke-progress-parent').remove()")
            data = tab.call("Page.captureScreenshot", {"format": "png"})["data"]
            pictures.append(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"))
    return pictures


def differing(one: Image.Image, other: Image.Image) -> float:
    """Return the share of the pixels that differ."""
    assert one.size == other.size
    counts = ImageChops.difference(one, other).histogram()
    return sum(counts[1:]) / (one.size[0] * one.size[1])


@pytest.mark.parametrize("theme", ["celldeck", "default"])
def test_each_state_looks_as_its_copy(browser: Browser, tmp_path: Path, theme: str) -> None:
    one = made(tmp_path, collapse=True, theme=theme)
    many = made(tmp_path, collapse=False, theme=theme)
    states = shots(browser, one, STATES)
    copies = shots(browser, many, [f"#{number}" for number in range(1, len(COPIES) + 1)])
    found = [differing(state, copy) for state, copy in zip(states, copies, strict=True)]
    assert max(found) < 0.0002, found
    # They are not all the same picture.
    assert min(differing(a, b) for a, b in itertools.pairwise(states)) > 0.0004


def test_each_page_of_all_states_looks_as_its_copy(tmp_path: Path, browser: Browser) -> None:
    if not shutil.which("pdftoppm"):
        pytest.skip("needs poppler's pdftoppm")
    import pikepdf

    pages = []
    for collapse in (True, False):
        pdf = made(tmp_path, collapse=collapse, theme="celldeck", pdf=True).with_suffix(".pdf")
        with pikepdf.open(pdf) as document:
            assert len(document.pages) == len(COPIES)
            labels = [document.pages[at].label for at in range(len(COPIES))]
        assert labels == (["1"] * 3 + ["2"] * 2 + ["3"] * 2 + ["4"] * 2 if collapse else list("123456789"))
        stem = tmp_path / ("one" if collapse else "many")
        subprocess.run(["pdftoppm", "-r", "48", "-png", str(pdf), str(stem)], check=True)
        pages.append([Image.open(file).convert("L") for file in sorted(tmp_path.glob(f"{stem.name}-*.png"))])
    found = [differing(state, copy) for state, copy in zip(*pages, strict=True)]
    assert max(found) < 0.01, found


def test_auto_prints_the_states_with_a_picture_that_is_gone_later(tmp_path: Path) -> None:
    from celldeck.export.steps import for_paper

    deck = tmp_path / "deck.md"
    deck.write_text(
        "\n\n---\n\n".join((*COPIES[:3], "# More\n\n- a\n- .grey[b]", "# More\n\n- a\n- b")), "utf-8"
    )
    tools = Tools(Settings(root=tmp_path))
    page = pipeline.build(deck, tools, "print").page
    tools.close()
    assert [for_paper(page, steps)[1] for steps in ("final", "auto", "all")] == [  # type: ignore[arg-type]
        (0, 1),
        (0, 0, 1),
        (0, 0, 0, 1, 1),
    ]


def test_each_state_is_measured_for_what_does_not_fit(browser: Browser, tmp_path: Path) -> None:
    deck = tmp_path / "deck.md"
    one, other = "# A\n\n- x\n- .grey[y]", "# A\n\n- x\n- y\n\n![w:100 h:5000](a.png)"
    deck.write_text(f"{one}\n\n---\n\n{other}", "utf-8")
    picture(tmp_path / "a.png", (100, 100), "#336699")
    tools = Tools(Settings(root=tmp_path))
    built = pipeline.build(deck, tools)
    pipeline.write(built, tools, tmp_path / "deck.html")
    tools.close()
    with browser.tab(1280, 720) as tab:
        tab.open((tmp_path / "deck.html").as_uri())
        script = json.dumps((Path(pipeline.__file__).parent / "runtime" / "overflow.js").read_text("utf-8"))
        found = tab.evaluate(
            f"import('data:text/javascript,' + encodeURIComponent({script})).then((module) => {{"
            " module.default(celldeck); return celldeck.measure([celldeck.current]); })"
        )
    assert {one["step"] for one in found[0]} == {1}


def test_keys_names_and_announcements_go_through_the_states(browser: Browser, tmp_path: Path) -> None:
    one = made(tmp_path, collapse=True, theme="celldeck")
    shown = "[...celldeck.current.querySelectorAll('section')].filter((s) => s.checkVisibility()).length"
    voice = "document.querySelector('.celldeck-voice[role=status]').textContent"
    with browser.tab(1280, 720) as tab:
        deck = Presented(tab)
        tab.call("Page.bringToFront")
        tab.open(one.as_uri())
        assert deck.place == (0, 0)
        assert deck.evaluate(shown) == 1
        deck.press("ArrowRight")
        assert deck.place == (0, 1)
        assert deck.address.endswith("#1") or "f=1" in deck.address
        assert deck.evaluate(voice) == "two strong caption"
        assert deck.evaluate(shown) == 1
        deck.press("ArrowRight")
        assert deck.evaluate(voice) == "three"
        deck.press("ArrowRight")
        assert deck.place == (1, 0)
        deck.press("ArrowLeft")
        assert deck.place == (0, 2)
        deck.press("End")
        assert deck.place[0] == 3
        deck.evaluate("location.hash = '#split'")
        deck.wait_for("celldeck.index === 2")
        assert deck.place == (2, 0)
        # Of a slide with pictures behind it, each state has three layers.
        assert deck.evaluate(shown) == 3
        deck.press("o")
        assert deck.evaluate(
            "[...document.querySelectorAll('[data-celldeck-state]')].every((layer) =>"
            " layer.checkVisibility() === layer.hasAttribute('data-celldeck-last'))"
        )
        assert deck.errors == []


@pytest.mark.kernel
def test_a_cell_in_all_copies_runs_once_and_shows_in_each_state(tmp_path: Path) -> None:
    cell = "```python\ncount = globals().get('count', 0) + 1\nprint('count', count)\n```"
    copies = (f"# A\n\n- x\n- {item}\n\n{cell}" for item in (".grey[y]", "y"))
    deck = tmp_path / "deck.md"
    deck.write_text("---\nkernel: python3\n---\n\n" + "\n\n---\n\n".join((*copies, cell)), "utf-8")
    tools = Tools(Settings(root=tmp_path))
    try:
        built = pipeline.build(deck, tools)
    finally:
        tools.kernels.close()
        tools.close()
    assert [slide.count("count 1") for slide in built.page.slides] == [2, 0]
    assert "count 2" in built.page.slides[1]
