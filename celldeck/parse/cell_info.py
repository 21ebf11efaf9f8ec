"""The options of a cell as an author wrote them: on the line of its fence, or as `#|` lines at its head."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from celldeck.cell_options import STEPS, Given
from celldeck.frozen import frozen
from celldeck.patterns import late


@frozen
class Written:
    """One option as written."""

    name: str
    value: Given | None
    """None: its name stands alone."""
    line: int = 0
    """Lines below the fence: 0 is the fence itself."""


@frozen
class Info:
    """What stands after the fence of a block."""

    language: str
    """Empty: none is named."""
    options: tuple[Written, ...] = ()
    outside: tuple[Written, ...] = ()
    """What looks like options, but stands outside braces, where nothing reads it."""


@frozen
class Head:
    """The `#|` lines of a cell."""

    count: int
    """How many lines they take."""
    options: tuple[Written, ...] = ()
    fault: tuple[str, int] | None = None
    """What is wrong with their YAML, and on which line below the fence; None: nothing."""


# Quarto and R Markdown write the language inside the braces: ```{python echo=false}
_BRACED = late(r"\{\s*([A-Za-z][\w+-]*)(?![\w+-]|\s*=)\s*,?(.*)\}", re.DOTALL)
_LANGUAGE = late(r"[^\s{]*")
_GROUP = late(r"""\{((?:[^{}"']|"[^"]*"|'[^']*')*)\}""")
_LINES = r"(?:all|\d+(?:-\d+)?)"
_NUMBERS = rf"{_LINES}(?:[,|]{_LINES})+(?![^\s,])"
"""Line numbers, in which a comma does not end a value."""
_TOKEN = late(rf"""({_NUMBERS}|[^\s,=]+)(?:\s*=\s*("[^"]*"|'[^']*'|{_NUMBERS}|[^\s,]*))?""")
_BAD_STEPS = late(r"""[^="']*\|[^="']*|[\d\s,;-]+""")
"""No steps of lines, but meant to be."""
_PAIR = late(r"([A-Za-z][\w-]*)=(\S+)")


def read_info(info: str) -> Info:
    """Read the text after a fence: the language, then options in braces.

    `python {echo=false label="a b"}`: several groups of braces, commas between options, names alone, and
    steps of lines (`{1|3-4}`) may stand there.
    """
    braced = _BRACED.fullmatch(info)
    if braced and not STEPS.fullmatch(info[1:-1].strip()):
        return Info(braced[1], tuple(_options(braced[2])))
    language = _LANGUAGE.match(info)
    assert language
    rest = info[language.end() :]
    written = [option for group in _GROUP.finditer(rest) for option in _options(group[1])]
    outside = [Written(name, value) for name, value in _PAIR.findall(_GROUP.sub(" ", rest))]
    return Info(language[0], tuple(written), tuple(outside))


def _options(group: str) -> list[Written]:
    if STEPS.fullmatch(group.strip()) or _BAD_STEPS.fullmatch(group):
        return [Written("lines", group.strip())]
    written = []
    for token in _TOKEN.finditer(group):
        name, value = token[1], token[2]
        if value is None and (STEPS.fullmatch(name) or "|" in name):
            name, value = "lines", name
        elif value and value[0] in "\"'" and value[-1] == value[0] and len(value) > 1:
            value = value[1:-1]
        written.append(Written(name, value))
    return written


def read_head(lines: Sequence[str], comment: str = "#") -> Head:
    """Read the lines that start with `#|` at the head of a cell: YAML, one option a line.

    Args:
        lines: of the code.
        comment: how a comment starts in the language.

    Quarto: https://quarto.org/docs/reference/cells/cells-jupyter.html
    """
    count = 0
    while count < len(lines) and lines[count].lstrip().startswith(f"{comment}|"):
        count += 1
    if not count:
        return Head(0)
    texts = [line.lstrip()[len(comment) + 1 :] for line in lines[:count]]
    # `#| echo: false` and `#|echo: false` mean the same; deeper indents mean more.
    texts = [text[1:] if text.startswith(" ") else text for text in texts]
    return _read_texts(tuple(texts))


@lru_cache(maxsize=1024)
def _read_texts(texts: tuple[str, ...]) -> Head:
    # Imported here: most cells have no such lines.
    import yaml

    count = len(texts)
    try:
        found = yaml.load("\n".join(texts), Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return Head(
            count, fault=(error.problem or "this is no YAML", 1 + min(mark.line if mark else 0, count - 1))
        )
    except yaml.YAMLError as error:
        return Head(count, fault=(str(error).splitlines()[0], 1))
    if found is None or found == "":
        return Head(count)
    if not isinstance(found, dict):
        return Head(count, fault=("each `#|` line is a name, a colon and a value", 1))
    written = []
    for name, value in found.items():
        at = next((i for i, text in enumerate(texts) if text.split(":")[0].strip("\"' ") == name), 0)
        written.append(Written(str(name), as_given(value), 1 + at))
    return Head(count, tuple(written))


def as_given(value: object) -> Given:
    """Return a value of YAML as options are read: a text, or a list or a mapping of texts."""
    if isinstance(value, Mapping):
        return {str(name): _as_text(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(item) for item in value]
    return _as_text(value)


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
