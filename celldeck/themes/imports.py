"""Themes built on others: `@import "name"` and `@import-theme "name"`.

An import that names a theme stands for that theme's CSS, any other is the browser's. CSS wants the latter
and `@charset` before everything else, so they are taken to the top of the whole style sheet.

Marpit: https://marpit.marp.app/theme-css?id=customized-theme
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from celldeck.frozen import frozen
from celldeck.themes.css import AtRule, Comment, Node, Nodes, Rule


@frozen
class Import:
    """An `@import` or `@import-theme` statement."""

    statement: AtRule
    name: str | None
    """What it names in quotes, which may be a theme; None: it has no quotes, or nothing in them."""
    at_head: bool = True
    """Whether only its like, `@charset` and comments stand before it. In an imported theme, one that stands
    further down is the browser's."""


@frozen
class Sheet:
    """A style sheet, and what has to leave its place."""

    body: Nodes
    imports: tuple[Import, ...] = ()
    """`@import`, wherever it stood."""
    theme_imports: tuple[Import, ...] = ()
    """`@import-theme` that stood in no block and has a name."""
    charset: AtRule | None = None

    @property
    def built_on(self) -> tuple[str, ...]:
        """The names of what may be themes whose size and metadata this one inherits, nearest first."""
        both = (*self.theme_imports, *(i for i in self.imports if i.at_head))
        return tuple(i.name for i in both if i.name)


def take_imports(nodes: Nodes) -> Sheet:
    """Return the tree of a style sheet, parted from its imports and its `@charset`."""
    taken = _Taken()
    body = tuple(taken.rest(nodes, is_root=True))
    return Sheet(body, tuple(taken.imports), tuple(taken.theme_imports), taken.charset)


class _Taken:
    """What was taken out of the tree so far."""

    def __init__(self) -> None:
        self.imports: list[Import] = []
        self.theme_imports: list[Import] = []
        self.charset: AtRule | None = None
        self.at_head = True

    def rest(self, nodes: Nodes, *, is_root: bool = False) -> Iterator[Node]:
        for node in nodes:
            if isinstance(node, AtRule):
                if node.name == "charset":
                    self.charset = self.charset or node
                    continue
                if node.name == "import":
                    self.imports.append(Import(node, _quoted(node.params), self.at_head))
                    continue
                self.at_head = False
                if node.name == "import-theme" and is_root and (name := _quoted(node.params)):
                    self.theme_imports.append(Import(node, name))
                    continue
                if node.nodes:
                    node = node._replace(nodes=tuple(self.rest(node.nodes)))
            elif not isinstance(node, Comment):
                self.at_head = False
                if isinstance(node, Rule) and any(isinstance(inner, (Rule, AtRule)) for inner in node.nodes):
                    node = node._replace(nodes=tuple(self.rest(node.nodes)))
            yield node


def _quoted(params: str) -> str | None:
    """Return what stands in quotes at the start, where a backslash before a quote takes its meaning."""
    if params[:1] not in ('"', "'"):
        return None
    value = ""
    for piece in params[1:].split(params[0]):
        if not piece.endswith("\\"):
            return value + piece or None
        value += piece[:-1] + params[0]
    return value


def without_themes(sheet: Sheet, is_theme: Callable[[str], bool]) -> Sheet:
    """Return the sheet of a deck's own CSS, which may not import themes.

    Only imports at its head are looked at: one that stands further down gets through, as in Marpit.
    """
    imports = tuple(i for i in sheet.imports if not (i.at_head and i.name and is_theme(i.name)))
    theme_imports = tuple(i for i in sheet.theme_imports if not (i.name and is_theme(i.name)))
    return replace(sheet, imports=imports, theme_imports=theme_imports)


class CircularImport(Exception):
    """A theme imports itself."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(" → ".join(path))
        self.path = path
        """The names from the theme to itself."""


def inherited(name: str | None, sheet: Sheet, find: Callable[[str], Sheet | None]) -> Iterator[Sheet]:
    """Give the sheet and all that it is built on, nearest first, depth first.

    Args:
        name: its theme's name; None: it has none.
        sheet: a theme's.
        find: the sheet of the theme with a name; None: there is none.

    Raises:
        CircularImport: a theme is built on itself.
    """
    yield from _inherited(sheet, find, (name,) if name else ())


def _inherited(sheet: Sheet, find: Callable[[str], Sheet | None], path: tuple[str, ...]) -> Iterator[Sheet]:
    yield sheet
    for name in sheet.built_on:
        if (other := find(name)) is not None:
            if name in path:
                raise CircularImport((*path[path.index(name) :], name))
            yield from _inherited(other, find, (*path, name))


@frozen
class Gathered:
    """Style sheets with the themes in place of their imports."""

    statements: Nodes
    """`@charset` and imports that are the browser's, in order."""
    imported: tuple[Nodes, ...]
    """The bodies of imported themes, in order."""


def gather(sheets: Sequence[Sheet], find: Callable[[str], Sheet | None]) -> Gathered:
    """Return what comes before the bodies of the sheets that make up a style sheet.

    Args:
        sheets: in order, the theme's among them.
        find: the sheet of the theme with a name; None: there is none.

    Raises:
        CircularImport: a theme imports itself.
    """
    charsets = [sheet.charset for sheet in sheets if sheet.charset]
    statements: list[AtRule] = []
    unknown: list[AtRule] = []
    imported: list[Nodes] = []

    def add(name: str, other: Sheet, path: tuple[str, ...]) -> None:
        if name in path:
            raise CircularImport((*path[path.index(name) :], name))
        if other.charset:
            charsets.append(other.charset)
        place(other.theme_imports, (*path, name))
        place(other.imports, (*path, name))
        imported.append(other.body)

    def place(imports: Iterable[Import], path: tuple[str, ...] = ()) -> None:
        for one in imports:
            # Those of the sheets themselves have been taken to the top, so all of them are at the head.
            other = find(one.name) if one.name and (one.at_head or not path) else None
            if other is not None and one.name:
                add(one.name, other, path)
            else:
                (statements if one.statement.name == "import" else unknown).append(one.statement)

    place(one for sheet in sheets for one in sheet.theme_imports)
    place(one for sheet in sheets for one in sheet.imports)
    return Gathered((*charsets[:1], *statements, *unknown), tuple(imported))
