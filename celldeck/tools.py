"""What builds share: settings, themes, caches, and the engines, kernels and browser that were started."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from celldeck.cache import Cache
from celldeck.closest import closest
from celldeck.errors import DeckError
from celldeck.export.inline import Reinliner
from celldeck.javascript.mathjax import MathJax
from celldeck.marp_project import MarpProject, find_marp_project
from celldeck.model import MarpOptions
from celldeck.parse import Rereader
from celldeck.render import Rerenderer
from celldeck.render.code import Highlighter
from celldeck.settings import Settings
from celldeck.themes import ThemeSet, add_theme_file, find_name, load_themes

if TYPE_CHECKING:
    from concurrent.futures import Future

    from celldeck.execute import Kernels
    from celldeck.export.browser import Browser
    from celldeck.export.local_files import LocalFiles
    from celldeck.export.pdf.shelf import Shelf
    from celldeck.render.mime.frames import Frames


@dataclass(frozen=True)
class Look:
    """The themes that there are for a deck."""

    themes: ThemeSet
    forced: str | None
    """The theme that the settings want for every deck, or None."""


@dataclass(frozen=True)
class Again:
    """What a deck's last build left for its next one."""

    reader: Rereader = field(default_factory=Rereader)
    renderer: Rerenderer = field(default_factory=Rerenderer)
    notes: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    """Typeset notes of slides, by theme and text."""
    inliner: Reinliner = field(default_factory=Reinliner)


