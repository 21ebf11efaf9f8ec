"""Names for the code of cells: `<cell 3>` for the third one that runs, in whichever process.

IPython's own names hold the number of the process, so a warning would read differently in every run. A name
like these is turned into the deck's file and line by celldeck, which knows where the cell stands by then.
"""

from __future__ import annotations

from typing import Any


class Names:
    """Names each piece of code that IPython compiles, and keeps its lines as the author wrote them."""

    def __init__(self) -> None:
        self.cell = "0"
        """The name that celldeck gave the running cell."""
        self.source = ""
        self.lines: dict[str, list[str]] = {}
        """Name of the code to its lines, before magics were replaced."""

    def start(self, cell: str, source: str) -> None:
        """Note which cell runs now."""
        self.cell = cell
        self.source = source

    def name(self, raw: str, transformed: str = "", number: int = 0) -> str:
        """Return the name of a piece of code: of the whole cell, or of the part that a cell magic runs."""
        name = f"<cell {self.cell}>"
        if raw != self.source and raw and self.source.rstrip().endswith(raw.rstrip()):
            above = self.source.rstrip().count("\n") - raw.rstrip().count("\n")
            name = f"<cell {self.cell}+{above}>"
        self.lines[name] = raw.splitlines()
        return name


def install(shell: Any) -> Names:
    """Make IPython use these names."""
    names = Names()
    shell.compile.get_code_name = names.name
    return names
