"""How long a build of a deck without cells takes, beside marp-cli in the same run.

    python benchmarks/static_build.py [--marp PATH] [--slides 48 1000] [--rounds 5]

The commands take turns, so that both meet the same machine; medians and their ratio are printed. `cold` builds with
an empty cache, `warm` a second time, `edit` after one slide was changed. Without --marp only celldeck is timed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from timing import timed

BUILD = Path(__file__).parents[1] / "build.py"

KINDS = (
    "# Slide {n}: a list\n\n- one *point* of slide {n}\n- another with `code`\n  - and one below it\n- a [link](https://example.org/{n})\n",
    "## Slide {n}: code\n\n```python\ndef f{n}(x):\n    return x ** 2 + {n}\n\nprint(f{n}(3))\n```\n",
    "## Slide {n}: a formula\n\nThe loss is $L_{{{n}}}(\\theta)$, and\n\n$$\\nabla_\\theta L_{{{n}}} = \\frac{{1}}{{n}}\\sum_i x_i^{{{n}}}$$\n",
    "## Slide {n}: a table\n\n| name | value |\n|---|---:|\n| a{n} | {n} |\n| b{n} | **{n}** |\n",
    "<!-- _class: lead -->\n\n# Slide {n}\n\nA paragraph of some words, such as a lecture has,\nover two lines. :tada:\n\n<!-- A note for slide {n}. -->\n",
    "## Slide {n}: steps\n\n* first\n* second\n* third\n\n> A quotation that stands below them.\n",
)


def deck(slides: int) -> str:
    parts = [KINDS[n % len(KINDS)].format(n=n) for n in range(1, slides + 1)]
    return "---\nmarp: true\ntheme: default\npaginate: true\n---\n\n" + "\n---\n\n".join(parts)


def measure(slides: int, marp: str | None, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "deck.md"
        text = deck(slides)
        file.write_text(text, "utf-8")
        ours = [sys.executable, str(BUILD), "deck.md", "-o", "ours.html"]
        theirs = [marp or "", "deck.md", "-o", "theirs.html"]
        times: dict[str, list[float]] = {}

        def run(name: str, command: list[str], before: Callable[[], object] = lambda: None) -> None:
            before()
            times.setdefault(name, []).append(timed(command, folder))

        for number in range(rounds + 1):
            if marp:
                run("marp-cli", theirs)
            file.write_text(text, "utf-8")
            run("cold", ours, lambda: shutil.rmtree(folder / ".celldeck", ignore_errors=True))
            run("warm", ours)
            file.write_text(text.replace("another with", f"another {number} with", 1), "utf-8")
            run("edit", ours)
        print(f"{slides} slides, median of {rounds} (the first round is left out)")
        reference = statistics.median(times["marp-cli"][1:]) if marp else None
        for name, seconds in times.items():
            median = statistics.median(seconds[1:])
            ratio = f"  {median / reference:5.2f} x marp-cli" if reference else ""
            print(f"  {name:9} {median:6.3f} s  ({min(seconds[1:]):.3f}-{max(seconds[1:]):.3f}){ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--marp", default=shutil.which("marp"), help="the marp command (default: from PATH)")
    parser.add_argument("--slides", type=int, nargs="+", default=[48, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    for slides in given.slides:
        measure(slides, given.marp, given.rounds)


if __name__ == "__main__":
    main()
