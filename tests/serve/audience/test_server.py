"""The audience's server: who hears what and when, and what strangers get."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from talks import PICTURE, SECRET, SOON_S, Following, answer, request, talk

from celldeck.serve.audience import guests, server
from celldeck.serve.audience.codes import Codes
from celldeck.serve.audience.server import Audience
from celldeck.serve.audience.stage import CellShown, Place, Stage


@pytest.fixture
def audience(monkeypatch: pytest.MonkeyPatch) -> Iterator[Audience]:
    monkeypatch.setattr(guests, "HEADERS_S", 2.0)
    stage = Stage()
    stage.publish(talk())
    served = Audience(stage, "127.0.0.1", 0)
    served.start()
    yield served
    served.stop()


@pytest.fixture
def follow(audience: Audience) -> Iterator[Callable[..., Following]]:
    with ExitStack() as stack:

        def begin(path: str | None = None) -> Following:
            following = Following(audience, path)
            stack.callback(following.close)
            return following

        yield begin


Follow = Callable[..., Following]


class Window:
    """A window of the presenter's."""

    def __init__(self, view: str = "") -> None:
        self.view = view
        self.told: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.told.append(message)


def outputs(*texts: str) -> CellShown:
    return CellShown(tuple(f"<pre><samp>{text}</samp></pre>" for text in texts))


def parts(*texts: str) -> list[str]:
    return list(outputs(*texts).parts or ())


def place(slide: int, step: int = 0, **more: Any) -> dict[str, Any]:
    return {"slide": slide, "step": step, "black": False, **more}


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


# ---------------------------------------------------------------- following


def test_a_follower_hears_where_the_talk_is_and_goes_along(audience: Audience, follow: Follow) -> None:
    first = follow()
    first.until("place", None)
    audience.stage.show(Place(1, 1, 2))
    first.until("place", place(1, 1))
    late = follow()
    late.until("place", place(1, 1))
    audience.stage.show(Place(2, black=True))
    for each in (first, late):
        each.until("place", place(2, black=True))


def test_outputs_come_as_they_change_also_to_those_who_come_later(audience: Audience, follow: Follow) -> None:
    first = follow()
    first.until("place", None)
    audience.stage.show_cell(0, outputs("epoch 1"))
    first.until("parts", parts("epoch 1"))
    audience.stage.show_cell(0, outputs(f"epoch 2<!-- {SECRET} -->"))
    first.until("parts", parts("epoch 2"))
    late = follow()
    late.until("parts", parts("epoch 2"))
    audience.stage.show_cell(0, None)
    first.until("parts", None)
    after = follow()
    after.until("place", None)
    after.read_for(0.1)
    assert not any("cell" in message for message in after.messages)


def test_code_that_was_edited_on_stage_is_shown_and_what_is_told_twice_is_sent_once(
    audience: Audience, follow: Follow
) -> None:
    first = follow()
    first.until("place", None)
    for _ in range(3):
        audience.stage.show_cell(0, CellShown(None, f"<pre data-line='3'>x<!-- {SECRET} --></pre>"))
    audience.stage.show_cell(1, None)
    first.until("code", "<pre>x</pre>")
    first.read_for(0.3)
    assert [m for m in first.messages if "cell" in m] == [{"cell": 0, "parts": None, "code": "<pre>x</pre>"}]


def test_a_cell_that_writes_without_end_is_sent_at_times_and_its_last_word_comes(
    audience: Audience, follow: Follow
) -> None:
    first = follow()
    first.until("place", None)
    for number in range(2000):
        audience.stage.show_cell(0, outputs(str(number)))
    first.until("parts", parts("1999"))
    assert len([message for message in first.messages if "cell" in message]) < 200


