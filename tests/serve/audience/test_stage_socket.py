"""The socket of the presenter's windows: who may lead an audience, and what they may say."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attacker import Served, served
from talks import SOON_S, talk
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from celldeck.serve.audience.stage import Place, Stage

PLACE = {"slide": 1, "step": 2, "last": 2, "black": False, "elapsed_ms": 5, "runs": True}


@pytest.fixture
def site() -> Iterator[Served]:
    with served("talk.md", "other.md") as one:
        stage = one.site.decks["talk"].stage = Stage(one.site.frames.document)
        stage.greeting = {"kind": "audience", "address": "http://x/"}
        one.site.publish("talk", talk())
        yield one


async def connect(site: Served, name: str = "talk", **headers: str) -> WebSocketClientConnection:
    given = {"Host": f"localhost:{site.port}", "Cookie": site.cookie.removeprefix("Cookie: "), **headers}
    request = HTTPRequest(f"ws://127.0.0.1:{site.port}/~stage/{name}", headers=given)
    return await websocket_connect(request)


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, SOON_S))


def test_a_window_is_greeted_tells_where_it_is_and_hears_the_clicker(site: Served) -> None:
    stage = site.site.decks["talk"].stage
    assert stage

    async def check() -> None:
        window = await connect(site)
        await window.write_message(json.dumps({"kind": "hello", "view": "presenter", **PLACE}))
        assert json.loads(await window.read_message() or "") == stage.greeting
        assert stage.place == Place(1, 2, 2, False, 5, True)
        # Another window that is opened does not move the talk; one that is stepped in does.
        other = await connect(site)
        await other.write_message(json.dumps({"kind": "hello", "view": "", **PLACE, "slide": 0}))
        await other.read_message()
        assert stage.place.slide == 1
        await other.write_message(json.dumps({"kind": "place", **PLACE, "slide": 2}))
        assert await asyncio.to_thread(stage.command, "next")
        assert json.loads(await window.read_message() or "") == {"kind": "do", "action": "next"}
        assert stage.place.slide == 2
        window.close()
        other.close()

    run(check())


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": "celldeck-1=a-token-that-nobody-guesses-0123456789"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_nobody_else_leads(site: Served, headers: dict[str, str]) -> None:
    with pytest.raises(HTTPClientError) as refused:
        run(connect(site, **headers))
    assert refused.value.code == 403


def test_a_deck_without_an_audience_and_one_that_is_not_there_have_no_stage(site: Served) -> None:
    for name in ("other", "none", "..%2ftalk"):
        with pytest.raises(HTTPClientError) as refused:
            run(connect(site, name))
        assert refused.value.code == 404


def test_only_who_holds_the_token_has_a_page_that_leads(site: Served) -> None:
    assert '"stage": "/~stage/talk"' in site.ask("/talk.html", site.cookie)[2]
    assert '"stage": null' in site.ask("/talk.html")[2]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "[" * 1000,
        '"hello"',
        "null",
        json.dumps({"kind": "hello", "view": "presenter"}),
        json.dumps({"kind": "place", **PLACE}),
        json.dumps({"kind": "hello", "view": "evil", **PLACE}),
        json.dumps({"kind": "hello", "view": "", **PLACE, "slide": -1}),
        json.dumps({"kind": "hello", "view": "", **PLACE, "slide": 1e400}),
        json.dumps({"kind": "hello", "view": "", **PLACE, "slide": True}),
        json.dumps({"kind": "hello", "view": "", **PLACE, "black": "yes"}),
        json.dumps({"kind": "hello", "view": "", **PLACE, "more": "x" * 2000}),
    ],
    ids=range(14),
)
def test_what_is_no_message_ends_the_connection(site: Served, message: str) -> None:
    stage = site.site.decks["talk"].stage
    assert stage

    async def check() -> None:
        window = await connect(site)
        await window.write_message(message)
        assert await window.read_message() is None

    run(check())
    assert stage.place is None
    assert not stage.command("next")


def test_a_local_page_in_a_slide_is_a_frame_of_its_own_for_the_audience(site: Served) -> None:
    inner = "<p>inner</p><script>go()</script>"
    address = f"data:text/html;charset=utf-8;base64,{base64.b64encode(inner.encode()).decode()}"
    site.site.publish("talk", talk(f'<iframe src="{address}" width="9"></iframe>'))
    stage = site.site.decks["talk"].stage
    assert stage
    assert stage.published
    ((name, asset),) = stage.published.assets.items()
    assert asset.data.decode() == inner
    assert f'<iframe data-frame="{name}" width="9">' in stage.published.html.decode()


def test_messages_come_at_a_bounded_rate(site: Served) -> None:
    async def check() -> None:
        window = await connect(site)
        await window.write_message(json.dumps({"kind": "hello", "view": "", **PLACE}))
        await window.read_message()
        with suppress(WebSocketClosedError):
            for _ in range(2000):
                await window.write_message(json.dumps({"kind": "place", **PLACE}))
        assert await window.read_message() is None

    run(check())


def test_a_deck_that_goes_and_comes_back_keeps_its_audience(site: Served) -> None:
    stage = site.site.decks["talk"].stage
    site.site.hold([])
    site.site.hold([Path("talk.md")])
    assert site.site.decks["talk"].stage is stage
