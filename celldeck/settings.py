"""Settings: `[tool.celldeck]` of pyproject.toml, then the command line.

`OPTIONS` is the one table of them: a row gives the name in both places, the kind and the meaning.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field, fields, replace
from fnmatch import fnmatch
from math import inf
from pathlib import Path, PurePath
from typing import Any, Literal

from celldeck.closest import closest
from celldeck.errors import DeckError
from celldeck.frozen import frozen
from celldeck.keymap import with_keys
from celldeck.source import Source, Span

Kind = Literal["flag", "text", "count", "port", "number", "texts"]


@frozen
class Option:
    """One setting: `name` in pyproject.toml, `--name` on the command line where it has a flag."""

    name: str
    kind: Kind
    help: str
    choices: tuple[str, ...] = ()
    flag: bool = True
    """It can be given on the command line."""
    metavar: str | None = None

    @property
    def field(self) -> str:
        """Its name in Settings."""
        return self.name.replace("-", "_")


OPTIONS: tuple[Option, ...] = (
    Option("decks", "texts", "glob patterns of the decks that are built when none is named", flag=False),
    Option("execute", "texts", "glob patterns of the decks whose Python blocks run", flag=False),
    Option(
        "output",
        "text",
        "folder of what is built, or the file of a single deck: .html, .pdf (default: dist)",
        metavar="OUT",
    ),
    Option("pdf", "flag", "write a PDF beside each HTML deck"),
    Option(
        "steps",
        "text",
        "states of a slide that get a PDF page; auto (default): the last, and those with a picture it lacks",
        ("final", "all", "auto"),
    ),
    Option("quality", "text", "pictures in PDFs (default: good)", ("draft", "good", "lossless")),
    Option("drawings", "flag", "put the drawings saved beside a deck (NAME.drawings.json) into its PDF"),
    Option(
        "notes",
        "text",
        "speaker notes in the PDF: as annotations, below their slides, at its end (default: none)",
        ("none", "annotations", "below", "appendix"),
    ),
    Option(
        "handout",
        "text",
        "slides a page of the PDF, with lines or notes beside them",
        ("1", "2", "3", "4", "6"),
    ),
    Option("title-page", "flag", "begin the PDF with a page of title, author and description"),
    Option("paper", "text", "paper of handouts (default: a4)", ("a4", "letter")),
    Option("pages", "text", "slides that the PDF has, such as 3-17,22 (default: all)", metavar="PAGES"),
    Option("ipynb", "flag", "write a notebook beside each HTML deck"),
    Option("py", "flag", "write a Python script in percent format beside each HTML deck"),
    Option("pptx", "flag", "write a PowerPoint file beside each HTML deck"),
    Option("notes-text", "flag", "write the speaker notes as text beside each HTML deck (NAME.notes.txt)"),
    Option("thumbnail", "flag", "write a picture of the first slide beside each HTML deck, for previews"),
    Option("images", "text", "write a picture of each slide into a folder beside the HTML", ("png", "jpeg")),
    Option("html-tags", "text", "raw HTML that passes: all of it, or Marp's allowlist", ("all", "safe")),
    Option("theme-set", "texts", "theme files or folders", metavar="PATH"),
    Option("theme", "text", "theme for every deck: its name, or a CSS file", metavar="NAME|FILE"),
    Option(
        "template", "text", "bespoke: to present; bare: all slides one under another", ("bespoke", "bare")
    ),
    Option("no-collapse", "flag", "leave slides that were copied by hand to lift grey as they stand"),
    Option("explain", "flag", "say for each cell whether it ran, and why"),
    Option("no-exec", "flag", "run no cell; show the outputs that are stored, if they are"),
    Option("freeze", "flag", "build from the outputs frozen beside a deck; the first build freezes them"),
    Option("thaw", "flag", "run decks with frozen outputs anew, and freeze what they give"),
    Option(
        "gateway",
        "text",
        "Jupyter server that cells run on; none: this machine (default: JUPYTER_GATEWAY_URL)",
        metavar="URL",
    ),
    Option("strict", "flag", "a warning fails the build"),
    Option("jobs", "count", "decks whose cells run at the same time", metavar="N"),
    Option("timeout", "number", "seconds that a cell may run, where it does not say so itself", flag=False),
    Option("browser", "text", "the browser that prints PDFs", metavar="PATH"),
    Option("silence", "texts", "kinds of warnings that are not shown", flag=False),
    Option("keys", "texts", "keys of the presented deck: 'action = key key …'", flag=False),
    Option(
        "host",
        "text",
        "name or address that the watch server listens on (default: this machine only)",
        metavar="NAME",
    ),
    Option(
        "follow",
        "text",
        "whether a served page turns to the slide that is edited; auto (default): unless it presents",
        ("auto", "on", "off"),
    ),
    Option("port", "port", "port of the watch server (default: 8000, or the next free one)", metavar="N"),
)


@frozen
class Settings:
    """What a build is asked to do, checked."""

    root: Path = field(default_factory=Path)
    """The folder that patterns and paths of pyproject.toml are relative to."""
    decks: tuple[str, ...] = ("slides/*.md",)
    execute: tuple[str, ...] = ()
    output: str | None = None
    """None: `dist` in `root`."""
    pdf: bool = False
    steps: Literal["final", "all", "auto"] = "auto"
    quality: Literal["draft", "good", "lossless"] = "good"
    """Pixels of pictures in PDFs: as many as the page has, twice as many, all."""
    drawings: bool = False
    notes: Literal["none", "annotations", "below", "appendix"] = "none"
    handout: Literal["1", "2", "3", "4", "6"] | None = None
    """Slides a page; None: no handout."""
    title_page: bool = False
    paper: Literal["a4", "letter"] = "a4"
    html_tags: Literal["all", "safe"] = "safe"
    theme_set: tuple[str, ...] | None = None
    """None: the folder `theme` in `root`, if there is one."""
    theme: str | None = None
    """A name, or the path of a CSS file."""
    template: Literal["bespoke", "bare"] = "bespoke"
    no_collapse: bool = False
    explain: bool = False
    pages: str | None = None
    """Numbers and ranges of slides, from 1; None: all."""
    ipynb: bool = False
    py: bool = False
    pptx: bool = False
    notes_text: bool = False
    thumbnail: bool = False
    images: Literal["png", "jpeg"] | None = None
    no_exec: bool = False
    freeze: bool = False
    """For decks whose front matter does not say; see `execute/freeze.py`."""
    thaw: bool = False
    gateway: str | None = None
    """For every deck: an address, or `none`; None: what its front matter says, see `gateway.with_gateway`."""
    strict: bool = False
    jobs: int = max(1, (os.cpu_count() or 2) // 2)
    """A cell that trains uses several cores itself."""
    timeout: float = 300.0
    """Seconds."""
    browser: str | None = None
    silence: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Keys of the presented deck, see `keymap.with_keys`."""
    host: str | None = None
    """None: the watch server listens on this machine only."""
    follow: Literal["auto", "on", "off"] = "auto"
    port: int | None = None

    @property
    def cache(self) -> Path:
        """The folder of stored outputs, formulas and pictures; it can be deleted at any time."""
        return self.root / ".celldeck"

    @property
    def theme_paths(self) -> tuple[Path, ...]:
        """The files and folders in which themes are looked for, in order."""
        if self.theme_set is None:
            usual = self.root / "theme"
            return (usual,) if usual.is_dir() else ()
        return tuple(self.root / path for path in self.theme_set)

    def runs(self, deck: Path) -> bool:
        """Say whether `execute` names this deck, by patterns as `decks` has them."""
        # A link to a deck counts as standing where it is: somebody has put it there.
        folder = deck.parent.resolve()
        root = self.root.resolve()
        if not folder.is_relative_to(root):
            return False
        names = (*folder.relative_to(root).parts, deck.name)
        return any(_matches(names, PurePath(pattern).parts) for pattern in self.execute)