def test_what_is_too_large_is_said_to_be(
    audience: Audience, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LARGEST_OUTPUT", 1000)
    first = follow()
    first.until("place", None)
    audience.stage.show_cell(0, outputs("x" * 2000))
    until(lambda: first.read_for(0.05) or any("cell" in message for message in first.messages))
    assert "too large" in first.messages[-1]["parts"][0]


def test_pictures_of_outputs_are_fetched_apart_and_old_ones_are_forgotten(
    audience: Audience, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LIVE_ASSETS_BYTES", 10_000)
    import base64

    first = follow()
    first.until("place", None)
    names = []
    for number in range(6):
        data = base64.b64encode(bytes([number]) * 3000).decode()
        audience.stage.show_cell(0, CellShown((f'<img src="data:image/png;base64,{data}">',)))
        until(lambda: first.read_for(0.05) or len([m for m in first.messages if "cell" in m]) > len(names))
        names.append(first.messages[-1]["parts"][0].split('"')[1])
    found = [request(audience, f"/{audience.codes.audience}/{name}")[0] for name in names]
    assert found == [404, 404, 404, 200, 200, 200]
    assert audience.asset(names[-1].removeprefix("asset/")).data == b"\5" * 3000  # type: ignore[union-attr]


def test_a_build_tells_of_another_version_once(audience: Audience, follow: Follow) -> None:
    first = follow()
    published = audience.stage.published
    assert published
    first.until("version", published.version)
    audience.stage.publish(talk("<h1>New</h1>"))
    assert audience.stage.published
    first.until("version", audience.stage.published.version)
    assert audience.stage.published.version != published.version


def test_before_the_first_build_a_page_waits() -> None:
    served = Audience(Stage(), "127.0.0.1", 0)
    served.start()
    status, headers, body = request(served, f"/{served.codes.audience}/")
    assert (status, headers["Refresh"]) == (200, "2")
    assert b"has not begun" in body
    served.stop()


def test_a_hundred_follow_and_one_that_takes_nothing_delays_nobody(
    audience: Audience, follow: Follow
) -> None:
    everyone = [follow() for _ in range(100)]
    for each in everyone:
        each.until("place", None)
    # This one has room for next to nothing, and never reads again.
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect((audience.address, audience.port))
    host = f"{audience.address}:{audience.port}"
    stuck.sendall(f"GET /{audience.codes.audience}/follow HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    until(lambda: len(audience.followers) == 101)
    for number in range(300):
        audience.stage.show_cell(number % 3, outputs(f"{number} " + "x" * 30_000))
        time.sleep(0.002)
    # This one breaks off without a word.
    broken = everyone.pop()
    broken.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    broken.close()
    began = time.monotonic()
    audience.stage.show(Place(2))
    for each in everyone:
        each.until("place", place(2))
    # benchmarks/audience.py measures; here the machine may be busy, but nobody waits for the stuck one.
    assert time.monotonic() - began < 5.0
    stuck.close()
    until(lambda: len(audience.followers) == 99)


def test_what_waits_for_a_slow_follower_is_the_newest_of_each_part_alone() -> None:
    import asyncio

    from celldeck.serve.audience.follower import Follower

    async def check() -> list[bytes]:
        follower = Follower()
        for number in range(10_000):
            follower.put("place", b"%d" % number)
            follower.put(number % 2, b"cell %d" % number)
        return await follower.take()

    assert asyncio.run(check()) == [b"cell 9998", b"9999", b"cell 9999"]


def test_a_follower_that_takes_nothing_is_let_go_in_the_end(
    audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("celldeck.serve.audience.app.STALLED_S", 0.3)
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect((audience.address, audience.port))
        host = f"{audience.address}:{audience.port}"
        stuck.sendall(f"GET /{audience.codes.audience}/follow HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        until(lambda: len(audience.followers) == 1)

        def write() -> bool:
            audience.stage.show_cell(0, outputs(os.urandom(60_000).hex()))
            time.sleep(0.05)
            return not audience.followers

        until(write)


# ---------------------------------------------------------------- the clicker


def test_the_clicker_has_the_notes_and_its_presses_reach_one_window(
    audience: Audience, follow: Follow
) -> None:
    room, presenter = Window(), Window("presenter")
    for window in (room, presenter):
        audience.stage.attend(window)
    audience.stage.show(Place(1, 1, 2, elapsed_ms=5000, runs=False))
    phone = follow(f"/{audience.codes.clicker}/stream")
    phone.until("notes", f'<p>{SECRET}</p><div data-step="1"><p>click</p></div>')
    (told,) = phone.messages
    assert (told["title"], told["next"], told["slides"], told["elapsed"]) == ("List", "Last", 3, 5000)
    assert told["place"] == {"slide": 1, "step": 1, "last": 2, "black": False}
    assert press(audience, "next") == 204
    assert (room.told, presenter.told) == ([], [{"kind": "do", "action": "next"}])


def press(audience: Audience, action: object, code: str | None = None, **headers: str) -> int:
    given = {
        "Content-Type": "application/json",
        "Origin": f"http://{audience.address}:{audience.port}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    path = f"/{code or audience.codes.clicker}/do"
    body = json.dumps({"do": action}).encode()
    return request(audience, path, method="POST", headers=given, body=body)[0]


def test_without_a_window_the_clicker_is_told_so(audience: Audience) -> None:
    assert press(audience, "next") == 409


def test_the_window_that_was_stepped_in_last_is_asked(audience: Audience) -> None:
    one, other = Window(), Window()
    leave = [audience.stage.attend(window) for window in (one, other)]
    audience.stage.stepped_in(one)
    press(audience, "next")
    leave[0]()
    press(audience, "previous")
    assert [message["action"] for message in one.told] == ["next"]
    assert [message["action"] for message in other.told] == ["previous"]


def test_the_presenter_hears_how_many_follow(audience: Audience, follow: Follow) -> None:
    window = Window()
    audience.stage.attend(window)
    everyone = [follow() for _ in range(3)]
    until(lambda: {"kind": "followers", "number": 3} in window.told)
    everyone[0].close()
    until(lambda: {"kind": "followers", "number": 2} in window.told)


# ---------------------------------------------------------------- attacks


def test_a_document_and_its_parts_are_there_with_the_code_and_nothing_without(audience: Audience) -> None:
    code = audience.codes.audience
    published = audience.stage.published
    assert published
    (name,) = published.assets
    status, headers, body = request(audience, f"/{code}/")
    assert (status, body) == (200, published.html)
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "connect-src 'self'" in headers["Content-Security-Policy"]
    assert "Server" not in headers
    assert request(audience, f"/{code}/asset/{name}")[2] == PICTURE
    wrong = "x" * len(code)
    for path in (
        "/",
        "//",
        f"/{code}",
        f"/{wrong}/",
        f"/{wrong}/follow",
        f"/{wrong}/asset/{name}",
        f"/asset/{name}",
        "/follow",
        f"/{code[:-1]}/",
        f"/{code}x/",
        f"/{code.upper()}/",
        f"/{code}/stream",
        f"/{code}/do",
        f"/{audience.codes.clicker}/follow",
        f"/{audience.codes.clicker}/asset/{name}",
        "/robots.txt",
    ):
        assert request(audience, path)[0] == 404, path


@pytest.mark.parametrize(
    "path",
    [
        "/{code}/asset/../../../../etc/passwd",
        "/{code}/asset/..%2f..%2f..%2fetc%2fpasswd",
        "/{code}/asset/%2e%2e/%2e%2e/etc/passwd",
        "/{code}/asset/..%252f..%252fetc%252fpasswd",
        "/{code}/asset//etc/passwd",
        "/{code}/asset/%2fetc%2fpasswd",
        "/{code}/asset/file:%2f%2f%2fetc%2fpasswd",
        "/{code}/asset/..\\..\\pyproject.toml",
        "/{code}/asset/%00",
        "/{code}/asset/link",
        "/{code}/../pyproject.toml",
        "/{code}/deck.md",
        "/{code}/%66ollow/..",
        "/../../etc/passwd",
        "http://127.0.0.1/etc/passwd",
    ],
)
def test_no_address_leads_to_a_file(
    audience: Audience, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asset").mkdir()
    (tmp_path / "asset" / "link").symlink_to("/etc/passwd")
    (tmp_path / "deck.md").write_text(SECRET)
    status, _, body = request(audience, path.format(code=audience.codes.audience))
    assert status in {400, 404}
    assert b"root:" not in body
    assert SECRET.encode() not in body


@pytest.mark.parametrize("path", ["", "follow", "asset/x", "stream", "do"])
def test_another_name_or_another_sites_page_is_refused(audience: Audience, path: str) -> None:
    port = audience.port
    for code in (audience.codes.audience, audience.codes.clicker):
        address = f"/{code}/{path}"
        for host in (
            "evil.example",
            f"evil.example:{port}",
            "127.0.0.1",
            f"127.0.0.1:{port + 1}",
            f"127.0.0.1:{port}.evil.example",
            f"[::1]:{port}",
            f"127.0.0.1:{port}\r\nHost: evil.example",
        ):
            assert request(audience, address, host=host)[0] in {400, 403}, host
        for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}", "http://127.0.0.1:8000"):
            assert request(audience, address, headers={"Origin": origin})[0] == 403, origin
    own = {"Origin": f"http://127.0.0.1:{port}"}
    assert request(audience, f"/{audience.codes.audience}/", headers=own)[0] == 200


def test_nothing_is_run_or_edited_by_anyone(audience: Audience) -> None:
    window = Window("presenter")
    audience.stage.attend(window)
    code = audience.codes.audience
    origin = {"Origin": f"http://127.0.0.1:{audience.port}", "Content-Type": "application/json"}
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"):
        for path in ("", "follow", "run", "edit", "do", "~live/talk", "~stage/talk", "asset/x"):
            body = b'{"do": "next"}'
            status, _, _ = request(audience, f"/{code}/{path}", method=method, headers=origin, body=body)
            assert status in {403, 404, 405}, (method, path)
    # With the audience's code the clicker's address is none.
    assert press(audience, "next", code=code) == 404
    assert press(audience, "next", code="wrong") == 404
    assert window.told == []


@pytest.mark.parametrize(
    "action", ["run", "", None, 1, ["next"], {"next": 1}, "next-slide; rm", "presenter", "x" * 200]
)
def test_a_clicker_asks_for_steps_and_for_nothing_else(audience: Audience, action: object) -> None:
    window = Window("presenter")
    audience.stage.attend(window)
    assert press(audience, action) == 400
    assert window.told == []


def test_a_clicker_is_asked_from_its_own_page_alone(audience: Audience) -> None:
    window = Window("presenter")
    audience.stage.attend(window)
    assert press(audience, "next", Origin="http://evil.example") == 403
    assert press(audience, "next", Content_Type="text/plain") == 403
    path = f"/{audience.codes.clicker}/do"
    headers = {"Content-Type": "application/json"}
    assert request(audience, path, method="POST", headers=headers, body=b'{"do": "next"}')[0] == 403
    assert window.told == []


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 250, b"nul", b'{"do": "\\ud800"}'])
def test_malformed_bodies_are_refused(audience: Audience, body: bytes) -> None:
    path = f"/{audience.codes.clicker}/do"
    headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{audience.port}"}
    assert request(audience, path, method="POST", headers=headers, body=body)[0] == 400


def test_presses_come_at_a_persons_rate(audience: Audience) -> None:
    window = Window("presenter")
    audience.stage.attend(window)
    told = [press(audience, "next") for _ in range(40)]
    assert 429 in told
    assert len(window.told) == told.count(204) < 30


def test_what_is_too_large_or_no_request_is_cut_off(audience: Audience) -> None:
    host = f"127.0.0.1:{audience.port}".encode()
    code = audience.codes.audience.encode()
    large = b"GET /" + code + b"/ HTTP/1.1\r\nHost: " + host + b"\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"
    post = b"POST /" + audience.codes.clicker.encode() + b"/do HTTP/1.1\r\nHost: " + host
    for data in (
        large,
        post + b"\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 100_000,
        post + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + b"x" * 65535 + b"\r\n0\r\n\r\n",
        post + b"\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET\r\n\r\n",
        b"\r\n" * 1000 + b"x\r\n\r\n",
    ):
        assert answer(audience, data)[0] in {0, 400, 413, 431}
    assert request(audience, f"/{code.decode()}/")[0] == 200


def test_two_hundred_sockets_that_say_nothing_shut_nobody_out_and_are_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guests, "HEADERS_S", 1.0)
    stage = Stage()
    stage.publish(talk())
    served = Audience(stage, "127.0.0.1", 0)
    served.start()
    with ExitStack() as stack:
        stack.callback(served.stop)
        idle = [
            stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=SOON_S))
            for _ in range(200)
        ]
        # Half of them send a byte now and then.
        for each in idle[::2]:
            each.sendall(b"G")
        following = Following(served)
        stack.callback(following.close)
        stage.show(Place(1))
        following.until("place", place(1))
        assert request(served, f"/{served.codes.audience}/")[0] == 200
        for each in idle:
            with suppress(ConnectionResetError):
                assert each.recv(1) == b""


def test_one_address_gets_some_of_the_connections_and_not_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "MOST_FROM_ONE", 20)
    monkeypatch.setattr(guests, "HEADERS_S", 2.0)
    stage = Stage()
    stage.publish(talk())
    served = Audience(stage, "127.0.0.1", 0)
    served.start()
    with ExitStack() as stack:
        stack.callback(served.stop)
        kept = [Following(served) for _ in range(20)]
        for each in kept:
            stack.callback(each.close)
            each.until("place", None)
        assert answer(served, b"GET / HTTP/1.1\r\n\r\n")[0] == 0
        if os.name == "posix":
            other = stack.enter_context(socket.socket())
            other.bind(("127.0.0.2", 0))
            other.settimeout(SOON_S)
            other.connect(("127.0.0.1", served.port))
            host = f"127.0.0.1:{served.port}"
            other.sendall(f"GET /{served.codes.audience}/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert other.recv(100).startswith(b"HTTP/1.1 200")
        kept[0].close()
        until(lambda: answer(served, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0] == 403)


def test_parts_of_a_film_are_given_as_phones_ask_for_them(audience: Audience) -> None:
    published = audience.stage.published
    assert published
    (name,) = published.assets
    path = f"/{audience.codes.audience}/asset/{name}"
    for asked, status, part in (
        ("bytes=0-1", 206, PICTURE[:2]),
        ("bytes=10-", 206, PICTURE[10:]),
        ("bytes=-5", 206, PICTURE[-5:]),
        ("bytes=0-99999999", 206, PICTURE),
        ("bytes=5-2", 416, None),
        ("bytes=99999-", 416, None),
        ("bytes=-0", 416, None),
        ("lines=1-2", 200, PICTURE),
        ("bytes=0-1,4-5", 200, PICTURE),
    ):
        found, _, body = request(audience, path, headers={"Range": asked})
        assert found == status, asked
        if part is not None:
            assert body == part


def test_codes_differ_are_long_and_have_letters_that_can_be_typed() -> None:
    made = [Codes.new() for _ in range(100)]
    assert len({code.audience for code in made} | {code.clicker for code in made}) == 200
    assert {(len(code.audience), len(code.clicker)) for code in made} == {(10, 24)}
    assert not set("01ilo") & set("".join(code.audience + code.clicker for code in made))


def test_it_listens_at_its_address_alone(audience: Audience) -> None:
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", audience.port), timeout=5)


def test_a_port_that_is_taken_is_told(audience: Audience) -> None:
    with pytest.raises(OSError, match="in use"):
        Audience(Stage(), "127.0.0.1", audience.port).start()