@dataclass
class Tools:
    """What builds share: settings, themes, caches, and the engines and browser that were started."""

    settings: Settings
    standby: bool = False
    """Fresh kernels are to be ready before they are asked for."""
    frames: Frames | None = None
    """Where outputs with scripts are kept as pages of their own, for decks that are served; None: they stand
    in the deck's page."""
    begun: tuple[Cache, MathJax] | None = None
    """Cache, and what typesets formulas, where they were needed before the rest."""
    is_stopped: bool = False
    """What is built now is not wanted any more."""
    _browser: Future[Browser] | None = None
    _shelves: dict[Path, Shelf] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def cache(self) -> Cache:
        """Formulas, highlighted code and other text that is expensive to make."""
        return self.begun[0] if self.begun else Cache(self.settings.cache)

    def look(self, path: Path, wanted: frozenset[str] = frozenset()) -> Look:
        """Return the themes that there are for the deck at `path`.

        Args:
            wanted: names of themes; those that nobody has are looked for in files beside the deck.

        Raises:
            DeckError: a theme is to be used for every deck that nobody has, or a file cannot be read.
        """
        project = self.project(path)
        key = (project.theme_set, project.theme, path.parent if wanted else None, wanted)
        if key not in self._looks:
            self._looks[key] = self._look(path, project, wanted)
        return self._looks[key]

    def _look(self, path: Path, project: MarpProject, wanted: frozenset[str]) -> Look:
        paths = (*self.settings.theme_paths, *project.theme_set)
        themes = load_themes([*paths, *_themes_beside(path, wanted)])
        name = self.settings.theme or project.theme
        if name and name.endswith(".css"):
            return Look(*add_theme_file(themes, Path(name)))
        if name and name not in themes:
            hint = themes_hint(name, themes)
            raise DeckError(f"there is no theme '{name}' to use for every deck", hint=hint)
        return Look(themes, name)

    def project(self, path: Path) -> MarpProject:
        """Return what the Marp project around the deck at `path` says; it is read once."""
        folder = path.absolute().parent
        if folder not in self._projects:
            self._projects[folder] = find_marp_project(folder)
        return self._projects[folder]

    def again(self, path: Path) -> Again:
        """Return what the last build of the deck at `path` left for its next one; it is made once."""
        return self._again.setdefault(path, Again())

    @cached_property
    def kernels(self) -> Kernels:
        """Starts the kernels that cells run in."""
        from celldeck.execute import Kernels

        return Kernels(standby=self.standby)

    @cached_property
    def _looks(self) -> dict[tuple[object, ...], Look]:
        return {}

    @cached_property
    def _again(self) -> dict[Path, Again]:
        return {}

    @cached_property
    def _projects(self) -> dict[Path, MarpProject]:
        return {}

    @cached_property
    def parts(self) -> set[Path]:
        """Files that decks take code from, or that their cells say they depend on."""
        return set()

    @cached_property
    def listed(self) -> set[Path]:
        """Folders that cells have listed."""
        return set()

    @cached_property
    def highlighter(self) -> Highlighter:
        """Colours code."""
        return Highlighter(self.cache)

    @cached_property
    def mathjax(self) -> MathJax:
        """Typesets formulas."""
        return self.begun[1] if self.begun else MathJax()

    @cached_property
    def files(self) -> LocalFiles:
        """Reads the pictures and fonts that documents embed."""
        from celldeck.export.local_files import LocalFiles

        return LocalFiles()

    @cached_property
    def browser_program(self) -> Path:
        """The browser that prints, not started.

        Raises:
            DeckError: there is none.
        """
        from celldeck.export.find_browser import find_browser

        return find_browser(self.settings.browser)

    @property
    def browser(self) -> Browser:
        """The browser that prints, started when it is first asked for; threads share it.

        Raises:
            DeckError: there is none, or it does not start.
        """
        return self.start_browser().result()

    @property
    def prints(self) -> bool:
        """A browser is needed for what the settings ask for."""
        return any((self.settings.pdf, self.settings.images, self.settings.pptx, self.settings.thumbnail))

    def start_browser(self) -> Future[Browser]:
        """Let the browser start meanwhile; one that has gone is started anew."""
        with self._lock:
            old = self._browser
            if old is not None and not (old.done() and (old.exception() or old.result().is_gone)):
                return old
            if old is not None and not old.exception():
                old.result().close()
            from concurrent.futures import Future

            starting: Future[Browser] = Future()
            self._browser = starting
        threading.Thread(target=self._start_browser, args=(starting,), name="browser-start").start()
        return starting

    def _start_browser(self, starting: Future[Browser]) -> None:
        from celldeck.export.browser import Browser

        try:
            browser = Browser(self.browser_program, is_apart=True).__enter__()
            with suppress(DeckError):  # it has been ended already, which who asks for it is told
                browser.warm()
            starting.set_result(browser)
        except BaseException as error:
            starting.set_exception(error)

    def _end_browser(self) -> None:
        with self._lock:
            browser, self._browser = self._browser, None
        if browser is not None and browser.exception() is None:
            browser.result().close()

    def shelf(self, path: Path) -> Shelf:
        """Return what is kept of the pages of the PDF at `path`; one for each."""
        from celldeck.export.pdf.shelf import Shelf

        with self._lock:
            return self._shelves.setdefault(path, Shelf.of(self.settings.cache, path))

    def clear_shelf(self, path: Path) -> None:
        """Let go of what is kept in memory of the PDF at `path`; what is on disk stays."""
        with self._lock:
            self._shelves.pop(path, None)

    def options(self, path: Path) -> MarpOptions:
        """Return how the deck at `path` is read and rendered."""
        options = MarpOptions(**self.project(path).options)
        if self.settings.html_tags == "all":
            options = replace(options, html=True)
        collapse = options.collapse and not self.settings.no_collapse
        return replace(options, run_cells=self.settings.runs(path), collapse=collapse)

    def folders(self) -> set[Path]:
        """Return where the themes, pictures and settings of the decks that were built stand, or may stand."""
        projects = (project.path for project in self._projects.values() if project.path)
        themes = (theme.source.path for look in self._looks.values() for theme in look.themes.values())
        return {path.parent for path in (*projects, *themes, *self.parts)} | self.files.folders | self.listed

    def forget_themes(self) -> None:
        """Read the themes, and what Marp projects say, anew at the next build."""
        self._looks.clear()
        self._projects.clear()

    def stop(self) -> None:
        """End what builds wait for, kernels and the browser, from another thread: these builds fail."""
        self.is_stopped = True
        self.kernels.stop()
        self._end_browser()

    def close(self) -> None:
        """End the engines and the browser, and write what is worth keeping."""
        if self.begun:
            self.begun[1].close()
        for name in ("highlighter", "mathjax"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        self._end_browser()
        if "cache" in self.__dict__:
            self.cache.flush()


def _themes_beside(path: Path, wanted: frozenset[str]) -> list[Path]:
    """Return the files beside a deck, in its folder, `theme/` or `themes/`, that are the themes wanted."""
    folders = (path.parent, path.parent / "theme", path.parent / "themes")
    files = (file for folder in folders if wanted for file in sorted(folder.glob("*.css")) if file.is_file())
    return [file for file in files if find_name(file.read_text("utf-8", errors="replace")) in wanted]


def themes_hint(name: str, themes: ThemeSet) -> str:
    """Return what is told to who names a theme that nobody has."""
    near = closest(name, themes)
    here = f"themes here: {', '.join(sorted(themes))}"
    return f"did you mean '{near}'? {here}" if near else here
