"""How long the cells of a deck take: as a script, built first, built again, after an edit; and with other tools.

    python benchmarks/execution.py DECK.md [-n ROUNDS]

Rounds are interleaved, medians are shown with their ratio to the plain script. `jupyter nbconvert --execute` and
jupyter-cache take part where they are installed in the Python that runs this.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

from celldeck import Session, pipeline
from celldeck.settings import Settings
from celldeck.tools import Tools

ROOT = Path(__file__).parents[1]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(*arguments: str, folder: Path) -> Callable[[], object]:
    def run() -> object:
        return subprocess.run(arguments, cwd=folder, check=True, capture_output=True)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("deck", type=Path)
    parser.add_argument("-n", type=int, default=3, help="rounds")
    given = parser.parse_args()
    text = given.deck.read_text("utf-8")
    if "kernel:" not in text.split("---")[1]:
        text = text.replace("---\n", "---\nkernel: python3\n", 1)
    times: dict[str, list[float]] = {}
    for _ in range(given.n):
        with tempfile.TemporaryDirectory() as name:
            one_round(Path(name), given.deck, text, times)
    base = statistics.median(times["python script.py"])
    for what, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{what:42} {median:8.2f} s  {median / base:5.2f} ×")


def one_round(folder: Path, original: Path, text: str, times: dict[str, list[float]]) -> None:
    for path in original.parent.iterdir():
        if path.is_file() and path.suffix != ".md":
            shutil.copy(path, folder)
    (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    deck = folder / "deck.md"
    deck.write_text(text, "utf-8")
    tools = Tools(Settings(root=folder))
    sources = [cell.source for cell in pipeline.load(deck, tools).cells if cell.options["eval"]]
    tools.close()
    note = times.setdefault

    script = folder / "script.py"
    script.write_text("\n\n".join(sources), "utf-8")
    note("python script.py", []).append(timed(command(sys.executable, "script.py", folder=folder)))

    build = command(sys.executable, str(ROOT / "build.py"), "deck.md", "-o", "deck.html", folder=folder)
    note("celldeck, first build", []).append(timed(build))
    note("celldeck, second build", []).append(timed(build))

    shutil.rmtree(folder / ".celldeck")
    with Session(deck) as session:
        note("celldeck, Session, first build", []).append(timed(session.build))
        last = sources[-1]
        deck.write_text(text.replace(last, last + "\nprint('edited')"), "utf-8")
        note("celldeck, Session, last cell edited", []).append(timed(session.build))

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbformat.write(notebook, folder / "deck.ipynb")
    if importlib.util.find_spec("nbconvert"):
        run = (sys.executable, "-m", "nbconvert", "--execute", "--to", "slides", "deck.ipynb")
        note("nbconvert --execute --to slides", []).append(timed(command(*run, folder=folder)))
    if importlib.util.find_spec("jupyter_cache"):
        note("jupyter-cache, first run", []).append(timed(lambda: cached(folder)))
        note("jupyter-cache, second run", []).append(timed(lambda: cached(folder)))


def cached(folder: Path) -> None:
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    cache = get_cache(folder / "cache")
    cache.add_nb_to_project(str(folder / "deck.ipynb"))
    load_executor("local-serial", cache=cache).run_and_cache()


if __name__ == "__main__":
    main()
