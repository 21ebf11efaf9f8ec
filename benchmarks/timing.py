"""How long a command takes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path


def timed(command: list[str], folder: Path) -> float:
    """Run a command in a folder, without a terminal; return the seconds that it took."""
    start = time.perf_counter()
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start
