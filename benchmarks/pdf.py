"""How long a PDF takes and how large it is, beside marp-cli in the same run.

    python benchmarks/pdf.py DECK [DECK …] [--marp PATH] [--theme-set PATH …] [--rounds 3]

The commands take turns, so that both meet the same machine; medians and their ratios are printed. `cold` builds with
an empty cache, `warm` with pictures, formulas and code made ready. Without --marp only celldeck is timed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from timing import timed

BUILD = Path(__file__).parents[1] / "build.py"


def measure(deck: Path, marp: str | None, themes: list[str], rounds: int) -> None:
    times: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    theme_set = ["--theme-set", *themes] if themes else []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            # A project of its own, so that the cache is empty at first.
            (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
            out = folder / "ours"
            ours = [
                sys.executable,
                str(BUILD),
                str(deck),
                "--no-exec",
                "--html-tags",
                "all",
                "--pdf",
                "-o",
                str(out),
            ]
            for kind in ("cold", "warm"):
                times.setdefault(kind, []).append(timed([*ours, *theme_set], folder))
            sizes["ours"] = next(out.glob("*.pdf")).stat().st_size
            if marp:
                theirs = folder / "theirs.pdf"
                command = [marp, str(deck), "--html", "--allow-local-files", "-o", str(theirs), *theme_set]
                times.setdefault("marp", []).append(timed(command, folder))
                sizes["marp"] = theirs.stat().st_size
    medians = {kind: statistics.median(values) for kind, values in times.items()}
    for kind, median in medians.items():
        ratio = f"  {median / medians['marp']:.2f} × marp-cli" if "marp" in medians else ""
        print(f"{deck.name}  {kind:5}  {median:6.2f} s{ratio}")
    ratio = f", marp-cli {sizes['marp']:,}: {sizes['ours'] / sizes['marp']:.2f} ×" if "marp" in sizes else ""
    print(f"{deck.name}  size   {sizes['ours']:,} bytes{ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("deck", nargs="+", type=Path)
    parser.add_argument("--marp")
    parser.add_argument("--theme-set", nargs="+", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for deck in given.deck:
        measure(
            deck.resolve(), given.marp, [str(Path(path).resolve()) for path in given.theme_set], given.rounds
        )


if __name__ == "__main__":
    main()
