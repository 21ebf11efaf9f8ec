"""The options of a cell: the one table of their names, kinds, defaults and meanings.

They are named as Quarto names them, where it has them: https://quarto.org/docs/reference/cells/cells-jupyter.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from celldeck.frozen import frozen
from celldeck.model import Cell
from celldeck.patterns import late

Given = str | Sequence[str] | Mapping[str, str]
"""What an author wrote: a text, or, in YAML, a list or a mapping of texts."""


@frozen
class CellOption:
    """One option, written `{name=value}` after the language of a fence, or `#| name: value` in the cell."""

    name: str
    read: Callable[[Given], object]
    """Gives the value of what was written; raises ValueError with what it takes, in words."""
    default: object
    meaning: str
    runs: bool = False
    """What the code does depends on it, so a change runs the cell again."""
    deck_wide: bool = True
    """It may also stand under `execute:` in front matter, for every cell of the deck."""


def run_options(cell: Cell) -> dict[str, object]:
    """Return what a run of the cell depends on beside its code, in values of JSON; defaults are left out.

    That is what the kernel is told with the code, and what belongs into a key of stored outputs.
    """
    options = {
        option.name: cell.options[option.name]
        for option in OPTIONS
        if option.runs and cell.options.get(option.name, option.default) != option.default
    }
    return {**options, "inline": True} if cell.inline else options


def shows_on_next_slide(cell: Cell) -> bool:
    """Say whether what a cell gives stands on a slide after that of its code."""
    options = cell.options
    shows = options["include"] and options["output"] and options["eval"]
    return bool(shows and options["echo"] and options["output-location"] == "next-slide")


def shows_code(cell: Cell) -> bool:
    """Say whether a cell's code is seen."""
    return bool(cell.options["echo"] and cell.options["include"])


def shows_in_step(cell: Cell) -> bool:
    """Say whether what a cell gives appears in a step of its own."""
    options = cell.options
    is_asked = options["output-step"] or options["output-location"] == "fragment"
    shows = options["include"] and options["output"] and options["eval"]
    return bool(is_asked and shows and not shows_on_next_slide(cell))


# ---------------------------------------------------------------- kinds of values


def _flag(given: Given) -> bool:
    word = given.strip().lower() if isinstance(given, str) else ""
    if word in ("true", "yes", "on"):
        return True
    if word in ("false", "no", "off"):
        return False
    raise ValueError("true or false")


def _flag_or(*words: str) -> Callable[[Given], bool | str]:
    def read(given: Given) -> bool | str:
        word = given.strip().lower() if isinstance(given, str) else ""
        if word in words:
            return word
        try:
            return _flag(given)
        except ValueError:
            raise ValueError(f"{', '.join(words)}, true or false") from None

    return read


def _error(given: Given) -> bool:
    return bool(_flag_or("allow")(given))


def _text(given: Given) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError("a text")
    return given.strip()


def _number(kind: str, largest: float = float("inf")) -> Callable[[Given], float]:
    def read(given: Given) -> float:
        try:
            number = float(given) if isinstance(given, str) else 0.0
        except ValueError:
            number = 0.0
        if not 0 < number < largest:
            raise ValueError(kind)
        return number

    return read


def _count(kind: str) -> Callable[[Given], int]:
    def read(given: Given) -> int:
        if not isinstance(given, str) or not given.strip().isdecimal() or int(given) == 0:
            raise ValueError(kind)
        return int(given)

    return read


def _one_of(*words: str, **others: str) -> Callable[[Given], str]:
    """Read one of some words; `others` are what else they may be called."""

    def read(given: Given) -> str:
        word = given.strip().lower() if isinstance(given, str) else ""
        word = others.get(word.replace("-", "_"), word)
        if word not in words:
            raise ValueError(f"{', '.join(words[:-1])} or {words[-1]}")
        return word

    return read


def _share(given: Given) -> float:
    """Read `60%` or `0.6`."""
    written = given.strip() if isinstance(given, str) else ""
    try:
        share = float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0.1 <= share <= 5:
        raise ValueError("a share of the usual size, such as 60%")
    return share


_LINES = late(r"\d+(?:-\d+)?(?:\s*,\s*\d+(?:-\d+)?)*")


