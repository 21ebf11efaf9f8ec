"""How long the cells of a deck take, beside the same cells in a plain script and in other tools that run them.

    python benchmarks/execution.py DECK.md [-n ROUNDS] [--peers PYTHON]

`cold` has nothing stored, `warm` builds again what has not changed, `text` after a slide's text was edited, `last` and
`middle` after a cell was: its last one, and the one that takes longest. Rounds are interleaved, so that all meet the
same machine; medians are shown, with their ratio to the plain script, and the fastest round.

`jupyter nbconvert --execute --to slides` and jupyter-cache take part where PYTHON has them (default: the Python that
runs this); their cells run in the Python that runs this, as celldeck's do. Nbconvert keeps nothing, so all its cases
are one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from celldeck import Session, pipeline
from celldeck.execute import Kernels
from celldeck.settings import Settings
from celldeck.tools import Tools

ROOT = Path(__file__).parents[1]
KERNEL = "benchmark"
PAUSE_S = 15

JUPYTER_CACHE = """
import sys
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
cache = get_cache("cache")
cache.clear_cache() if "cold" in sys.argv else None
for record in cache.list_project_records():
    cache.remove_nb_from_project(record.pk)
cache.add_nb_to_project("deck.ipynb")
result = load_executor("local-serial", cache=cache).run_and_cache(timeout=600)
assert not result.excepted and not result.errored, result
"""

Times = dict[str, list[float]]


@dataclass(frozen=True)
class Edits:
    """The text of a deck, as it is and after an edit."""

    plain: str
    text: str
    last: str
    middle: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("deck", type=Path)
    parser.add_argument("-n", type=int, default=3, help="rounds")
    parser.add_argument(
        "--peers", default=sys.executable, help="a Python that has nbconvert and jupyter-cache"
    )
    given = parser.parse_args()
    times: Times = defaultdict(list)
    for _ in range(given.n):
        with tempfile.TemporaryDirectory() as name:
            one_round(Path(name), given.deck, given.peers, times)
    base = statistics.median(times["python script.py"])
    for what, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{what:46} {median:8.2f} s  {median / base:5.2f} ×  fastest {min(seconds):8.2f} s")
    scripts, starts = times["python script.py"], times["a kernel's start, nothing imported"]
    for what in ("celldeck build.py, cold", "celldeck Session, cold"):
        rounds = zip(times[what], starts, scripts, strict=True)
        over = statistics.median(whole - start - script for whole, start, script in rounds)
        print(f"{what}: {100 * over / base:+.1f} % over the script and a kernel's start")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_round(folder: Path, original: Path, peers: str, times: Times) -> None:
    environment = {**os.environ, "JUPYTER_PATH": str(folder / "jupyter"), "PYTHONPATH": str(ROOT)}
    install_kernel(folder / "jupyter" / "kernels" / KERNEL)
    for path in original.parent.iterdir():
        if path.is_file() and path.suffix != ".md":
            shutil.copy(path, folder)
    (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    deck = folder / "deck.md"
    edits = edited(original.read_text("utf-8"), deck, folder)

    def note(what: str, *arguments: str) -> None:
        def run() -> None:
            done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{what} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

        times[what].append(timed(run))

    def write(text: str) -> list[str]:
        deck.write_text(text, "utf-8")
        return sources(deck, folder)

    (folder / "script.py").write_text("\n\n".join(write(edits.plain)), "utf-8")
    note("python script.py", sys.executable, "script.py")
    times["a kernel's start, nothing imported"].append(kernel_start(folder))

    build = (sys.executable, str(ROOT / "build.py"), "deck.md", "-o", "deck.html")
    note("celldeck build.py, cold", *build)
    note("celldeck build.py, warm", *build)
    write(edits.text)
    note("celldeck build.py, text", *build)
    write(edits.last)
    note("celldeck build.py, last", *build)

    shutil.rmtree(folder / ".celldeck")
    write(edits.plain)
    with Session(deck) as session:
        times["celldeck Session, cold"].append(timed(session.build))
        # Nobody edits at once; a fresh kernel gets ready meanwhile.
        time.sleep(PAUSE_S)
        for what in ("warm", "text", "last", "middle"):
            write(getattr(edits, {"warm": "plain"}.get(what, what)))
            times[f"celldeck Session, {what}"].append(timed(session.build))

    if has(peers, "nbconvert"):
        write_notebook(folder, write(edits.plain))
        slides = ("nbconvert", "--execute", "--to", "slides", f"--ExecutePreprocessor.kernel_name={KERNEL}")
        note("nbconvert --execute --to slides", peers, "-m", *slides, "deck.ipynb")
    if has(peers, "jupyter_cache"):
        for what in ("cold", "warm", "last"):
            write_notebook(folder, write(edits.last if what == "last" else edits.plain))
            note(f"jupyter-cache, {what}", peers, "-c", JUPYTER_CACHE, what)


def edited(text: str, deck: Path, folder: Path) -> Edits:
    """Return the deck, made to run, and edited."""
    if "kernel:" not in text.split("---")[1]:
        text = text.replace("---\n", "---\nkernel: python3\n", 1)
    deck.write_text(text, "utf-8")
    found = sources(deck, folder)
    longest = max(found, key=lambda source: (".fit(" in source, len(source)))
    heading = next(line for line in text.split("\n") if line.startswith("# "))
    return Edits(
        text,
        text.replace(heading, heading + " again", 1),
        text.replace(found[-1], found[-1] + "\nprint('edited')", 1),
        text.replace(longest, longest + "\nprint('edited')", 1),
    )


def sources(deck: Path, folder: Path) -> list[str]:
    """Return the code of the cells that run."""
    tools = Tools(Settings(root=folder))
    cells = pipeline.load(deck, tools).cells
    tools.close()
    return [cell.source for cell in cells if cell.options["eval"]]


def kernel_start(folder: Path) -> float:
    kernels = Kernels()
    try:
        return timed(lambda: kernels.start("python3", folder))
    finally:
        kernels.close()


def install_kernel(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "language": "python", "display_name": KERNEL}
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")


def write_notebook(folder: Path, code: list[str]) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in code])
    notebook.metadata.kernelspec = {"name": KERNEL, "display_name": KERNEL, "language": "python"}
    nbformat.write(notebook, folder / "deck.ipynb")


def has(python: str, module: str) -> bool:
    return not subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode


if __name__ == "__main__":
    main()
