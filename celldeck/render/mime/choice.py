"""Which outputs of a cell a slide shows, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from celldeck.model import Cell, Output
from celldeck.patterns import late
from celldeck.render.mime import html


def shown_outputs(cell: Cell) -> list[Output]:
    """Return the outputs that the options of a cell let through.

    What went to stderr is collected into one text after all else, an exception apart; a warning that came
    several times stands there once. Texts of values that follow each other are one: a slide has little room.
    """
    shown = [output for output in cell.outputs or () if _is_shown(output, cell)]
    warnings = [output for output in shown if output.stream == "stderr"]
    errors = [output for output in shown if output.kind == "error"]
    rest = _joined(output for output in shown if output.stream != "stderr" and output.kind != "error")
    if cell.options["output"] == "last":
        rest = rest[-1:]
    return [*rest, *_collected(warnings), *errors]


def _is_shown(output: Output, cell: Cell) -> bool:
    options = cell.options
    if output.kind == "error" and not options["error"]:
        return True
    if not options["output"] or not options["include"]:
        return False
    return output.stream != "stderr" or bool(options["warning"])


def _joined(outputs: Iterable[Output]) -> list[Output]:
    joined: list[Output] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and all(one.kind in ("display", "result") and html.is_text(one) for one in (last, output)):
            text = last.data["text/plain"].removesuffix("\n") + "\n" + output.data["text/plain"]
            joined[-1] = Output("display", {"text/plain": text})
        else:
            joined.append(output)
    return joined


_WARNING = late(r"^\S.*?:\d+: \w*Warning: .*\n(?:[ \t].*\n?)*", re.MULTILINE)
"""As Python writes one: where, what, and the line of code, indented."""


def _collected(outputs: list[Output]) -> list[Output]:
    if not outputs:
        return []
    text = "".join(output.data["text/plain"].removesuffix("\n") + "\n" for output in outputs)
    counts: dict[str, int] = {}
    for warning in _WARNING.finditer(text):
        counts[warning[0]] = counts.get(warning[0], 0) + 1

    def once(warning: re.Match[str]) -> str:
        count = counts.pop(warning[0], 0)
        if count < 2:
            return warning[0] if count else ""
        first, end, rest = warning[0].partition("\n")
        return f"{first} ({count} times){end}{rest}"

    return [replace(outputs[0], data={"text/plain": _WARNING.sub(once, text)})]
