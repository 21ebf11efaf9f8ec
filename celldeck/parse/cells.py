"""Fenced blocks that run, and what their authors set for them.

A deck runs if its front matter names a `kernel`, or if it is told to by `MarpOptions.run_cells`; in any other
deck these blocks are code to look at, and only counted. `kernel: none` and `execute: false` keep a deck from
running whatever the options say.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from celldeck.cell_options import BY_NAME, DEFAULTS, Given
from celldeck.errors import Notice
from celldeck.model import Cell, Deck, MarpOptions, Slide
from celldeck.nodes import Block, CellPlace, CodeBlock
from celldeck.parse.cell_info import Written, as_given, read_head, read_info
from celldeck.parse.walk import change_blocks, every_node
from celldeck.source import Source, Span

PYTHON = frozenset({"py", "python", "python3", "ipython", "ipython3"})
_LANGUAGES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(kernel), frozenset(languages.split()))
    for kernel, languages in (
        (r"ir\b.*|xr\b.*", "r"),
        (r"julia.*", "julia jl"),
        (r"bash.*|sh|zsh", "bash sh shell zsh"),
        (r"deno|.*javascript.*|tslab|jslab", "javascript js typescript ts"),
        (r"rust|evcxr", "rust rs"),
        (r"xcpp.*|cling.*", "cpp c++"),
        (r"gophernotes|gonb", "go"),
        (r"octave|.*matlab.*", "octave matlab"),
        (r"ruby|iruby", "ruby rb"),
        (r"haskell|ihaskell", "haskell hs"),
        (r"sagemath.*", "python py sage"),
    )
)
_COMMENTS = {"javascript": "//", "js": "//", "typescript": "//", "ts": "//", "rust": "//", "rs": "//"} | {
    "cpp": "//",
    "c++": "//",
    "go": "//",
    "haskell": "--",
    "hs": "--",
    "matlab": "%",
}
_OFF = frozenset({"", "none", "false", "no", "off", "~", "null"})


def languages_of(kernel: str) -> frozenset[str]:
    """Return the names after a fence, in lower case, whose blocks a kernel runs.

    Kernels can have any name, so one that is not known here is taken for a Python.
    """
    for pattern, languages in _LANGUAGES:
        if pattern.fullmatch(kernel.lower()):
            return languages
    return PYTHON


def find_cells(deck: Deck, options: MarpOptions) -> Deck:
    """Return the deck with the blocks that run taken out as cells, and their places marked.

    Cells are numbered in the order of the text, inside lists, quotes and class blocks too. A deck that does
    not run is returned with its Python blocks counted.

    Args:
        deck: its slides final; `kernel` and `execute` of its front matter stand in `settings`.
        options: `run_cells` makes a deck run that names no kernel.
    """
    kernel = _kernel(deck, options)
    if kernel is None:
        blocks = (node for slide in deck.slides for node in every_node(slide.blocks))
        idle = sum(isinstance(b, CodeBlock) and b.fenced and _language(b) in PYTHON for b in blocks)
        return replace(deck, kernel=None, idle_python_blocks=idle)
    reader = _Reader(deck.source, languages_of(kernel))
    reader.read_defaults(deck.settings.get("execute"))
    slides = []
    for slide in deck.slides:
        changed = change_blocks(slide.blocks, partial(reader.read, slide))
        slides.append(slide if changed is slide.blocks else replace(slide, blocks=changed))
    return replace(
        deck,
        kernel=kernel,
        slides=tuple(slides),
        cells=tuple(reader.cells),
        notices=(*deck.notices, *reader.notices),
    )


def _kernel(deck: Deck, options: MarpOptions) -> str | None:
    named: object = deck.kernel or deck.settings.get("kernel")
    if isinstance(named, Mapping):
        named = named.get("name", "python3")
    execute = deck.settings.get("execute")
    if isinstance(execute, str | bool) and str(execute).lower() in _OFF:
        return None
    if named is None:
        return "python3" if options.run_cells else None
    name = str(named).strip()
    return None if name.lower() in _OFF else name


def _language(block: CodeBlock) -> str:
    return read_info(block.info).language.lower()


@dataclass
class _Reader:
    """Reads the blocks of one deck, one after another."""

    source: Source
    languages: frozenset[str]
    defaults: dict[str, object] = field(default_factory=lambda: dict(DEFAULTS))
    cells: list[Cell] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    """Each label and the line of its cell."""

    def read_defaults(self, settings: object) -> None:
        """Take the defaults for all cells from `execute:` of the front matter."""
        if settings is None:
            return
        line = _front_matter_line(self.source, "execute")
        if not isinstance(settings, Mapping):
            self._tell("bad-option", "`execute` in front matter is a list of options", self.source.span(line))
            return
        for name, value in settings.items():
            span = self.source.span(_front_matter_line(self.source, str(name), after=line), str(name))
            option = BY_NAME.get(_dashed(str(name)))
            if option and not option.deck_wide:
                self._tell("bad-option", f"option '{name}' is for one cell, not for a whole deck", span)
            else:
                self.defaults |= self._checked([(Written(str(name), as_given(value)), span)])

    def read(self, slide: Slide, block: Block) -> Block:
        """Return the place of a cell for a block that runs, and note the cell; any other block as it is."""
        if not isinstance(block, CodeBlock) or not block.fenced or not block.info:
            return block
        info = read_info(block.info)
        if info.language.lower() not in self.languages:
            return block
        line = slide.origin_line + block.line
        lines = block.text.removesuffix("\n").split("\n")
        head = read_head(lines, _COMMENTS.get(info.language.lower(), "#"))
        written = [(option, self._span(line, option)) for option in (*info.options, *head.options)]
        for option in info.outside:
            if _dashed(option.name) in BY_NAME:
                hint = f"write {{{option.name}={option.value}}}"
                self._tell("bad-option", "options of a cell stand in braces", self._span(line, option), hint)
        if head.fault:
            message, below = head.fault
            self._tell("bad-option", f"cannot read the options: {message}", self.source.span(line + below))
        options = self.defaults | self._checked(written)
        if not block.closed:
            hint = "it is not run; close it with as many backticks or tildes as it was opened with"
            self._tell("unclosed-fence", "this cell is never closed", self.source.span(line), hint)
            options["eval"] = False
        label = options["label"]
        assert label is None or isinstance(label, str)
        if label is not None:
            self._note_label(label, line, written)
        code = "\n".join(lines[head.count :])
        cell = Cell(
            index=len(self.cells),
            source=code,
            shown=code,
            language=info.language,
            options=options,
            span=replace(self.source.span(line), end_line=slide.origin_line + block.end_line - 1),
            first_line=line + 1 + head.count,
            slide=slide.number,
            label=label,
        )
        self.cells.append(cell)
        return CellPlace(cell.index, block.line)

    def _checked(self, written: Iterable[tuple[Written, Span]]) -> dict[str, object]:
        """Return the values of the options that are right; what is wrong is told."""
        values: dict[str, object] = {}
        for given, span in written:
            option = BY_NAME.get(_dashed(given.name))
            if option is None:
                near = difflib.get_close_matches(_dashed(given.name), BY_NAME, 1)
                hint = f"did you mean '{near[0]}'?" if near else f"options: {', '.join(BY_NAME)}"
                self._tell("unknown-option", f"unknown option '{given.name}' of a cell", span, hint)
                continue
            if option.name in values:
                self._tell("bad-option", f"option '{option.name}' is given twice; the last one counts", span)
            try:
                values[option.name] = option.read("true" if given.value is None else given.value)
                if given.value is None and not isinstance(option.default, bool):
                    raise ValueError(option.meaning)
            except ValueError as error:
                values.pop(option.name, None)
                shown = "nothing" if given.value is None else _shown(given.value)
                self._tell("bad-option", f"option '{option.name}' takes {error}, not {shown}", span)
        return values

    def _note_label(self, label: str, line: int, written: list[tuple[Written, Span]]) -> None:
        first = self.labels.setdefault(label, line)
        if first != line:
            span = next(span for option, span in reversed(written) if option.name == "label")
            self._tell("duplicate-label", f"label '{label}' is that of the cell on line {first} too", span)

    def _span(self, line: int, option: Written) -> Span:
        return self.source.span(line + option.line, option.name)

    def _tell(self, kind: str, message: str, span: Span, hint: str | None = None) -> None:
        self.notices.append(Notice(kind, message, span, hint))


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _shown(value: Given) -> str:
    if isinstance(value, str):
        return repr(value)
    return "a mapping" if isinstance(value, Mapping) else repr(", ".join(value))


def _front_matter_line(source: Source, key: str, *, after: int = 1) -> int:
    """Return the line below `after` of the front matter on which a key stands; `after` if it is on none."""
    for number, line in enumerate(source.lines[after:], after + 1):
        if line.rstrip() == "---":
            break
        if line.split(":")[0].strip(" \"'") == key:
            return number
    return after
