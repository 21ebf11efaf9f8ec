"""The browser starts, answers, and leaves nothing behind."""

from __future__ import annotations

import base64
import io
import os
import signal
import socket
import sys
import threading
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from celldeck.errors import DeckError
from celldeck.export.browser import Browser
from celldeck.export.devtools import DevTools, ProtocolError
from celldeck.export.find_browser import find_browser


@pytest.fixture
def program(browser: Browser) -> Path:
    """The browser's program; where there is none, `browser` skips the test."""
    return find_browser()


def living(group: int) -> list[str]:
    """Return the processes of a group that still run, where the system tells."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, _, process_group = rest.split()[:3]
        if int(process_group) == group and state != "Z":
            found.append(name)
    return found


@pytest.mark.browser
def test_it_ends_with_all_its_processes_and_leaves_no_folder(program: Path) -> None:
    with Browser(program) as browser:
        folder, devtools = browser._folder, browser._devtools
        assert folder
        assert devtools
        assert folder.is_dir()
        with browser.tab() as tab:
            tab.open_html("<p>x</p>")
    assert not folder.exists()
    assert devtools.process.poll() is not None
    assert living(devtools.process.pid) == []


@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="a browser has no socket there")
def test_its_socket_goes_too(program: Path) -> None:
    with Browser(program) as browser:
        assert browser._folder
        socket_folder = Path(os.readlink(browser._folder / "profile" / "SingletonSocket")).parent
        assert socket_folder.is_dir()
    assert not socket_folder.exists()


@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_browser_that_dies_is_told_and_tidied_up_after(program: Path) -> None:
    with Browser(program) as browser:
        folder, devtools = browser._folder, browser._devtools
        assert folder
        assert devtools
        os.killpg(devtools.process.pid, signal.SIGKILL)
        with pytest.raises(DeckError, match=r"the browser \S+ stopped"):
            devtools.call("Browser.getVersion")
    assert not folder.exists()


@pytest.mark.browser
def test_a_page_that_never_answers_ends_in_an_error(browser: Browser) -> None:
    with browser.tab() as tab:
        tab.open_html("<p>x</p>")
        with pytest.raises(DeckError) as error:
            tab.evaluate("new Promise(() => {})", timeout_s=0.3)
    assert error.value.message == "the browser has not answered Runtime.evaluate within 0.3 seconds"


@pytest.mark.browser
def test_a_picture_that_never_comes_is_done_without(browser: Browser) -> None:

    # Takes connections and never says a word.
    with socket.create_server(("127.0.0.1", 0)) as server, browser.tab() as tab:
        start = time.monotonic()
        tab.open_html(
            f'<p id="p">x</p><img src="http://127.0.0.1:{server.getsockname()[1]}/a.png">', patience_s=0.5
        )
        assert tab.evaluate("p.textContent") == "x"
        assert time.monotonic() - start < 5


@pytest.mark.browser
def test_a_page_that_goes_on_to_another_is_waited_for_again(browser: Browser, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text("<p id='p'>other</p>", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server, browser.tab() as tab:
        picture = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        tab.open_html(
            f"""<script>
              addEventListener("load", () => {{
                const picture = new Image();
                picture.src = "{picture}";
                document.body.append(picture);
                setTimeout(() => location.replace("{other.as_uri()}"), 300);
              }});
            </script><p id="p">x</p>""",
        )
        assert tab.evaluate("p.textContent") == "other"


@pytest.mark.browser
def test_a_page_that_comes_slowly_is_waited_for_too(browser: Browser) -> None:
    def answer(server: socket.socket) -> None:
        with server.accept()[0] as page:
            page.recv(4096)
            page.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!-- " + b"x" * 2000
            )
            time.sleep(1)
            page.sendall(b"--><p id=p>other</p>")

    with socket.create_server(("127.0.0.1", 0)) as server, browser.tab() as tab:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        tab.open_html(
            f"<script>addEventListener('load', () => location.replace('{address}'))</script><p id=p>x</p>"
        )
        tab.settle()
        assert tab.evaluate("p.textContent") == "other"
        thread.join()


@pytest.mark.browser
def test_a_page_may_throw_away_all_that_it_is(browser: Browser) -> None:
    with browser.tab() as tab:
        tab.open_html("<script>document.documentElement.remove()</script>")
        assert tab.evaluate("document.childNodes.length") == 0


@pytest.mark.browser
def test_scripts_give_values_and_their_errors_are_raised(browser: Browser) -> None:
    with browser.tab(800, 600) as tab:
        tab.open_html("<title>é</title>")
        assert tab.evaluate("Promise.resolve([document.title, innerWidth, innerHeight])") == ["é", 800, 600]
        with pytest.raises(ProtocolError, match="ReferenceError: nothing"):
            tab.evaluate("nothing.here")


@pytest.mark.browser
def test_an_address_that_leads_nowhere_is_told(browser: Browser, tmp_path: Path) -> None:
    with (
        browser.tab() as tab,
        pytest.raises(DeckError, match=r"cannot open .*gone\.html: net::ERR_FILE_NOT_FOUND"),
    ):
        tab.open((tmp_path / "gone.html").as_uri())


@pytest.mark.browser
def test_pictures_are_taken_of_the_window_and_of_parts_beyond_it(browser: Browser) -> None:
    def size(png: bytes) -> tuple[int, int]:
        return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")

    with browser.tab(400, 300) as tab:
        tab.open_html("<body style='margin:0'><div style='height:2000px'>x</div>")
        assert size(tab.screenshot()) == (400, 300)
        assert size(tab.screenshot(clip=(0, 1500, 200, 100), scale=2)) == (400, 200)
        assert tab.screenshot("jpeg").startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'some words' >&2; exit 1", "stopped: some words"),
        (
            "echo 'error while loading shared libraries: libnss3.so' >&2; exit 127",
            "it lacks a library of the system",
        ),
        ("echo 'No usable sandbox!' >&2; exit 1", "set CHROME_NO_SANDBOX=1"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_browser_that_does_not_start_is_told_with_its_last_words(
    tmp_path: Path, script: str, message: str
) -> None:
    fake = tmp_path / "chrome"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    with pytest.raises(DeckError) as error, Browser(fake):
        pass
    assert message in str(error.value)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_browser_that_hangs_at_its_start_is_given_up_and_killed(tmp_path: Path) -> None:
    fake = tmp_path / "chrome"
    fake.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec /bin/sleep 60\n")
    fake.chmod(0o755)
    start = time.monotonic()
    with pytest.raises(DeckError, match="has not answered"), Browser(fake, timeout_s=0.5):
        pass
    assert time.monotonic() - start < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.browser
def test_a_tab_that_has_done_its_work_is_used_again_as_a_fresh_one(program: Path) -> None:
    shown = "document.body.textContent + matchMedia('print').matches + innerWidth + (globalThis.left ?? '')"
    with Browser(program, is_apart=True) as browser:
        with browser.tab(1280, 720, media="print") as tab:
            tab.open_html("<p>one")
            tab.evaluate("globalThis.left = 'left'")
            assert tab.evaluate(shown) == "onetrue1280left"
        assert browser.spare == 1
        with browser.tab(640, 480) as tab:
            assert browser.spare == 0
            tab.open_html("<p>two")
            assert tab.evaluate(shown) == "twofalse640"
        # One that has failed may be in any state.
        assert browser.spare == 1
        with pytest.raises(ZeroDivisionError), browser.tab():
            _ = 1 / 0
        time.sleep(0.3)
        assert browser.spare == 0


@pytest.mark.browser
def test_a_tab_that_is_not_seen_is_whole_all_the_same(program: Path) -> None:
    ttf = files("matplotlib") / "mpl-data" / "fonts" / "ttf" / "STIXSizOneSymReg.ttf"
    font = base64.b64encode(ttf.read_bytes()).decode()
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(file, "PNG")
    picture = base64.b64encode(file.getvalue()).decode()
    document = (
        f"<style>@font-face {{ font-family: F; src: url(data:font/ttf;base64,{font}) }}</style>"
        f"<p style='font-family: F'>x</p><img src='data:image/png;base64,{picture}'>"
    )
    there = "[document.visibilityState, document.fonts.check('16px F'), document.images[0].naturalWidth]"
    with Browser(program, is_apart=True) as browser:
        for is_seen, state in ((False, "hidden"), (True, "visible"), (False, "hidden")):
            with browser.tab(media="print", is_seen=is_seen) as tab:
                tab.open_html(document, changes_itself=is_seen)
                assert tab.evaluate(there) == [state, True, 300]
                frame = "requestAnimationFrame(() => done(true))"
                got = tab.evaluate(f"new Promise((done) => {{ {frame}; setTimeout(done, 500) }})")
                assert got is (True if is_seen else None)
                assert tab.pdf(300, 300).startswith(b"%PDF")


@pytest.mark.browser
def test_a_browser_that_cannot_hide_a_window_prints_it(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = DevTools.call

    def call(devtools: DevTools, method: str, params: Any = None, **options: Any) -> Any:
        if method == "Browser.setWindowBounds":
            raise ProtocolError("not supported")
        return plain(devtools, method, params, **options)

    monkeypatch.setattr(DevTools, "call", call)
    with Browser(program, is_apart=True) as browser:
        for is_seen in (True, False):
            with browser.tab(is_seen=is_seen) as tab:
                tab.open_html("<p>one")
                assert tab.pdf(300, 300).startswith(b"%PDF")


@pytest.mark.browser
def test_a_tab_that_nobody_asks_for_is_emptied(program: Path) -> None:
    with Browser(program, is_apart=True) as browser:
        with browser.tab() as tab:
            tab.open_html("<p>much that takes memory")
        end = time.monotonic() + 10
        shown = "much"
        while shown:
            assert time.monotonic() < end
            time.sleep(1)
            with browser.tab() as tab:
                shown = tab.evaluate("document.body.textContent")


@pytest.mark.browser
def test_a_document_looks_the_same_in_a_tab_that_is_empty_and_in_one_that_is_not(program: Path) -> None:
    document = (
        "<!DOCTYPE html><style>p { font: 20px/1 serif; margin: 0 } @page { size: 400px 300px; margin: 0 }"
        "</style><p id='x'>a &amp; <b>b</b><script>document.body.dataset.ran = 'yes'</script>"
    )
    told = (
        "[document.compatMode, document.readyState, document.body.dataset.ran, document.body.children.length,"
        " document.querySelector('p').offsetHeight, matchMedia('print').matches, innerWidth,"
        " location.protocol, typeof left]"
    )
    with Browser(program, is_apart=True) as browser:
        seen = []
        for is_empty in (True, False):
            browser.warm()
            with browser.tab(800, 600, media="print") as tab:
                if not is_empty:
                    tab.open_html("<p>other<script>let left = 1</script>", changes_itself=False)
                tab.open_html(document, changes_itself=False)
                seen.append(tab.evaluate(told))
                # What goes to a page leaves another; that takes its time.
                assert tab.evaluate("location.pathname").endswith("blank.html" if is_empty else "page.html")
        assert seen == [["CSS1Compat", "complete", "yes", 1, 20, True, 800, "file:", "undefined"]] * 2


@pytest.mark.browser
def test_a_tab_has_the_size_and_the_medium_that_are_asked_for_each_time(program: Path) -> None:
    with Browser(program, is_apart=True) as browser:
        for width, media in ((800, "print"), (800, "print"), (640, "print"), (640, ""), (800, "print")):
            with browser.tab(width, 600, media=media) as tab:
                tab.open_html("<p>x")
                assert tab.evaluate("[innerWidth, matchMedia('print').matches]") == [width, media == "print"]
                tab.resize(300, 200)