def read_lines(given: Given) -> str:
    """Read line numbers: `1,4-6`, or a list of them.

    Raises:
        ValueError: it is none; its text says what is taken.
    """
    written = given if isinstance(given, str) else ",".join(given)
    written = written.strip().strip("[]")
    if not _LINES.fullmatch(written):
        raise ValueError("line numbers such as 1,4-6")
    return "".join(written.split())


def chosen_lines(lines: str, count: int) -> list[int]:
    """Return the lines, from 1, that `read_lines` has read, of so many as there are."""
    chosen: list[int] = []
    for part in lines.split(","):
        first, _, last = part.partition("-")
        chosen += range(int(first), min(int(last or first), count) + 1)
    return [line for line in dict.fromkeys(chosen) if 1 <= line <= count]


@frozen
class LineSteps:
    """The lines of a block of code that an author wants pointed out."""

    states: tuple[frozenset[int], ...]
    """Those that stand out, from 1: at first, and after each step."""
    fault: str | None = None
    """What is wrong with what was asked for, in words; what is right of it is in `states`."""


def line_steps(steps: str, count: int) -> LineSteps:
    """Return the lines that `1|3-4|all` points out, as `read_steps` has read it, of so many as there are.

    A part that names none of them is no state.
    """
    states = []
    beyond: list[str] = []
    for part in steps.split("|"):
        lines: set[int] = set()
        for numbers in part.split(","):
            first, _, last = numbers.partition("-")
            if numbers == "all":
                lines.update(range(1, count + 1))
            elif 1 <= int(first) <= int(last or first) <= count:
                lines.update(range(int(first), int(last or first) + 1))
            else:
                beyond.append(numbers)
                lines.update(range(max(1, int(first)), min(int(last or first), count) + 1))
        if lines:
            states.append(frozenset(lines))
    fault = None
    if beyond:
        lines_there = "1 line" if count == 1 else f"{count} lines"
        is_one = len(beyond) == 1 and beyond[0].isdecimal()
        missing = f"is no line {beyond[0]}" if is_one else f"are no lines {', '.join(beyond)}"
        fault = f"this code has {lines_there}, so there {missing}"
    return LineSteps(tuple(states), fault)


def states_of_code(cell: Cell) -> tuple[frozenset[int], ...]:
    """Return the lines, from 1, that stand out in a cell's code in each of its states, if any ever do."""
    steps = cell.options["lines"]
    if not isinstance(steps, str) or not shows_code(cell):
        return ()
    return line_steps(steps, cell.shown.count("\n") + 1).states


def _echo(given: Given) -> bool | str:
    try:
        return _flag_or("fenced")(given)
    except ValueError:
        pass
    try:
        return read_lines(given)
    except ValueError:
        raise ValueError("true, false, fenced, or line numbers such as 1,4-6") from None


_CLASS = late(r"\.?([A-Za-z_-][\w-]*)")


def _classes(given: Given) -> tuple[str, ...]:
    written = re.split(r"[\s,]+", given.strip()) if isinstance(given, str) else given
    names = [_CLASS.fullmatch(name) for name in written]
    if not names or not all(names):
        raise ValueError("names of classes")
    return tuple(name[1] for name in names if name)


def _files(given: Given) -> tuple[str, ...]:
    files = given.split(",") if isinstance(given, str) else list(given)
    files = [file.strip() for file in files]
    if not all(files) or isinstance(given, Mapping):
        raise ValueError("paths of files, a comma between them")
    return tuple(files)


_VARIABLE = late(r"\s*([A-Za-z_]\w*)=(?:'([^']*)'|\"([^\"]*)\"|(\S*))\s*")


def _variables(given: Given) -> dict[str, str]:
    """Read `A=1 B='x y'`, or a mapping."""
    if isinstance(given, str):
        found = list(_VARIABLE.finditer(given))
        whole = "".join(match[0] for match in found) == given
        named = {match[1]: match[2] or match[3] or match[4] or "" for match in found} if whole else {}
    else:
        named = dict(given) if isinstance(given, Mapping) else {}
    if not named or not all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in named):
        raise ValueError("variables such as NAME=value, a space between them")
    return dict(sorted(named.items()))


