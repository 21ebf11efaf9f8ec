"""How quick the presented deck is: the first slide of a file, the overview of 400 slides, one step.

    python benchmarks/presenting.py [DECK.html …]

Times are of a headless browser, from the event to the end of the frame that shows what it did; for an overview
and for steps the wait for the next frame, up to 17 ms, is part of it. Medians; the load of the machine counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from celldeck.export.browser import Browser, Tab
from celldeck.pipeline import build, self_contained
from celldeck.render.page import document
from celldeck.settings import Settings
from celldeck.tools import Tools

KEY = """new Promise((done) => {
  const start = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: KEY, code: KEY, bubbles: true }));
  const script = performance.now() - start;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done([script, performance.now() - start]);
    port2.postMessage(null);
  });
})"""
PAINT = """new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()[0].startTime))
  .observe({ type: "paint", buffered: true }))"""
REQUESTS = "performance.getEntriesByType('resource').filter(({ name }) => !name.startsWith('data:')).length"


def pressed(tab: Tab, key: str) -> tuple[float, float]:
    script, painted = tab.evaluate(KEY.replace("KEY", f'"{key}"'))
    return script, painted


def large_deck(folder: Path, slides: int = 400) -> Path:
    """Write a deck of many slides and return its HTML file."""
    source = folder / f"{slides} slides.md"
    slide = "# Slide {0}\n\n* one\n* two\n* three\n\n```python\nx = {0}\n```\n"
    source.write_text("\n---\n\n".join(map(slide.format, range(1, slides + 1))), "utf-8")
    tools = Tools(Settings(root=folder))
    html = source.with_suffix(".html")
    page = self_contained(build(source, tools), tools, html).page
    html.write_text(document(page), "utf-8")
    return html


def main(decks: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        made = [large_deck(Path(folder), slides) for slides in (48, 400)]
        for deck in (*made, *decks):
            with browser.tab(1280, 720) as tab:
                shown = []
                for _ in range(5):
                    tab.open("about:blank")
                    tab.open(deck.resolve().as_uri())
                    shown.append(tab.evaluate(PAINT))
                requests = tab.evaluate(REQUESTS)
                steps = [pressed(tab, "ArrowRight") for _ in range(60)]
                overview = []
                for _ in range(7):
                    overview.append(pressed(tab, "o")[1])
                    tab.evaluate("celldeck.overview(false); new Promise((done) => setTimeout(done, 100))")
                count = tab.evaluate("celldeck.slides.length")
            print(f"{deck.name}: {count} slides, {requests} requests")
            print(f"  first slide     {statistics.median(shown):6.0f} ms")
            print(
                f"  overview        {statistics.median(overview):6.0f} ms"
                f" (first {overview[0]:.0f}, least {min(overview):.0f})"
            )
            script, painted = (statistics.median(values) for values in zip(*steps, strict=True))
            print(f"  step            {painted:6.1f} ms to its frame, {script:.1f} ms of it script")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
