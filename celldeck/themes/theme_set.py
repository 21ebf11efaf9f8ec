"""The themes there are, by name: ours, and those found in files and folders.

Marp: https://github.com/marp-team/marp-cli#theme and `--theme-set`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from celldeck.errors import DeckError, Notice
from celldeck.frozen import frozen
from celldeck.source import Source, Span
from celldeck.themes import scaffold
from celldeck.themes.css import Nodes
from celldeck.themes.css_parser import parse
from celldeck.themes.css_tokens import CssError
from celldeck.themes.imports import Sheet, take_imports
from celldeck.themes.metadata import Metadata, find_name, read_metadata
from celldeck.themes.nesting import flatten
from celldeck.themes.root import mark_root
from celldeck.themes.sizes import read_size

DEFAULT = "default"
"""The theme of decks that name none."""


@frozen
class ThemeSheet:
    """A theme as read."""

    sheet: Sheet
    metadata: Metadata
    size: tuple[str | None, str | None]
    """Width and height that it sets itself, as written; None: it does not."""


@lru_cache(maxsize=64)
def read_theme(css: str, *, nesting: bool = True) -> ThemeSheet:
    """Return a theme from its CSS.

    Args:
        css: with or without `@theme`.
        nesting: whether nested rules are made flat.

    Raises:
        CssError: it is not CSS.
    """
    nodes: Nodes = parse(css)
    if nesting:
        nodes = flatten(nodes)
    metadata = read_metadata(nodes)
    nodes = mark_root(nodes)
    return ThemeSheet(take_imports(nodes), metadata, read_size(nodes))


@frozen
class ThemeSource:
    """A theme as written."""

    name: str
    source: Source

    def read(self, *, nesting: bool = True) -> ThemeSheet:
        """Return it as read.

        Raises:
            DeckError: it is not CSS.
        """
        try:
            return read_theme(self.source.text, nesting=nesting)
        except CssError as error:
            raise DeckError(
                f"the theme `{self.name}` cannot be read: {error.reason}", span_of(self.source, error)
            ) from error


def span_of(source: Source, error: CssError) -> Span:
    """Return the place in a file at which its text stops being CSS."""
    return Span(source, error.line, error.column, error.line)


SCAFFOLD = ThemeSource("", Source(Path("scaffold.css"), scaffold.CSS))
"""What stands in for a theme where not even the default one is there."""


@dataclass(frozen=True, eq=False)
class ThemeSet(Mapping[str, ThemeSource]):
    """Themes by name; later ones replace earlier ones of the same name."""

    sources: Mapping[str, ThemeSource]
    default: ThemeSource = SCAFFOLD
    """For decks that name none: always ours, also where another theme has taken the name `default`."""
    notices: tuple[Notice, ...] = field(default=())
    """Files that are no themes."""

    def __getitem__(self, name: str) -> ThemeSource:
        return self.sources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, ours first."""
        return tuple(self.sources)

    def find_sheet(self, name: str, *, nesting: bool = True) -> Sheet | None:
        """Return the style sheet of the theme with a name; None: there is none.

        Raises:
            DeckError: it is not CSS.
        """
        found = self.get(name)
        return found.read(nesting=nesting).sheet if found else None


def builtin_folder() -> Path:
    """Return the folder of our own themes: part of an installed package, beside the package in a checkout."""
    installed = Path(__file__).parent / "builtin"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "theme"


def load_themes(paths: Iterable[Path] = ()) -> ThemeSet:
    """Return our themes and those in files and folders, of which all `*.css` at any depth are looked at.

    A file without `@theme` is no theme: that is told as a notice, and so is one that is not CSS.

    Raises:
        DeckError: a path is not there, or a file cannot be read as text.
    """
    ours = [_read_file(path) for path in _style_sheets(builtin_folder())]
    own = _named(ours)
    notices: list[Notice] = []
    sources = [_read_file(file) for path in paths for file in _style_sheets(path, told=True)]
    for source in sources:
        if find_name(source.text) is None:
            notices.append(
                Notice(
                    "no-theme",
                    "this style sheet is no theme, since it has no name",
                    source.span(1),
                    "begin it with /* @theme NAME */, or give the file itself as --theme",
                )
            )
            continue
        try:
            parse(source.text)
        except CssError as error:
            notices.append(
                Notice("broken-theme", f"this theme is not CSS: {error.reason}", span_of(source, error))
            )
    return ThemeSet({**own, **_named(sources)}, own.get(DEFAULT, SCAFFOLD), tuple(notices))


def add_theme_file(themes: ThemeSet, path: Path) -> tuple[ThemeSet, str]:
    """Return the set with the theme in one file, and the name to ask for it by: its own is not needed.

    Marp: https://github.com/marp-team/marp-cli#use-specific-theme

    Raises:
        DeckError: the file is not there, or is no text.
    """
    source = _read_file(path)
    name = find_name(source.text) or path.stem
    number = 1
    while name in themes:
        # It may import the theme whose name it has, or would have.
        number += 1
        name = f"{path.stem}-{number}"
    return replace(themes, sources={**themes.sources, name: ThemeSource(name, source)}), name


def _named(sources: Iterable[Source]) -> dict[str, ThemeSource]:
    found = ((find_name(source.text), source) for source in sources)
    return {name: ThemeSource(name, source) for name, source in found if name is not None}


def _style_sheets(path: Path, *, told: bool = False) -> list[Path]:
    """Return a file, or the `*.css` in a folder in the order of their paths."""
    if path.is_dir():
        found = (
            file for file in path.rglob("*.css") if not _is_aside(file.relative_to(path)) and file.is_file()
        )
        return sorted(found, key=lambda file: file.as_posix())
    if told and not path.is_file():
        raise DeckError(f"there is no theme file or folder {path}")
    return [path] if path.is_file() else []


def _is_aside(path: Path) -> bool:
    return any(part == "node_modules" or part.startswith(".") for part in path.parts[:-1])


def _read_file(path: Path) -> Source:
    try:
        return Source.of(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise DeckError(f"{path} is not UTF-8 text", hint="save the file with the encoding UTF-8") from error
    except OSError as error:
        raise DeckError(f"{path} cannot be read: {error.strerror or error}") from error