STEPS = late(r"(?:all|\d+(?:-\d+)?)(?:\s*[,|]\s*(?:all|\d+(?:-\d+)?))*")
"""Lines of code to point out: `2,5-7`; step by step: `1|3-4|all`."""


def read_steps(given: Given) -> str:
    """Read lines of code to point out: `2,5-7`, `1|3-4|all`, or a list of numbers.

    Raises:
        ValueError: it is none; its text says what is taken.
    """
    written = given if isinstance(given, str) else "" if isinstance(given, Mapping) else ",".join(given)
    written = "".join(written.split())
    if not STEPS.fullmatch(written):
        raise ValueError("line numbers such as 2,5-7, or steps such as 1|3-4|all")
    return written


LOCATIONS = ("below", "beside", "next-slide", "fragment")

OPTIONS: tuple[CellOption, ...] = (
    CellOption("eval", _flag, True, "run the code"),
    CellOption("echo", _echo, True, "show the code; fenced: its fence and options too; 1,4-6: these lines"),
    CellOption(
        "output",
        _flag_or("asis", "last"),
        True,
        "show what the code gives; asis: what it prints is Markdown; last: only the last of it",
    ),
    CellOption("warning", _flag, True, "show what the code writes to stderr, warnings for one"),
    CellOption("error", _error, False, "allow: an exception is wanted here, and no failure of the build"),
    CellOption("include", _flag, True, "show anything of the cell; false: it runs, and nothing is seen"),
    CellOption("label", _text, None, "the cell's name, its own in the deck", deck_wide=False),
    CellOption(
        "file", _text, None, "a file that the code stands in: train.py, train.py#part", deck_wide=False
    ),
    CellOption("timeout", _number("a number of seconds above 0"), None, "seconds that the cell may run"),
    CellOption("cache", _flag, True, "keep what the cell gives; false: it runs in every build"),
    CellOption(
        "depends", _files, (), "files that the cell runs again for when they change, a comma between them"
    ),
    CellOption("env", _variables, {}, "environment variables, for this cell only: NAME=value", runs=True),
    CellOption(
        "fig-width", _number("a number of inches", 50), None, "inches that a figure is wide", runs=True
    ),
    CellOption("fig-height", _number("a number of inches", 50), None, "inches that it is high", runs=True),
    CellOption(
        "fig-format",
        _one_of("svg", "png", "retina"),
        None,
        "svg, png or retina, a PNG of twice the pixels",
        runs=True,
    ),
    CellOption("fig-dpi", _number("pixels an inch", 2000), None, "pixels an inch of a PNG", runs=True),
    CellOption("fig-theme", _flag, True, "give figures the colours and fonts of the slide", runs=True),
    CellOption("fig-cap", _text, None, "a caption below its pictures", deck_wide=False),
    CellOption("fig-alt", _text, None, "what a reader who cannot see its pictures is told", deck_wide=False),
    CellOption("tbl-cap", _text, None, "a caption above its tables", deck_wide=False),
    CellOption(
        "output-location",
        _one_of(*LOCATIONS, default="below", column="beside", slide="next-slide"),
        "below",
        "where what it gives stands: below, beside, next-slide, or fragment: below, in a step of its own",
    ),
    CellOption("output-step", _flag, False, "show what it gives in a step of its own, after the code"),
    CellOption("output-size", _share, 1.0, "size of what it gives, in percent of the usual one"),
    CellOption(
        "max-lines",
        _count("a number of lines above 0"),
        None,
        "lines of a text that are shown; the middle of a longer one is cut out",
    ),
    CellOption("classes", _classes, (), "classes of the element around the cell, a space between them"),
    CellOption(
        "lines",
        read_steps,
        None,
        "lines of the code to point out: 2,5-7; step by step: 1|3-4|all",
        deck_wide=False,
    ),
)
"""`eval` needs no `runs`: a cell that does not run is in no other cell's past, so outputs depend on it.
`file` needs none, since its code does; `depends` and `cache` are what the engine asks for."""

BY_NAME = {option.name: option for option in OPTIONS}
DEFAULTS = {option.name: option.default for option in OPTIONS}
