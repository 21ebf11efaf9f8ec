"""A headless browser: open a page, wait until it is really there, print it or take its picture."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from celldeck.errors import DeckError
from celldeck.export.devtools import DevTools, Json, NavigatedError, ProtocolError
from celldeck.export.embedded import decoded
from celldeck.export.find_browser import find_browser, is_confined

_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    # Without a page that nobody asked for, and the process that it has.
    "--no-startup-window",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    # Each window would have a process for suggestions below its address, and one for a page to come.
    # Names are looked up as all programs do: Chromium's own way waits for seconds where there is no network.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess,AsyncDns",
    # Pages that are not in front must be laid out and printed as fast as the one that is.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # Glyphs stand where the font says, not on the pixels of a screen: what is printed has none.
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--password-store=basic",
    "--use-mock-keychain",
)

_MOST_SPARE = 4
"""Tabs that are kept; each has a process of its own."""
_BLANK = "blank.html"
_LONGEST_MESSAGE = 8 << 20
"""Characters of a document that is told the browser as such; it takes no message of 100 MB."""
_UNTIDY_S = 0.5
"""A tab for which somebody asks so soon need not be emptied."""

# Fonts, pictures, then two frames: auto-scaling measures in the first and the result stands in the second.
# A page out of sight gets no frames, hence the timer beside them; pictures are not decoded there, nor fonts
# ready before somebody asks for a layout. Printing does its own decoding.
_SETTLED = """(async (changesItself) => {
  const frame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 200); });
  const fonts = async () => {
    for (;;) {
      // Only what is laid out asks for its fonts.
      void document.documentElement?.offsetHeight;
      if (document.fonts.status === "loaded") return;
      await Promise.race([document.fonts.ready, new Promise((done) => setTimeout(done, 20))]);
    }
  };
  const loaded = (image) => new Promise((done) => {
    for (const event of ["load", "error"]) image.addEventListener(event, done, { once: true });
  });
  // A page that another has gone on to may just have begun.
  if (document.readyState === "loading") {
    await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  }
  const isPrinted = matchMedia("print").matches;
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  if (isPrinted) await Promise.all(images.filter((image) => !image.complete).map(loaded));
  else await Promise.all(images.map((image) => image.decode().catch(() => {})));
  await fonts();
  if (!changesItself) return;
  await frame();
  await frame();
  await fonts();
})"""


class Browser:
    """A headless Chromium, Chrome, Edge or Brave; a context manager that starts and ends it.

    It has a profile of its own in a temporary folder, which goes when it ends. Threads may share it, each
    with tabs of its own.
    """

    def __init__(
        self, program: Path | None = None, *, timeout_s: float = 30.0, is_apart: bool = False
    ) -> None:
        """Take the program, or find one when the browser is started.

        Args:
            program: None: one that this machine has.
            timeout_s: seconds that a single answer may take.
            is_apart: tabs share nothing, so that none waits for another; otherwise they are the windows of
                one person, who have one storage and hear one another.
        """
        self._is_apart = is_apart
        self._program = program
        self._timeout_s = timeout_s
        self._devtools: DevTools | None = None
        self._folder: Path | None = None
        self._spare: list[_Window] = []
        """Those that wait for who asks next."""
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Start the browser.

        Raises:
            DeckError: there is none, or it does not start.
        """
        program = self._program or find_browser()
        atexit.register(self.close)
        # A snap sees only the visible folders of its user's home.
        place = Path.home() if is_confined(program) else None
        self._folder = Path(tempfile.mkdtemp(prefix="celldeck-browser-", dir=place))
        command = [str(program), *_SWITCHES, f"--user-data-dir={self._folder / 'profile'}"]
        if not _has_sandbox():
            command.append("--no-sandbox")
        if sys.platform == "linux":
            # Containers often have 64 MB of shared memory, which a page of pictures exceeds.
            command.append("--disable-dev-shm-usage")
        try:
            (self._folder / _BLANK).write_text("<!DOCTYPE html>", "utf-8")
            self._devtools = DevTools(command, self._folder / "log.txt")
            self._devtools.call("Browser.getVersion", timeout_s=self._timeout_s)
        except OSError as error:
            self.close()
            raise DeckError(f"the browser {program} cannot be started: {error.strerror or error}") from None
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_gone(self) -> bool:
        """It is not running, though nobody has ended it."""
        return self._devtools is None or self._devtools.is_gone

    def close(self) -> None:
        """End the browser and remove what it kept."""
        atexit.unregister(self.close)
        with self._lock:
            self._spare.clear()
        if self._devtools:
            self._devtools.close()
            self._devtools = None
        if self._folder:
            _remove_socket(self._folder / "profile")
            # Its processes are gone, but on Windows their files can be held a moment longer.
            for _ in range(20):
                shutil.rmtree(self._folder, ignore_errors=True)
                if not self._folder.exists():
                    break
                time.sleep(0.05)
            self._folder = None

    @property
    def spare(self) -> int:
        """How many tabs wait for who asks next."""
        return len(self._spare)

    def warm(self) -> None:
        """Have a tab ready for who asks next: it has a process of its own, which takes time to start."""
        devtools = self._devtools
        if devtools is not None and not self._spare:
            self._keep_empty(devtools, self._fresh(devtools))

    def _give_back(self, devtools: DevTools, spare: _Window) -> None:
        """Keep a tab that has done its work for who asks next, or close it; nobody has to wait for that."""
        devtools.forget(spare.session)
        with self._lock:
            is_kept = self._is_apart and len(self._spare) < _MOST_SPARE
            if is_kept:
                self._spare.append(spare)
        if is_kept:
            later = threading.Timer(_UNTIDY_S, self._empty, (devtools, spare))
        else:
            later = threading.Timer(0, self._close, (devtools, spare))
        later.daemon = True
        later.start()

    def _empty(self, devtools: DevTools, spare: _Window) -> None:
        """Let a tab that waits show nothing: its page takes memory, and maybe goes on doing something."""
        with self._lock:
            if spare not in self._spare:
                return
            self._spare.remove(spare)
        # Meanwhile the browser may be ended, and its folder with it.
        with suppress(DeckError, ProtocolError):
            self._keep_empty(devtools, spare)
            return
        self._close(devtools, spare)

    def _keep_empty(self, devtools: DevTools, spare: _Window) -> None:
        """Let a tab show nothing, and keep it for who asks next."""
        folder = self._folder
        if folder is None:
            raise DeckError("the browser has been ended")
        # A page from a file, as all that are shown, which the same process shows.
        blank = (folder / _BLANK).as_uri()
        Tab(devtools, spare, folder, self._timeout_s).open(blank, changes_itself=False)
        devtools.forget(spare.session)
        spare.is_empty = True
        with self._lock:
            self._spare.append(spare)

    def _fresh(self, devtools: DevTools) -> _Window:
        where = {"url": "about:blank"}
        if self._is_apart:
            # Tabs of one context share a process.
            context = devtools.call("Target.createBrowserContext", {"disposeOnDetach": True})
            where |= {"browserContextId": context["browserContextId"], "windowState": "minimized"}
        target = devtools.call("Target.createTarget", where)["targetId"]
        session = devtools.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        devtools.call("Page.enable", session=session)
        window = devtools.call("Browser.getWindowForTarget", {"targetId": target})
        return _Window(
            target, session, window["windowId"], window["bounds"].get("windowState") != "minimized"
        )

    @contextmanager
    def tab(
        self, width_px: float = 1280, height_px: float = 720, *, media: str = "", is_seen: bool = True
    ) -> Iterator[Tab]:
        """Give a tab with a window of this size, which is there to open something; take it back later.

        Args:
            media: `print` to lay the page out as it is printed; empty: as on a screen.
            is_seen: False: the page is not painted on a screen, which takes time, and so it gets no frames.
                Only where tabs share nothing.
        """
        devtools, folder = self._devtools, self._folder
        if devtools is None or folder is None:
            raise DeckError("the browser has been ended")
        with self._lock:
            spare = self._spare.pop() if self._spare else None
        window = spare or self._fresh(devtools)
        place = Path(tempfile.mkdtemp(prefix="page-", dir=folder))
        tab = Tab(devtools, window, place, self._timeout_s)
        try:
            if self._is_apart:
                window.show(devtools, is_seen)
            tab.resize(width_px, height_px)
            tab.emulate(media)
            yield tab
        except BaseException:
            self._close(devtools, window)
            raise
        self._give_back(devtools, window)

    def _close(self, devtools: DevTools, window: _Window) -> None:
        with suppress(DeckError, ProtocolError):
            devtools.call("Target.closeTarget", {"targetId": window.target}, timeout_s=5)
        devtools.forget(window.session)


