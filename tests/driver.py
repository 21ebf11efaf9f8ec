"""A presented deck in a real browser: what a lecturer does to it, and what it then shows."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from celldeck.export.browser import Browser, Tab
from celldeck.export.devtools import NavigatedError
from celldeck.export.find_browser import find_browser
from celldeck.export.paper import plain_paper
from celldeck.export.pdf import Press, write_pdf
from celldeck.export.pdf.look import Quality
from celldeck.export.pdf.shelf import Shelf
from celldeck.model import Metadata, Page
from celldeck.render.page import document
from celldeck.source import Source

SCAFFOLD = r"""
CONTAINER > svg > foreignObject > section { width: 1280px; height: 720px; box-sizing: border-box;
  overflow: hidden; position: relative; padding: 70px; background: white; font: 30px sans-serif }
CONTAINER > svg > foreignObject > section :is(h1, marp-h1) { font-size: 60px; margin: 20px 0 }
CONTAINER > svg > foreignObject > section :is(pre, marp-pre) { font-size: 24px; margin: 20px 0 }
"""


def slide(html: str, number: int = 1, attributes: str = "") -> str:
    """Return a slide as `render` makes it."""
    return (
        '<svg data-marpit-svg="" viewBox="0 0 1280 720"><foreignObject width="1280" height="720">'
        f'<section id="{number}"{attributes}>{html}</section></foreignObject></svg>'
    )


def page(
    *slides: str,
    css: str = "",
    container: str = r"div#\:\$p",
    notes: Sequence[tuple[str, ...]] = (),
    metadata: Metadata | None = None,
    source: str = "# Deck\n",
) -> Page:
    """Return a page of slides given as the HTML inside their sections."""
    return Page(
        slides=tuple(slide(html, number) for number, html in enumerate(slides, 1)),
        css=SCAFFOLD.replace("CONTAINER > ", f"{container} > " if container else "") + css,
        size_px=(1280, 720),
        page_size=("1280px", "720px"),
        notes=tuple(notes) or ((),) * len(slides),
        titles=(None,) * len(slides),
        metadata=metadata or Metadata(),
        source=Source.of(source, "deck.md"),
        theme="default",
    )


_CODES = {
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "Enter": 13,
    "F5": 116,
    "F11": 122,
    "Escape": 27,
    "Backspace": 8,
    " ": 32,
    "Tab": 9,
}
_MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}


class Presented:
    """A tab with a deck in it. Keeps the errors of its console and the requests it makes."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.errors: list[str] = []
        self.requests: list[str] = []
        tab.listen("Network.requestWillBeSent", self._request)
        tab.listen("Runtime.exceptionThrown", lambda event: self.errors.append(str(event)))
        tab.listen("Runtime.consoleAPICalled", self._console)
        tab.listen("Log.entryAdded", self._entry)
        for domain in ("Network", "Runtime", "Log"):
            tab.call(f"{domain}.enable")

    def _request(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.requests.append(event["request"]["url"])

    def _entry(self, event: dict[str, Any]) -> None:
        if event["entry"]["level"] == "error":
            self.errors.append(event["entry"]["text"])

    def _console(self, event: dict[str, Any]) -> None:
        if event["type"] in {"error", "assert"}:
            self.errors.append(str(event["args"]))

    def evaluate(self, expression: str) -> Any:
        return self.tab.evaluate(expression)

    @property
    def place(self) -> tuple[int, int]:
        """Slide (from 0) and step."""
        index, step = self.evaluate("[celldeck.index, celldeck.step]")
        return index, step

    @property
    def address(self) -> str:
        """What follows the file's name."""
        return str(self.evaluate("location.search + location.hash"))

    def press(self, *keys: str) -> None:
        """Press keys, each perhaps with modifiers: `Shift+ArrowRight`."""
        for name in keys:
            *modifiers, key = name.split("+") if name != "+" else [name]
            letter = len(key) == 1
            event = {
                "key": key,
                "code": f"Key{key.upper()}" if key.isalpha() and letter else {" ": "Space"}.get(key, key),
                "windowsVirtualKeyCode": _CODES.get(key, ord(key.upper()) if letter and key.isalnum() else 0),
                "modifiers": sum(_MODIFIERS[modifier] for modifier in modifiers),
            }
            if letter and not modifiers:
                event["text"] = key
            elif key == "Enter":
                event["text"] = "\r"
            self.tab.call("Input.dispatchKeyEvent", {"type": "keyDown", **event})
            self.tab.call("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self.tab.call("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})

    def click(self, x: float, y: float, *, modifiers: int = 0) -> None:
        self.drag((x, y), (x, y), modifiers=modifiers)

    def drag(self, start: tuple[float, float], end: tuple[float, float], *, modifiers: int = 0) -> None:
        more = {"button": "left", "clickCount": 1, "modifiers": modifiers}
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start, **more, buttons=1)
        if end != start:
            self.mouse("mouseMoved", *end, button="left", buttons=1)
        self.mouse("mouseReleased", *end, **more)

    def wheel(self, dx: float, dy: float, at: tuple[float, float] = (640, 360)) -> None:
        self.mouse("mouseWheel", *at, deltaX=dx, deltaY=dy)

    def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        steps = (("touchStart", start), ("touchMove", middle), ("touchMove", end), ("touchEnd", None))
        for kind, point in steps:
            points = [{"x": point[0], "y": point[1]}] if point else []
            self.tab.call("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def wait_for(self, expression: str, timeout_s: float = 5.0) -> None:
        """Let the page go on until an expression holds.

        Raises:
            AssertionError: it does not within the time.
        """
        end = time.monotonic() + timeout_s
        while True:
            # A page that loads itself anew is asked again.
            with suppress(NavigatedError):
                if self.evaluate(f"Boolean({expression})"):
                    return
            assert time.monotonic() < end, f"never: {expression}"
            time.sleep(0.02)

    def frames(self) -> None:
        """Let the page draw."""
        self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"
        )


