"""Edit random decks thousands of times, and compare what stands on the slides with clean runs.

    python benchmarks/soak.py EDITS [--seed N] [--failures FOLDER] [--about REGEX]

The decks, the edits and the clean runs are those of the differential tests, which try some hundred of them.
A session ends now and then, so that the next one goes on from the store. Exit status 1 if an output was
was wrong; the decks before and after the edit are written to FOLDER. With REGEX, only statements are made in
whose templates it is found: `file|os` for those about files.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "execute"))

import differential
from differential import Oracle, deck, edited, masked, shown_of, text_of

from celldeck import Session
from celldeck.session import Build

EDITS_A_DECK = 40
MOST_MEMORY_BYTES = 3 << 30
"""A cell may well make a list of a generator that never ends."""
RESTART = 0.05
"""How likely a session ends after an edit."""


class Soak:
    """Edits one deck after another."""

    def __init__(self, rng: random.Random, folder: Path, failures: Path) -> None:
        """Take where the deck may stand, and where to leave what went wrong."""
        self.rng = rng
        self.path = folder / "deck.md"
        self.failures = failures
        self.edits = self.wrong = self.ran = self.cells = 0

    def deck(self, oracle: Oracle, most: int) -> None:
        """Edit a new deck at most so many times."""
        (self.path.parent / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
        cells, before = deck(self.rng), [""]
        session = Session(self.path)
        try:
            for number in range(min(EDITS_A_DECK, most) + 1):
                self.path.write_text(text_of(cells), "utf-8")
                build = session.build()
                self.edits += number > 0
                self.ran += len(build.ran)
                self.cells += len(cells)
                if masked(shown_of(build.deck)) != masked(oracle.run(cells)):
                    self.fail(before, cells, build)
                before, cells = cells, edited(cells, self.rng)
                if self.rng.random() < RESTART:
                    session.close()
                    session = Session(self.path)
        finally:
            session.close()

    def fail(self, before: list[str], cells: list[str], build: Build) -> None:
        """Leave what went wrong."""
        self.wrong += 1
        self.failures.mkdir(parents=True, exist_ok=True)
        name = f"{self.edits}-{self.rng.getrandbits(32):08x}"
        (self.failures / f"{name}.txt").write_text(f"{before!r}\n{cells!r}\n{build.explain}\n", "utf-8")
        print(f"wrong: {self.failures / name}.txt", flush=True)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("edits", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=Path, default=Path("soak"))
    parser.add_argument("--about", default="")
    arguments = parser.parse_args()
    differential.FORMS = differential.forms(arguments.about)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    rng, oracle, began = random.Random(arguments.seed), Oracle(), time.monotonic()
    done = wrong = ran = cells = 0
    while done < arguments.edits:
        folder = Path(tempfile.mkdtemp())
        soak = Soak(rng, folder, arguments.failures)
        soak.deck(oracle, arguments.edits - done)
        shutil.rmtree(folder, ignore_errors=True)
        done, wrong = done + soak.edits, wrong + soak.wrong
        ran, cells = ran + soak.ran, cells + soak.cells
        seconds = time.monotonic() - began
        print(f"{done} edits in {seconds:.0f} s, {ran} of {cells} cells ran, {wrong} wrong", flush=True)
    oracle.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
