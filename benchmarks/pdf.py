"""How long a PDF takes and how large it is, beside marp-cli in the same run.

    python benchmarks/pdf.py DECK [DECK …] [--together] [--marp PATH] [--theme-set PATH …] [--rounds 3]

The commands take turns, so that both meet the same machine; medians and their ratios are printed. `cold` builds with
an empty cache, `warm` with pictures, formulas and code made ready. Without --marp only celldeck is timed. Marp CLI
writes the PDFs of --together beside the decks, which have to have names of their own.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from timing import timed

BUILD = Path(__file__).parents[1] / "build.py"


def measure(decks: list[Path], marp: str | None, themes: list[str], rounds: int) -> None:
    """Build decks in one call, time after time, and print how long that takes."""
    times: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    theme_set = ["--theme-set", *themes] if themes else []
    names = list(map(str, decks))
    title = decks[0].name if len(decks) == 1 else f"{len(decks)} decks"
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            # A project of its own, so that the cache is empty at first.
            (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
            out = folder / "ours"
            options = ["--no-exec", "--html-tags", "all", "--pdf", "-o", str(out)]
            for kind in ("cold", "warm"):
                ours = [sys.executable, str(BUILD), *names, *options, *theme_set]
                times.setdefault(kind, []).append(timed(ours, folder))
            sizes["ours"] = sum(path.stat().st_size for path in out.rglob("*.pdf"))
            if marp:
                theirs = (
                    [folder / "theirs.pdf"] if len(decks) == 1 else [d.with_suffix(".pdf") for d in decks]
                )
                place = ["-o", str(theirs[0])] if len(decks) == 1 else ["--pdf"]
                # What follows the themes would be one of them.
                command = [marp, "--html", "--allow-local-files", *place, *theme_set, "--", *names]
                times.setdefault("marp", []).append(timed(command, folder))
                sizes["marp"] = sum(path.stat().st_size for path in theirs)
    medians = {kind: statistics.median(values) for kind, values in times.items()}
    for kind, median in medians.items():
        ratio = f"  {median / medians['marp']:.2f} × marp-cli" if "marp" in medians else ""
        print(f"{title}  {kind:5}  {median:6.2f} s{ratio}")
    ratio = f", marp-cli {sizes['marp']:,}: {sizes['ours'] / sizes['marp']:.3f} ×" if "marp" in sizes else ""
    print(f"{title}  size   {sizes['ours']:,} bytes{ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("deck", nargs="+", type=Path)
    parser.add_argument("--together", action="store_true", help="all decks in one call")
    parser.add_argument("--marp")
    parser.add_argument("--theme-set", nargs="+", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    decks = [deck.resolve() for deck in given.deck]
    themes = [str(Path(path).resolve()) for path in given.theme_set]
    for some in [decks] if given.together else [[deck] for deck in decks]:
        measure(some, given.marp, themes, given.rounds)


if __name__ == "__main__":
    main()
