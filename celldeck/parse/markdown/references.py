"""Link references: the definitions that `[text][label]` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from celldeck.js import SPACE, trim
from celldeck.patterns import late

_SPACES = late(f"[{SPACE}]+")


@dataclass(frozen=True)
class References:
    """Link reference definitions of a text; of several with one label, the first."""

    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Normalised label to address and title; an empty title is none."""


NONE = References()


def normalize_label(label: str) -> str:
    """Return what a label is compared by: case and the amount of white space do not matter."""
    return _SPACES.sub(" ", trim(label)).lower().upper()