@dataclass
class _Window:
    """What a tab is shown in."""

    target: str
    session: str
    number: int
    is_seen: bool
    is_empty: bool = False
    """It shows a page of ours with nothing in it."""
    size: tuple[float, float, float, bool] | None = None
    """Width, height, scale, and whether it is a phone's; None: as the browser has it."""
    media: str = ""

    def show(self, devtools: DevTools, is_seen: bool) -> None:
        """Let it be painted, or not, where the browser can do that."""
        if is_seen == self.is_seen:
            return
        state = "normal" if is_seen else "minimized"
        # A browser without windows refuses; its pages are all seen.
        with suppress(ProtocolError):
            bounds = {"windowState": state}
            devtools.call("Browser.setWindowBounds", {"windowId": self.number, "bounds": bounds})
            self.is_seen = is_seen


class Tab:
    """One page of a browser."""

    def __init__(self, devtools: DevTools, window: _Window, folder: Path, timeout_s: float) -> None:
        self._devtools = devtools
        self._window = window
        self._session = window.session
        self._timeout_s = timeout_s
        self.folder = folder
        """Where documents given as text are written, so the base of their relative addresses."""

    def call(self, method: str, params: Json | None = None, *, timeout_s: float | None = None) -> Json:
        """Call a method of the DevTools Protocol for this page; errors as `DevTools.call`."""
        return self._devtools.call(
            method, params, session=self._session, timeout_s=timeout_s or self._timeout_s
        )

    def listen(self, method: str, listener: Callable[[Json], None]) -> None:
        """Call `listener` with the parameters of every such event of this page."""
        self._devtools.listen(method, listener, self._session)

    def wait(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Let events come in until `until` holds, and say whether it does."""
        return self._devtools.wait(until, timeout_s, self._session)

    def resize(self, width_px: float, height_px: float, *, scale: float = 1.0, mobile: bool = False) -> None:
        """Give the window another size, in CSS pixels, with `scale` device pixels each."""
        size = (width_px, height_px, scale, mobile)
        if size == self._window.size:
            return
        self.call(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": round(width_px),
                "height": round(height_px),
                "deviceScaleFactor": scale,
                "mobile": mobile,
            },
        )
        self._window.size = size

    def emulate(self, media: str) -> None:
        """Lay the page out for this medium; empty: as on a screen."""
        if media != self._window.media:
            self.call("Emulation.setEmulatedMedia", {"media": media})
            self._window.media = media

    def open_html(self, document: str, *, patience_s: float = 15.0, changes_itself: bool = True) -> None:
        """Show a document given as text; as `open`."""
        if self._window.is_empty and not changes_itself and len(document) < _LONGEST_MESSAGE:
            # Where there is nothing to go away from, this takes half the time.
            self._window.is_empty = False
            self._load(
                "Page.setDocumentContent", {"frameId": self._window.target, "html": document}, patience_s
            )
            self.settle(patience_s=patience_s, changes_itself=False)
            return
        file = self.folder / "page.html"
        file.write_text(document, "utf-8")
        self.open(file.as_uri(), patience_s=patience_s, changes_itself=changes_itself)

    def open(self, address: str, *, patience_s: float = 15.0, changes_itself: bool = True) -> None:
        """Go to an address and wait until pictures and fonts are there and the layout has settled.

        Args:
            patience_s: seconds; what a slow server has not sent by then is done without.
            changes_itself: it has scripts that change what is seen; otherwise they are not waited for.

        Raises:
            DeckError: there is no such page, or the browser is gone.
        """
        self._window.is_empty = False
        failed = self._load("Page.navigate", {"url": address}, patience_s).get("errorText")
        if failed:
            raise DeckError(f"the browser cannot open {address}: {failed}")
        self.settle(patience_s=patience_s, changes_itself=changes_itself)

    def _load(self, method: str, params: Json, patience_s: float) -> Json:
        """Call what loads a page, and wait for it."""
        loaded: list[Json] = []
        self.listen("Page.loadEventFired", loaded.append)
        answer = self.call(method, params)
        if "errorText" not in answer and not self.wait(lambda: bool(loaded), patience_s):
            self.call("Page.stopLoading")
        return answer

    def settle(self, *, patience_s: float = 15.0, changes_itself: bool = True) -> None:
        """Wait until pictures and fonts are there and auto-scaling has done its work.

        A page that loads itself anew meanwhile is waited for again, until the patience is at its end.
        """
        end = time.monotonic() + patience_s
        settled = f"{_SETTLED}({json.dumps(changes_itself)})"
        while True:
            left_s = max(0.0, end - time.monotonic())
            late = f"new Promise((done) => setTimeout(done, {round(left_s * 1000)}))"
            try:
                self.evaluate(f"Promise.race([{settled}, {late}]).then(() => null)", timeout_s=left_s + 15)
                return
            except NavigatedError:
                if not left_s:
                    raise

    def evaluate(self, expression: str, *, timeout_s: float | None = None) -> Any:
        """Return what a JavaScript expression gives, awaited if it is a promise, as JSON has it.

        Raises:
            NavigatedError: the page has gone to another before it answered.
            ProtocolError: the expression threw.
        """
        answer = self.call(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True},
            timeout_s=timeout_s,
        )
        if thrown := answer.get("exceptionDetails"):
            told = thrown.get("exception", {}).get("description") or thrown.get("text")
            raise ProtocolError(f"{expression[:80]}: {told}")
        return answer["result"].get("value")

    def pdf(
        self,
        width_px: float,
        height_px: float,
        *,
        scale: float = 1.0,
        is_tagged: bool = True,
        timeout_s: float = 300.0,
    ) -> bytes:
        """Print the page: backgrounds too, tagged and with an outline of its headings.

        Args:
            width_px: of the paper, unless the page's own `@page` says otherwise.
            height_px: as `width_px`.
            scale: how large everything is drawn. The paper is not scaled with it.
            is_tagged: with the outline and the tags, or without.
        """
        answer = self.call(
            "Page.printToPDF",
            {
                "paperWidth": width_px / 96,
                "paperHeight": height_px / 96,
                "scale": scale,
                "marginTop": 0,
                "marginBottom": 0,
                "marginLeft": 0,
                "marginRight": 0,
                "printBackground": True,
                "preferCSSPageSize": True,
                "generateTaggedPDF": is_tagged,
                "generateDocumentOutline": is_tagged,
            },
            timeout_s=timeout_s,
        )
        return decoded(answer["data"])

    def screenshot(
        self,
        kind: Literal["png", "jpeg"] = "png",
        *,
        clip: tuple[float, float, float, float] | None = None,
        scale: float = 1.0,
        quality: int = 85,
        is_fast: bool = False,
    ) -> bytes:
        """Take a picture of the window, or of a part of the page that may lie outside of it.

        Args:
            clip: x, y, width and height in CSS pixels of the page; None: the window.
            scale: pixels of the picture for one of the page.
            quality: of a JPEG, from 1 to 100.
            is_fast: a PNG is wanted soon, not small.
        """
        params: Json = {"format": kind, "captureBeyondViewport": clip is not None}
        params["optimizeForSpeed"] = is_fast
        if kind == "jpeg":
            params["quality"] = quality
        if clip:
            x, y, width, height = clip
            params["clip"] = {"x": x, "y": y, "width": width, "height": height, "scale": scale}
        return decoded(self.call("Page.captureScreenshot", params)["data"])


def _remove_socket(profile: Path) -> None:
    """Remove the folder that a browser has for its socket, outside of its profile, where paths are short.

    It would do so itself if it were bid farewell.
    """
    with suppress(OSError):  # on Windows there is none
        folder = Path(os.readlink(profile / "SingletonSocket")).parent
        # Such as org.chromium.Chromium.AbCdEf, or .com.google.Chrome.AbCdEf where it is hidden.
        if folder.name.lstrip(".").startswith(("org.", "com.")):
            shutil.rmtree(folder, ignore_errors=True)


def _has_sandbox() -> bool:
    """Say whether the browser can lock itself in: not as root, and not in most containers."""
    if sys.platform != "linux":
        return True
    in_container = any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv"))
    return not (os.geteuid() == 0 or in_container or os.environ.get("CHROME_NO_SANDBOX"))
