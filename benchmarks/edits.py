"""Edit the cells of decks one at a time: what runs, how long that takes, and whether it is what a clean run gives.

    python benchmarks/edits.py DECK.md... [--edit print|number] [--cells 3-9] [--clean each|twice|never]
                                          [--pause SECONDS] [--explain]

Each deck is copied with its folder and built in a `Session`, which stays open. Then each cell in turn is edited and
the deck built again, the edit is taken back and the deck built once more, which must run nothing and give the same
bytes. Last, a word of the text is changed. `--edit print` prints something at the end of the cell, so that what it
makes is as it was; `number` counts its first whole number up, which may change all below, or raise.

Afterwards, when no time counts, each edited deck runs clean: in a session of its own, not incremental, in an empty
folder. `--clean twice` runs two decks clean, without an edit and with all of them; the outputs of each edit are put
together of these, which is right for `print` alone. Where an output differs and a second clean run differs there
too, the cell is unsteady, which is told, and is no fault of an edit. Exit status 1 if something is wrong.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from celldeck import Session
from celldeck.execute import Silent
from celldeck.execute.compare import differences
from celldeck.model import Cell, Deck
from celldeck.session import Build

STANDBY_S = 120
"""How long to wait, after the first build, for a fresh kernel to stand by: nobody edits at once."""


class RunTimes(Silent):
    """Adds up how long cells run."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def finished(self, deck: Deck, cell: Cell, number: int, count: int) -> None:
        self.seconds += cell.seconds or 0.0


@dataclass
class Edit:
    """One edit, and what came of it."""

    cell: Cell
    """As it was before."""
    text: str
    """Of the edited deck."""
    build: Build
    build_s: float
    run_s: float
    """How long the cells ran that ran."""
    undo_s: float
    wrong: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)


