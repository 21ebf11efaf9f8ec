"""Attacks on the server, one by one: docs/security.md has the table of them."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from attacker import TOKEN, Served, served
from driver import Presented
from driver import page as page_of

from celldeck.execute import Kernels
from celldeck.export.browser import Browser
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.serve import handler
from celldeck.serve.bounds import MOST_CONNECTIONS, MOST_WAITING, Outbox, Rate
from celldeck.serve.guard import is_from_here, kept_token
from celldeck.serve.live import Lives
from celldeck.settings import Settings
from celldeck.source import Source
from celldeck.tools import Tools


@pytest.fixture
def target() -> Iterator[Served]:
    with served("slides/talk.md") as one:
        one.site.publish("talk", page_of("<h1>A deck</h1>"))
        yield one


# ---------------------------------------------------------------- names and origins


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example#localhost",
        "localhost/../evil",
        "192.168.0.7",
        "[::2]",
        "",
    ],
)
def test_a_name_that_was_turned_round_to_this_machine_gets_no_answer(target: Served, host: str) -> None:
    for path in ("/", "/talk.html", "/~live/talk", f"/talk.html?token={TOKEN}", "/~static/running.js"):
        status, head, text = target.ask(path, host=host)
        assert status in (400, 403)
        assert "Set-Cookie" not in head
        assert "A deck" not in text


def test_two_names_get_no_answer(target: Served) -> None:
    assert target.ask("/", "Host: evil.example")[0] in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_its_own_names_do(target: Served, host: str) -> None:
    assert target.ask("/talk.html", host=f"{host}:{target.port}")[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost",
        "http://localhost:1",
        "http://localhost.evil.example",
        "file://",
        "http://localhost:PORT@evil.example",
        "chrome-extension://localhost:PORT",
        "",
    ],
)
def test_pages_of_other_sites_get_no_answer(target: Served, origin: str) -> None:
    header = f"Origin: {origin.replace('PORT', str(target.port))}"
    for path in ("/", "/talk.html", "/~live/talk"):
        assert target.ask(path, header, target.cookie)[0] == 403


def test_other_sites_can_link_here_but_put_nothing_of_this_into_themselves(target: Served) -> None:
    foreign = "Sec-Fetch-Site: cross-site"
    assert target.ask("/talk.html", foreign, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")[0] == 200
    for kind in ("script", "image", "iframe", "empty", "style"):
        assert target.ask("/talk.html", foreign, f"Sec-Fetch-Dest: {kind}")[0] == 403
    head = target.ask("/talk.html")[1]
    assert "frame-ancestors 'none'" in head
    assert "Cross-Origin-Resource-Policy: same-origin" in head
    assert "Access-Control-Allow-Origin" not in head


def test_with_a_host_addresses_count_and_foreign_names_do_not() -> None:
    with served("talk.md", host="0.0.0.0") as target:
        assert target.ask("/", host=f"192.168.0.7:{target.port}")[0] == 200
        assert target.ask("/", host=f"{socket.gethostname()}:{target.port}")[0] == 200
        assert target.ask("/", host="evil.example")[0] == 403


# ---------------------------------------------------------------- the token


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_has(target: Served) -> None:
    status, head, text = target.ask(f"/talk.html?view=presenter&token={TOKEN}")
    assert status == 303
    assert "Location: /talk.html?view=presenter\r\n" in f"{head}\r\n"
    (cookie,) = (line for line in head.split("\r\n") if line.startswith("Set-Cookie"))
    assert cookie.startswith(f"Set-Cookie: celldeck-{target.port}={TOKEN};")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert TOKEN not in text


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "%00", "é"])
def test_a_wrong_token_is_refused(target: Served, token: str) -> None:
    status, head, text = target.ask(f"/talk.html?token={token}")
    assert (status, "Set-Cookie" in head, "A deck" in text) == (403, False, False)


def test_a_redirection_never_leads_elsewhere(target: Served) -> None:
    for path in ("//evil.example/", "/\\evil.example/"):
        head = target.ask(f"{path}?token={TOKEN}")[1]
        assert re.search(r"^Location: /(?![/\\])", head, re.MULTILINE) or re.search(r" 40\d ", head)


def test_only_who_holds_the_token_may_run(target: Served) -> None:
    may = '"run": "/~run/talk"'
    assert may not in target.ask("/talk.html", target.cookie)[2], "it has no cells"
    settings = Settings()
    target.site.lives = Lives(Kernels().start, lambda: Tools(settings), settings.cache)
    code = "---\nkernel: python3\n---\n\n```python\n1\n```\n"
    target.site.lives.built("talk", parse(Source.of(code), MarpOptions()))
    assert may in target.ask("/talk.html", target.cookie)[2]
    for cookies in ((), (f"Cookie: celldeck-{target.port}=wrong",), (f"Cookie: celldeck-1={TOKEN}",)):
        status, _, text = target.ask("/talk.html", *cookies)
        assert (status, may in text) == (200, False)
        assert TOKEN not in text


def test_the_token_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    token = kept_token(tmp_path / "state")
    assert len(token) >= 32
    assert kept_token(tmp_path / "state") == token
    assert (tmp_path / "state" / "token").stat().st_mode & 0o077 == 0
    (tmp_path / "state" / "token").write_text("short")
    assert len(kept_token(tmp_path / "state")) >= 32


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2fpyproject.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/C:%5cWindows%5cwin.ini",
        "/file:///etc/passwd",
        "/..%00.html",
        "/..%2f..%2fetc%2fpasswd.html",
        "/slides/talk.md",
        "/link.html",
        "/~static/..%2fapp.py",
        "/~static/../app.py",
        "/~static/%2e%2e%2f%2e%2e%2fserve%2fapp.py",
        "/~static//etc/passwd",
        "/~frame/..%2f..%2fetc%2fpasswd",
        "/~live/..%2ftalk",
        "/.celldeck/token",
        "/.celldeck%2ftoken",
    ],
)
def test_no_path_leads_to_a_file(
    target: Served, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("secret")
    (tmp_path / "link.html").symlink_to("/etc/passwd")
    kept_token(tmp_path / ".celldeck")
    status, _, text = target.ask(path, target.cookie)
    assert status in (400, 403, 404)
    assert "root:" not in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "path", ["/", "/talk.html", "/~live/talk", "/~decks", "/~pdf/talk.pdf", "/~files/1/a.png"]
)
def test_another_machine_gets_nothing_without_the_token(
    target: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = target.ask(path)[0]
    # This machine cannot ask itself from elsewhere.
    monkeypatch.setattr(handler, "is_from_here", lambda address: is_from_here("192.168.0.9"))
    status, _, text = target.ask(path)
    assert (status, "token" in text) == (403, True)
    assert target.ask(path, f"Cookie: celldeck-{target.port}=wrong")[0] == 403
    assert target.ask(path, target.cookie)[0] == before


@pytest.mark.parametrize(
    ("address", "is_here"),
    [("127.0.0.1", True), ("::1", True), ("", True), ("192.168.0.9", False), ("::ffff:10.0.0.1", False)],
)
def test_addresses_of_this_machine(address: str, is_here: bool) -> None:
    assert is_from_here(address) is is_here


# ---------------------------------------------------------------- sizes, rates, numbers


def test_large_and_malformed_requests_are_refused_and_the_server_goes_on(target: Served) -> None:
    assert target.ask("/", "X: " + "x" * 100_000)[0] in (0, 400, 431)
    assert target.ask("/" + "x" * 100_000)[0] in (0, 400, 414, 431)
    assert target.ask("/", "Content-Length: 100000000", method="POST")[0] in (0, 400, 405, 413)
    assert target.ask("/", "Content-Length: -1")[0] in (0, 400)
    for nonsense in (b"\0" * 5000, b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
        with socket.create_connection(("127.0.0.1", target.port), timeout=10) as connection:
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert target.ask("/talk.html", target.cookie, method=method)[0] in (403, 405)
    assert target.ask("/talk.html")[0] == 200


def test_200_open_sockets_keep_nobody_out_and_there_is_an_end_to_them(target: Served) -> None:
    sockets = []
    try:
        for number in range(200):
            one = socket.create_connection(("127.0.0.1", target.port), timeout=10)
            # Some say nothing, some say half of a request.
            one.sendall(b"GET /talk.html HT" if number % 2 else b"")
            sockets.append(one)
        began = time.monotonic()
        assert target.ask("/talk.html")[0] == 200
        assert time.monotonic() - began < 2
        for _ in range(MOST_CONNECTIONS):
            sockets.append(socket.create_connection(("127.0.0.1", target.port), timeout=10))
        sockets[-1].settimeout(10)
        assert sockets[-1].recv(1) == b"", "it is closed at once"
        assert len(target.server._connections) <= MOST_CONNECTIONS
    finally:
        for one in sockets:
            one.close()
    end = time.monotonic() + 10
    while target.ask("/talk.html")[0] != 200:
        assert time.monotonic() < end


def test_a_client_that_does_not_read_delays_nobody_and_is_given_up(target: Served) -> None:
    slow = socket.create_connection(("127.0.0.1", target.port), timeout=10)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sendall(
        b"GET /~live/talk HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert b" 101 " in slow.recv(4096)
    said = b'{"kind": "have", "version": "0", "slides": []}'
    # A frame of text that is masked with zeros (RFC 6455).
    slow.sendall(bytes((0x81, 0x80 | len(said))) + bytes(4) + said)
    end = time.monotonic() + 10
    while not target.site.decks["talk"].listeners:
        assert time.monotonic() < end
        time.sleep(0.02)
    page = page_of("<h1>x</h1>")
    for number in range(MOST_WAITING + 40):
        text = f"<p>{number} {'x' * 100_000}</p>"
        began = time.monotonic()
        target.site.publish("talk", replace(page, slides=(text,)))
        assert time.monotonic() - began < 1
    began = time.monotonic()
    assert target.ask("/talk.html")[0] == 200
    assert time.monotonic() - began < 2
    end = time.monotonic() + 10
    while target.site.decks["talk"].listeners:
        assert time.monotonic() < end, "nobody waits for it for ever"
        time.sleep(0.05)
    slow.close()


def test_a_rate_allows_what_fills_its_bucket() -> None:
    rate = Rate(per_s=0.001, at_once=5)
    assert [rate.allows() for _ in range(7)] == [True] * 5 + [False] * 2


# ---------------------------------------------------------------- scripts in outputs and decks


def test_the_policy_of_a_page_lets_only_its_own_scripts_run(target: Served) -> None:
    first, second = (target.ask("/talk.html") for _ in range(2))
    policies = [
        next(line for line in head.split("\r\n") if line.startswith("Content-Security-Policy"))
        for _, head, _ in (first, second)
    ]
    assert policies[0] != policies[1], "a nonce is of one answer"
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "connect-src 'self'"):
        assert part in policies[0]
    scripts = policies[0].split("script-src ")[1].split(";")[0]
    assert scripts.startswith("'nonce-")
    assert "unsafe" not in scripts


ATTACK = """<p>an output</p><script>
const tell = (what) => parent.postMessage({ attack: what }, "*");
try { tell(["cookie", document.cookie]); } catch (error) { tell(["cookie", "refused"]); }
try { tell(["parent", parent.document.title]); } catch (error) { tell(["parent", "refused"]); }
fetch("/talk.html").then((answer) => tell(["page", answer.status]), () => tell(["page", "refused"]));
const stream = new EventSource("/~live/talk");
stream.onerror = () => { tell(["stream", "refused"]); stream.close(); };
stream.onmessage = () => { tell(["stream", "open"]); stream.close(); };
try {
  const socket = new WebSocket(`ws://${HOST}/~run/talk`);
  socket.onopen = () => tell(["socket", "open"]);
  socket.onerror = () => tell(["socket", "refused"]);
} catch (error) { tell(["socket", "refused"]); }
</script>""".replace("${HOST}", "localhost:PORT")


@pytest.mark.browser
def test_a_script_of_an_output_runs_and_reaches_neither_token_nor_server(
    target: Served, browser: Browser
) -> None:
    frame = target.frames.framed(ATTACK.replace("PORT", str(target.port)))
    target.site.publish("talk", page_of(f"<h1>A deck</h1>{frame}"))
    with browser.tab() as tab:
        presented = Presented(tab)
        tab.call("Page.bringToFront")
        tab.call(
            "Page.addScriptToEvaluateOnNewDocument",
            {
                "source": "globalThis.heard = {}; addEventListener('message', ({ data }) => {"
                " if (data?.attack) heard[data.attack[0]] = data.attack[1]; });"
            },
        )
        tab.open(f"{target.address}talk.html?token={TOKEN}")
        presented.wait_for("Object.keys(heard).length >= 5", 15)
        heard = presented.evaluate("heard")
        assert heard == {
            "cookie": "refused",
            "parent": "refused",
            "page": "refused",
            "stream": "refused",
            "socket": "refused",
        }
        assert presented.evaluate("document.cookie") == ""
        assert "token" not in presented.evaluate("location.href")
        assert presented.evaluate("document.querySelector('iframe.cell-frame').clientHeight") > 10


@pytest.mark.browser
def test_a_local_page_in_a_frame_runs_apart_from_the_deck(target: Served, browser: Browser) -> None:
    inner = b"<p>still</p><script>document.querySelector('p').textContent = `alive, ${self.origin}`;"
    inner += b"parent.postMessage({ heard: document.querySelector('p').textContent }, '*')</script>"
    address = f"data:text/html;charset=utf-8;base64,{base64.b64encode(inner).decode()}"
    target.site.publish("talk", page_of(f'<h1>A deck</h1><iframe src="{address}" width="300"></iframe>'))
    with browser.tab() as tab:
        presented = Presented(tab)
        listen = "addEventListener('message', ({ data }) => { globalThis.heard = data.heard ?? heard; });"
        tab.call("Page.addScriptToEvaluateOnNewDocument", {"source": f"globalThis.heard = ''; {listen}"})
        tab.open(f"{target.address}talk.html?token={TOKEN}")
        presented.wait_for("heard === 'alive, null'", 15)


@pytest.mark.browser
@pytest.mark.parametrize("own_scripts", [False, True])
def test_a_script_in_the_slides_runs_only_where_the_author_lets_html_through(
    target: Served, browser: Browser, own_scripts: bool
) -> None:
    hostile = (
        "<script>globalThis.ran = 1</script><img src='data:,x' onerror='globalThis.ran = 2'>"
        "<a href='javascript:globalThis.ran = 3'>x</a><p title='<script>'>y</p>"
    )
    target.site.publish("talk", page_of(hostile), own_scripts=own_scripts)
    with browser.tab() as tab:
        presented = Presented(tab)
        tab.call("Page.bringToFront")
        tab.open(f"{target.address}talk.html?token={TOKEN}")
        presented.wait_for("typeof celldeck === 'object'")
        presented.evaluate("document.querySelector('section a').click()")
        presented.frames()
        assert presented.evaluate("globalThis.ran ?? null") == (1 if own_scripts else None)
        # The same holds for slides that come while the page is open.
        target.site.publish(
            "talk", page_of("<h1>new</h1><script>globalThis.ran = 4</script>"), own_scripts=own_scripts
        )
        presented.wait_for("document.querySelector('section h1')", 15)
        assert presented.evaluate("globalThis.ran ?? null") == (4 if own_scripts else None)


def test_an_outbox_gives_up_who_falls_behind() -> None:
    given_up: list[bool] = []
    box = Outbox(lambda: given_up.append(True), most=3)
    for number in range(6):
        box.put(json.dumps(number))
    assert given_up == [True]
    assert not box._waiting
