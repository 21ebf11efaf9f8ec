"""The layers of ARCHITECTURE.md, read from the imports."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "celldeck"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("source", "files", "cache", "js", "frozen", "patterns", "closest", "side_by_side"),
    ("errors", "nodes", "emoji", "js", "packages", "keymap"),
    ("model", "javascript"),
    ("cell_options", "gateway"),
    (
        "parse",
        "execute",
        "themes",
        "render",
        "export",
        "settings",
        "marp_project",
        "rehearsal",
        "drawings",
        "overflow",
    ),
    ("tools",),
    ("beside",),
    ("pipeline",),
    ("session", "outputs", "mends", "remark", "looks"),
    ("serve", "reporter"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""Low to high. A part imports parts of the layers below its own; neighbours in a row may import each other
only in the first two rows, where they are small values."""

RANK = {part: rank for rank, row in enumerate(LAYERS) for part in row}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(module: str) -> str | None:
    names = module.split(".")
    return names[1] if len(names) > 1 and names[0] == "celldeck" else None


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
            if node.module == "celldeck":
                found |= {f"celldeck.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_the_layers_below(path: Path) -> None:
    relative = path.relative_to(PACKAGE)
    own = relative.parts[0].removesuffix(".py")
    if own == "__init__":
        return
    assert own in RANK, f"{own} has no place in LAYERS"
    for module in imports(path):
        part = part_of(module)
        if part is None or part == own or part.startswith("__"):
            continue
        below = RANK[part] < RANK[own] or (RANK[part] == RANK[own] <= 1)
        assert below, f"{relative} imports {module}"


def test_a_relative_import_stays_in_its_part() -> None:
    for path in modules():
        depth = len(path.relative_to(PACKAGE).parts) - 1
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= max(depth, 0), f"{path.name} leaves its part"


def test_only_kernels_know_the_jupyter_client() -> None:
    knowing = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if any(module.split(".")[0] in {"nbclient", "jupyter_client"} for module in imports(path))
    }
    assert knowing <= {"execute/kernel.py", "execute/client.py", "execute/gateway.py"}


HEAVY = "nbclient jupyter_client zmq tornado asyncio quickjs numpy pikepdf watchdog multiprocessing"


def loaded(code: str, folder: Path) -> list[str]:
    """Return the heavy modules that are loaded after `code`."""
    ask = f"{code}\nimport sys; print('loaded:', *[m for m in {HEAVY!r}.split() if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    answer = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=folder, env=environment
    )
    return answer.stdout.rsplit("loaded:", 1)[1].split()


def test_starting_the_command_line_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded("import celldeck.cli", tmp_path) == []


def test_a_build_without_cells_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "deck.md").write_text("# A slide\n\n---\n\n* a step\n", "utf-8")
    code = "from celldeck.cli import main; assert main(['deck.md', '-o', 'deck.html']) == 0"
    assert loaded(code, tmp_path) == []
    assert (tmp_path / "deck.html").is_file()