class Folder:
    """A copy of a deck's folder, with nothing stored."""

    def __init__(self, original: Path) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="celldeck-edits-"))
        inner = self.root / original.absolute().parent.name
        shutil.copytree(original.parent, inner, ignore=shutil.ignore_patterns(".celldeck", "_freeze"))
        (self.root / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
        self.path = inner / original.name

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


@contextmanager
def copy_of(original: Path) -> Iterator[Path]:
    """Give the path of a copy of a deck."""
    folder = Folder(original)
    try:
        yield folder.path
    finally:
        folder.close()


class Editing:
    """The edits of one deck."""

    def __init__(self, original: Path, kind: str, chosen: range | None) -> None:
        self.original = original
        self.kind = kind
        self.chosen = chosen
        self.plain = runnable(original.read_text("utf-8"))
        self.edits: list[Edit] = []
        self.wrong: list[str] = []
        self.clean_s = self.prose_s = 0.0
        self.before: Deck | None = None
        """The first build."""
        self._clean: dict[str, Deck] = {}

    def edit(self, pause_s: float) -> None:
        """Edit the cells and then the text."""
        times = RunTimes()
        with copy_of(self.original) as path, Session(path, progress=times) as session:

            def build(text: str) -> tuple[Build, float]:
                path.write_text(text, "utf-8")
                times.seconds = 0.0
                began = time.perf_counter()
                built = session.build()
                return built, time.perf_counter() - began

            first, self.clean_s = build(self.plain)
            self.before = first.deck
            if pause_s:
                wait_for_standby(session, path)
            for cell in first.deck.cells:
                text = edited(self.plain, cell, self.kind)
                if text is None or (self.chosen is not None and cell.index + 1 not in self.chosen):
                    continue
                time.sleep(pause_s)
                built, build_s = build(text)
                run_s = times.seconds
                time.sleep(pause_s)
                undone, undo_s = build(self.plain)
                edit = Edit(cell, text, built, build_s, run_s, undo_s)
                self.edits.append(edit)
                if undone.ran:
                    edit.wrong.append(f"the undo runs {told(undone.ran)}")
                if outputs_of(undone.deck) != outputs_of(first.deck):
                    edit.wrong.append("the undo gives other bytes")
            time.sleep(pause_s)
            built, self.prose_s = build(other_prose(self.plain))
            if built.ran:
                self.wrong.append(f"an edit of the text runs {told(built.ran)}")

    def compare(self, how: str) -> None:
        """Compare what stood there after each edit with clean runs."""
        assert self.before is not None
        if how == "never":
            return
        self.wrong += [
            f"the first build: {name}"
            for name in self.different(self.plain, self.before, self.clean(self.plain))
        ]
        every = self.all_edits() if how == "twice" else None
        for edit in self.edits:
            if every is None:
                expected = self.clean(edit.text)
            else:
                expected = self.joined(edit, self.clean(self.plain), self.clean(every))
            edit.wrong += self.different(every or edit.text, edit.build.deck, expected, edit)

    def clean(self, text: str, again: bool = False) -> Deck:
        """Return a deck with what a clean run gives."""
        if again or text not in self._clean:
            with copy_of(self.original) as path:
                path.write_text(text, "utf-8")
                with Session(path, incremental=False) as session:
                    deck = session.build().deck
            if again:
                return deck
            self._clean[text] = deck
        return self._clean[text]

    def all_edits(self) -> str:
        text = self.plain
        # From below, so that the lines of those above stay where they are.
        for edit in reversed(self.edits):
            text = edited(text, edit.cell, self.kind) or text
        return text

    def joined(self, edit: Edit, plain: Deck, every: Deck) -> Deck:
        """Return the deck after an edit, with the edited cell's outputs of one run and the others' of another."""
        outputs = [
            (every if cell.index == edit.cell.index else plain).cells[cell.index] for cell in plain.cells
        ]
        cells = (
            replace(cell, outputs=one.outputs)
            for cell, one in zip(edit.build.deck.cells, outputs, strict=True)
        )
        return replace(edit.build.deck, cells=tuple(cells))

    def different(self, text: str, got: Deck, expected: Deck, edit: Edit | None = None) -> list[str]:
        """Return what differs, a text a cell, and note what is unsteady."""
        found = list(differences(expected, got))
        if not found:
            return []
        again = {one.cell.index for one in differences(self.clean(text), self.clean(text, again=True))}
        unsteady = [one for one in found if one.cell.index in again]
        if edit is not None:
            edit.unsteady += [name_of(one.cell) for one in unsteady]
        return [f"{name_of(one.cell)}\n{one.text}" for one in found if one not in unsteady]

    def report(self, explain: bool) -> bool:
        """Print what came of it; say whether all is right."""
        assert self.before is not None
        edits = self.edits
        wrong = [edit for edit in edits if edit.wrong]
        print(f"{self.original}: {len(self.before.cells)} cells, {len(edits)} edited, {len(wrong)} wrong")
        if edits:
            ratio = [100 * edit.build_s / self.clean_s for edit in edits]
            over = [1000 * (edit.build_s - edit.run_s) for edit in edits]
            undo = [1000 * edit.undo_s for edit in edits]
            print(f"  clean build            {self.clean_s:8.2f} s")
            print(f"  rebuild / clean build  {spread(ratio, '%')}")
            print(f"  rebuild - run time     {spread(over, 'ms')}")
            print(f"  undo                   {spread(undo, 'ms')}")
            print(f"  edit of the text       {1000 * self.prose_s:8.1f} ms")
        for edit in edits:
            if explain:
                print(f"  {name_of(edit.cell)}: {edit.build_s:.3f} s, runs {told(edit.build.ran) or 'none'}")
                for line in edit.build.explain.split("\n"):
                    if ": ran " in line:
                        print(f"      {line}")
            for text in edit.wrong:
                print(f"  WRONG after an edit of {name_of(edit.cell)}: {text}")
        for text in self.wrong:
            print(f"  WRONG: {text}")
        if unsteady := sorted({name for edit in edits for name in edit.unsteady}):
            print(f"  unsteady from clean run to clean run: {', '.join(unsteady)}")
        return not wrong and not self.wrong


def runnable(text: str) -> str:
    """Return a deck's text with a kernel, if it names none."""
    if re.search(r"^kernel:", text.split("\n---", 1)[0], re.MULTILINE):
        return text
    return text.replace("---\n", "---\nkernel: python3\n", 1)


def edited(text: str, cell: Cell, kind: str) -> str | None:
    """Return a deck's text with a cell edited; None: there is nothing to edit, or it stands in another file."""
    if cell.inline or cell.origin or not cell.options["eval"] or not cell.source.strip():
        return None
    lines = text.split("\n")
    first, end = cell.first_line - 1, cell.first_line + cell.source.count("\n")
    if kind == "print":
        indent = re.match(r"\s*", lines[cell.span.line - 1])
        lines.insert(end, f'{indent[0] if indent else ""}print("edited")')
        return "\n".join(lines)
    code = "\n".join(lines[first:end])
    counted = re.sub(r"(?<![\w.\"'#])\d+(?![\w.\"'])", lambda found: str(int(found[0]) + 1), code, count=1)
    return None if counted == code else "\n".join([*lines[:first], *counted.split("\n"), *lines[end:]])


def other_prose(text: str) -> str:
    """Return a deck's text with a word more in its last heading."""
    return re.sub(r"(?s)(.*\n#+ [^\n]*)", r"\1 again", text, count=1)


def wait_for_standby(session: Session, path: Path) -> None:
    standby = session.tools.kernels._standby
    if standby is not None:
        standby.wait(path.absolute().parent, STANDBY_S)


def outputs_of(deck: Deck) -> list[object]:
    return [cell.outputs for cell in deck.cells]


def name_of(cell: Cell) -> str:
    return f"{cell.index + 1} {cell.label or ''}".rstrip()


def told(ran: Iterable[int]) -> str:
    return ", ".join(str(index + 1) for index in ran)


def spread(values: list[float], unit: str) -> str:
    ninth = statistics.quantiles(values, n=10)[-1] if len(values) > 1 else values[0]
    return f"{statistics.median(values):8.1f} {unit} median, {ninth:8.1f} {unit} p90"


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("decks", type=Path, nargs="+", metavar="DECK")
    parser.add_argument("--edit", choices=("print", "number"), default="print")
    parser.add_argument("--cells", help="which cells to edit, from 1: 7, or 3-9; default: all")
    parser.add_argument("--clean", choices=("each", "twice", "never"), default="each")
    parser.add_argument(
        "--pause", type=float, default=0.5, help="seconds before each build; 0: wait for nothing"
    )
    parser.add_argument("--explain", action="store_true", help="print which cells ran, and why")
    given = parser.parse_args()
    if given.edit == "number" and given.clean == "twice":
        parser.error("--clean twice is for --edit print")
    chosen = None
    if given.cells:
        first, _, last = given.cells.partition("-")
        chosen = range(int(first), int(last or first) + 1)
    right = True
    for deck in given.decks:
        editing = Editing(deck, given.edit, chosen)
        editing.edit(given.pause)
        editing.compare(given.clean)
        right &= editing.report(given.explain)
        sys.stdout.flush()
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