def _matches(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    """Say whether a path is of a pattern's form: `*` stays within a name, `**` is any number of folders."""
    if not patterns:
        return not names
    if patterns[0] == "**" and _matches(names, patterns[1:]):
        return True
    rest = patterns if patterns[0] == "**" else patterns[1:]
    return bool(names) and fnmatch(names[0], patterns[0]) and _matches(names[1:], rest)


def find_root(start: Path) -> Path:
    """Return the nearest folder from `start` up whose pyproject.toml has `[tool.celldeck]`; else `start`."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "[tool.celldeck" in file.read_text("utf-8", errors="replace"):
            return folder
    return start


def read_settings(root: Path) -> Settings:
    """Return the settings of the pyproject.toml in `root`; the defaults if it has none.

    Raises:
        DeckError: the file cannot be read or is no TOML, a key is unknown, or a value is of another kind.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        return Settings(root=root)
    try:
        source = Source.of(file.read_text("utf-8", errors="replace"), file)
    except OSError as error:
        raise DeckError(f"{file} cannot be read: {error.strerror or error}") from error
    values = _checked(_table(source), source)
    # Written in the file, a path is relative to the file; given on the command line, to where we are.
    for name in ("output", "theme", "browser"):
        if name in values and _is_path(name, values[name]):
            values[name] = str(root / Path(values[name]).expanduser())
    return replace(Settings(root=root), **values)


def _is_path(name: str, value: str) -> bool:
    """Say whether a value is a path, where a theme's name or a command could stand as well."""
    return name == "output" or (value.endswith(".css") if name == "theme" else Path(value).name != value)


def override(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Return the settings with what the command line gave; None means that it did not."""
    known = {f.name for f in fields(Settings)}
    return replace(settings, **{k: v for k, v in given.items() if k in known and v is not None})


def _table(source: Source) -> Mapping[str, Any]:
    import tomllib

    try:
        tool = tomllib.loads(source.text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        # Its place stands only in the text.
        reason, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+), column (\d+)", place)
        line, column = (int(found[1]), int(found[2])) if found else (len(source.lines), 1)
        raise DeckError(f"this is no TOML: {reason}", Span(source, line, column, line)) from error
    table = tool.get("celldeck", {}) if isinstance(tool, Mapping) else {}
    if not isinstance(table, Mapping):
        raise DeckError(
            f"'tool.celldeck' is a table of settings, not {table!r}", _key_span(source, "celldeck")
        )
    return table


def _checked(table: Mapping[str, Any], source: Source) -> dict[str, Any]:
    by_name = {option.name: option for option in OPTIONS}
    values: dict[str, Any] = {}
    for key, value in table.items():
        option = by_name.get(key) or by_name.get(key.replace("_", "-"))
        if option is None:
            near = closest(key, by_name)
            hint = f"did you mean '{near}'?" if near else f"settings: {', '.join(by_name)}"
            raise DeckError(f"unknown setting '{key}' in [tool.celldeck]", _key_span(source, key), hint)
        values[option.field] = _value(option, value, source, key)
        if option.name == "keys":
            _check_keys(value, source)
    return values


def _check_keys(entries: list[str], source: Source) -> None:
    for entry in entries:
        try:
            with_keys([entry])
        except DeckError as error:
            line = next((n for n, text in enumerate(source.lines, 1) if entry in text), None)
            span = source.span(line, entry) if line else _key_span(source, "keys")
            raise DeckError(error.message, span, error.hint) from None


def _value(option: Option, value: Any, source: Source, key: str) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and str(value) in option.choices:
        return str(value)
    is_right, wanted = {
        "flag": (isinstance(value, bool), "true or false"),
        "text": (isinstance(value, str), "a text"),
        "count": (whole and value > 0, "a whole number above 0"),
        "port": (whole and 0 < value < 65536, "a whole number from 1 to 65535"),
        "number": ((whole or isinstance(value, float)) and 0 < value < inf, "a number above 0"),
        "texts": (isinstance(value, list) and all(isinstance(v, str) for v in value), "a list of texts"),
    }[option.kind]
    if not is_right:
        raise DeckError(f"'{key}' is {wanted}, not {value!r}", _key_span(source, key))
    if option.choices and value not in option.choices:
        raise DeckError(
            f"'{key}' cannot be {value!r}", _key_span(source, key), f"values: {', '.join(option.choices)}"
        )
    return tuple(value) if option.kind == "texts" else value


def _key_span(source: Source, key: str) -> Span:
    """Return the place of a key of ours; where that is not found, of the table's head."""
    before = r"(\s*(?:tool\s*\.\s*)?(?:celldeck\s*\.\s*)?[\"']?)"
    entry = re.compile(before + re.escape(key) + r"[\"']?\s*[=.]")
    head, is_ours = 1, False
    for number, line in enumerate(source.lines, 1):
        if re.fullmatch(r"\s*\[[^=]*\]\s*(#.*)?", line):
            is_ours = "celldeck" in line
            head = number if is_ours else head
        elif (found := entry.match(line)) and (is_ours or "celldeck" in found[0]):
            return Span(source, number, len(found[1]) + 1, number, len(key))
    return source.span(head)
