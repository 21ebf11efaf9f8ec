"""Phones that follow, the phone that clicks, and the presenter's windows, in a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
from driver import Presented
from talks import SECRET, SOON_S, talk

from celldeck.export.browser import Browser
from celldeck.render.mime.frames import Frames
from celldeck.serve.audience.server import Audience
from celldeck.serve.audience.stage import CellShown, Place, Stage

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
Open = Callable[..., Presented]


@pytest.fixture
def audience() -> Iterator[Audience]:
    stage = Stage()
    stage.publish(talk())
    served = Audience(stage, "127.0.0.1", 0)
    served.start()
    yield served
    served.stop()


@pytest.fixture
def show(browser: Browser) -> Iterator[Open]:
    """Open an address in a tab of its own: a phone, or a window of the presenter's."""
    with ExitStack() as tabs:

        def begin(address: str, size: tuple[int, int] = (390, 844)) -> Presented:
            page = Presented(tabs.enter_context(browser.tab(*size)))
            page.tab.call("Emulation.setTouchEmulationEnabled", {"enabled": True})
            page.tab.call("Page.bringToFront")
            page.tab.open(address)
            return page

        yield begin


@pytest.fixture
def phone(audience: Audience, show: Open) -> Presented:
    """A phone that follows, from the moment on that it does."""
    page = show(audience.url())
    page.wait_for("document.querySelector('.celldeck-follow') && globalThis.celldeck")
    audience.stage.show(Place(0))
    page.wait_for("document.querySelector('.celldeck-follow').hidden", SOON_S)
    return page


def at(index: int, step: int) -> str:
    return f"globalThis.celldeck?.index === {index} && celldeck.step === {step}"


# ---------------------------------------------------------------- who follows


def test_a_phone_goes_where_the_talk_goes(audience: Audience, phone: Presented) -> None:
    audience.stage.show(Place(1, 1, 2))
    phone.wait_for(at(1, 1), SOON_S)
    audience.stage.show(Place(2, black=True))
    phone.wait_for(at(2, 0) + " && document.body.classList.contains('celldeck-black')", SOON_S)
    # The picture of this slide has come by itself, from this server alone.
    phone.wait_for("document.querySelectorAll('img')[0]?.src.includes('/asset/')", SOON_S)
    assert {re.sub(r":\d+/.*", "", address) for address in phone.requests} == {"http://127.0.0.1"}
    assert [error for error in phone.errors if "Failed to load" not in error] == []


def test_turning_a_slide_is_asking_for_ones_own_pace_until_one_follows_again(
    audience: Audience, phone: Presented
) -> None:
    audience.stage.show(Place(2))
    phone.wait_for(at(2, 0), SOON_S)
    phone.swipe((100, 400), (300, 400))
    phone.wait_for(at(1, 2))
    bar = "document.querySelector('.celldeck-follow').innerText"
    phone.wait_for(f"{bar}.includes('at slide 3') && {bar}.includes('Follow again')")
    audience.stage.show(Place(0, black=True))
    phone.wait_for(f"{bar}.includes('at slide 1')", SOON_S)
    assert phone.place == (1, 2)
    assert not phone.evaluate("document.body.classList.contains('celldeck-black')")
    # A page that is loaded anew keeps the pace.
    phone.tab.call("Page.reload")
    phone.wait_for("globalThis.celldeck?.current")
    phone.wait_for(f"{bar}.includes('at slide 1')", SOON_S)
    assert phone.place == (1, 2)
    box = phone.evaluate(
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(document.querySelector('.celldeck-follow button').getBoundingClientRect())"
    )
    phone.click(*box)
    phone.wait_for(at(0, 0))
    assert phone.evaluate("document.querySelector('.celldeck-follow').hidden")


