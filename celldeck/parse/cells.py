"""Blocks and values that run, and what their authors set for them.

A deck runs if its front matter names a `kernel`, or if it is told to by `MarpOptions.run_cells`; in any other
deck these blocks are code to look at, and only counted. `kernel: none` and `execute: false` keep a deck from
running whatever the options say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from celldeck.cell_options import (
    BY_NAME,
    DEFAULTS,
    Given,
    chosen_lines,
    line_steps,
    shows_in_step,
    shows_on_next_slide,
)
from celldeck.closest import closest
from celldeck.errors import DeckError, Notice
from celldeck.model import Cell, Deck, MarpOptions, Slide
from celldeck.nodes import (
    Block,
    CellPlace,
    CellValue,
    CodeBlock,
    CodeSpan,
    Comment,
    Heading,
    Inline,
    OutputPlace,
    Paragraph,
    StyleBlock,
    Table,
)
from celldeck.parse.cell_info import Written, as_given, read_head, read_info
from celldeck.parse.cell_places import Places
from celldeck.parse.code_files import names_in, part_of
from celldeck.parse.directives import SETTING
from celldeck.parse.lately import Lately
from celldeck.parse.rulers import renumbered
from celldeck.parse.walk import change_blocks, change_text, nodes_of
from celldeck.patterns import late
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
KERNEL_KEYS = ("name", "gateway")
"""What `kernel:` of front matter takes as a mapping."""
_OFF = frozenset({"", "none", "false", "no", "off", "~", "null"})


def languages_of(kernel: str) -> frozenset[str]:
    """Return the names after a fence, in lower case, whose blocks a kernel runs.

    Kernels can have any name, so one that is not known here is taken for a Python.
    """
    for pattern, languages in _LANGUAGES:
        if pattern.fullmatch(kernel.lower()):
            return languages
    return PYTHON


ReadFile = Callable[[Path], Source]
"""Gives the text of a file; raises DeckError if there is none, or it is no text."""


_IDLE: Lately[int] = Lately()


def _idle(blocks: tuple[Block, ...]) -> int:
    """Return how many blocks there are that would be cells."""
    code = (node for node in nodes_of(blocks) if isinstance(node, CodeBlock) and node.fenced)
    return sum(_language(block) in PYTHON for block in code)


def find_cells(deck: Deck, options: MarpOptions, read_file: ReadFile | None = None) -> Deck:
    """Return the deck with the blocks that run taken out as cells, and their places marked.

    Cells are numbered in the order of the text, inside lists, quotes and class blocks too; a value in a line
    of text is a cell. Comments that order the output or the code of a cell become places for it. What is to
    be shown on the next slide gets one, after the slide of its code. A deck that does not run is returned
    with its Python blocks counted.

    Args:
        deck: cut into slides; `kernel` and `execute` of its front matter stand in `settings`.
        options: `run_cells` makes a deck run that names no kernel.
        read_file: for cells whose code stands in a file; None: such a cell is told, and does not run.
    """
    kernel = _kernel(deck, options)
    if kernel is None:
        idle = (_IDLE.get(slide.blocks, None, partial(_idle, slide.blocks)) for slide in deck.slides)
        return replace(deck, kernel=None, idle_python_blocks=sum(idle))
    reader = _Reader(deck.source, languages_of(kernel), read_file)
    reader.read_defaults(deck.settings.get("execute"))
    reader.read_kernel(deck.settings.get("kernel"))
    slides: list[Slide] = []
    for slide in deck.slides:
        first = len(reader.cells)
        # The slides that outputs get move those below.
        number = len(slides) + 1
        changed = change_blocks(slide.blocks, partial(reader.read, slide, number))
        slides.append(slide if changed is slide.blocks else replace(slide, blocks=changed))
        moved = [cell for cell in reader.cells[first:] if shows_on_next_slide(cell)]
        slides.extend([_slide_of_output(slides[-1], cell) for cell in moved])
    places = Places(deck.source, reader.cells)
    slides = [_with_places(slide, places) for slide in slides]
    return replace(
        deck,
        kernel=kernel,
        slides=renumbered(slides),
        cells=tuple(reader.cells),
        files=tuple(dict.fromkeys(reader.files)),
        notices=(*deck.notices, *reader.notices, *places.notices),
    )


def _slide_of_output(slide: Slide, cell: Cell) -> Slide:
    """Return the slide for what a cell gives: it has the title and the looks of the slide before it."""
    heading = next((block for block in slide.blocks if isinstance(block, Heading)), None)
    looks = [
        block
        for block in slide.blocks
        if (isinstance(block, Comment) and SETTING.search(block.text))
        or (isinstance(block, StyleBlock) and "scoped" in block.attributes)
    ]
    title = [] if heading is None else [heading]
    # The code's own line: there an editor looks for the slide.
    place = OutputPlace(cell.index, cell.span.line - slide.origin_line)
    return replace(slide, line=cell.span.line, blocks=(*looks, *title, place))


def _with_places(slide: Slide, places: Places) -> Slide:
    changed = change_blocks(slide.blocks, partial(places.read, slide))
    return slide if changed is slide.blocks else replace(slide, blocks=changed)


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
    read_file: ReadFile | None
    defaults: dict[str, object] = field(default_factory=lambda: dict(DEFAULTS))
    cells: list[Cell] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    """Each label and the line of its cell."""
    files: list[Path] = field(default_factory=list)

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

    def read_kernel(self, settings: object) -> None:
        """Tell of what nobody knows in a `kernel:` that is a mapping."""
        for name in settings if isinstance(settings, Mapping) else ():
            if name not in KERNEL_KEYS:
                near = closest(str(name), KERNEL_KEYS)
                hint = f"did you mean '{near}'?" if near else f"`kernel` has {', '.join(KERNEL_KEYS)}"
                line = _front_matter_line(self.source, "kernel")
                line = _front_matter_line(self.source, str(name), after=line)
                span = self.source.span(line, str(name))
                self._tell("unknown-option", f"unknown key '{name}' of `kernel`", span, hint)

    def read(self, slide: Slide, number: int, block: Block) -> Block:
        """Return the place of a cell for a block that runs, and note the cell; any other block as it is.

        In a text, values take the places of their code.

        Args:
            number: which slide this is, from 1.
        """
        if isinstance(block, Heading | Paragraph | Table):
            values = _Values(self, slide.origin_line + block.line, number)
            (changed,) = change_text((block,), values.read)
            return changed
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
        depends = options["depends"]
        assert isinstance(depends, tuple)
        self.files += [self.source.path.parent / file for file in depends]
        cell = Cell(
            index=len(self.cells),
            source="\n".join(lines[head.count :]),
            shown="",
            language=info.language,
            options=options,
            span=replace(self.source.span(line), end_line=slide.origin_line + block.end_line - 1),
            first_line=line + 1 + head.count,
            slide=number,
            label=label,
        )
        if options["file"] is not None:
            cell = self._from_file(cell, written)
        cell = replace(cell, shown=self._shown(cell, block, head.count, written))
        self.cells.append(cell)
        self._check_lines(cell, written)
        return CellPlace(cell.index, block.line, shows_in_step(cell))

    def add_value(self, code: str, language: str, span: Span, slide: int) -> int:
        """Note the cell of a value in a text; return its index."""
        plain = {"echo": False, "output-location": "below", "output-step": False, "output-size": 1.0}
        options = {**self.defaults, **plain}
        cell = Cell(
            index=len(self.cells),
            source=code,
            shown=code,
            language=language,
            options=options,
            span=span,
            first_line=span.line,
            slide=slide,
            inline=True,
        )
        self.cells.append(cell)
        return cell.index

    def _from_file(self, cell: Cell, written: list[tuple[Written, Span]]) -> Cell:
        """Return the cell with the code of the file that it names; if there is none, it does not run."""
        span = next((span for option, span in reversed(written) if option.name == "file"), cell.span)
        off = replace(cell, options={**cell.options, "eval": False})
        path, _, part = str(cell.options["file"]).partition("#")
        file = self.source.path.parent / path
        self.files.append(file)
        if cell.source.strip():
            told = "this cell takes its code from a file, so what stands in it is not read"
            self._tell("bad-option", told, span, "leave the block empty")
        if self.read_file is None:
            self._tell("missing-file", f"{path} cannot be read here, so this cell is not run", span)
            return off
        try:
            source = self.read_file(file)
        except DeckError as error:
            self._tell("missing-file", f"this cell is not run: {error.message}", span, error.hint)
            return off
        found = part_of(source, part)
        if found is None:
            names = names_in(source)
            near = closest(part, names)
            hint = f"did you mean '{path}#{near}'?" if near else f"parts of it: {', '.join(names) or 'none'}"
            self._tell("missing-file", f"this cell is not run: {path} has no part '{part}'", span, hint)
            return off
        return replace(cell, source=found.code, first_line=found.first_line, origin=source)

    def _shown(self, cell: Cell, block: CodeBlock, head: int, written: list[tuple[Written, Span]]) -> str:
        """Return the code as a slide shows it."""
        echo = cell.options["echo"]
        if echo == "fenced":
            return _fenced(cell, block, head)
        if not isinstance(echo, str):
            return cell.source
        lines = cell.source.split("\n")
        chosen = chosen_lines(echo, len(lines))
        if not chosen:
            span = next((span for option, span in reversed(written) if option.name == "echo"), cell.span)
            told = f"option 'echo' asks for lines {echo}, and the cell has {len(lines)}"
            self._tell("bad-option", told, span)
        return "\n".join(lines[number - 1] for number in chosen)

    def _check_lines(self, cell: Cell, written: list[tuple[Written, Span]]) -> None:
        """Tell of lines to point out that the code which is shown has not."""
        steps = cell.options["lines"]
        fault = line_steps(steps, cell.shown.count("\n") + 1).fault if isinstance(steps, str) else None
        if fault:
            span = next((span for option, span in reversed(written) if option.name == "lines"), cell.span)
            self._tell("bad-option", fault, span, "lines are counted as they are shown, from 1")

    def _checked(self, written: Iterable[tuple[Written, Span]]) -> dict[str, object]:
        """Return the values of the options that are right; what is wrong is told."""
        values: dict[str, object] = {}
        for given, span in written:
            option = BY_NAME.get(_dashed(given.name))
            if option is None:
                near = closest(_dashed(given.name), BY_NAME)
                hint = f"did you mean '{near}'?" if near else f"options: {', '.join(BY_NAME)}"
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
        line += option.line
        # Lines to point out may stand there without the name of the option.
        is_named = option.name in self.source.lines[line - 1] or not isinstance(option.value, str)
        return self.source.span(line, option.name if is_named else str(option.value))

    def _tell(self, kind: str, message: str, span: Span, hint: str | None = None) -> None:
        self.notices.append(Notice(kind, message, span, hint))


@dataclass
class _Values:
    """Finds the values in one block of text."""

    reader: _Reader
    line: int
    """1-based line of the file that the next one stands on, or below it."""
    slide: int
    column: int = 0

    def read(self, node: Inline) -> Inline:
        """Return the place of a value for the code of one, and note its cell; any other node as it is."""
        value = _VALUE.fullmatch(node.text) if isinstance(node, CodeSpan) else None
        if value is None or value["language"].lower() not in self.reader.languages:
            return node
        span = self._find(f"{{{value['language']}}}")
        index = self.reader.add_value(value["code"], value["language"], span, self.slide)
        return CellValue(index, span.line, value["code"])

    def _find(self, mark: str) -> Span:
        lines = self.reader.source.lines
        for number in range(self.line, len(lines) + 1):
            at = lines[number - 1].find(mark, self.column if number == self.line else 0)
            if at >= 0:
                self.line, self.column = number, at + len(mark)
                return replace(self.reader.source.span(number, mark), column=at + 1)
        return self.reader.source.span(self.line)


_VALUE = late(r"\{(?P<language>[A-Za-z]\w*)\}\s+(?P<code>.*\S.*)", re.DOTALL)
_ECHO_FENCED = late(r"[\s,]*\becho\s*=\s*[\"']?fenced[\"']?|^#\|\s*echo\s*:\s*fenced\s*$")


def _fenced(cell: Cell, block: CodeBlock, head: int) -> str:
    """Return a cell with its fence and its options, but for the one that asks for them."""
    longest = max((len(run) for run in re.findall("`{3,}", block.text)), default=2)
    fence = "`" * max(3, longest + 1)
    info = _ECHO_FENCED.sub("", block.info)
    info = re.sub(r"\{\s*\}", "", re.sub(r"\{[\s,]+", "{", info)).strip()
    options = [line for line in block.text.split("\n")[:head] if not _ECHO_FENCED.search(line)]
    return "\n".join([fence + info, *options, cell.source, fence])


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
