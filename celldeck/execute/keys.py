"""The key under which the outputs of a cell are stored: it stands for all that they depend on.

A key is a link in a chain: it holds the cell's code, and what came before it in the run, which is code, and
the files and packages that this code used. A cell that does not run is no link; labels and looks are in none.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Mapping

from celldeck.cell_options import run_options
from celldeck.execute import agent
from celldeck.execute.facts import Facts
from celldeck.execute.kernels import is_own_python
from celldeck.model import Cell

FORMAT = 1
"""Counted up when stored outputs can no longer be read, or would be made differently."""

_VARIABLES = ("PYTHONPATH", "CUDA_VISIBLE_DEVICES")
_VARIABLE_FAMILIES = ("KERAS_", "TF_", "JAX_", "XLA_")
_SILENT_VARIABLES = ("TF_CPP_",)


class Chain:
    """The links of one run, made one after another."""

    def __init__(
        self,
        kernel: str,
        environment: Mapping[str, str] | None = None,
        *,
        gateway: str | None = None,
        counts_metrics: bool = False,
    ) -> None:
        """Start a run.

        Args:
            kernel: its name.
            environment: variables that the kernel will see; None: those of this process.
            gateway: address of the server that it runs on; None: this machine.
            counts_metrics: what is told of Keras models includes the state of their metrics.
        """
        name = kernel if gateway is None else f"{kernel} on {gateway}"
        parts: list[object] = [counts_metrics, FORMAT, agent.digest(), name, _variables(environment)]
        if is_own_python(kernel, gateway):
            parts += [sys.version, platform.machine()]
        self.start = self._link = _digest(*parts)
        """What the keys of all cells depend on."""

    def key(self, cell: Cell, seed: int | None = None) -> str:
        """Return the key of the next cell.

        Args:
            cell: with its options.
            seed: what its random streams start from; None: they go on.
        """
        return _digest(self._link, cell.source, sorted(run_options(cell).items()), seed)

    def advance(self, key: str, facts: Facts) -> None:
        """Go on to the cell after the one with this key, which used what `facts` say."""
        self._link = _digest(key, facts.digest_text())


def _variables(environment: Mapping[str, str] | None) -> list[tuple[str, str]]:
    found = os.environ if environment is None else environment
    return sorted(
        (name, value)
        for name, value in found.items()
        if name in _VARIABLES
        or (name.startswith(_VARIABLE_FAMILIES) and not name.startswith(_SILENT_VARIABLES))
    )


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