def test_outputs_change_as_the_cell_writes_and_come_back(audience: Audience, phone: Presented) -> None:
    audience.stage.show(Place(1))
    text = "document.querySelector('.cell[data-cell=\"0\"]').innerText"
    phone.wait_for(f"{text}.includes('built')", SOON_S)
    for word in ("one", "two"):
        code = f'<pre is="marp-pre" data-auto-scaling="x"><samp>{word}</samp></pre>'
        parts = (f'<div class="cell-output">{code}</div>', "<script>globalThis.ran = 1</script>")
        audience.stage.show_cell(0, CellShown(parts))
        phone.wait_for(f"{text}.includes('{word}')", SOON_S)
        assert "built" not in phone.evaluate(text)
        assert "print(1)" in phone.evaluate(text)
    assert phone.evaluate("document.querySelectorAll('marp-pre samp').length") == 1
    audience.stage.show_cell(0, None)
    phone.wait_for(f"{text}.includes('built') && !{text}.includes('two')", SOON_S)
    assert phone.evaluate("globalThis.ran ?? null") is None
    assert phone.errors == []


def test_a_cell_that_showed_nothing_gets_a_place_for_its_outputs_and_shows_edited_code(show: Open) -> None:
    stage = Stage()
    stage.publish(talk('<h1>x</h1><pre data-code="4"><code>old</code></pre>'))
    served = Audience(stage, "127.0.0.1", 0)
    served.start()
    page = show(served.url())
    page.wait_for("globalThis.celldeck?.current")
    stage.show_cell(4, CellShown(("<p>made</p>",), "<pre><code>new <b>code</b></code></pre>"))
    body = "celldeck.parent.innerText"
    page.wait_for(f"{body}.includes('made') && {body}.includes('new code')", SOON_S)
    stage.show_cell(4, None)
    page.wait_for(f"{body}.includes('old') && !{body}.includes('made')", SOON_S)
    served.stop()


def test_outputs_with_scripts_run_in_frames_that_reach_nothing(show: Open) -> None:
    frames = Frames()
    script = """<p id=p>plain</p><script>
      const p = document.getElementById("p");
      p.textContent = "drawn by a script";
      try { p.textContent += parent.document.title; } catch { p.dataset.parent = "shut"; }
      const shut = () => { parent.postMessage({ shut: true }, "*"); };
      fetch(new URL("../follow", location)).then(() => {}, shut);
    </script>"""
    made = talk(
        f'<div class="cell" data-cell="0"><div class="cell-outputs">{frames.framed(script)}</div></div>'
    )
    stage = Stage(frames.document)
    stage.publish(made)
    served = Audience(stage, "127.0.0.1", 0)
    served.start()
    page = show("about:blank")
    heard = "globalThis.shut = 0; addEventListener('message', ({ data }) => { shut += Boolean(data.shut); });"
    page.tab.call("Page.addScriptToEvaluateOnNewDocument", {"source": heard})
    page.tab.open(served.url())
    frame = "document.querySelector('iframe.cell-frame')"
    page.wait_for(f"{frame}?.src.includes('/asset/') && shut === 1", SOON_S)
    page.wait_for(f"{frame}.getBoundingClientRect().height > 5 && {frame}.style.height", SOON_S)
    assert page.evaluate(f"{frame}.contentDocument") is None
    live = frames.framed("<script>parent.postMessage({ shut: true }, '*')</script>")
    stage.show_cell(0, CellShown((f'<div class="cell-output">{live}</div>',)))
    page.wait_for("shut === 2", SOON_S)
    served.stop()


def test_scripts_of_a_deck_run_if_its_author_lets_them(show: Open) -> None:
    for own_scripts, ran in ((True, 1), (False, None)):
        stage = Stage()
        stage.publish(talk("<script>globalThis.ran = 1</script><h1>x</h1>"), own_scripts=own_scripts)
        served = Audience(stage, "127.0.0.1", 0)
        served.start()
        page = show(served.url())
        page.wait_for("globalThis.celldeck?.current")
        assert page.evaluate("globalThis.ran ?? null") == ran
        served.stop()


