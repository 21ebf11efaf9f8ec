"""Build, serve, and build again what changed, until Ctrl-C."""

from __future__ import annotations

import asyncio
import threading
import time
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from celldeck.errors import DeckError
from celldeck.pipeline import Built, Tools, build, self_contained
from celldeck.serve.changes import Changes
from celldeck.serve.site import Site
from celldeck.settings import Settings

Tell = Callable[[str], None]
FIRST_PORT = 8000


def watch(
    decks: Sequence[Path],
    settings: Settings,
    tell: Tell,
    warn: Tell,
    *,
    opens: bool = False,
) -> int:
    """Serve decks and keep them built; return the exit status once it is stopped.

    Args:
        tell: takes lines for people.
        warn: takes warnings and errors.
        opens: open the site in the browser.
    """
    return asyncio.run(_serve(decks, settings, tell, warn, opens))


async def _serve(decks: Sequence[Path], settings: Settings, tell: Tell, warn: Tell, opens: bool) -> int:
    from tornado.httpserver import HTTPServer

    from celldeck.serve.app import application

    site = Site(decks)
    server = HTTPServer(application(site))
    try:
        port = _listen(server, settings.port)
    except OSError as error:
        warn(f"port {settings.port} cannot be used: {error.strerror or error}")
        return 1
    address = f"http://localhost:{port}/"
    if len(decks) == 1:
        address += f"{decks[0].stem}.html"
    tell(f"serving {address} (Ctrl-C stops)")
    if opens:
        webbrowser.open(address)
    stopped = threading.Event()
    builder = threading.Thread(target=_keep_built, args=(site, settings, tell, warn, stopped), daemon=True)
    builder.start()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        # Ctrl-C: asyncio.run cancels the task. The builder ends its kernels and its browser itself.
        stopped.set()
        server.stop()
        builder.join(timeout=10)
    return 0


def _listen(server: object, wanted: int | None) -> int:
    """Listen on this machine only; without a wanted port, on the first free one."""
    from tornado.httpserver import HTTPServer

    assert isinstance(server, HTTPServer)
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        try:
            server.listen(port, address="127.0.0.1")
        except OSError:
            if wanted or port == FIRST_PORT + 99:
                raise
        else:
            return port
    raise AssertionError("the last port returns or raises")


def _keep_built(site: Site, settings: Settings, tell: Tell, warn: Tell, stopped: threading.Event) -> None:
    """Build all decks, then those that changes touch, until `stopped`."""
    tools = Tools(settings)
    folders = {deck.path.parent for deck in site.decks.values()}
    folders |= {path if path.is_dir() else path.parent for path in settings.theme_paths if path.exists()}
    folders |= {settings.root / "images"} if (settings.root / "images").is_dir() else set()
    changes = Changes(folders, _ignored(settings))
    try:
        for name in site.decks:
            _build(site, name, tools, tell, warn)
        while not stopped.is_set():
            batch = changes.next_batch(timeout_s=0.25)
            for name in _touched(site, batch, tools):
                _build(site, name, tools, tell, warn)
    finally:
        changes.close()
        tools.close()


def _ignored(settings: Settings) -> Callable[[Path], bool]:
    folders = [settings.cache.resolve(), (settings.root / "dist").resolve()]
    if settings.output:
        folders.append(Path(settings.output).resolve())

    def ignored(path: Path) -> bool:
        resolved = path.resolve()
        return any(resolved.is_relative_to(folder) for folder in folders) or any(
            part in {".git", "__pycache__", "node_modules", ".ipynb_checkpoints"} for part in resolved.parts
        )

    return ignored


def _touched(site: Site, batch: set[Path], tools: Tools) -> list[str]:
    """Return the decks to build: those that changed, or all if something that they may share did."""
    if not batch:
        return []
    decks = {deck.path.resolve(): name for name, deck in site.decks.items()}
    changed = {path.resolve() for path in batch}
    if any(path.suffix == ".css" for path in changed):
        tools.forget_themes()
    # Another Markdown file in the folder is no part of these decks; a picture, a style or data may be.
    shared = any(path not in decks and path.suffix != ".md" for path in changed)
    return [name for path, name in decks.items() if shared or path in changed]


def _build(site: Site, name: str, tools: Tools, tell: Tell, warn: Tell) -> None:
    start = time.monotonic()
    path = site.decks[name].path
    try:
        built: Built = self_contained(build(path, tools), tools, path.with_suffix(".html"))
    except DeckError as error:
        site.fail(name, str(error))
        warn(str(error))
        return
    site.publish(name, built.page)
    for text in (*map(str, built.notices), *built.failures):
        warn(text)
    tell(f"{path}: {len(built.deck.slides)} slides, {time.monotonic() - start:.2f} s")