def press(browser: Browser, cache: Path, path: Path, quality: Quality = "good") -> Press:
    """Return what a PDF is printed with, in a browser that runs."""
    shelf = Shelf.of(cache, path)
    printed = partial(document, template="print")
    return Press(printed, lambda: browser, find_browser(), shelf, cache / "pictures", quality)


def words(pdf: Path, number: int) -> list[tuple[str, float, float]]:
    """Return the words of a page (from 1) of a PDF, with their left and right ends in points."""
    if not shutil.which("pdftotext"):
        pytest.skip("needs poppler's pdftotext")
    command = ["pdftotext", "-bbox", "-f", str(number), "-l", str(number), str(pdf), "-"]
    boxes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    word = re.compile(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>')
    return [(text, float(left), float(right)) for left, right, text in word.findall(boxes)]


def printed(
    page: Page, browser: Browser, path: Path, quality: Quality = "good", labels: tuple[str, ...] = ()
) -> pikepdf.Pdf:
    """Print a page to a file without anything odd, and return the PDF."""
    assert (
        write_pdf(path, plain_paper(page, labels), press(browser, path.parent / "cache", path, quality)) == ()
    )
    return pikepdf.open(io.BytesIO(path.read_bytes()))


def pixels(path: Path, number: int) -> Image.Image:
    """Return a page (from 1) of a PDF as it is seen."""
    if not shutil.which("pdftoppm"):
        pytest.skip("needs poppler's pdftoppm")
    command = ["pdftoppm", "-r", "72", "-f", str(number), "-l", str(number), "-png", str(path)]
    shown = subprocess.run(command, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(shown)).convert("RGB")


def painted_text(pdf: Path, number: int) -> str:
    """Return the text of a page (from 1) of a PDF in the order in which it is painted."""
    if not shutil.which("pdftotext"):
        pytest.skip("needs poppler's pdftotext")
    command = ["pdftotext", "-raw", "-f", str(number), "-l", str(number), str(pdf), "-"]
    return " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


_JUMPS = """(() => {
  const boxes = (slide) => [...slide.querySelectorAll('*:not(.step-figure)')].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [element, [x, y, width, height].map((side) => Math.round(side * 100) / 100).join(' ')];
  });
  const found = [];
  let states = 0;
  celldeck.slides.forEach((slide, index) => {
    const last = celldeck.lastStep(slide);
    if (!last) return;
    celldeck.go(index, last, { animate: false });
    const settled = new Map(boxes(slide));
    for (let step = 0; step <= last; step += 1) {
      celldeck.go(index, step, { animate: false });
      states += 1;
      for (const [element, box] of boxes(slide)) {
        if (settled.get(element) !== box) {
          const name = `${element.localName} ${element.textContent.trim().slice(0, 30)}`;
          found.push(`slide ${index + 1}, step ${step}: ${name}: ${box}, in the end ${settled.get(element)}`);
        }
      }
    }
  });
  return [states, found];
})()"""


def jumps(deck: Presented) -> tuple[int, list[str]]:
    """Return how many states the slides with steps have, and what in one of them is not where it ends up.

    Pictures that go with a step are left out: they take turns.
    """
    deck.evaluate("document.fonts.ready.then(() => null)")
    states, found = deck.evaluate(_JUMPS)
    return states, found