def test_a_new_build_loads_the_page_anew_at_the_same_place(audience: Audience, phone: Presented) -> None:
    audience.stage.show(Place(2))
    phone.wait_for(at(2, 0), SOON_S)
    audience.stage.publish(talk("<h1>New</h1>", "<p>x</p>", "<p>y</p>"))
    phone.wait_for("globalThis.celldeck && document.body.textContent.includes('New')", SOON_S)
    phone.wait_for(at(2, 0), SOON_S)


def test_a_server_that_has_gone_is_said_to_and_found_again(audience: Audience, phone: Presented) -> None:
    audience.stop()
    phone.wait_for("document.querySelector('.celldeck-follow').innerText.includes('lost')", SOON_S)
    again = Audience(audience.stage, "127.0.0.1", audience.port, audience.codes)
    again.start()
    audience.stage.show(Place(2))
    phone.wait_for(at(2, 0) + " && document.querySelector('.celldeck-follow').hidden", SOON_S)
    again.stop()


def test_nothing_in_a_phone_opens_the_speakers_side(audience: Audience, show: Open) -> None:
    page = show(audience.url() + "?view=presenter")
    page.wait_for("globalThis.celldeck?.current")
    assert page.evaluate("[celldeck.view, document.body.dataset.bespokeView]") == ["audience"] * 2
    page.press("p", "r", "d", "l", "a", "h", "b")
    actions = page.evaluate("[...celldeck.actions.keys()].sort()")
    named = "next previous next-slide previous-slide first last go search back overview fullscreen help"
    assert actions == sorted(named.split())
    assert page.evaluate("document.querySelectorAll('[data-bespoke-marp-osc=presenter]').length") == 0
    assert SECRET not in page.evaluate("document.documentElement.outerHTML")
    page.press("/")
    page.evaluate("document.querySelector('.celldeck-search input').value = 'speaker'; null")
    page.evaluate("document.querySelector('.celldeck-search input').dispatchEvent(new Event('input')); null")
    assert "no slide has this" in page.evaluate("document.querySelector('.celldeck-search').innerText")
    assert page.errors == []


# ---------------------------------------------------------------- the clicker


def test_the_clicker_shows_notes_and_timer_and_asks_for_steps(audience: Audience, show: Open) -> None:
    asked: list[str] = []

    class Window:
        view = "presenter"

        def send(self, message: dict[str, object]) -> None:
            if message["kind"] == "do":
                asked.append(str(message["action"]))

    leave = audience.stage.attend(Window())
    audience.stage.show(Place(0, 1, 1, elapsed_ms=65_000, runs=True))
    page = show(audience.url("clicker"))
    page.wait_for("document.getElementById('title').textContent === 'First'", SOON_S)
    assert SECRET in page.evaluate("document.getElementById('notes').textContent")
    assert page.evaluate("document.querySelector('#notes [data-now]').textContent") == "click"
    assert page.evaluate("document.getElementById('page').textContent") == "1 / 3 · step 1 of 1"
    assert page.evaluate("document.getElementById('next').textContent") == "Next: List"
    page.wait_for("/^1:0[5-9]$/.test(document.getElementById('timer').textContent)")
    for name in ("go", "blackout"):
        page.click(
            *page.evaluate(
                "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
                f"(document.getElementById('{name}').getBoundingClientRect())"
            )
        )
    page.press("PageUp")
    page.wait_for("true")
    end = threading.Event()
    for _ in range(200):
        if len(asked) == 3 or end.wait(0.05):
            break
    assert asked == ["next", "blackout", "previous"]
    assert page.evaluate("document.getElementById('trouble').hidden")
    leave()
    page.press("PageDown")
    page.wait_for("document.getElementById('trouble').innerText.includes('no window')", SOON_S)
    # Nothing is larger than the phone.
    assert page.evaluate(
        "(({ scrollWidth, scrollHeight }) => scrollWidth <= innerWidth && scrollHeight <= innerHeight)"
        "(document.documentElement)"
    )


def test_a_note_of_the_clicker_runs_no_script(audience: Audience, show: Open) -> None:
    note = "<img src=x onerror='globalThis.ran = 1'><script>globalThis.ran = 1</script>"
    audience.stage.publish(talk(typeset_notes=(note,) * 3))
    audience.stage.show(Place(0))
    page = show(audience.url("clicker"))
    page.wait_for("document.querySelector('#notes img')", SOON_S)
    page.frames()
    assert page.evaluate("globalThis.ran ?? null") is None


# ---------------------------------------------------------------- for everyone


def faults(page: Presented) -> list[list[str]]:
    """Return what axe-core finds in a page."""
    found = find_spec("axe_core_python")
    if found is None or not found.origin:
        pytest.skip("needs axe-core: pip install axe-core-python")
    page.evaluate((Path(found.origin).parent / "axe.min.js").read_text("utf-8") + ";null")
    run = "axe.run(document).then((all) => all.violations.map(({ id, nodes }) => [id, nodes[0].html]))"
    told: list[list[str]] = page.evaluate(run)
    return told


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_phones(audience: Audience, show: Open, scheme: str) -> None:
    audience.stage.show(Place(1, 1, 2))
    for kind in ("audience", "clicker"):
        page = show(audience.url("clicker" if kind == "clicker" else "audience"))
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        page.tab.call("Emulation.setEmulatedMedia", {"features": features})
        page.wait_for(
            "document.body.textContent.includes('List') || globalThis.celldeck?.index === 1", SOON_S
        )
        for keys in ("", "ArrowLeft"):
            if keys and kind == "audience":
                page.press(keys)
                page.wait_for("!document.querySelector('.celldeck-follow').hidden")
            assert faults(page) == []


# ---------------------------------------------------------------- all of it, as a lecturer starts it


TALK = f"""---
title: Talk
lang: en
---

# One

<!-- {SECRET} -->

---

* a
* b

---

# Three
"""
CELLS = f"""---
kernel: python3
---

# One

<!-- {SECRET} -->

```python
print("built")
```
"""


@pytest.fixture
def told(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Start the command for an audience, and give the lines that it tells."""
    (tmp_path / "talk.md").write_text(getattr(request, "param", TALK), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "true"}
    process = subprocess.Popen(
        [sys.executable, "-m", "celldeck", "talk.md", "--audience", "--audience-address", "127.0.0.1:0"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    built = threading.Event()

    def read() -> None:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.rstrip())
            if re.search(r"\d slides?, ", line):
                built.set()
        built.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert built.wait(60), lines
    yield lines
    process.terminate()
    process.wait(20)
    reader.join(5)
    assert "Traceback" not in "\n".join(lines)


def found(lines: list[str], pattern: str) -> str:
    return next(match[1] for line in lines if (match := re.search(pattern, line)))


def test_the_presenter_leads_phones_and_the_clicker_leads_the_presenter(told: list[str], show: Open) -> None:
    site = found(told, r"serving (http://\S+)")
    follow = found(told, r"the audience follows at (http://\S+)")
    clicker = found(told, r"your phone is a clicker at (http://\S+)")
    room = show(f"{site}&sync=t", (1280, 720))
    presenter = show(f"{site}&view=presenter&sync=t", (1280, 720))
    presenter.wait_for("globalThis.celldeck?.current")
    phone = show(follow)
    presenter.tab.call("Page.bringToFront")
    presenter.wait_for("document.body.innerText.includes('Audience · 1')", SOON_S)
    presenter.press("ArrowRight", "ArrowRight")
    phone.wait_for(at(1, 1), SOON_S)
    # What is looked at while the projector is held stays here.
    presenter.press("h", "End")
    presenter.wait_for(at(2, 0))
    presenter.frames()
    assert phone.place == (1, 1)
    presenter.press("Home", "ArrowRight", "h")
    phone.wait_for(at(1, 0), SOON_S)
    # The clicker steps once, in one window, and all others come along.
    remote = show(clicker)
    remote.wait_for("document.getElementById('page').textContent.startsWith('2 / 3')", SOON_S)
    remote.press("ArrowRight")
    for each in (room, presenter, phone):
        each.wait_for(at(1, 1), SOON_S)
    remote.wait_for("document.getElementById('page').textContent === '2 / 3 · step 1 of 2'", SOON_S)
    remote.press("b")
    for each in (room, phone):
        each.wait_for("document.body.classList.contains('celldeck-black')", SOON_S)
    # The code is on the projector while the presenter's dialog is open.
    presenter.tab.call("Page.bringToFront")
    presenter.press("b", "a")
    room.wait_for("!document.querySelector('.celldeck-board').hidden")
    link = room.evaluate("document.querySelector('.celldeck-board .celldeck-link').textContent")
    assert f"http://{link}/" == follow
    codes = presenter.evaluate(
        "[...document.querySelectorAll('dialog .celldeck-link')].map((p) => p.textContent)"
    )
    assert [f"http://{code}/" for code in codes] == [follow, clicker]
    assert clicker.split("/")[3] not in room.evaluate("document.body.innerHTML")
    assert (faults(room), faults(presenter)) == ([], [])
    presenter.press("a")
    room.wait_for("document.querySelector('.celldeck-board').hidden")
    assert SECRET not in phone.evaluate("document.documentElement.outerHTML")
    assert [room.errors, presenter.errors, remote.errors] == [[], [], []]


@pytest.mark.kernel
@pytest.mark.parametrize("told", [CELLS], indirect=True)
def test_a_cell_that_is_run_on_stage_writes_on_the_phones_too(told: list[str], show: Open) -> None:
    presenter = show(found(told, r"serving (http://\S+)") + "&view=presenter", (1280, 720))
    presenter.wait_for("globalThis.celldeck?.cells?.all.size === 1", SOON_S)
    phone = show(found(told, r"the audience follows at (http://\S+)"))
    text = "celldeck.parent.innerText"
    phone.wait_for(f"{text}.includes('built')", SOON_S)
    code = "import time\nfor i in range(30): print('line', i, flush=True); time.sleep(0.05)\n1 / 0"
    presenter.evaluate(f"celldeck.cells.say({{ kind: 'run', cell: 0, source: {json.dumps(code)} }})")
    # It comes while the cell runs, and so does the code.
    phone.wait_for(f"{text}.includes('line 3') && {text}.includes('time.sleep')", SOON_S)
    running = "document.querySelector('.celldeck-run').innerText"
    presenter.wait_for(f"/Cell 1 running/.test({running}) && {running}.includes('line')", SOON_S)
    phone.wait_for(f"{text}.includes('ZeroDivisionError')", SOON_S)
    presenter.wait_for(f"{running}.includes('has run')", SOON_S)
    presenter.evaluate("celldeck.cells.say({ kind: 'reset' })")
    phone.wait_for(f"{text}.includes('built') && !{text}.includes('line 3')", SOON_S)
    assert "ZeroDivisionError" not in phone.evaluate(text)
    assert phone.errors == []
    # Nothing of the cell stands over the code that the room is to read.
    room = show(found(told, r"serving (http://\S+)"), (1280, 720))
    room.wait_for("document.querySelector('.celldeck-cell-bar')?.checkVisibility()", SOON_S)
    room.press("a")
    room.wait_for("!document.querySelector('.celldeck-board').hidden", SOON_S)
    assert not room.evaluate("document.querySelector('.celldeck-cell-bar').checkVisibility()")


def test_several_decks_no_address_and_a_taken_port_are_told(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("# A\n", "utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "true"}
        command = [sys.executable, "-m", "celldeck", "--audience", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    status, text = run("a.md", "b.md")
    assert (status, "an audience follows one deck, and here are 2" in text) == (1, True)
    status, text = run("a.md", "--audience-address", "192.0.2.1:80")
    assert (status, "no audience can be served at 192.0.2.1:80: " in text) == (1, True)
    status, text = run("a.md", "--audience-address", "127.0.0.1:http")
    assert (status, "'127.0.0.1:http' is no HOST or HOST:PORT" in text) == (2, True)
